"""What the frame encoder reads: each frame, and the mean of the frames before it; numpy only.

Both are sky-subtracted, in units of the usual noise so far. What is done to a frame depends on it
and on those before it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float, Int, Shaped

from taonet.data.transforms import Scaling, running_scale
from taonet.sky.cutout import Levels, sky_and_noise
from taonet.sky.sequence import ImageSequence

FRAME_PX: Final = 64
"""Side of the frames that are read; smaller ones are framed by sky, larger ones cut."""

MOST: Final = 6e4
"""Pixels farther from the sky, in units of the noise, are clipped: half precision ends there."""

CONDITIONS: Final = 3
"""Numbers in `EncoderInputs.conditions`."""


@dataclass(frozen=True, kw_only=True, eq=False)
class EncoderInputs:
    """The frames of a sequence as the encoder reads them.

    Parameters
    ----------
    frames : array (epoch, y, x)
        Sky-subtracted, in units of `unit`; 0 = no data. The object lies at pixel `FRAME_PX` / 2.
    means : array (epoch, y, x)
        The mean of the frames before each, of the same band, weighted by the noise; in the same
        units. Zero before the first.
    conditions : array (epoch, 3)
        Logarithm of one plus the number of frames before, logarithm of the noise in units of the
        usual one, and whether there are frames before.
    sky, noise : array (epoch,)
        Of each frame, in its own units.
    unit : array (epoch,)
        The usual noise so far, by band, in units of the frame.
    """

    frames: Float[np.ndarray, "epoch y x"]
    means: Float[np.ndarray, "epoch y x"]
    conditions: Float[np.ndarray, "epoch three"]
    sky: Float[np.ndarray, " epoch"]
    noise: Float[np.ndarray, " epoch"]
    unit: Float[np.ndarray, " epoch"]

    @property
    def weight(self) -> Float[np.ndarray, " epoch"]:
        """Of each frame in the means that follow."""
        return frame_weight(self.noise)


def encoder_inputs(
    images: Shaped[np.ndarray, "epoch y x"],
    band: Int[np.ndarray, " epoch"],
    *,
    levels: Levels | None = None,
) -> EncoderInputs:
    """Prepare the frames of one sequence for the encoder.

    Parameters
    ----------
    images : array (epoch, y, x)
        In time order, in any unit; NaN = no data.
    band : array (epoch,)
        An integer for each band.
    levels : (array, array), optional
        Sky and noise of each frame, where they are known (`taonet.sky.cutout.sky_and_noise`).

    Examples
    --------
    >>> images = np.random.default_rng(1).normal(100, 5, (3, 32, 32))
    >>> inputs = encoder_inputs(images, np.zeros(3, int))
    >>> inputs.frames.shape, inputs.conditions[:, 2].tolist()
    ((3, 64, 64), [0.0, 1.0, 1.0])
    """
    levels = sky_and_noise(images) if levels is None else levels
    sky, noise = (np.asarray(values, np.float64) for values in levels)
    _, width = running_scale(sky[:, None], noise[:, None], band, Scaling())
    unit = width[:, 0]
    frames = _to_size(_scale_to_noise(images, sky, unit))
    means, before = np.zeros_like(frames), np.zeros(len(frames))
    for one_band in np.unique(band):
        epochs = np.flatnonzero(band == one_band)
        means[epochs] = _means_before(frames[epochs], noise[epochs], unit[epochs])
        before[epochs] = np.arange(len(epochs))
    ratio = np.where(noise > 0, noise, unit) / unit
    numbers = [np.log1p(before), np.log(ratio), before > 0]
    return EncoderInputs(
        frames=frames,
        means=means,
        conditions=np.nan_to_num(np.stack(numbers, axis=1)).astype(np.float32),
        sky=sky,
        noise=noise,
        unit=unit,
    )


def inputs_of_sequence(
    sequence: ImageSequence, epochs: Int[np.ndarray, " shown"] | None = None
) -> tuple[EncoderInputs, Int[np.ndarray, " shown"]]:
    """Prepare the first channel of a sequence, and number its bands.

    Parameters
    ----------
    epochs : array, optional
        Which epochs, in which order, as if there were no others; all by default.
    """
    shown = np.arange(len(sequence)) if epochs is None else epochs
    images = np.asarray(sequence.pixels[shown, 0])
    sky, noise = (values[shown, 0] for values in sequence.levels)
    bands = np.array(sequence.band, dtype=str)[shown]
    band = np.unique(bands, return_inverse=True)[1].reshape(-1)
    return encoder_inputs(images, band, levels=(sky, noise)), band


def frame_weight(noise: Float[np.ndarray, " epoch"]) -> Float[np.ndarray, " epoch"]:
    """Return the weight of frames of that noise in a mean; 0 where the noise is not known."""
    known = noise > 0
    return np.where(known, 1 / np.where(known, noise, 1.0) ** 2, 0.0)


def _scale_to_noise(
    images: Shaped[np.ndarray, "epoch y x"],
    sky: Float[np.ndarray, " epoch"],
    unit: Float[np.ndarray, " epoch"],
) -> Float[np.ndarray, "epoch y x"]:
    level, width = (values.astype(np.float32)[:, None, None] for values in (sky, unit))
    light = (images.astype(np.float32) - level) / width
    return np.asarray(np.clip(np.nan_to_num(light, posinf=MOST, neginf=-MOST), -MOST, MOST))


def _to_size(frames: Float[np.ndarray, "epoch y x"]) -> Float[np.ndarray, "epoch size size"]:
    """Cut, or frame by sky, so that the object comes to lie at pixel `FRAME_PX` / 2."""
    shape = frames.shape[1:]
    if shape == (FRAME_PX, FRAME_PX):
        return frames
    sized = np.zeros((len(frames), FRAME_PX, FRAME_PX), np.float32)
    kept, place = [slice(None)], [slice(None)]
    for side in shape:
        first = side // 2 - FRAME_PX // 2
        kept.append(slice(max(first, 0), min(first + FRAME_PX, side)))
        place.append(slice(max(-first, 0), min(side - first, FRAME_PX)))
    sized[tuple(place)] = frames[tuple(kept)]
    return sized


def _means_before(
    frames: Float[np.ndarray, "epoch y x"],
    noise: Float[np.ndarray, " epoch"],
    unit: Float[np.ndarray, " epoch"],
) -> Float[np.ndarray, "epoch y x"]:
    means = np.zeros_like(frames)
    total, weights = np.zeros(frames.shape[1:], np.float32), 0.0
    for k, (frame, weight) in enumerate(zip(frames, frame_weight(noise), strict=True)):
        if weights > 0:
            np.multiply(total, np.float32(1 / (weights * unit[k])), out=means[k])
        total += frame * np.float32(unit[k] * weight)
        weights += float(weight)
    return np.clip(means, -MOST, MOST, out=means)
