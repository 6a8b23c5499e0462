"""From pixels in the survey's units to numbers a network can read, causally.

A sequence is scaled by its own sky and noise, never frame by frame to its own minimum and
maximum: that would erase the light curve. What is done to the frame of epoch k depends on
epochs up to k only, so a prediction never depends on later ones.
"""

from bisect import insort
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int, Shaped

from taonet.errors import ConfigError
from taonet.sky.cutout import centre_crop, sky_and_noise
from taonet.types import Count, Positive

SOFT_SCALE = 3.0
"""Compressed pixels are divided by this, to be of order one."""


@dataclass(frozen=True, kw_only=True)
class Scaling:
    """How pixels become the network's input; part of a bundle.

    Parameters
    ----------
    sky : {"frame", "sequence"}
        Subtract each frame's own sky level, or the running median of the levels so far.
    unit : {"noise", "object"}
        Pixels are divided by the sequence's own noise, or by the object's own brightness so far
        (`running_brightness`): then how bright it is cannot give it away, only how noisy.
    softening : float
        Pixels are compressed as ``asinh(pixel / unit / softening)``: linear in the noise,
        logarithmic in the stars.
    crop_px : int
        Side of the central crop; 0 keeps the whole cutout.
    """

    sky: Literal["frame", "sequence"] = "frame"
    unit: Literal["noise", "object"] = "noise"
    softening: Positive = 1.0
    crop_px: Count = 0

    def __post_init__(self) -> None:
        if not self.softening > 0:
            raise ConfigError("softening must be positive", got=self.softening)


def running_median(values: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """Return the median of the finite values up to and including each; NaN before the first.

    Examples
    --------
    >>> running_median(np.array([1.0, 5.0, np.nan, 3.0]))
    array([1., 3., 3., 3.])
    """
    ordered: list[float] = []
    medians = np.full(len(values), np.nan)
    for i, value in enumerate(values.tolist()):
        if value == value:
            insort(ordered, value)
        if ordered:
            middle = len(ordered) // 2
            medians[i] = (ordered[middle] + ordered[~middle]) / 2
    return medians


def running_scale(
    sky: Float[np.ndarray, "epoch channel"],
    noise: Float[np.ndarray, "epoch channel"],
    band: Int[np.ndarray, " epoch"],
    scaling: Scaling,
) -> tuple[Float[np.ndarray, "epoch channel"], Float[np.ndarray, "epoch channel"]]:
    """Return what to subtract from and divide by, for every epoch, knowing only the past.

    The noise is the running median of the frames' noises, by band and channel: one cloudy night
    stays as noisy as it was.
    """
    level, width = sky.copy(), np.empty_like(noise)
    for one_band in np.unique(band):
        epochs = np.flatnonzero(band == one_band)
        for channel in range(sky.shape[1]):
            width[epochs, channel] = running_median(noise[epochs, channel])
            if scaling.sky == "sequence":
                level[epochs, channel] = running_median(sky[epochs, channel])
    return level, np.where(width > 0, width, 1.0)


LIGHT_RADIUS_PX = 3.0
"""Of the aperture that measures an object's brightness; wider than the seeing of DECam and CRTS."""

USUAL_LIGHT = 2000.0
"""What the sum becomes where brightness is taken out, as if in units of a pixel's noise; that of
the stars of HiTS, so that a network that learnt in units of noise is not lost."""

LEAST_LIGHT = 3.0
"""Sums smaller than so many times their own noise are no brightness to divide by."""


def running_brightness(
    frames: Shaped[np.ndarray, "epoch channel y x"],
    level: Float[np.ndarray, "epoch channel"],
    width: Float[np.ndarray, "epoch channel"],
    band: Int[np.ndarray, " epoch"],
) -> Float[np.ndarray, "epoch channel"]:
    """Return the running median of what lies within a circle around the object, by band.

    It is never less than `LEAST_LIGHT` times its noise, so that nothing is not blown up.
    """
    y, x = np.indices(frames.shape[-2:])
    centre_y, centre_x = ((n - n % 2) / 2 for n in frames.shape[-2:])
    inside = np.hypot(y - centre_y, x - centre_x) <= LIGHT_RADIUS_PX
    sums = np.nansum(frames[..., inside] - level[..., None], axis=-1)
    usual = np.empty_like(width)
    for one_band in np.unique(band):
        epochs = np.flatnonzero(band == one_band)
        for channel in range(width.shape[1]):
            usual[epochs, channel] = running_median(sums[epochs, channel])
    return np.asarray(np.maximum(usual, LEAST_LIGHT * np.sqrt(inside.sum()) * width))


def compress(
    frames: Shaped[np.ndarray, "epoch channel y x"],
    level: Float[np.ndarray, "epoch channel"],
    width: Float[np.ndarray, "epoch channel"],
    softening: float,
) -> Float[np.ndarray, "epoch channel y x"]:
    """Return ``asinh((frame − level) / (softening · width)) / SOFT_SCALE``, 0 for no data."""
    images = np.arcsinh(scale_to_noise(frames, level, softening * width), dtype=np.float32)
    return np.asarray(np.nan_to_num(images / SOFT_SCALE, copy=False, posinf=0.0, neginf=0.0))


def scale_to_noise(
    frames: Shaped[np.ndarray, "epoch channel y x"],
    level: Float[np.ndarray, "epoch channel"],
    width: Float[np.ndarray, "epoch channel"],
) -> Float[np.ndarray, "epoch channel y x"]:
    """Return ``(frame − level) / width``, float32."""
    scale = width[..., None, None].astype(np.float32)
    return np.asarray((frames - level[..., None, None].astype(np.float32)) / scale)


def conditions_of(
    sky: Float[np.ndarray, "epoch channel"],
    noise: Float[np.ndarray, "epoch channel"],
    band: Int[np.ndarray, " epoch"],
) -> Float[np.ndarray, "epoch condition"]:
    """Return how each frame's sky and noise compare with what was usual so far.

    Clouds, moon and airmass change sky and noise along with every star's brightness: without
    them a constant star looks variable (measured on HiTS: the scatter of the log flux of
    constant stars falls from 0.32 to 0.11 once sky, noise and seeing are known).

    Returns
    -------
    conditions : array (epoch, 2 · channel)
        ``asinh`` of the sky's change in units of the noise, then the log of the noise's ratio,
        each divided by `SOFT_SCALE`; 0 where there is no data.
    """
    usual, width = running_scale(sky, noise, band, Scaling(sky="sequence"))
    brighter = np.arcsinh((sky - usual) / width)
    noisier = np.log(np.where(noise > 0, noise, np.nan) / width)
    numbers = np.concatenate([brighter, noisier], axis=1) / SOFT_SCALE
    return np.nan_to_num(numbers, nan=0.0, posinf=0.0, neginf=0.0).astype(np.float32)


def scaled_images(
    frames: Shaped[np.ndarray, "epoch channel y x"],
    band: Int[np.ndarray, " epoch"],
    scaling: Scaling,
) -> tuple[Float[np.ndarray, "epoch channel size size"], Float[np.ndarray, "epoch condition"]]:
    """Scale the frames of one sequence: the whole way from pixels to network input.

    Parameters
    ----------
    frames : array (epoch, channel, y, x)
        In time order, in any unit; NaN = no data.
    band : array (epoch,)
        An integer for each band.

    Returns
    -------
    images : array (epoch, channel, y, x)
        float32, of order one.
    conditions : array (epoch, 2 · channel)
        See `conditions_of`.
    """
    sky, noise = sky_and_noise(frames)
    level, width = running_scale(sky, noise, band, scaling)
    if scaling.unit == "object":
        width = running_brightness(frames, level, width, band) / USUAL_LIGHT
    cropped = centre_crop(frames, scaling.crop_px) if scaling.crop_px else frames
    images = compress(cropped, level, width, scaling.softening)
    return images, conditions_of(sky, noise, band)


def turn_images(
    images: Float[np.ndarray, "epoch channel y x"], which: int
) -> Float[np.ndarray, "epoch channel y x"]:
    """Return one of the eight turns and flips of a whole sequence (0 changes nothing)."""
    flipped = images[..., ::-1] if which >= 4 else images
    return np.rot90(flipped, which % 4, axes=(-2, -1))


FEW = 3
"""Epochs of a sequence of which few are known."""


def draw_epochs(
    n_epochs: int,
    rng: np.random.Generator,
    *,
    min_epochs: int = 1,
    max_epochs: int = 0,
    whole: float = 0.5,
    few: float = 0.0,
) -> Int[np.ndarray, " shown"]:
    """Draw the epochs that a sequence shows in one training step.

    With probability ``whole`` all of them; else a random share of them, some dropped at random,
    so that the network meets short and gappy sequences. Of what is longer than ``max_epochs`` a
    stretch is shown. With probability ``few`` one to `FEW` epochs in order instead.
    """
    if few and rng.random() < few:
        keep = int(rng.integers(1, min(FEW, n_epochs) + 1))
        return np.sort(rng.choice(n_epochs, size=keep, replace=False))
    epochs = _draw_subset(n_epochs, rng, min_epochs=min_epochs, whole=whole)
    if max_epochs and len(epochs) > max_epochs:
        first = int(rng.integers(0, len(epochs) - max_epochs + 1))
        epochs = epochs[first : first + max_epochs]
    return epochs


def _draw_subset(
    n_epochs: int, rng: np.random.Generator, *, min_epochs: int, whole: float
) -> Int[np.ndarray, " shown"]:
    if n_epochs <= min_epochs or rng.random() < whole:
        return np.arange(n_epochs)
    keep = int(rng.integers(min_epochs, n_epochs + 1))
    if rng.random() < 0.5:
        first = int(rng.integers(0, n_epochs - keep + 1))
        return np.arange(first, first + keep)
    return np.sort(rng.choice(n_epochs, size=keep, replace=False))
