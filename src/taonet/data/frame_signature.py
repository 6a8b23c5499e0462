"""What frames look like whatever they show: how wide stars are, how noise hangs together.

Cutouts of another survey, or of another pixel scale, are unlike those that a network learnt from
even where it remembers nothing strange of the object. These numbers are in units of the noise and
of pixels, so that they do not depend on what the counts of a frame mean.
"""

from typing import Final

import numpy as np
from jaxtyping import Bool, Float, Shaped

from taonet.sky.cutout import Levels, light_in_noise, sky_and_noise

NUMBERS: Final = (
    "noise along a side",
    "noise across a corner",
    "width of stars",
    "core of stars",
    "stars",
)
"""What the numbers stand for, in order."""

SKY: Final = 3.0
"""Pixels within so many times the noise are sky."""

STAR: Final = 10.0
"""A pixel so many times the noise above the sky is in a star whose width can be told."""

WIDE_PX: Final = 3
CORE_PX: Final = 1
"""Light within so many pixels of a star's peak, in each direction, tells its width."""

COVERED: Final = 5.0
"""Pixels so many times the noise above the sky are covered by something."""


def frame_signature(
    images: Shaped[np.ndarray, "epoch y x"], *, levels: Levels | None = None
) -> Float[np.ndarray, "epoch number"]:
    """Return what the frames so far look like, as running means.

    Parameters
    ----------
    images : array (epoch, y, x)
        In time order, in any unit; NaN = no data.
    levels : (array, array), optional
        Sky and noise of each frame, where they are known (`sky_and_noise`).

    Returns
    -------
    array (epoch, 5)
        See `NUMBERS`: correlation of neighbouring pixels of sky along a side, and by how much it is
        another across a corner; the logarithms of the light of the brightest star in units of its
        peak, of all of it and of its core (0 where no star is bright enough); the root of the share
        of pixels that are covered by stars.

    Examples
    --------
    >>> images = np.random.default_rng(1).normal(100, 5, (2, 32, 32))
    >>> np.abs(frame_signature(images)[:, 0]).max() < 0.1
    np.True_
    """
    if not len(images):
        return np.zeros((0, len(NUMBERS)))
    sky, noise = sky_and_noise(images) if levels is None else levels
    light = light_in_noise(images, (sky, noise))
    known = np.isfinite(light)
    if not known.all():
        light[~known] = 0.0
    is_sky = known & (np.abs(light) < SKY)
    z = np.where(is_sky, light, np.float32(0.0))
    variance = np.einsum("eyx,eyx->e", z, z) / np.maximum(is_sky.sum(axis=(1, 2)), 1)
    covered = np.sqrt((light > COVERED).mean(axis=(1, 2)))
    side = _correlation(z, is_sky, variance, 0, 1)
    numbers = [
        side,
        _correlation(z, is_sky, variance, 1, 1) - side,
        _star_light(light, WIDE_PX),
        _star_light(light, CORE_PX),
        covered,
    ]
    means = [_running_mean(np.where(noise > 0, values, np.nan)) for values in numbers]
    return np.asarray(np.nan_to_num(np.stack(means, axis=1)))


def _correlation(
    z: Float[np.ndarray, "epoch y x"],
    is_sky: Bool[np.ndarray, "epoch y x"],
    variance: Float[np.ndarray, " epoch"],
    dy: int,
    dx: int,
) -> Float[np.ndarray, " epoch"]:
    """Return how pixels of sky are correlated with those (dx, dy) further on, and (dy, dx)."""
    height, width = z.shape[1:]
    product, pairs = np.zeros(len(z)), np.zeros(len(z))
    for down, right in {(dy, dx), (dx, dy)}:
        near = (slice(None), slice(0, height - down), slice(0, width - right))
        far = (slice(None), slice(down, None), slice(right, None))
        product += np.einsum("eyx,eyx->e", z[near], z[far])
        pairs += (is_sky[near] & is_sky[far]).sum(axis=(1, 2))
    return np.asarray(product / np.maximum(pairs, 1) / np.maximum(variance, 1e-9))


def _star_light(light: Float[np.ndarray, "epoch y x"], px: int) -> Float[np.ndarray, " epoch"]:
    """Return the logarithm of light over peak of the brightest star, NaN where there is none.

    A star at the very edge is none.
    """
    inner = light[:, 1:-1, 1:-1]
    if not inner.size:
        return np.full(len(light), np.nan)
    n, _, width = inner.shape
    y, x = np.divmod(inner.reshape(n, -1).argmax(axis=1), width)
    padded = np.pad(light, ((0, 0), (px, px), (px, px)))
    epoch, steps = np.arange(n), range(1, 2 * px + 2)
    around = np.sum([padded[epoch, y + down, x + right] for down in steps for right in steps], 0)
    peak = inner[epoch, y, x]
    is_star = peak > STAR
    ratio = np.where(is_star, around / np.where(is_star, peak, 1.0), np.nan)
    return np.asarray(np.log(np.maximum(ratio, 1.0)))


def _running_mean(values: Float[np.ndarray, " epoch"]) -> Float[np.ndarray, " epoch"]:
    """Return the mean of the known values so far, NaN before the first."""
    known = np.isfinite(values)
    total, count = np.cumsum(np.where(known, values, 0.0)), np.cumsum(known)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
