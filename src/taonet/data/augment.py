"""How examples are varied in training, to prevent overfitting.

Each variation is what another observer could have seen of such an object: turned, fainter, noisier,
faster or slower, without knowledge of host and field.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from jaxtyping import Float

from taonet.data.epoch_photometry import LIGHT, UNMEASURED
from taonet.data.running_mean import SOFTENING, look_epochs
from taonet.data.transforms import SOFT_SCALE, turn_images
from taonet.types import Count, Natural, NotNegative, Share

Light = Float[np.ndarray, "epoch number"]

VARIED: Final = ("images", "deep", "light", "days")
"""What of an example is varied."""


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """How training examples are varied.

    Parameters
    ----------
    turns : bool
        Turn and flip whole sequences.
    min_epochs, max_epochs : int
        Shortest and longest sequence shown; 0 shows all epochs of long ones.
    whole : float
        Share of sequences shown complete.
    few : float
        Share of sequences of which one to three epochs are shown, as of an object that was
        detected just now.
    noise : float
        Standard deviation of Gaussian noise added to the scaled images, in the same scale.
    dimmed : float
        Share of sequences shown in units of their own brightness (`Scaling.unit`), so that the
        network learns to do without.
    fainter_mag : float
        Half of the sequences are shown up to so many magnitudes fainter: measured fluxes and
        running means, noise as it was.
    noisier : float
        To the measured fluxes of half of the sequences noise is added, up to so many times their
        own; their errors are raised accordingly.
    stretch : float
        Intervals of time are multiplied by up to exp(± this).
    alone : float
        Share of sequences shown without running means of the frames, so that the network can do
        without host and field too.
    frozen : float
        Share of sequences shown with their change frozen, as objects of the class that does not
        change; see `taonet.data.frozen_examples`.
    """

    turns: bool = True
    min_epochs: Natural = 1
    max_epochs: Count = 0
    whole: Share = 0.5
    few: Share = 0.0
    noise: NotNegative = 0.0
    dimmed: Share = 0.0
    fainter_mag: NotNegative = 0.0
    noisier: NotNegative = 0.0
    stretch: NotNegative = 0.0
    alone: Share = 0.0
    frozen: Share = 0.0


def augment(
    seen: Mapping[str, Any], augmentation: Augmentation, rng: np.random.Generator
) -> dict[str, Any]:
    """Return what is seen of an example (`VARIED`), varied."""
    images, deep, light, days = (seen[name] for name in VARIED)
    if augmentation.turns:
        which = int(rng.integers(8))
        images, deep = turn_images(images, which), turn_images(deep, which)
    if augmentation.noise:
        images = images + augmentation.noise * rng.standard_normal(images.shape, dtype=np.float32)
    if augmentation.fainter_mag and rng.random() < 0.5:
        share = 10 ** (-0.4 * rng.uniform(0, augmentation.fainter_mag))
        light, deep = _fade_light(light, share, rng), _fade_deep(deep, share, rng)
    if augmentation.noisier and rng.random() < 0.5:
        light = _add_noise(light, rng.uniform(0, augmentation.noisier), rng)
    if augmentation.stretch:
        days = days * np.float32(np.exp(rng.uniform(-augmentation.stretch, augmentation.stretch)))
    if rng.random() < augmentation.alone:
        deep = np.zeros_like(deep)
    return {
        "images": np.ascontiguousarray(images),
        "deep": np.ascontiguousarray(deep),
        "light": light,
        "days": days,
    }


def _fade_light(
    light: Float[np.ndarray, "epoch number"], share: float, rng: np.random.Generator
) -> Float[np.ndarray, "epoch number"]:
    """Return fluxes of an object dimmed to a share of its flux, as noisy as before."""
    white = rng.standard_normal(len(light))
    lost = np.sqrt(1 - share**2)

    def fade(own: Light) -> Light:
        return replace_flux(own, share * own[:, 0] + lost * _noise(own[:, 1], white), own[:, 1])

    return change_each_light(light, fade)


def _fade_deep(
    deep: Float[np.ndarray, "look channel y x"], share: float, rng: np.random.Generator
) -> Float[np.ndarray, "look channel y x"]:
    """Return running means of a fainter field; the noise of n frames is 1/sqrt(n) of one's."""
    if not deep.size:
        return deep
    frames = np.resize(look_epochs(10**6), len(deep)).reshape(-1, 1, 1, 1)
    lost = np.sqrt((1 - share**2) / frames) * rng.standard_normal(deep.shape)
    linear = SOFTENING * np.sinh(SOFT_SCALE * deep) * share + lost
    return np.asarray(np.arcsinh(linear / SOFTENING) / SOFT_SCALE, np.float32)


def _add_noise(
    light: Float[np.ndarray, "epoch number"], more: float, rng: np.random.Generator
) -> Float[np.ndarray, "epoch number"]:
    """Return fluxes with noise added, and their errors, raised accordingly."""
    white = rng.standard_normal(len(light))

    def disturb(own: Light) -> Light:
        error = own[:, 1]
        noisy = own[:, 0] + more * _noise(error, white)
        return replace_flux(own, noisy, error * np.hypot(1, more))

    return change_each_light(light, disturb)


def change_each_light(light: Light, change: Callable[[Light], Light]) -> Light:
    """Return the light of an example with that of each kind changed: measured, encoded, or both."""
    kinds = [light[:, first : first + LIGHT] for first in range(0, light.shape[1], LIGHT)]
    return np.concatenate([change(own) for own in kinds], axis=1) if kinds else light


def replace_flux(
    light: Light, flux: Float[np.ndarray, " epoch"], error: Float[np.ndarray, " epoch"]
) -> Light:
    """Return light with another flux, and another error of it."""
    return np.column_stack([flux, error, light[:, 2:]]).astype(np.float32)


def _noise(
    error: Float[np.ndarray, " epoch"], white: Float[np.ndarray, " epoch"]
) -> Float[np.ndarray, " epoch"]:
    """Return noise; what was not measured stays as it is.

    Measured and encoded light get the same: the noise is that of the pixels.
    """
    return np.where(error < UNMEASURED, error * white, 0.0)
