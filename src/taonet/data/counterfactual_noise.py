"""Noise to put into frames: what is restored must not tell by itself that something was restored.

Frames that were resampled have noise in which neighbouring pixels go together. White noise in them
would average out sooner than theirs, and would be a mark of its own. numpy only.
"""

from typing import Final

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from taonet.sky.cutout import sky_and_noise
from taonet.sky.no_data import with_gaps
from taonet.sky.sequence import ImageSequence

OUTER_PX: Final = 8
"""What lies so many pixels or more from the object, in x or y, is taken for its sky."""

Numbers = Float[np.ndarray, "*any"]

Levels = Float[np.ndarray, "epoch channel 1 1"]
"""One number an epoch and channel."""

Pixels = Float[np.ndarray, "epoch channel y x"]


def draw_noise(
    sequence: ImageSequence, pixels: Pixels, noise: Levels, rng: np.random.Generator
) -> Pixels:
    """Draw noise of variance 1 for every pixel, with the correlation of neighbours in the frames.

    Equal templates get the same noise, and a difference what the noises of science image and
    template give it, so that it stays science minus template. As many numbers are drawn for each
    epoch, whatever comes later.

    Parameters
    ----------
    pixels : array (epoch, channel, y, x)
        Those of the sequence, NaN in gaps.
    noise : array (epoch, channel, 1, 1)
        Their noise, in the same unit.
    """
    correlation = neighbour_correlation(pixels)
    *leading, height, width = pixels.shape
    white = rng.standard_normal((*leading, height + 1, width + 1))
    drawn = _correlate(white, correlation)
    place = {name: i for i, name in enumerate(sequence.channels)}
    if (template := place.get("template")) is not None:
        drawn[:, template] = drawn[_first_alike(sequence.frames[:, template]), template]
    if (difference := place.get("difference")) is not None and "science" in place:
        science = place["science"]
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.clip(np.nan_to_num(noise[:, science] / noise[:, difference]), 0, 1)
        rest = drawn[:, difference if template is None else template]
        drawn[:, difference] = share * drawn[:, science] - np.sqrt(1 - share**2) * rest
    return np.asarray(drawn)


def measure_frames(sequence: ImageSequence) -> tuple[Pixels, Levels, Levels]:
    """Return the pixels in float64, NaN in gaps, and the sky and noise of each frame."""
    pixels = with_gaps(sequence.frames).astype(np.float64)
    return pixels, *outer_sky_and_noise(pixels)


def outer_sky_and_noise(pixels: Pixels) -> tuple[Levels, Levels]:
    """Measure the sky and the noise of each frame far from the object.

    A bright star fills a cutout of 21 pixels with its wings: over the whole frame the noise of
    real HiTS stars comes out twice as high as it is. Where the outer pixels hold no data the whole
    frame counts. The noise is NaN where that of the whole frame is not known.
    """
    whole = sky_and_noise(pixels)
    outer = sky_and_noise(_select(pixels, _outer_mask(pixels)))
    sky, noise = (np.where(np.isfinite(o), o, w) for o, w in zip(outer, whole, strict=True))
    noise = np.where(np.isfinite(whole[1]), noise, np.nan)
    return sky[..., None, None], noise[..., None, None]


def neighbour_correlation(pixels: Pixels) -> Levels:
    """Return how much the noises of neighbouring pixels go together, from what was seen so far.

    It is read off the scatter of third and second differences of pixels in a row or column, far
    from the object: light changes slowly there and drops out, whereas the noise itself, and first
    differences, would be taken for correlated in the wings of a bright star. One small frame says
    little, so the variances of all frames up to each epoch are added up. The noise is assumed to be
    white noise that was interpolated linearly. Between 0 and 0.5.

    Examples
    --------
    >>> white = np.random.default_rng(1).normal(size=(1, 1, 401, 401))
    >>> rows = white[..., 1:, :] + white[..., :-1, :]
    >>> resampled = rows[..., 1:] + rows[..., :-1]  # by half a pixel each way
    >>> [round(float(neighbour_correlation(x)[0, 0, 0, 0]), 1) for x in (white, resampled)]
    [0.0, 0.5]
    """
    second, third = (_difference_scatter(pixels, order) for order in (2, 3))
    known = np.isfinite(second) & np.isfinite(third)
    second, third = (np.cumsum(np.where(known, v, 0.0), axis=0) for v in (second, third))
    white = np.full_like(third, np.sqrt(_RATIO[0]))
    ratio = np.divide(third, second, out=white, where=second > 0) ** 2
    # np.interp wants ascending places
    part = np.interp(-ratio, -_RATIO, _PART)
    return np.asarray(_correlation_of(part)[..., None, None])


def _correlation_of(part: Numbers) -> Numbers:
    """Return the correlation of neighbours where each took a part of its neighbour's value."""
    return np.asarray(part * (1 - part) / (part**2 + (1 - part) ** 2))


_PART: Final = np.linspace(0, 0.5, 101)
_CORRELATION: Final = _correlation_of(_PART)
_RATIO: Final = (20 - 30 * _CORRELATION) / (6 - 8 * _CORRELATION)
"""The variance of third differences over that of second ones, of neighbours so correlated."""


def _difference_scatter(pixels: Pixels, order: int) -> Float[np.ndarray, "epoch channel"]:
    """Return the scatter of differences along rows and columns far from the object, in the mean."""
    outer = np.where(_outer_mask(pixels), 0.0, np.nan)
    scatters = []
    for axis in (-1, -2):
        known = np.isfinite(np.diff(outer, order, axis=axis))
        scatters.append(sky_and_noise(_select(np.diff(pixels, order, axis=axis), known))[1])
    return np.asarray(np.mean(scatters, axis=0))


def _outer_mask(pixels: Pixels) -> Bool[np.ndarray, "y x"]:
    """Return which pixels lie far from the object; all, where the cutout is too small for that."""
    height, width = pixels.shape[-2:]
    y, x = np.indices((height, width))
    outer = np.maximum(abs(y - height // 2), abs(x - width // 2)) >= OUTER_PX
    return outer if min(height, width) // 2 > OUTER_PX else np.ones_like(outer)


def _select(
    pixels: Pixels, where: Bool[np.ndarray, "y x"]
) -> Float[np.ndarray, "epoch channel 1 n"]:
    """Return some pixels of each frame in a row: far quicker to measure than among NaN."""
    return pixels[..., where][..., None, :]


def _correlate(
    white: Float[np.ndarray, "epoch channel wide_y wide_x"], correlation: Levels
) -> Float[np.ndarray, "epoch channel y x"]:
    """Interpolate noise between neighbours; the last row and column are used up."""
    part = np.interp(correlation, _CORRELATION, _PART)
    rows = (1 - part) * white[..., :-1, :] + part * white[..., 1:, :]
    both = (1 - part) * rows[..., :-1] + part * rows[..., 1:]
    return np.asarray(both / ((1 - part) ** 2 + part**2))


def _first_alike(frames: Shaped[np.ndarray, "epoch y x"]) -> Int[np.ndarray, " epoch"]:
    """Return for each frame the first that equals it."""
    first: dict[bytes, int] = {}
    return np.array([first.setdefault(frame.tobytes(), i) for i, frame in enumerate(frames)])
