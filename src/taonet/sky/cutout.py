"""One cutout: its quality bits, its sky, and what to do at the edge of a chip.

Conventions (docs/conventions.md): arrays are ``[y, x]``, zero-based, an integer is the centre
of a pixel, the object sits at ``(size - 1) / 2`` for odd sizes and at ``size / 2`` for even ones.
"""

from enum import IntFlag
from itertools import count
from math import gcd
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from taonet.errors import InputError
from taonet.sky.no_data import with_gaps
from taonet.types import Images


class Quality(IntFlag):
    """What is known to be wrong with a frame. No bit set = nothing known.

    ======================  =====================================================
    bit                     meaning
    ======================  =====================================================
    BLANK                   every pixel has the same value, or none is finite, or the object's place
                            holds no data: nothing is known of the object
    NAN_PIXELS              some pixels hold no data (chip edge, mask)
    MJD_REPAIRED            the time stored is not the time stated by the source
    PADDED                  smaller than the others; NaN was added on the cut side
    SATURATED               the object touches pixels at the detector's ceiling
    TRAILED                 the PSF is so oval that the telescope must have moved
    BAD_PSF                 the PSF is far wider or narrower than the sequence's usual one
    UNCALIBRATED            no field star gave the zero point; it is stated or assumed
    BAD_FIT                 the pixels at the object's place do not look like a star
    CLIPPED                 more than half of the pixels hold one value, the lowest or one that
                            rounding does not explain: the noise is unknown
    HOLE                    pixels of the object's place hold no data
    STRAY_LIGHT             light beside the object that came or went: a trail, a ghost, dust
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
    CLIPPED = 512
    HOLE = 1024
    STRAY_LIGHT = 2048


Levels: TypeAlias = tuple[Float[np.ndarray, "..."], Float[np.ndarray, "..."]]
"""Sky and noise, as `sky_and_noise` returns them."""

SAMPLE = 128
"""So many pixels of a frame, or all of a smaller one, are examined first."""

MOST_STEPS = 5
"""Where rounding leaves most pixels equal, half of the fainter ones are not so many steps off."""

OBJECT_PX = 3
"""Side of the square in the middle that must hold some data if anything is to be measured."""


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

    The first channel (the science image) decides on BLANK and CLIPPED.
    """
    bits = np.zeros(len(frames), dtype=np.int32)
    frames = with_gaps(frames)
    bits[is_blank(frames[:, 0]) | ~_covers_object(frames[:, 0])] |= Quality.BLANK
    suspects = np.flatnonzero(_suspect_clipping(frames[:, 0]) & (bits == 0))
    clipped = ~np.isfinite(sky_and_noise(frames[suspects, 0])[1])
    bits[suspects[clipped]] |= Quality.CLIPPED
    if np.issubdtype(frames.dtype, np.floating):
        bits[~np.isfinite(frames).all(axis=(1, 2, 3))] |= Quality.NAN_PIXELS
    return bits


def _covers_object(images: Images) -> Bool[np.ndarray, "*batch"]:
    """Return whether any pixel at the object's place holds data."""
    size = min(OBJECT_PX, *images.shape[-2:])
    return np.asarray(np.isfinite(centre_crop(images, size)).any(axis=(-2, -1)))


def _suspect_clipping(images: Images) -> Bool[np.ndarray, "*batch"]:
    """Return whether many pixels may be equal: from a sample, far quicker than from all of them."""
    width = images.shape[-1]
    size = images.shape[-2] * width
    # a step that shares no factor with the width takes from all columns
    step = next(s for s in count(max(size // SAMPLE, 1)) if gcd(s, width) == 1)
    # NaN comes last
    sample = np.sort(images.reshape(*images.shape[:-2], -1)[..., ::step], axis=-1)
    known = np.isfinite(sample).sum(axis=-1, keepdims=True)
    middle = np.take_along_axis(sample, np.maximum(known - 1, 0) // 2, axis=-1)
    return np.asarray(((sample == middle).sum(axis=-1, keepdims=True) > known / 4)[..., 0])


KNOTTED = 0.5
"""Two thirds of the pixels lie within the noise of the sky; stars and hosts leave half and more."""


def sky_and_noise(
    images: Images,
) -> tuple[Float[np.ndarray, "*batch"], Float[np.ndarray, "*batch"]]:
    """Measure the sky level and the noise of each image, robustly, each by its own pixels.

    The level is the median of the pixels, the noise 1.4826 × its distance to the lower quartile:
    stars and hosts only ever add light, so the faint half of the pixels gives the noise of the
    sky. Where pixels are equal, because counts were rounded, a value stands for all between
    halfway to the one below and halfway to the one above (grouped data), so that frames in steps
    of 20 counts have the noise that they had before rounding.

    Parameters
    ----------
    images : array (..., y, x)
        Any unit and dtype; NaN = no data.

    Returns
    -------
    sky, noise : arrays (...)
        In the unit of the images. Both are NaN without a finite pixel; the noise is NaN, never 0,
        where more than half of the pixels hold one value that rounding does not explain, such as
        the lowest one of a clipped sky, or the only one of a blank image.
    """
    flat = images.reshape(-1, images.shape[-2] * images.shape[-1])
    quartiles = np.full((2, len(flat)), np.nan)
    finite = np.isfinite(flat)
    all_finite = finite.all(axis=1)
    quartiles[:, all_finite] = _grouped_quartiles(flat if all_finite.all() else flat[all_finite])
    for i in np.flatnonzero(~all_finite & finite.any(axis=1)):
        quartiles[:, i] = _grouped_quartiles(flat[i, finite[i]][None])[:, 0]
    median, lower = quartiles.reshape(2, *images.shape[:-2])
    return median, 1.4826 * (median - lower)


def light_in_noise(images: Images, levels: Levels) -> Float[np.ndarray, "*batch y x"]:
    """Return light above the sky in units of the noise, in single precision.

    Parameters
    ----------
    images : array (..., y, x)
    levels : (array, array)
        Sky and noise of each (`sky_and_noise`). Without noise there is no light: it is 0, and NaN
        where pixels or sky are.
    """
    sky, noise = levels
    unit = np.where(noise > 0, noise, np.inf)
    pixels = images
    if images.dtype in (np.float32, np.float16, np.uint16):
        # single precision holds such pixels; of others only what is left without the level
        sky, unit = sky.astype(np.float32), unit.astype(np.float32)
        pixels = images.astype(np.float32, copy=False)
    with np.errstate(invalid="ignore", over="ignore"):
        light = (pixels - sky[..., None, None]) / unit[..., None, None]
    return np.asarray(light, np.float32)


def _grouped_quartiles(
    flat: Shaped[np.ndarray, "image pixel"],
) -> Float[np.ndarray, "two image"]:
    """Return the medians and the lower quartiles; no lower quartile where the sky is clipped."""
    n_pixels = flat.shape[-1]
    middle = n_pixels / 2
    if not len(flat):
        return np.zeros((2, 0))
    ranks = {min(int(place), n_pixels - 1) for place in (middle, middle / 2)}
    # a few ranks are all that is needed: two and a half times as fast as sorting
    ranked = np.partition(flat, sorted(ranks), axis=-1)
    median, clipped = _grouped_value(ranked, middle)
    lower, _ = _grouped_value(ranked, middle / 2)
    for i in np.flatnonzero(~clipped & _has_clumps(ranked, median, lower)):
        lower[i] = min(lower[i], _quartile_by_tenth(ranked[i], median[i]))
    return np.stack([median, np.where(clipped, np.nan, lower)])


def _has_clumps(
    pixels: Shaped[np.ndarray, "image pixel"],
    median: Float[np.ndarray, " image"],
    lower: Float[np.ndarray, " image"],
) -> Bool[np.ndarray, " image"]:
    """Return whether pixels crowd so much that the lower quartile is no measure of the noise.

    Counts that were rounded, and changed a little afterwards, lie in knots: both quartiles may be
    in one. Then far less than two thirds of the pixels are within the noise that they give.
    """
    noise = 1.4826 * (median - lower)
    above = pixels > (median - noise)[:, None]
    near = above & (pixels < (median + noise)[:, None])
    return np.asarray((noise > 0) & (near.mean(axis=1) <= KNOTTED))


def _quartile_by_tenth(pixels: Shaped[np.ndarray, " pixel"], median: float) -> float:
    """Return the lower quartile of a normal distribution with this median and lowest tenth."""
    tenth = np.partition(pixels, len(pixels) // 10)[len(pixels) // 10]
    return float(median - (median - tenth) * (0.67449 / 1.28155))


def _grouped_value(
    ranked: Shaped[np.ndarray, "image pixel"], place: float
) -> tuple[Float[np.ndarray, " image"], Bool[np.ndarray, " image"]]:
    """Return the value at a place among the pixels, and where it lies in a lowest group.

    Parameters
    ----------
    ranked : array (image, pixel)
        Partitioned at the rank of the place.
    place : float
        From 0, the lower edge of the first pixel, to the number of pixels.
    """
    rank = min(int(place), ranked.shape[-1] - 1)
    value = ranked[:, rank, None]
    left, right = ranked[:, : rank + 1], ranked[:, rank:]
    below, above = left < value, right > value
    n_below = below.sum(axis=1)
    n_equal = ranked.shape[-1] - n_below - above.sum(axis=1)
    central = value[:, 0].astype(np.float64)
    previous = np.where(below, left, _dtype_min(ranked)).max(axis=1).astype(np.float64)
    following = np.where(above, right, _dtype_max(ranked)).min(axis=1).astype(np.float64)
    previous = np.where(n_below > 0, previous, central)
    following = np.where(n_below + n_equal < ranked.shape[-1], following, central)
    within = (place - n_below) / n_equal - 0.5
    step = np.where(within < 0, central - previous, following - central)
    clipped = 2 * n_equal > ranked.shape[-1]
    for i in np.flatnonzero(clipped & (n_below > 0)):
        clipped[i] = not _is_rounding(ranked[i], value[i, 0])
    return central + within * step, clipped


def _is_rounding(pixels: Shaped[np.ndarray, " pixel"], value: Any) -> bool:
    """Return whether a value that most pixels hold may come from rounding.

    Then those below it lie one or two steps below, else at any distance.
    """
    distance = np.asarray(value, np.float64) - pixels[pixels < value].astype(np.float64)
    return bool(np.median(distance) <= MOST_STEPS * distance.min())


def _dtype_min(values: Shaped[np.ndarray, "*any"]) -> Any:
    return -np.inf if values.dtype.kind == "f" else np.iinfo(values.dtype).min


def _dtype_max(values: Shaped[np.ndarray, "*any"]) -> Any:
    return np.inf if values.dtype.kind == "f" else np.iinfo(values.dtype).max


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
