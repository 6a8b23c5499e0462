"""What the frame encoder says of the epochs of one sequence, in the place of photometry.

The encoder compares each frame with the mean of those before it, so its fluxes are in units of
that mean's zero point, which moves as frames come in. The ratios that it states tell by how much:
the zero point of the mean of frames is the mean of theirs.
"""

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from jaxtyping import Float, Int

from taonet.data.encoder_inputs import EncoderInputs, frame_weight
from taonet.data.epoch_photometry import LEAST_ERROR, UNMEASURED
from taonet.data.transforms import running_median

CONDITIONS: Final = 9
"""Numbers in `FrameEncodings.conditions`."""

MOST_RATIO: Final = 1.5
"""Logarithm of the largest ratio of a frame's transparency to that of the mean before it."""

LARGEST_ERROR: Final = 1e4
"""In units of the usual noise."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FrameEncodings:
    """The encoder's numbers for the readable epochs of one sequence.

    Parameters
    ----------
    sky, noise : array (epoch, 1)
        Of each frame, in its own units.
    scale : array (epoch,)
        Transparency of each frame in units of that of the first one of its band.
    flux, flux_err : array (epoch,)
        At the object's place, in units of the first frame of the band.
    seeing : array (epoch,)
        Logarithm of the width of stars in units of the usual width.
    place_x, place_y, place_err : array (epoch,)
        Where the object lies, from the centre of the frame, in pixels.
    before : array (epoch,)
        Logarithm of one plus the number of frames before it.
    host_light, host_size, host_distance : array (epoch,)
        Of a host of the object, as the mean of the frames before shows it: logarithm of one plus
        its flux in units of the usual noise; logarithm of its half-light radius in pixels;
        logarithm of one plus its distance in pixels. 0 where there is none.
    """

    sky: Float[np.ndarray, "epoch 1"]
    noise: Float[np.ndarray, "epoch 1"]
    scale: Float[np.ndarray, " epoch"]
    flux: Float[np.ndarray, " epoch"]
    flux_err: Float[np.ndarray, " epoch"]
    seeing: Float[np.ndarray, " epoch"]
    place_x: Float[np.ndarray, " epoch"]
    place_y: Float[np.ndarray, " epoch"]
    place_err: Float[np.ndarray, " epoch"]
    before: Float[np.ndarray, " epoch"]
    host_light: Float[np.ndarray, " epoch"]
    host_size: Float[np.ndarray, " epoch"]
    host_distance: Float[np.ndarray, " epoch"]

    def take(self, epochs: Int[np.ndarray, " some"]) -> "FrameEncodings":
        """Return the epochs named by index."""
        return replace(self, **{f.name: getattr(self, f.name)[epochs] for f in fields(self)})

    def replace_epochs(
        self, epochs: Int[np.ndarray, " some"], others: "FrameEncodings"
    ) -> "FrameEncodings":
        """Return the encodings with those of some epochs replaced, in the order of ``epochs``."""
        columns = self.to_array()
        columns[epochs] = others.to_array()
        return self.from_array(columns)

    def to_array(self) -> Float[np.ndarray, "epoch column"]:
        """Return all of it as one float32 array."""
        columns = [getattr(self, f.name) for f in fields(self)]
        n = len(self.scale)
        return np.concatenate(
            [one.reshape(n, one.shape[1] if one.ndim > 1 else 1) for one in columns], axis=1
        ).astype(np.float32)

    @classmethod
    def from_array(cls, columns: Float[np.ndarray, "epoch column"]) -> "FrameEncodings":
        """Undo `to_array`."""
        values = columns.astype(np.float64)
        single = [f.name for f in fields(cls)][2:]
        by_name = {name: values[:, 2 + i] for i, name in enumerate(single)}
        return cls(sky=values[:, :1], noise=values[:, 1:2], **by_name)

    def depth(self, band: Int[np.ndarray, " epoch"]) -> Float[np.ndarray, "epoch 1"]:
        """Return the usual noise so far, calibrated, by band."""
        own = self.noise / self.scale[:, None]
        usual = np.ones_like(own)
        for one_band in np.unique(band):
            epochs = np.flatnonzero(band == one_band)
            usual[epochs, 0] = running_median(own[epochs, 0])
        return np.where(usual > 0, usual, 1.0)

    def light(self, band: Int[np.ndarray, " epoch"]) -> Float[np.ndarray, "epoch five"]:
        """Return flux and error in units of the usual noise, and place and its error in pixels.

        As `taonet.data.epoch_photometry.EpochPhotometry.light` does.
        """
        unit = self.depth(band)[:, 0]
        known = np.isfinite(self.flux) & np.isfinite(self.flux_err)
        columns = [
            np.where(known, self.flux / unit, 0.0),
            np.where(known, np.clip(self.flux_err / unit, LEAST_ERROR, LARGEST_ERROR), UNMEASURED),
            np.where(known, self.place_x, 0.0),
            np.where(known, self.place_y, 0.0),
            np.where(known, self.place_err, UNMEASURED),
        ]
        return np.stack(columns, axis=1).astype(np.float32)

    def conditions(self, band: Int[np.ndarray, " epoch"]) -> Float[np.ndarray, "epoch condition"]:
        """Return what each frame was seen through, as numbers of order one."""
        unit, noise, sky = self.depth(band)[:, 0], self.noise[:, 0], self.sky[:, 0]
        usual_sky = np.zeros_like(sky)
        for one_band in np.unique(band):
            epochs = np.flatnonzero(band == one_band)
            usual_sky[epochs] = np.nan_to_num(running_median(sky[epochs]))
        with np.errstate(divide="ignore", invalid="ignore"):
            numbers = [
                np.log(noise / self.scale / unit),
                self.seeing * 2,
                np.arcsinh((sky - usual_sky) / noise) / 5,
                np.log(self.scale),
                self.before / 3,
                ~np.isfinite(self.flux) * 1.0,
                self.host_light / 3,
                self.host_size,
                self.host_distance,
            ]
        finite = np.nan_to_num(np.stack(numbers, axis=1), posinf=0.0, neginf=0.0)
        return np.asarray(np.clip(finite, -10, 10), np.float32)


def chain_zero_points(
    log_ratio: Float[np.ndarray, " epoch"],
    noise: Float[np.ndarray, " epoch"],
    band: Int[np.ndarray, " epoch"],
) -> tuple[Float[np.ndarray, " epoch"], Float[np.ndarray, " epoch"]]:
    """Return the transparency of each frame, and that of the mean of the frames before it.

    Parameters
    ----------
    log_ratio : array (epoch,)
        Logarithm of the former over the latter, which is what can be seen.
    noise : array (epoch,)
        Of each frame: it decides its weight in the mean.

    Returns
    -------
    scale, before : array (epoch,)
        In units of the first frame of the band; ``before`` is 1 for that frame itself.

    Examples
    --------
    >>> ratio = np.log([1.0, 0.5, 0.8])  # the mean before the third is 0.75
    >>> chain_zero_points(ratio, np.ones(3), np.zeros(3, int))[0].round(6).tolist()
    [1.0, 0.5, 0.6]
    """
    ratio = np.exp(np.clip(np.nan_to_num(log_ratio), -MOST_RATIO, MOST_RATIO))
    weight = frame_weight(noise)
    scale, before = np.ones(len(ratio)), np.ones(len(ratio))
    for one_band in np.unique(band):
        light = weights = 0.0
        for k in np.flatnonzero(band == one_band).tolist():
            if weights > 0:
                before[k] = light / weights
                scale[k] = before[k] * ratio[k]
            light += weight[k] * scale[k]
            weights += weight[k]
    return scale, before


def encodings_of(
    inputs: EncoderInputs,
    numbers: Float[np.ndarray, "epoch output"],
    band: Int[np.ndarray, " epoch"],
) -> FrameEncodings:
    """Return the encodings of a sequence from the numbers that the encoder gave for its frames.

    Parameters
    ----------
    numbers : array (epoch, 10)
        Flux and its error in units of `EncoderInputs.unit`, logarithm of the transparency relative
        to the mean before, seeing, place x and y and its error, light, size and distance of a host.
    """
    values = numbers.astype(np.float64).T
    flux, error, log_ratio, seeing, x, y, place_err, light, size, distance = values
    scale, before = chain_zero_points(log_ratio, inputs.noise, band)
    unit = np.where(inputs.noise > 0, inputs.unit, np.nan) / before
    return FrameEncodings(
        sky=inputs.sky[:, None],
        noise=inputs.noise[:, None],
        scale=scale,
        flux=flux * unit,
        flux_err=error * unit,
        seeing=seeing,
        place_x=x,
        place_y=y,
        place_err=place_err,
        before=inputs.conditions[:, 0].astype(np.float64),
        host_light=light,
        host_size=size,
        host_distance=distance,
    )
