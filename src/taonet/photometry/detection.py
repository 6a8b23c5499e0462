"""Whether anything is seen at an object's place: causally, at a stated rate of false alarms.

A network names a class for any pixels, also where there is nothing. So it is asked first whether
the place differs from the other places of the same frames: each frame is smoothed by a small
Gaussian, and the signal is how far the object's place stands out among all places of the frame, or
of the sum of the frames so far. Correlated noise, a level of sky that is a little off and the
confusion of faint stars are in that spread; neither seeing nor gain nor zero point need be known.

An object is **detected** once its place stands out of the sum of the frames so far by `SUM_SNR`, or
of two frames running by `FRAME_SNR`; in differences what has faded counts as well. It stays
detected. A single frame counts up to `MOST_SNR` only, as a cosmic ray or a trail may lie in it.
Light of a neighbour that is blended with the place is light, too. Measured rates of false alarms
are in docs/decisions/0011-answers-besides-a-class.md.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped
from scipy.ndimage import gaussian_filter1d, maximum_filter

from taonet.sky.cutout import sky_and_noise
from taonet.sky.no_data import with_gaps
from taonet.sky.sequence import ImageSequence

SUM_SNR: Final = 5.0
"""By how much the sum of the frames must stand out."""

FRAME_SNR: Final = 5.0
"""By how much two frames running must."""

MOST_SNR: Final = 6.0
"""The most that a single frame counts for."""

SMOOTHING_PX: Final = 1.2
"""Sigma of the Gaussian: between a seeing of 2 and of 5 pixels (FWHM) nothing much is lost."""

REACH: Final = 3.0
"""The Gaussian ends so many sigma from its middle."""

CENTRING_PX: Final = 1.5
"""The object lies within so many pixels of the centre; the brightest place among these counts."""

AWAY_PX: Final = 5.0
"""Farther from the centre are the other places."""

STEP_PX: Final = 2
"""Every so manyth place in each direction is looked at: neighbours are smoothed alike."""

LEAST_SPREAD: Final = 0.8
"""Of what white noise would have: few places may lie close together by chance."""

LEAST_SEEN: Final = 0.5
"""Share of the smoothing that must fall on valid pixels."""

DARK: Final = 8.0
"""Pixels so many times the noise below the sky hold no light: they are dead, or beyond the chip."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Detection:
    """What is seen at an object's place after each epoch, by the epochs up to it.

    Parameters
    ----------
    snr : array (epoch,)
        By how much the sum of the frames so far stands out at the object's place, in units of the
        spread of other places; where there are differences, that of the sum of those if it is
        larger. At most `MOST_SNR` times the root of the number of frames.
    detected : array (epoch,)
    """

    snr: Float[np.ndarray, " epoch"]
    detected: Bool[np.ndarray, " epoch"]


def detect(sequence: ImageSequence, epochs: Int[np.ndarray, " some"] | None = None) -> Detection:
    """Return whether anything is seen at the centre of a sequence's cutouts, after each epoch.

    Parameters
    ----------
    sequence : ImageSequence
        Of all channels, ``science`` (or the first) and ``difference`` are looked at.
    epochs : array, optional
        Which epochs, in the order to look at them; all by default.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> frames = rng.normal(100, 5, (3, 1, 32, 32))
    >>> frames[:, 0, 16, 16] += 60
    >>> sequence = ImageSequence.from_frames("a", frames, [1.0, 2.0, 3.0])
    >>> detect(sequence).detected.tolist()
    [True, True, True]
    """
    names = sequence.channels
    pixels = sequence.pixels if epochs is None else with_gaps(sequence.frames[epochs])
    parts = [_detect_light(pixels[:, names.index("science") if "science" in names else 0])]
    if "difference" in names:
        parts.append(_detect_light(pixels[:, names.index("difference")], both_signs=True))
    return Detection(
        snr=np.max([part.snr for part in parts], axis=0),
        detected=np.any([part.detected for part in parts], axis=0),
    )


def _detect_light(
    images: Shaped[np.ndarray, "epoch y x"], *, both_signs: bool = False
) -> Detection:
    if not len(images):
        return Detection(snr=np.zeros(0), detected=np.zeros(0, bool))
    signal, noise = _smooth(images, darkest=np.inf if both_signs else DARK)
    centre, others = _places(images.shape[1:])
    level, spread = _level_and_spread(signal[:, others])
    # the few places of one frame tell its spread badly, those of all frames so far well
    usual = np.maximum(_running_mean(spread), LEAST_SPREAD)
    own = (signal - level[:, None, None]) / usual[:, None, None]
    own = np.clip(own, -MOST_SNR, MOST_SNR)
    summed = np.cumsum(own / noise[:, None, None], axis=0)
    white = np.sqrt(np.cumsum(1 / noise**2))
    level, spread = _level_and_spread(summed[:, others])
    # frames without noise count for nothing, and the first ones may all be such
    spread = np.maximum(np.maximum(spread, LEAST_SPREAD * white), np.finfo(float).tiny)
    sum_snr = _peak(summed - level[:, None, None], centre, both_signs) / spread
    is_clear = _peak(own, centre, both_signs) >= FRAME_SNR
    found = sum_snr >= SUM_SNR
    found[1:] |= is_clear[1:] & is_clear[:-1]
    return Detection(snr=sum_snr, detected=np.logical_or.accumulate(found))


def _smooth(
    images: Shaped[np.ndarray, "epoch y x"], *, darkest: float
) -> tuple[Float[np.ndarray, "epoch y x"], Float[np.ndarray, " epoch"]]:
    """Return smoothed frames, of unit spread if their noise is white, and the noise of a pixel.

    Where too little is seen the signal is 0; a frame without noise has no signal and counts for
    nothing.
    """
    sky, noise = sky_and_noise(images)
    noise = np.where(noise > 0, noise, np.inf)
    with np.errstate(invalid="ignore"):
        light = (images - sky[:, None, None]) / noise[:, None, None]
        valid = np.isfinite(light) & (light > -darkest)
    light = np.where(valid, light, 0.0).astype(np.float32)
    # noise adds up in squares, so the weights' squares are smoothed by a narrower Gaussian
    seen = _blur(valid.astype(np.float32), SMOOTHING_PX / np.sqrt(2))
    whole = _blur(np.ones((1, *images.shape[1:]), np.float32), SMOOTHING_PX / np.sqrt(2))
    area = 4 * np.pi * SMOOTHING_PX**2
    scale = np.where(seen > LEAST_SEEN * whole, np.sqrt(area / np.maximum(seen, 1e-6)), 0.0)
    return _blur(light, SMOOTHING_PX) * scale, noise


def _blur(images: Float[np.ndarray, "epoch y x"], sigma: float) -> Float[np.ndarray, "epoch y x"]:
    return np.asarray(
        gaussian_filter1d(
            gaussian_filter1d(images, sigma, axis=1, mode="constant", truncate=REACH),
            sigma, axis=2, mode="constant", truncate=REACH,
        )
    )  # fmt: skip


def _places(
    shape: tuple[int, ...],
) -> tuple[Bool[np.ndarray, "y x"], Bool[np.ndarray, "y x"]]:
    """Return the places that may be the object's, and a grid of others."""
    y, x = np.indices(shape)
    distance = np.hypot(y - shape[0] // 2, x - shape[1] // 2)
    grid = (y % STEP_PX == 0) & (x % STEP_PX == 0)
    away = distance > min(AWAY_PX, min(shape) / 3)
    # hardly a cutout is so small that the grid misses all of its border
    others = grid & away if (grid & away).any() else away | (distance > 0)
    return distance <= CENTRING_PX, others


def _level_and_spread(
    values: Float[np.ndarray, "epoch place"],
) -> tuple[Float[np.ndarray, " epoch"], Float[np.ndarray, " epoch"]]:
    """Return the median, and the distance from it to the lower sixth: stars only ever add light."""
    lower, median = np.percentile(values, [15.87, 50], axis=1)
    return median, median - lower


def _running_mean(values: Float[np.ndarray, " epoch"]) -> Float[np.ndarray, " epoch"]:
    return np.asarray(np.cumsum(values) / np.arange(1, len(values) + 1))


def _peak(
    maps: Float[np.ndarray, "epoch y x"], centre: Bool[np.ndarray, "y x"], both_signs: bool
) -> Float[np.ndarray, " epoch"]:
    """Return the highest of the places in the centre that stand out of their neighbours.

    The wings of a neighbour fall from one side of the centre to the other; 0 where nothing else is.
    """
    y, x = np.nonzero(centre)
    rows, columns = slice(y.min() - 1, y.max() + 2), slice(x.min() - 1, x.max() + 2)
    near = np.abs(maps[:, rows, columns]) if both_signs else maps[:, rows, columns]
    is_top = near >= maximum_filter(near, (1, 3, 3))
    inside = centre[rows, columns]
    return np.asarray(np.where(is_top, near, 0.0)[:, inside].max(axis=1))
