"""From noise-free light to counts: sky, noise, cosmic rays, dust, saturation, lost frames."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt16


@dataclass(frozen=True, kw_only=True)
class Detector:
    """What turns light into numbers.

    Parameters
    ----------
    gain_e_per_adu : float
        Electrons a count; 4.75 makes a sky of 1,900 ADU scatter by 20, as in Deep-TAO.
    read_noise_adu : float
    saturation_adu : int
        Pixels stop here.
    cosmic_rays : float
        Mean number a frame.
    shadow_share : float
        Share of frames with the shadow of a grain of dust.
    blank_share : float
        Share of frames that are lost: every pixel holds one value.
    """

    gain_e_per_adu: float = 4.75
    read_noise_adu: float = 2.0
    saturation_adu: int = 65535
    cosmic_rays: float = 0.05
    shadow_share: float = 0.002
    blank_share: float = 0.002


def read_out(
    light: Float[np.ndarray, "epoch y x"],
    sky_adu: Float[np.ndarray, " epoch"],
    detector: Detector,
    rng: np.random.Generator,
) -> UInt16[np.ndarray, "epoch y x"]:
    """Turn noise-free light into counts.

    Photon noise is drawn from its Gaussian limit: the sky alone gives thousands of electrons a
    pixel. How many random numbers are drawn does not depend on the light.

    Parameters
    ----------
    light : array (epoch, y, x)
        In ADU, without the sky.
    sky_adu : array (epoch,)
        Level of the sky in ADU a pixel.
    """
    mean = light + sky_adu.astype(np.float32)[:, None, None]
    _cast_shadows(mean, detector, rng)
    # transforms leave noughts a hair below zero
    variance = np.maximum(mean, 0) / np.float32(detector.gain_e_per_adu)
    variance += np.float32(detector.read_noise_adu**2)
    counts = mean + np.sqrt(variance) * rng.standard_normal(mean.shape, dtype=np.float32)
    _add_cosmic_rays(counts, detector, rng)
    frames = np.clip(np.rint(counts), 0, detector.saturation_adu).astype(np.uint16)
    frames[rng.random(len(frames)) < detector.blank_share] = 0
    return frames


def _cast_shadows(
    mean: Float[np.ndarray, "epoch y x"], detector: Detector, rng: np.random.Generator
) -> None:
    axis = np.arange(mean.shape[-1])
    for epoch in np.flatnonzero(rng.random(len(mean)) < detector.shadow_share):
        x, y = rng.uniform(0, mean.shape[-1], 2)
        distance = np.hypot(axis[None, :] - x, axis[:, None] - y)
        edge = 1 / (1 + np.exp((distance - rng.uniform(4, 9)) / 0.5))
        mean[epoch] *= (1 - rng.uniform(0.03, 0.3) * edge).astype(np.float32)


def _add_cosmic_rays(
    counts: Float[np.ndarray, "epoch y x"], detector: Detector, rng: np.random.Generator
) -> None:
    """Add straight tracks of one to five pixels."""
    size = counts.shape[-1]
    for epoch in rng.integers(len(counts), size=rng.poisson(detector.cosmic_rays * len(counts))):
        steps = np.arange(rng.integers(1, 6))
        direction = rng.uniform(0, 2 * np.pi)
        x, y = rng.integers(size, size=2)
        columns = np.rint(x + steps * np.cos(direction)).astype(int)
        rows = np.rint(y + steps * np.sin(direction)).astype(int)
        hit = (rows >= 0) & (rows < size) & (columns >= 0) & (columns < size)
        counts[epoch, rows[hit], columns[hit]] += np.float32(200 + rng.exponential(1500))
