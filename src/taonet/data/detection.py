"""Whether anything is seen at an object's place: causally, at a stated rate of false alarms.

A network names a class for any pixels, also where there is nothing. So it is asked first whether
there is a source: each frame is smoothed by a small Gaussian, less what a wider one gives, so that
sky, haloes and slopes of light drop out; the signal is the highest place near the centre, of the
frame or of the sum of the frames so far, in units of the noise. That is measured from how such maps
differ from one frame to the next, so that neither seeing nor gain nor zero point need be known, and
correlated noise is noise.

An object is **detected** once the sum of the frames so far has a signal of `SUM_SNR`, or two frames
running have one of `FRAME_SNR`, or the last `RUN` differ by as much from those before them: a new
star on the slope of a bright galaxy is seen by its change. In differences what has faded counts as
well. It stays detected.
A single frame counts up to `MOST_SNR` only, as a cosmic ray or a trail may lie in it. A neighbour
nearer than some two pixels cannot be told from the object. Measured rates of false alarms are in
docs/decisions/0011-answers-besides-a-class.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from jaxtyping import Bool, Float, Shaped
from scipy.ndimage import gaussian_filter1d

from taonet.sky.cutout import Levels, light_in_noise, sky_and_noise

SUM_SNR: Final = 5.0
"""Signal of the sum of the frames that is a detection."""

FRAME_SNR: Final = 5.0
"""Signal of two frames running that is one."""

RUN: Final = 4
"""Frames running that are compared with all before them."""

MOST_SNR: Final = 6.0
"""The most that a single frame counts for."""

SMOOTHING_PX: Final = 1.2
"""Sigma of the Gaussian: between a seeing of 2 and of 5 pixels (FWHM) nothing much is lost."""

SURROUNDINGS_PX: Final = 3.0
"""Sigma of the Gaussian that is taken off, applied to what was smoothed already."""

REACH: Final = 3.0
"""A Gaussian ends so many sigma from its middle."""

CENTRING_PX: Final = 1.5
"""The object lies within so many pixels of the centre; the highest place among these counts."""

AWAY_PX: Final = 5.0
"""Farther from the centre are the places that tell the noise."""

STEP_PX: Final = 2
"""Every so manyth place in each direction is looked at: neighbours are smoothed alike."""

LEAST_NOISE: Final = 0.9
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
        Signal of the sum of the frames so far at the object's place, in units of its noise; where
        there are differences, that of their sum if it is larger. At most `MOST_SNR` times the root
        of the number of frames.
    detected : array (epoch,)
    """

    snr: Float[np.ndarray, " epoch"]
    detected: Bool[np.ndarray, " epoch"]


def detect(
    frames: Shaped[np.ndarray, "epoch channel y x"],
    channels: Sequence[str] = ("science",),
    *,
    levels: Levels | None = None,
) -> Detection:
    """Return whether anything is seen at the centre of a sequence's cutouts, after each epoch.

    Parameters
    ----------
    frames : array (epoch, channel, y, x)
        In the order in which they are known, in any unit; NaN = no data.
    channels : sequence of str
        What each channel shows; ``science`` (or the first) and ``difference`` are looked at.
    levels : (array, array), optional
        Sky and noise of each frame and channel, where they are known (`sky_and_noise`).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> frames = rng.normal(100, 5, (3, 1, 32, 32))
    >>> frames[:, 0, 16, 16] += 100
    >>> detect(frames).detected.tolist()
    [True, True, True]
    """
    science = channels.index("science") if "science" in channels else 0
    levels = sky_and_noise(frames) if levels is None else levels
    parts = [_detect_light(frames[:, science], _of_channel(levels, science))]
    if "difference" in channels:
        other = channels.index("difference")
        parts.append(_detect_light(frames[:, other], _of_channel(levels, other), both_signs=True))
    return Detection(
        snr=np.max([part.snr for part in parts], axis=0),
        detected=np.any([part.detected for part in parts], axis=0),
    )


def _of_channel(levels: Levels, channel: int) -> Levels:
    sky, noise = levels
    return sky[:, channel], noise[:, channel]


def _detect_light(
    images: Shaped[np.ndarray, "epoch y x"], levels: Levels, *, both_signs: bool = False
) -> Detection:
    if not len(images):
        return Detection(snr=np.zeros(0), detected=np.zeros(0, bool))
    signal, noise = _signal(images, levels, darkest=np.inf if both_signs else DARK)
    centre, others = _places(images.shape[1:])
    usual = np.maximum(_running_noise(signal[:, others]), LEAST_NOISE)
    own = np.clip(signal[:, centre] / usual[:, None], -MOST_SNR, MOST_SNR)
    summed = np.cumsum(own / noise[:, None], axis=0)
    white = np.sqrt(np.cumsum(1 / noise**2))
    # frames without noise count for nothing, and the first ones may all be such
    sum_snr = _highest(summed, both_signs) / np.maximum(white, np.finfo(float).tiny)
    is_clear = _highest(own, both_signs) >= FRAME_SNR
    found = sum_snr >= SUM_SNR
    found[1:] |= is_clear[1:] & is_clear[:-1]
    found |= _has_changed(own, noise)
    return Detection(snr=sum_snr, detected=np.logical_or.accumulate(found))


def _has_changed(
    own: Float[np.ndarray, "epoch place"], noise: Float[np.ndarray, " epoch"]
) -> Bool[np.ndarray, " epoch"]:
    """Return whether the last `RUN` frames differ from those before them by `SUM_SNR`."""
    changed = np.zeros(len(own), bool)
    if len(own) <= RUN:
        return changed
    light, weight = (
        np.cumsum(np.concatenate([zero, values]), axis=0)
        for zero, values in (
            (np.zeros((1, own.shape[1])), own / noise[:, None]),
            (np.zeros(1), 1 / noise**2),
        )
    )
    late, early = weight[RUN + 1 :] - weight[1:-RUN], weight[1:-RUN]
    known = (late > 0) & (early > 0)
    late, early = np.where(known, late, 1.0), np.where(known, early, 1.0)
    step = (light[RUN + 1 :] - light[1:-RUN]) / late[:, None] - light[1:-RUN] / early[:, None]
    clear = np.abs(step).max(axis=1) >= SUM_SNR * np.sqrt(1 / late + 1 / early)
    changed[RUN:] = known & clear
    return changed


def _signal(
    images: Shaped[np.ndarray, "epoch y x"], levels: Levels, *, darkest: float
) -> tuple[Float[np.ndarray, "epoch y x"], Float[np.ndarray, " epoch"]]:
    """Return maps of the signal, of unit spread if noise is white, and the noise of a pixel.

    Where too little is seen the signal is 0; a frame without noise has no signal, and its noise is
    infinite.
    """
    light = light_in_noise(images, levels)
    noise = np.where(levels[1] > 0, levels[1], np.inf)
    with np.errstate(invalid="ignore"):
        valid = np.isfinite(light) & (light > -darkest)
    if not valid.all():
        light[~valid] = 0.0
    near = _mean_light(light, valid)
    around = _blur(near, SURROUNDINGS_PX)
    return (near - around) / _white_spread(), noise


def _mean_light(
    light: Float[np.ndarray, "epoch y x"], valid: Bool[np.ndarray, "epoch y x"]
) -> Float[np.ndarray, "epoch y x"]:
    """Return the weighted mean of the valid pixels around each, 0 where there are too few."""
    smooth = _blur(light, SMOOTHING_PX)
    if valid.all():
        return smooth
    seen = _blur(valid.astype(np.float32), SMOOTHING_PX)
    return np.where(seen > LEAST_SEEN, smooth / np.maximum(seen, LEAST_SEEN), 0.0)


@cache
def _white_spread() -> float:
    """Return the spread of the map of white noise of unit spread, far from the edges."""
    point = np.zeros((1, 41, 41), np.float32)
    point[0, 20, 20] = 1
    near = _blur(point, SMOOTHING_PX)
    return float(np.sqrt(((near - _blur(near, SURROUNDINGS_PX)) ** 2).sum()))


def _blur(images: Float[np.ndarray, "epoch y x"], sigma: float) -> Float[np.ndarray, "epoch y x"]:
    height, width = images.shape[1:]
    # products of matrices: four times as quick as filters
    return np.asarray(_blur_matrix(height, sigma) @ images @ _blur_matrix(width, sigma).T)


@cache
def _blur_matrix(side: int, sigma: float) -> Float[np.ndarray, "side side"]:
    """Return what blurs a column of pixels."""
    one_by_one = np.eye(side, dtype=np.float32)
    return np.asarray(gaussian_filter1d(one_by_one, sigma, axis=0, mode="nearest", truncate=REACH))


def _places(
    shape: tuple[int, ...],
) -> tuple[Bool[np.ndarray, "y x"], Bool[np.ndarray, "y x"]]:
    """Return the places that may be the object's, and a grid of others."""
    y, x = np.indices(shape)
    distance = np.hypot(y - shape[0] // 2, x - shape[1] // 2)
    grid = (y % STEP_PX == 0) & (x % STEP_PX == 0)
    away = distance > min(AWAY_PX, min(shape) / 3)
    return distance <= CENTRING_PX, (grid & away) if (grid & away).any() else away


def _running_noise(values: Float[np.ndarray, "epoch place"]) -> Float[np.ndarray, " epoch"]:
    """Return the noise of the signal, as a running mean over the frames so far.

    What stands still drops out of the change from one frame to the next; of the first frame it is
    the distance from the median down to the lower sixth, as stars only ever add light.
    """
    if not values.shape[1]:
        return np.ones(len(values))
    lower, median = np.percentile(values[0], [15.87, 50])
    change = np.abs(np.diff(values, axis=0))
    own = np.concatenate([[median - lower], 1.4826 * np.median(change, axis=1) / np.sqrt(2)])
    total = np.cumsum(own)
    count = np.arange(1, len(own) + 1)
    # the first frame has stars in it: the others outvote it as soon as there are any
    return np.asarray(np.where(count > 1, (total - own[0]) / np.maximum(count - 1, 1), total))


def _highest(
    values: Float[np.ndarray, "epoch place"], both_signs: bool
) -> Float[np.ndarray, " epoch"]:
    return np.asarray((np.abs(values) if both_signs else values).max(axis=1))
