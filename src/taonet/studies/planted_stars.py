"""Stars of known light in real frames: what is measured of them can be compared with what is there.

A planted star is a fainter copy of a star of the same frame, moved by whole pixels: so it has that
frame's own PSF, its tails, pixels and tracking errors, whatever these are, and nothing of
`taonet.photometry`, which is under test, is needed to draw it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from jaxtyping import Float, Shaped
from scipy.ndimage import distance_transform_edt

from taonet.simulation.empty_places import with_frames
from taonet.sky.sequence import ImageSequence
from taonet.studies.frame_stars import FrameStar, find_peaks, has_room, is_lit

FAINTEST_SNR: Final = 3.0
BRIGHTEST_SNR: Final = 300.0

STEADY_SNR: Final = 50.0
"""Median signal-to-noise ratio of a star that does not change."""

AWAY_PX: Final = 8.0
"""An empty place is at least so far from every star, and from other such places."""

MOST_SHARE: Final = 0.3
"""A copy is at most so bright relative to its star: the noise of the sky under the star is copied
with it, and counts as light."""

_STEPS: Final = 80
"""Brightnesses at which the error of a copy is worked out; in between it is interpolated."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Planting:
    """A sequence with a planted star at its centre, and the truth.

    Parameters
    ----------
    sequence : ImageSequence
    flux : array (epoch,)
        Light of the star, in counts of a frame of usual clearness.
    flux_err : array (epoch,)
        The least error that photons and sky allow, in the same unit.
    snr : array (epoch,)
        Light over error.
    """

    sequence: ImageSequence
    flux: Float[np.ndarray, " epoch"]
    flux_err: Float[np.ndarray, " epoch"]
    snr: Float[np.ndarray, " epoch"]


def find_empty_places(
    sequence: ImageSequence, size_px: int, *, most: int
) -> Iterator[tuple[int, int]]:
    """Yield columns and rows that cutouts of a size can be centred on, the loneliest first.

    Nothing is seen there in the median frame; no star, not the object at the centre, and none of
    the places before is nearer than `AWAY_PX`.
    """
    is_light = is_lit(sequence)
    height, width = is_light.shape
    is_star = find_peaks(sequence)
    is_star[height // 2, width // 2] = True
    to_light = np.asarray(distance_transform_edt(~is_light))
    is_free = has_room(is_light.shape, size_px // 2, size_px - size_px // 2) & ~is_light
    is_free &= np.asarray(distance_transform_edt(~is_star)) >= AWAY_PX
    y, x = np.indices(is_light.shape)
    for _ in range(most):
        if not is_free.any():
            return
        best = np.where(is_free, to_light, -1.0)
        row, column = (int(v) for v in np.unravel_index(best.argmax(), best.shape))
        yield column, row
        is_free &= np.hypot(x - column, y - row) >= AWAY_PX


def cut_around(sequence: ImageSequence, place: tuple[int, int], size_px: int) -> ImageSequence:
    """Return the science frames cut around a place, with nothing stated but times and bands."""
    left, top = (value - size_px // 2 for value in place)
    cut = np.array(sequence.frames[:, :1, top : top + size_px, left : left + size_px])
    unknown = np.full(len(sequence), np.nan)
    plain = replace(
        sequence,
        channels=("science",),
        ra=float("nan"),
        dec=float("nan"),
        seeing_fwhm_px=unknown,
        zero_point_mag=unknown,
    )
    return with_frames(plain, cut)


def hide_star(sequence: ImageSequence, star: FrameStar, rng: np.random.Generator) -> ImageSequence:
    """Return small cutouts rolled by half their size, without the star that they show.

    Real sky from the corners becomes the centre. What is left of the star there, its mean light by
    distance, is subtracted; its own pixels are replaced by others of the same frame. That light
    follows the seeing, as the light at the star's radius does, which each frame tells.
    """
    frames = sequence.frames[:, 0].astype(np.float64)
    height, width = frames.shape[1:]
    rows, columns = np.indices((height, width))
    away = np.hypot(columns - star.place[0], rows - star.place[1])
    radius = star.images.shape[1] // 2
    frames -= _tails(frames, away, radius)
    is_hole = away <= radius
    for frame in frames:
        frame[is_hole] = rng.choice(frame[~is_hole], int(is_hole.sum()))
    rolled = np.roll(frames, (height // 2, width // 2), axis=(1, 2))[:, None]
    whole = replace(sequence, frames=rolled.astype(sequence.frames.dtype), channels=("science",))
    return cut_around(whole, (width // 2, height // 2), height)


def plant_changing(
    sequence: ImageSequence,
    star: FrameStar,
    clearness: Float[np.ndarray, " epoch"],
    *,
    rng: np.random.Generator,
) -> Planting:
    """Plant a star whose signal-to-noise ratio is drawn anew in each epoch.

    It is log-uniform from `FAINTEST_SNR` to `BRIGHTEST_SNR`, or to that of a copy of `MOST_SHARE`
    of the star's light.

    Parameters
    ----------
    sequence : ImageSequence
        Cutouts of the same frames, with an empty centre.
    clearness : array (epoch,)
        See `plant`.
    """
    steps = np.geomspace(1e-4, MOST_SHARE, _STEPS)
    snr = steps[:, None] * star.light / star.error(steps[:, None])
    most = np.minimum(snr[-1], BRIGHTEST_SNR)
    wanted = FAINTEST_SNR * (most / FAINTEST_SNR) ** rng.random(len(sequence))
    shares = [np.exp(np.interp(w, s, np.log(steps))) for w, s in zip(wanted, snr.T, strict=True)]
    return plant(sequence, star, np.array(shares), clearness, rng=rng)


def plant_steady(
    sequence: ImageSequence,
    star: FrameStar,
    clearness: Float[np.ndarray, " epoch"],
    *,
    rng: np.random.Generator,
) -> Planting:
    """Plant a star that does not change, with a median ratio of `STEADY_SNR`; see `plant`.

    The ratio is less where the star is too faint to be copied so bright.
    """
    steps = np.geomspace(1e-4, MOST_SHARE, _STEPS)
    snr = np.median(steps[:, None] * star.light / star.error(steps[:, None]), axis=1)
    share = float(np.exp(np.interp(STEADY_SNR, snr, np.log(steps))))
    shares = share * np.median(star.light) * clearness / star.light
    return plant(sequence, star, shares, clearness, rng=rng)


def plant(
    sequence: ImageSequence,
    star: FrameStar,
    shares: Float[np.ndarray, " epoch"],
    clearness: Float[np.ndarray, " epoch"],
    *,
    rng: np.random.Generator,
) -> Planting:
    """Plant copies of a star, of given shares of its light, at the centre of each frame.

    Photon noise is added as far as the copy, being fainter, has too little of it.

    Parameters
    ----------
    sequence : ImageSequence
        Cutouts of the frames that the star is from, with an empty centre.
    shares : array (epoch,)
    clearness : array (epoch,)
        How much of the light above the clouds reaches each frame, relative to a usual one: the
        truth is the light above the clouds. With 1 everywhere it is that in the frame.
    """
    share = shares[:, None, None]
    missing = share * np.clip(1 - share, 0, None) * np.maximum(star.images, 0) / star.gain
    added = share * star.images + np.sqrt(missing) * rng.normal(size=star.images.shape)
    frames = np.array(sequence.frames)
    radius = star.images.shape[1] // 2
    top, left = (size // 2 - radius for size in frames.shape[2:])
    window = frames[:, 0, top : top + 2 * radius + 1, left : left + 2 * radius + 1]
    window[...] = _add_counts(window, added, rng)
    light, error = shares * star.light, star.error(shares)
    return Planting(
        sequence=with_frames(sequence, frames),
        flux=light / clearness,
        flux_err=error / clearness,
        snr=light / error,
    )


def _tails(
    frames: Float[np.ndarray, "epoch y x"], away: Float[np.ndarray, "y x"], radius: int
) -> Float[np.ndarray, "epoch y x"]:
    """Return the mean light by distance above that of the farthest tenth of the pixels.

    All frames have the same, times the light that each has at the radius.
    """
    is_far, is_edge = away > np.quantile(away, 0.9), np.abs(away - radius) < 1
    light = frames - frames[:, is_far].mean(axis=1)[:, None, None]
    edge = light[:, is_edge].mean(axis=1)
    common = np.tensordot(edge, light, axes=1) / (edge**2).sum()
    ring = away.astype(np.int64)
    mean = np.bincount(ring.ravel(), common.ravel()) / np.maximum(np.bincount(ring.ravel()), 1)
    return np.asarray(edge[:, None, None] * mean[ring])


def _add_counts(
    counts: Shaped[np.ndarray, "epoch y x"],
    added: Float[np.ndarray, "epoch y x"],
    rng: np.random.Generator,
) -> Shaped[np.ndarray, "epoch y x"]:
    """Add light in the frames' own dtype; whole numbers are rounded by chance, up on average."""
    if np.issubdtype(counts.dtype, np.integer):
        added = np.floor(added + rng.random(added.shape))
    return np.asarray(counts + added, counts.dtype)
