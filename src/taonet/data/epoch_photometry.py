"""What is measured of each epoch before a network reads it: calibration by the field's stars, and
the flux at the object's place.

It is measured once a sequence, causally, and stored: photometry costs more than reading pixels.
`taonet.data.epoch_measurement` measures; the records here know nothing of it.
"""

from dataclasses import dataclass, fields, replace
from math import prod

import numpy as np
from jaxtyping import Float, Int

from taonet.data.transforms import running_median

CONDITIONS = 14
"""Numbers in `Measured.conditions`."""

LIGHT = 5
"""Numbers in `Measured.light`."""

USUAL_FWHM_PX = 2.5
USUAL_DEPTH = 20.0
"""Seeing and noise of the survey that this was designed for: they make numbers of order one."""

UNMEASURED = 1e3
"""Error of a flux that was not measured, in units of the noise."""

LEAST_ERROR = 0.3
"""Smallest error of a flux, in units of the noise of a pixel."""


@dataclass(frozen=True, kw_only=True, eq=False)
class EpochPhotometry:
    """The photometry of the epochs of one sequence.

    Parameters
    ----------
    sky, noise : array (epoch, channel)
        Of each frame, in its own units.
    scale, scale_err : array (epoch,)
        Units of a frame per unit of calibrated flux, and its relative error.
    fwhm_px, oval_x, oval_y : array (epoch,)
        Width and stretch of the PSF.
    shift_x, shift_y : array (epoch,)
        Of the field, in pixels.
    n_stars : array (epoch,)
        Field stars behind that.
    flux, flux_err : array (epoch,)
        At the object's place, calibrated; NaN where not measured. In what has changed since the
        template where the sequence comes with differences, else in the science image.
    dx, dy, chi2 : array (epoch,)
        Where the object was taken to lie, and how well a point fits.
    place_x, place_y, place_err : array (epoch,)
        Position of the object by the epoch alone; NaN where it is too faint.
    """

    sky: Float[np.ndarray, "epoch channel"]
    noise: Float[np.ndarray, "epoch channel"]
    scale: Float[np.ndarray, " epoch"]
    scale_err: Float[np.ndarray, " epoch"]
    fwhm_px: Float[np.ndarray, " epoch"]
    oval_x: Float[np.ndarray, " epoch"]
    oval_y: Float[np.ndarray, " epoch"]
    shift_x: Float[np.ndarray, " epoch"]
    shift_y: Float[np.ndarray, " epoch"]
    n_stars: Float[np.ndarray, " epoch"]
    flux: Float[np.ndarray, " epoch"]
    flux_err: Float[np.ndarray, " epoch"]
    dx: Float[np.ndarray, " epoch"]
    dy: Float[np.ndarray, " epoch"]
    chi2: Float[np.ndarray, " epoch"]
    place_x: Float[np.ndarray, " epoch"]
    place_y: Float[np.ndarray, " epoch"]
    place_err: Float[np.ndarray, " epoch"]

    def take(self, epochs: Int[np.ndarray, " some"]) -> "EpochPhotometry":
        """Return the epochs named by index."""
        return replace(self, **{f.name: getattr(self, f.name)[epochs] for f in fields(self)})

    def to_array(self) -> Float[np.ndarray, "epoch column"]:
        """Return all of it as one float32 array."""
        arrays = [getattr(self, f.name) for f in fields(self)]
        # not -1: of no epochs it could be anything
        columns = [one.reshape(len(one), prod(one.shape[1:])) for one in arrays]
        return np.concatenate(columns, axis=1).astype(np.float32)

    @classmethod
    def from_array(cls, columns: Float[np.ndarray, "epoch column"]) -> "EpochPhotometry":
        """Undo `to_array`."""
        per_epoch = [f.name for f in fields(cls)][2:]
        channels = (columns.shape[1] - len(per_epoch)) // 2
        values = columns.astype(np.float64)
        by_name = {name: values[:, 2 * channels + i] for i, name in enumerate(per_epoch)}
        return cls(sky=values[:, :channels], noise=values[:, channels : 2 * channels], **by_name)

    def depth(self, band: Int[np.ndarray, " epoch"]) -> Float[np.ndarray, "epoch channel"]:
        """Return the usual noise so far, calibrated, by band and channel."""
        own = self.noise / self.scale[:, None]
        usual = np.empty_like(own)
        for one_band in np.unique(band):
            epochs = np.flatnonzero(band == one_band)
            for channel in range(own.shape[1]):
                usual[epochs, channel] = running_median(own[epochs, channel])
        return np.where(usual > 0, usual, USUAL_DEPTH)

    def light(self, band: Int[np.ndarray, " epoch"]) -> Float[np.ndarray, "epoch five"]:
        """Return flux and error in units of the usual noise, and place and its error in pixels.

        The error of what was not measured is `UNMEASURED`.
        """
        unit = self.depth(band)[:, 0]
        known = np.isfinite(self.flux) & np.isfinite(self.flux_err)
        flux = np.where(known, self.flux / unit, 0.0)
        error = np.where(known, self.flux_err / unit, UNMEASURED)
        located = np.isfinite(self.place_err)
        columns = [
            flux,
            np.clip(error, LEAST_ERROR, 1e4),
            np.where(located, self.place_x, 0.0),
            np.where(located, self.place_y, 0.0),
            np.where(located, self.place_err, UNMEASURED),
        ]
        return np.stack(columns, axis=1).astype(np.float32)

    def conditions(self, band: Int[np.ndarray, " epoch"]) -> Float[np.ndarray, "epoch condition"]:
        """Return what each frame was seen through, as numbers of order one."""
        unit = self.depth(band)[:, 0]
        noise, sky = self.noise[:, 0], self.sky[:, 0]
        usual_sky = np.nan_to_num(running_median(sky))
        chi2 = np.nan_to_num(self.chi2, nan=1.0, posinf=1e3)
        with np.errstate(divide="ignore", invalid="ignore"):
            numbers = [
                np.log(noise / self.scale / unit),
                np.log(self.fwhm_px / USUAL_FWHM_PX) * 2,
                np.arcsinh((sky - usual_sky) / noise) / 5,
                np.nan_to_num(self.shift_x),
                np.nan_to_num(self.shift_y),
                np.log1p(self.n_stars) / 2,
                np.clip(np.nan_to_num(self.scale_err, nan=1.0), 0, 1) * 5,
                np.log(unit / USUAL_DEPTH),
                self.oval_x * 5,
                self.oval_y * 5,
                np.clip(np.nan_to_num(self.dx), -2, 2),
                np.clip(np.nan_to_num(self.dy), -2, 2),
                np.log1p(np.clip(chi2, 0, 1e3)),
                ~np.isfinite(self.flux) * 1.0,
            ]
        stacked = np.nan_to_num(np.stack(numbers, axis=1), posinf=0.0, neginf=0.0)
        return np.asarray(np.clip(stacked, -10, 10), np.float32)
