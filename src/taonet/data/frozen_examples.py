"""Examples with their change frozen: what a network is shown so that it follows the change.

A place shows its median in every epoch, in the noise of each: a supernova that does not change is
none that could be found.
"""

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from taonet.data.augment import Light, change_each_light, replace_flux
from taonet.data.epoch_photometry import UNMEASURED
from taonet.data.reading import Example
from taonet.data.transforms import SOFT_SCALE

MEDIAN_VARIANCE = np.pi / 2
"""Variance of the median of many numbers, in units of that of their mean."""


def freeze_example(
    example: Example, *, softening: float, label: int, rng: np.random.Generator
) -> Example:
    """Return an example in which nothing changes but the noise.

    Running means stay as they are: they do not change much.

    Parameters
    ----------
    softening : float
        Of the scaling that the images went through.
    label : int
        Of the class that does not change, which the example is given.
    """
    return replace(
        example,
        images=_freeze_images(example, softening, rng),
        light=_freeze_light(example.light, rng),
        label=label,
    )


def _freeze_images(
    example: Example, softening: float, rng: np.random.Generator
) -> Float[np.ndarray, "epoch channel y x"]:
    images = example.images
    if not images.size:
        return images
    channels = images.shape[1]
    linear = softening * np.sinh(SOFT_SCALE * images)
    # the logarithm of the noise of a frame over the usual one
    noise = np.exp(SOFT_SCALE * example.conditions[:, -channels:])
    missing = np.sqrt(np.maximum(1 - MEDIAN_VARIANCE / len(images), 0.0))
    drawn = rng.standard_normal(images.shape, np.float32) * (missing * noise)[..., None, None]
    frozen = np.median(linear, axis=0) + drawn
    return np.asarray(np.arcsinh(frozen / softening) / SOFT_SCALE, np.float32)


def _freeze_light(
    light: Float[np.ndarray, "epoch number"], rng: np.random.Generator
) -> Float[np.ndarray, "epoch number"]:
    if not light.shape[1]:
        return light
    white = rng.standard_normal(len(light))

    def freeze(own: Light) -> Light:
        flux, error = own[:, 0], own[:, 1]
        known = error < UNMEASURED
        steady = np.median(flux[known]) if known.any() else 0.0
        return replace_flux(own, np.where(known, steady + error * white, flux), error)

    return change_each_light(light, freeze)
