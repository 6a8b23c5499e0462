"""What a sequence would show with other light in it, under the same noise; numpy only.

Every function draws as many random numbers an epoch whatever comes later, so that all but those
that need the median frame are causal: changing the first epochs gives the first changed epochs.
What noise is added is that of `taonet.data.counterfactual_noise`.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
from jaxtyping import Float, Int

from taonet.data.counterfactual_noise import Levels, draw_noise, measure_frames, outer_sky_and_noise
from taonet.sky.cutout import frame_quality
from taonet.sky.sequence import ImageSequence
from taonet.sky.spoilt_frames import find_spoilt
from taonet.types import Frames, Images

OBJECT_RADIUS_PX: Final = 8.0
"""Within so many pixels of the centre nothing is left of an object that is taken out."""


def dim(sequence: ImageSequence, mag: float, rng: np.random.Generator) -> ImageSequence:
    """Dim all light above the sky, object and field alike, and restore the noise of each frame.

    Light is multiplied by 10^(−0.4 ``mag``); noise of the frame that was lost with it is added
    again. The photon noise of the light itself is dimmed with it, and not restored. A negative
    ``mag`` brightens, light and noise alike: no noise can be taken away.

    Parameters
    ----------
    mag : float
        Magnitudes.

    Examples
    --------
    >>> frames = np.random.default_rng(1).normal(100, 5, (2, 64, 64))
    >>> frames[:, 32, 32] += 1000
    >>> sequence = ImageSequence.from_frames("mine", frames, [59000.0, 59001.0])
    >>> dimmed = dim(sequence, 2.5, np.random.default_rng(2))
    >>> [bool(abs(peak - 200) < 30) for peak in dimmed.frames[:, 0, 32, 32]]
    [True, True]
    """
    share = 10 ** (-0.4 * mag)
    pixels, sky, noise = measure_frames(sequence)
    light = np.where(np.isnan(noise), np.nan, sky + share * (pixels - sky))
    if share >= 1:
        return with_pixels(sequence, light)
    lost = np.sqrt(1 - share**2) * noise
    return with_pixels(sequence, light + lost * draw_noise(sequence, pixels, noise, rng))


def freeze(sequence: ImageSequence, rng: np.random.Generator) -> ImageSequence:
    """Show in every epoch the median frame of its band, at its own sky and noise.

    Frames are brought to one zero point where they state theirs. Stated seeing and zero points
    stay, although the median frame has one PSF. Not causal: the median is that of all epochs. A
    band of a single epoch stays as it is.
    """
    pixels, sky, noise = measure_frames(sequence)
    median = _median_light(sequence, pixels - sky)
    kept = outer_sky_and_noise(median)[1]
    drawn = _missing(noise, kept) * draw_noise(sequence, pixels, noise, rng)
    gaps = np.where(np.isnan(pixels), np.nan, 0.0)
    return with_pixels(sequence, sky + median + drawn + gaps)


def change_alone(sequence: ImageSequence, rng: np.random.Generator) -> ImageSequence:
    """Take the median frame of its band off every epoch; what is left is the change.

    The sky stays, and noise that went with the median frame is restored: all of it in templates,
    which become empty sky, and in a band of a single epoch. Where the seeing changes, rings are
    left of bright stars. Not causal: the median is that of all epochs.
    """
    pixels, sky, noise = measure_frames(sequence)
    changed = pixels - _median_light(sequence, pixels - sky)
    left = np.nan_to_num(outer_sky_and_noise(changed)[1])
    drawn = _missing(noise, left) * draw_noise(sequence, pixels, noise, rng)
    return with_pixels(sequence, changed + drawn)


def empty(
    sequence: ImageSequence, rng: np.random.Generator, *, keep_field: bool = False
) -> ImageSequence:
    """Show pure sky, with the level and the noise of each frame.

    The class stays that of the object that the frames were taken for.

    Parameters
    ----------
    keep_field : bool
        Empty only what lies within `OBJECT_RADIUS_PX` of the centre.
    """
    pixels, sky, noise = measure_frames(sequence)
    blank = sky + noise * draw_noise(sequence, pixels, noise, rng)
    blank = np.where(np.isnan(pixels), np.nan, blank)
    if keep_field:
        blank = np.where(_radius(pixels.shape[-2:]) <= OBJECT_RADIUS_PX, blank, pixels)
    return with_pixels(sequence, blank)


def with_pixels(sequence: ImageSequence, pixels: Frames) -> ImageSequence:
    """Return a sequence with other pixels, in the type of its frames: integers are rounded.

    Pixels that are not known (NaN), as in gaps and in frames of unknown noise, stay what they are.
    """
    known = np.isfinite(pixels)
    return _with_frames(
        sequence, np.where(known, _in_type(pixels, sequence.frames.dtype), sequence.frames)
    )


def with_new_gaps(sequence: ImageSequence, pixels: Frames) -> ImageSequence:
    """Return a sequence with other pixels, NaN where there is no data.

    Integers, which have no NaN, become floating-point numbers that hold them exactly, if need be.
    """
    whole = _in_type(pixels, sequence.frames.dtype)
    if not np.isnan(pixels).any():
        return _with_frames(sequence, whole)
    wide = np.result_type(sequence.frames.dtype, np.float32)
    return _with_frames(sequence, np.where(np.isnan(pixels), np.nan, whole).astype(wide))


def _with_frames(sequence: ImageSequence, frames: Frames) -> ImageSequence:
    quality = sequence.quality | frame_quality(frames) | find_spoilt(frames, sequence.band)
    return replace(sequence, frames=frames, quality=quality)


def _in_type(pixels: Frames, dtype: np.dtype) -> Frames:
    if np.issubdtype(dtype, np.floating):
        return pixels.astype(dtype)
    limits = np.iinfo(dtype)
    counts = np.clip(np.rint(np.nan_to_num(pixels)), limits.min, limits.max)
    return np.asarray(counts.astype(dtype))


def _missing(noise: Levels, left: Levels) -> Levels:
    """Return the noise that is missing where some is left."""
    return np.asarray(np.sqrt(np.maximum(noise**2 - left**2, 0)))


def _median_light(
    sequence: ImageSequence, light: Float[np.ndarray, "epoch channel y x"]
) -> Float[np.ndarray, "epoch channel y x"]:
    """Return the median frame of the band of each epoch, at the zero point of the epoch."""
    median = np.full_like(light, np.nan)
    for epochs in _bands(sequence):
        gain = _gain(sequence.zero_point_mag[epochs])[:, None, None, None]
        usable = sequence.usable[epochs]
        if usable.any():
            median[epochs] = gain * _nanmedian((light[epochs] / gain)[usable])
    return median


def _bands(sequence: ImageSequence) -> Iterator[Int[np.ndarray, " some"]]:
    bands = np.array(sequence.band)
    for band in dict.fromkeys(sequence.band):
        yield np.flatnonzero(bands == band)


def _gain(zero_point_mag: Float[np.ndarray, " epoch"]) -> Float[np.ndarray, " epoch"]:
    """Return how much more counts a star gives than usual; 1 where it is not known."""
    known = np.isfinite(zero_point_mag)
    usual = np.median(zero_point_mag[known]) if known.any() else 0.0
    return np.asarray(10 ** (0.4 * np.where(known, zero_point_mag - usual, 0.0)))


def _nanmedian(light: Float[np.ndarray, "epoch channel y x"]) -> Images:
    """Return the median over epochs; NaN where no epoch has data."""
    nowhere = np.isnan(light).all(axis=0)
    return np.where(nowhere, np.nan, np.nanmedian(np.where(nowhere, 0.0, light), axis=0))


def _radius(shape: tuple[int, ...]) -> Float[np.ndarray, "y x"]:
    """Return the distance of each pixel from the centre, in pixels."""
    y, x = np.indices(shape)
    return np.asarray(np.hypot(y - shape[0] // 2, x - shape[1] // 2))
