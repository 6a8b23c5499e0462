"""Stars of known light in real frames: what is measured of them can be compared with what is there.

A planted star is a fainter copy of a star of the same frame, moved by whole pixels: so it has that
frame's own PSF, its tails, pixels and tracking errors, whatever these are, and nothing of
`taonet.photometry`, which is under test, is needed to draw it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from jaxtyping import Bool, Float, Shaped
from scipy.ndimage import distance_transform_edt, gaussian_filter, maximum_filter

from taonet.simulation.empty_places import median_frame, with_frames
from taonet.sky.cutout import sky_and_noise
from taonet.sky.sequence import ImageSequence

FAINTEST_SNR: Final = 3.0
BRIGHTEST_SNR: Final = 300.0

STEADY_SNR: Final = 50.0
"""Median signal-to-noise ratio of a star that does not change."""

AWAY_PX: Final = 8.0
"""An empty place is at least so far from every star, and from other such places."""

STAR_SIGMA: Final = 5.0
"""A star peaks so many times the noise of a usual frame above the sky."""

LIGHT_SIGMA: Final = 3.0
"""Where the smoothed median frame is so many times its noise above the sky, something is."""

SMOOTHING_PX: Final = 1.2
"""Sigma of the Gaussian that the median frame is smoothed by: about that of a star."""

LONELY_SHARE: Final = 0.1
"""All that lies around a star to be copied is fainter than this share of its peak, or noise."""

LEAST_SNR: Final = 60.0
"""A star to be copied is at least so bright in a usual frame, against the noise of the sky."""

_STEPS: Final = 80
"""Brightnesses at which the error of a copy is worked out; in between it is interpolated."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FrameStar:
    """A star as each frame shows it, which copies are made of.

    Parameters
    ----------
    images : array (epoch, row, column)
        Its light in counts, without the sky; zero beyond the radius, its peak at the centre.
    noise : array (epoch,)
        Of the sky in a pixel, in counts.
    place : tuple of int
        Column and row of its peak in the median frame.
    gain : float
        Electrons a count.
    """

    images: Float[np.ndarray, "epoch row column"]
    noise: Float[np.ndarray, " epoch"]
    place: tuple[int, int]
    gain: float

    @property
    def light(self) -> Float[np.ndarray, " epoch"]:
        """Light of the star in counts."""
        return np.asarray(self.images.sum(axis=(1, 2)))

    def error(self, shares: Float[np.ndarray, "*step #epoch"]) -> Float[np.ndarray, "*step epoch"]:
        """Return the least error of the light of copies, in counts.

        It is that of a fit of the true PSF at the true place, against the photons of the copy,
        the noise of the sky, and that of the star's own sky, which is copied too.

        Parameters
        ----------
        shares : array
            Brightness of copies relative to the star.
        """
        share = np.asarray(shares)[..., None, None]
        star = np.maximum(self.images, 0)
        profile = star / self.light[:, None, None]
        variance = self.noise[:, None, None] ** 2 * (1 + share**2) + share * star / self.gain
        return np.asarray((profile**2 / variance).sum(axis=(-2, -1)) ** -0.5)


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


def find_frame_star(
    sequence: ImageSequence,
    *,
    radius_px: int,
    saturation: float,
    gain: float,
) -> FrameStar | None:
    """Return the brightest lonely star of a sequence.

    Parameters
    ----------
    radius_px : int
        Its light beyond is not copied; it is so far from the edges.
    saturation : float
        Counts that no pixel of it reaches in more than one frame of twenty.
    gain : float
        Electrons a count.

    Returns
    -------
    FrameStar or None
        None if no star will do.
    """
    frames = sequence.pixels[:, 0].astype(np.float64)
    light, is_lit = _light_of_median(sequence), _is_lit(sequence)
    rows, columns = np.indices(light.shape)
    is_peak = find_peaks(sequence) & _fits(light.shape, radius_px, radius_px + 1)
    is_peak &= maximum_filter(np.nanpercentile(frames, 95, axis=0), 3) < saturation
    for row, column in sorted(np.argwhere(is_peak).tolist(), key=lambda star: -light[tuple(star)]):
        away = np.hypot(rows - row, columns - column)
        around = (away > 0.75 * radius_px) & (away <= radius_px + 1)
        sky, noise = _sky_of(frames[:, ~is_lit & (away > radius_px + 2)])
        chance = 4 * float(np.median(noise)) / np.sqrt(len(frames))
        if light[around].max() > max(LONELY_SHARE * light[row, column], chance):
            continue
        images = _cut_star(frames - sky[:, None, None], (column, row), radius_px)
        star = FrameStar(images=images, noise=noise, place=(column, row), gain=gain)
        if np.median(star.light / star.error(np.zeros(1))) >= LEAST_SNR:
            return star
    return None


def find_peaks(sequence: ImageSequence) -> Bool[np.ndarray, "y x"]:
    """Return which pixels are the peak of a star in the median frame."""
    light = _light_of_median(sequence)
    _, noise = sky_and_noise(sequence.pixels[:, :1])
    is_bright = light > STAR_SIGMA * float(np.nanmedian(noise))
    return np.asarray(is_bright & (light == maximum_filter(light, 5)))


def find_empty_places(
    sequence: ImageSequence, size_px: int, *, most: int
) -> Iterator[tuple[int, int]]:
    """Yield columns and rows that cutouts of a size can be centred on, the loneliest first.

    Nothing is seen there in the median frame; no star, not the object at the centre, and none of
    the places before is nearer than `AWAY_PX`.
    """
    is_lit = _is_lit(sequence)
    height, width = is_lit.shape
    is_star = find_peaks(sequence)
    is_star[height // 2, width // 2] = True
    to_light = np.asarray(distance_transform_edt(~is_lit))
    is_free = _fits(is_lit.shape, size_px // 2, size_px - size_px // 2) & ~is_lit
    is_free &= np.asarray(distance_transform_edt(~is_star)) >= AWAY_PX
    y, x = np.indices(is_lit.shape)
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
    distance, is subtracted; its own pixels are replaced by others of the same frame.
    """
    frames = sequence.frames[:, 0].astype(np.float64)
    height, width = frames.shape[1:]
    rows, columns = np.indices((height, width))
    away = np.hypot(columns - star.place[0], rows - star.place[1])
    is_hole = away <= star.images.shape[1] // 2
    clear = star.light / np.median(star.light)
    frames -= clear[:, None, None] * _mean_by_distance(np.median(frames, axis=0), away)
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

    It is log-uniform from `FAINTEST_SNR` to `BRIGHTEST_SNR`, or to that of a copy as bright as the
    star itself.

    Parameters
    ----------
    sequence : ImageSequence
        Cutouts of the same frames, with an empty centre.
    clearness : array (epoch,)
        See `plant`.
    """
    steps = np.geomspace(1e-4, 1.0, _STEPS)
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
    """Plant a star that does not change, with a median ratio of `STEADY_SNR`; see `plant`."""
    steps = np.geomspace(1e-4, 1.0, _STEPS)
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


def _sky_of(
    pixels: Float[np.ndarray, "epoch pixel"],
) -> tuple[Float[np.ndarray, " epoch"], Float[np.ndarray, " epoch"]]:
    """Return mean and standard deviation of empty pixels; far outliers do not count."""
    kept = pixels
    for _ in range(5):
        middle, spread = np.nanmedian(kept, axis=1), np.nanstd(kept, axis=1)
        is_near = np.abs(pixels - middle[:, None]) < 4 * spread[:, None]
        kept = np.where(is_near, pixels, np.nan)
    return np.nanmean(kept, axis=1), np.nanstd(kept, axis=1)


def _mean_by_distance(
    image: Float[np.ndarray, "y x"], away: Float[np.ndarray, "y x"]
) -> Float[np.ndarray, "y x"]:
    """Return the mean of the pixels of each distance, above that of the farthest tenth."""
    ring = away.astype(np.int64)
    mean = np.bincount(ring.ravel(), image.ravel()) / np.maximum(np.bincount(ring.ravel()), 1)
    return np.asarray(mean[ring] - image[away > np.quantile(away, 0.9)].mean())


def _light_of_median(sequence: ImageSequence) -> Float[np.ndarray, "y x"]:
    """Return the median frame without its sky; what is not known is dark."""
    median = median_frame(sequence)
    (sky,), _ = sky_and_noise(median[None])
    return np.asarray(np.nan_to_num(median - sky))


def _is_lit(sequence: ImageSequence) -> Bool[np.ndarray, "y x"]:
    light = gaussian_filter(_light_of_median(sequence), SMOOTHING_PX)
    (sky,), (noise,) = sky_and_noise(light[None])
    return np.asarray(light > sky + LIGHT_SIGMA * noise)


def _fits(shape: tuple[int, ...], before: int, after: int) -> Bool[np.ndarray, "y x"]:
    """Return which pixels have so many others before them and after, themselves included."""
    rows, columns = np.indices(shape)
    is_inside = (rows >= before) & (rows + after <= shape[0])
    return np.asarray(is_inside & (columns >= before) & (columns + after <= shape[1]))


def _cut_star(
    light: Float[np.ndarray, "epoch y x"], place: tuple[int, int], radius_px: int
) -> Float[np.ndarray, "epoch row column"]:
    columns, rows = (slice(v - radius_px, v + radius_px + 1) for v in place)
    axis = np.arange(-radius_px, radius_px + 1)
    is_near = np.hypot(axis[:, None], axis[None, :]) <= radius_px
    return np.asarray(np.nan_to_num(light[:, rows, columns]) * is_near)


def _add_counts(
    counts: Shaped[np.ndarray, "epoch y x"],
    added: Float[np.ndarray, "epoch y x"],
    rng: np.random.Generator,
) -> Shaped[np.ndarray, "epoch y x"]:
    """Add light in the frames' own dtype; whole numbers are rounded by chance, up on average."""
    if np.issubdtype(counts.dtype, np.integer):
        added = np.floor(added + rng.random(added.shape))
    return np.asarray(counts + added, counts.dtype)
