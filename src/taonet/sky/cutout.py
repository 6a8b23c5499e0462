"""One cutout: its quality bits, its sky, and what to do at the edge of a chip.

Conventions (docs/conventions.md): arrays are ``[y, x]``, zero-based, an integer is the centre
of a pixel, the object sits at ``(size - 1) / 2`` for odd sizes and at ``size / 2`` for even ones.
"""

from enum import IntFlag

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from taonet.errors import InputError
from taonet.shapes import Images


class Quality(IntFlag):
    """What is known to be wrong with a frame. No bit set = nothing known.

    ======================  =====================================================
    bit                     meaning
    ======================  =====================================================
    BLANK                   every pixel has the same value, or none is finite
    NAN_PIXELS              some pixels hold no data (chip edge, mask)
    MJD_REPAIRED            the time stored is not the time stated by the source
    PADDED                  smaller than the others; NaN was added on the cut side
    SATURATED               the object touches pixels at the detector's ceiling
    TRAILED                 the PSF is so oval that the telescope must have moved
    BAD_PSF                 the PSF is far wider or narrower than the sequence's usual one
    UNCALIBRATED            no field star told the zero point; it is stated or assumed
    BAD_FIT                 the pixels at the object's place do not look like a star
    ======================  =====================================================
    """

    BLANK = 1
    NAN_PIXELS = 2
    MJD_REPAIRED = 4
    PADDED = 8
    SATURATED = 16
    TRAILED = 32
    BAD_PSF = 64
    UNCALIBRATED = 128
    BAD_FIT = 256


NO_LIGHT = 1e30
"""No pixel holds so much: programs write the largest number there is where they mean no data."""


def without_sentinels(
    frames: Shaped[np.ndarray, "epoch channel y x"],
) -> Shaped[np.ndarray, "epoch channel y x"]:
    """Return frames with NaN where a number beyond `NO_LIGHT` stands for no data.

    Real ZTF templates hold −3.4e38 there.

    Examples
    --------
    >>> without_sentinels(np.array([[[[1.0, -3.4e38]]]]))
    array([[[[ 1., nan]]]])
    """
    if not np.issubdtype(frames.dtype, np.floating):
        return frames
    absurd = np.abs(frames) > NO_LIGHT
    return np.where(absurd, np.asarray(np.nan, frames.dtype), frames) if absurd.any() else frames


def is_blank(images: Images) -> Bool[np.ndarray, "*batch"]:
    """Return True for images that hold one value only, or no finite value at all."""
    flat = images.reshape(*images.shape[:-2], -1)
    if not np.issubdtype(flat.dtype, np.floating):
        return np.asarray((flat == flat[..., :1]).all(axis=-1))
    finite = np.isfinite(flat)
    lowest = np.where(finite, flat, np.inf).min(axis=-1)
    highest = np.where(finite, flat, -np.inf).max(axis=-1)
    return np.asarray(lowest >= highest)


def frame_quality(frames: Shaped[np.ndarray, "epoch channel y x"]) -> Int[np.ndarray, " epoch"]:
    """Return the quality bits that can be read off the pixels of each epoch.

    The first channel (the science image) decides on BLANK.
    """
    bits = np.zeros(len(frames), dtype=np.int32)
    bits[is_blank(frames[:, 0])] |= Quality.BLANK
    if np.issubdtype(frames.dtype, np.floating):
        bits[~np.isfinite(frames).all(axis=(1, 2, 3))] |= Quality.NAN_PIXELS
    return bits


def sky_and_noise(
    images: Images,
) -> tuple[Float[np.ndarray, "*batch"], Float[np.ndarray, "*batch"]]:
    """Measure the sky level and the noise of each image, robustly.

    The level is the median of the pixels, the noise 1.4826 × the median absolute deviation of
    those not brighter than the median: stars and hosts only ever add light, so the faint half
    of the pixels tells the noise of the sky. NaN for images without a finite pixel.

    Parameters
    ----------
    images : array (..., y, x)
        Any unit and dtype; NaN = no data.

    Returns
    -------
    sky, noise : arrays (...)
        In the unit of the images.
    """
    flat = images.reshape(*images.shape[:-2], -1)
    if np.issubdtype(flat.dtype, np.floating) and not np.isfinite(flat).all():
        return _sky_and_noise_with_gaps(flat)
    count = flat.shape[-1]
    half = (count + 1) // 2
    middle = [half - 1, count // 2]
    quarter = [(half - 1) // 2, half // 2]
    # four ranks are all that is needed: two and a half times as fast as sorting
    ranked = np.partition(flat, middle + quarter, axis=-1)
    sky = ranked[..., middle].astype(np.float64).sum(axis=-1) / 2
    deviation = sky[..., None] - ranked[..., quarter].astype(np.float64)
    return sky, 1.4826 * deviation.sum(axis=-1) / 2


def _sky_and_noise_with_gaps(
    flat: Shaped[np.ndarray, "*batch pixel"],
) -> tuple[Float[np.ndarray, "*batch"], Float[np.ndarray, "*batch"]]:
    values = np.where(np.isfinite(flat), flat, np.nan).astype(np.float64)
    shape = flat.shape[:-1]
    sky, noise = np.full(shape, np.nan), np.full(shape, np.nan)
    for index in np.ndindex(*shape):
        pixels = values[index]
        pixels = pixels[~np.isnan(pixels)]
        if len(pixels):
            sky[index] = np.median(pixels)
            noise[index] = 1.4826 * np.median(sky[index] - pixels[pixels <= sky[index]])
    return sky, noise


def centre_crop(images: Images, size: int) -> Shaped[np.ndarray, "*batch size size"]:
    """Return the central ``size × size`` pixels, the centre pixel staying the centre.

    Raises
    ------
    InputError
        If the images are smaller than that.
    """
    height, width = images.shape[-2:]
    if size > min(height, width):
        raise InputError("the crop is larger than the image", got=f"{size} of {height} × {width}")
    top, left = height // 2 - size // 2, width // 2 - size // 2
    return images[..., top : top + size, left : left + size]


def pad_to(
    image: Shaped[np.ndarray, "y x"], shape: tuple[int, int], *, low_y: int, low_x: int
) -> Float[np.ndarray, "Y X"]:
    """Put a cut image into a frame of the full shape, NaN where there is no data.

    Parameters
    ----------
    image : array (y, x)
        What the edge of the chip left over.
    shape : (int, int)
        The full shape ``(y, x)``.
    low_y, low_x : int
        How many rows and columns are missing on the low side of each axis.

    Examples
    --------
    >>> pad_to(np.ones((1, 2)), (2, 2), low_y=1, low_x=0)
    array([[nan, nan],
           [ 1.,  1.]], dtype=float32)
    """
    height, width = image.shape
    if low_y < 0 or low_x < 0 or low_y + height > shape[0] or low_x + width > shape[1]:
        raise InputError("the cut image does not fit", got=f"{image.shape} into {shape}")
    full = np.full(shape, np.nan, dtype=np.float32)
    full[low_y : low_y + height, low_x : low_x + width] = image
    return full
