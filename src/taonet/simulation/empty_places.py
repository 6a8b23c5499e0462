"""Places of a frame where nothing is seen, and the sequence as it would be cut there."""

from dataclasses import replace
from typing import Final

import numpy as np
from jaxtyping import Bool, Float, Shaped
from scipy.ndimage import gaussian_filter, maximum_filter

from taonet.sky.cutout import Quality, frame_quality, sky_and_noise
from taonet.sky.sequence import ImageSequence
from taonet.sky.spoilt_frames import find_spoilt

AWAY_PX: Final = 8.0
"""Empty places are at least so far from the object at the centre."""

EMPTY_SIGMA: Final = 3.0
"""Where the smoothed median frame is so many times its noise above the sky, something is."""

SMOOTHING_PX: Final = 1.2
"""Sigma of the Gaussian that the median frame is smoothed by: about that of a star."""

ALONE_PX: Final = 5
"""Side of the square around a place in which nothing is seen."""

FROM_PIXELS: Final = ~(Quality.HOLE | Quality.STRAY_LIGHT | Quality.BLANK | Quality.NAN_PIXELS)
"""All bits but those that depend on where a frame was cut."""


def cut_empty_place(
    sequence: ImageSequence, size_px: int, rng: np.random.Generator
) -> ImageSequence | None:
    """Return the sequence cut anew around a place where nothing is seen in the median frame.

    Parameters
    ----------
    size_px : int
        Side of the new cutouts: the larger the frames, the more places there are.

    Returns
    -------
    ImageSequence or None
        Its position is unknown; None if there is no such place within the frames.
    """
    places = np.argwhere(empty_places(sequence, size_px))
    if not len(places):
        return None
    y, x = rng.choice(places).tolist()
    top, left = y - size_px // 2, x - size_px // 2
    frames = np.array(sequence.frames[..., top : top + size_px, left : left + size_px])
    return with_frames(replace(sequence, ra=float("nan"), dec=float("nan")), frames)


def empty_places(sequence: ImageSequence, size_px: int) -> Bool[np.ndarray, "y x"]:
    """Return which pixels are empty places that cutouts of a size can be centred on."""
    median = median_frame(sequence)
    light = gaussian_filter(np.nan_to_num(median, nan=float(np.nanmedian(median))), SMOOTHING_PX)
    (sky,), (noise,) = sky_and_noise(light[None])
    is_empty = maximum_filter(light, ALONE_PX) < sky + EMPTY_SIGMA * noise
    height, width = median.shape
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    is_far = np.hypot(x - width // 2, y - height // 2) >= AWAY_PX
    return np.asarray(is_empty & is_far & _fits(y, height, size_px) & _fits(x, width, size_px))


def median_frame(sequence: ImageSequence) -> Float[np.ndarray, "y x"]:
    """Return the median of the science frames that hold information, NaN where none does."""
    frames = sequence.pixels[sequence.usable, 0].astype(np.float64)
    is_known = np.isfinite(frames).any(axis=0)
    median = np.nanmedian(np.where(is_known, frames, 0.0), axis=0)
    return np.asarray(np.where(is_known, median, np.nan))


def with_frames(
    sequence: ImageSequence, frames: Shaped[np.ndarray, "epoch channel y x"]
) -> ImageSequence:
    """Return a sequence with other frames, and the quality that can be read off them."""
    quality = (sequence.quality & int(FROM_PIXELS)) | frame_quality(frames)
    spoilt = find_spoilt(frames, sequence.band)
    return replace(sequence, frames=frames, quality=(quality | spoilt).astype(np.int32))


def _fits(place: Shaped[np.ndarray, "y x"], side: int, size_px: int) -> Bool[np.ndarray, "y x"]:
    first = place - size_px // 2
    return np.asarray((first >= 0) & (first + size_px <= side))
