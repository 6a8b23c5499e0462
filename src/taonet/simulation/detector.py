"""From noise-free light to counts: sky, noise, dust, saturation, and what else goes wrong."""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, UInt16

from taonet.simulation.gaps import Gaps, draw_gaps

TRAIL_SIGMA_PX = 1.2
"""A satellite's trail is a little wider than a star: it was out of focus or tumbling."""


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
    full_well_adu : float
        What a pixel cannot hold runs over into its neighbours along the column.
    step_adu : int
        Counts are multiples of this.
    cosmic_rays : float
        Mean number a frame.
    shadow_share : float
        Share of frames with the shadow of a grain of dust.
    trail_share : float
        Share of frames that a satellite crosses.
    dead_column_share : float
        Share of objects with a dead column in their cutouts.
    blank_share : float
        Share of frames that are lost: every pixel holds one value.
    gaps : Gaps
        Where there are no data; whole numbers know no NaN and are nought there.
    """

    gain_e_per_adu: float = 4.75
    read_noise_adu: float = 2.0
    saturation_adu: int = 65535
    full_well_adu: float = float("inf")
    step_adu: int = 1
    cosmic_rays: float = 0.05
    shadow_share: float = 0.002
    trail_share: float = 0.0
    dead_column_share: float = 0.0
    blank_share: float = 0.002
    gaps: Gaps = field(default_factory=Gaps)


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
    _add_trails(mean, detector, rng)
    # transforms leave noughts a hair below zero
    variance = np.maximum(mean, 0) / np.float32(detector.gain_e_per_adu)
    variance += np.float32(detector.read_noise_adu**2)
    counts = mean + np.sqrt(variance) * rng.standard_normal(mean.shape, dtype=np.float32)
    _add_cosmic_rays(counts, detector, rng)
    _bleed_columns(counts, detector.full_well_adu)
    _kill_columns(counts, sky_adu, detector, rng)
    missing, _ = draw_gaps(detector.gaps, light.shape[-1], len(light), rng)
    counts[missing] = 0
    steps = np.rint(counts / detector.step_adu) * detector.step_adu
    frames = np.clip(steps, 0, detector.saturation_adu).astype(np.uint16)
    frames[rng.random(len(frames)) < detector.blank_share] = 0
    return np.asarray(frames)


def _add_trails(
    mean: Float[np.ndarray, "epoch y x"], detector: Detector, rng: np.random.Generator
) -> None:
    size = mean.shape[-1]
    x, y = np.meshgrid(np.arange(size), np.arange(size))
    for epoch in np.flatnonzero(rng.random(len(mean)) < detector.trail_share):
        angle, (at_x, at_y) = rng.uniform(0, np.pi), rng.uniform(0, size, 2)
        across = (x - at_x) * np.sin(angle) - (y - at_y) * np.cos(angle)
        height = 50 * 10 ** rng.uniform(0, 1.6)
        mean[epoch] += (height * np.exp(-0.5 * (across / TRAIL_SIGMA_PX) ** 2)).astype(np.float32)


def _bleed_columns(counts: Float[np.ndarray, "epoch y x"], full_well_adu: float) -> None:
    """Let what a pixel cannot hold run up and down its column, half each way."""
    for epoch, column in np.unique(np.argwhere(counts > full_well_adu)[:, ::2], axis=0):
        line = counts[epoch, :, column]
        excess = np.maximum(line - full_well_adu, 0)
        line[:] = np.minimum(line, full_well_adu)
        for one_way in (line, line[::-1]):
            carried = 0.0
            spilt = excess / 2 if one_way is line else excess[::-1] / 2
            for row in range(len(one_way)):
                carried += spilt[row]
                filled = min(carried, full_well_adu - one_way[row])
                one_way[row] += filled
                carried -= filled


def _kill_columns(
    counts: Float[np.ndarray, "epoch y x"],
    sky_adu: Float[np.ndarray, " epoch"],
    detector: Detector,
    rng: np.random.Generator,
) -> None:
    """Kill the same column of the chip in all frames: it wanders a little with the pointing."""
    if rng.random() >= detector.dead_column_share:
        return
    size = counts.shape[-1]
    columns = rng.integers(size) + rng.integers(-3, 4, len(counts))
    for frame, sky, column in zip(counts, sky_adu, columns, strict=True):
        if 0 <= column < size:
            frame[:, column] = 0.3 * sky


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
