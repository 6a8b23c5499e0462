"""The frames of a sequence as whole numbers of 16 bits, as pages draw them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from astropy.visualization import ZScaleInterval
from jaxtyping import Float, Int16, Shaped

from taonet.sky.cutout import sky_and_noise
from taonet.sky.pictures import usable_epochs
from taonet.sky.sequence import ImageSequence

BLANK: Final = -32768
"""Stands for no data."""

LARGEST: Final = 32767

STEPS_A_SIGMA: Final = 16
"""Real numbers are rounded to steps that are at most so small a part of the noise."""

DEEPEST_SIGMA: Final = 1000
"""Where not everything fits, pixels fainter than the sky by so much are cut off."""

SAMPLE: Final = 20_000
"""Pixels of a channel that the range for display is taken from."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PackedFrames:
    """Frames as whole numbers: a pixel is ``value × scale + offset``.

    Parameters
    ----------
    values : array (epoch, channel, y, x)
        `BLANK` where there are no data.
    scale, offset : float
        In the survey's own units. Whole numbers that fit are exact: the scale is 1.
    channels : tuple of str
    zscale : mapping of str to (float, float)
        For each channel the range that shows faint light, in the survey's own units.
    sky : mapping of str to list of float or None
        For each channel the level of the sky in each epoch.
    clipped : int
        Number of pixels that lie outside what fits and were brought to its end.
    """

    values: Int16[np.ndarray, "epoch channel y x"]
    scale: float
    offset: float
    channels: tuple[str, ...]
    zscale: dict[str, tuple[float, float]]
    sky: dict[str, list[float | None]]
    clipped: int = 0

    def channel_bytes(self, channel: str) -> bytes:
        """Return the pixels of a channel as little-endian bytes, (epoch, y, x)."""
        return self.values[:, self.channels.index(channel)].astype("<i2").tobytes()

    def describe(self) -> dict[str, Any]:
        """Return how to read the bytes."""
        height, width = self.values.shape[2:]
        return {
            "channels": list(self.channels),
            "height": height,
            "width": width,
            "dtype": "int16",
            "scale": self.scale,
            "offset": self.offset,
            "blank": BLANK,
            "zscale": {name: list(limits) for name, limits in self.zscale.items()},
            "sky": self.sky,
            "clipped": self.clipped,
        }


def pack_frames(sequence: ImageSequence) -> PackedFrames:
    """Return the frames of a sequence as whole numbers.

    Integers that span no more than 65,534 are kept exactly. Other pixels are rounded to a step of
    at most a sixteenth of the noise; what lies 4,000 times the noise above the faintest is cut.
    """
    pixels = sequence.pixels
    sky, noise = sky_and_noise(pixels)
    # gaps make whole numbers floats, which hold them exactly
    is_whole = np.issubdtype(sequence.frames.dtype, np.integer)
    scale, offset = _choose_steps(pixels, sky, noise, is_whole=is_whole)
    # in double precision: single would round 16-bit numbers beside a large offset
    steps = np.rint((pixels.astype(np.float64) - offset) / scale)
    known = np.isfinite(steps)
    outside = known & (np.abs(steps) > LARGEST)
    values = np.where(known, np.clip(steps, -LARGEST, LARGEST), BLANK).astype(np.int16)
    return PackedFrames(
        values=values,
        scale=scale,
        offset=offset,
        channels=sequence.channels,
        zscale={
            name: _display_range(pixels[usable_epochs(sequence), i])
            for i, name in enumerate(sequence.channels)
        },
        sky={
            name: [float(v) if np.isfinite(v) else None for v in sky[:, i]]
            for i, name in enumerate(sequence.channels)
        },
        clipped=int(outside.sum()),
    )


def _choose_steps(
    pixels: Shaped[np.ndarray, "epoch channel y x"],
    sky: Float[np.ndarray, "epoch channel"],
    noise: Float[np.ndarray, "epoch channel"],
    *,
    is_whole: bool,
) -> tuple[float, float]:
    """Return the size of a step, and the pixel that becomes 0."""
    finite = pixels[np.isfinite(pixels)]
    if not finite.size:
        return 1.0, 0.0
    low, high = float(finite.min()), float(finite.max())
    if is_whole and high - low <= 2 * LARGEST:
        return 1.0, low + LARGEST
    step = (high - low) / (2 * LARGEST)
    usual = _usual_noise(noise)
    if step <= usual / STEPS_A_SIGMA:
        return step or 1.0, (low + high) / 2
    low = max(low, float(np.nanmin(sky)) - DEEPEST_SIGMA * usual)
    return usual / STEPS_A_SIGMA, low + LARGEST * usual / STEPS_A_SIGMA


def _usual_noise(noise: Float[np.ndarray, "epoch channel"]) -> float:
    """Return the noise of the channel that has the least; any will do where none is known."""
    usual = [float(np.median(own[np.isfinite(own)])) for own in noise.T if np.isfinite(own).any()]
    return min(usual, default=np.inf)


def _display_range(images: Shaped[np.ndarray, "epoch y x"]) -> tuple[float, float]:
    """Return the range that shows faint light, one for all epochs (Tody's zscale)."""
    sample = _thin_out(images[np.isfinite(images)].astype(np.float64))
    if not sample.size:
        return 0.0, 1.0
    low, high = ZScaleInterval(n_samples=len(sample)).get_limits(sample)
    return (float(low), float(high)) if high > low else (float(low), float(low) + 1.0)


def _thin_out(values: Float[np.ndarray, " pixel"]) -> Float[np.ndarray, " some"]:
    return values[:: max(1, len(values) // SAMPLE)]


def frame_parts(packed: PackedFrames) -> Sequence[tuple[str, bytes]]:
    """Return the bytes of every channel, with its name."""
    return [(channel, packed.channel_bytes(channel)) for channel in packed.channels]
