"""The object as it was measured: its light on the frames, and where its flux means anything."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from taonet.photometry.calibration import Calibration
from taonet.photometry.forced_photometry import ForcedFluxes
from taonet.photometry.prepared_frames import PreparedFrames


def render_object(
    fluxes: ForcedFluxes, calibration: Calibration, shape: tuple[int, ...]
) -> Float[np.ndarray, "epoch y x"]:
    """Draw the object as it was measured.

    Parameters
    ----------
    shape : (int, int)
        Of the frames.

    Returns
    -------
    array (epoch, y, x)
        In ADU.
    """
    x = np.arange(shape[1]) - shape[1] // 2 - (calibration.shift_x + fluxes.dx)[:, None]
    y = np.arange(shape[0]) - shape[0] // 2 - (calibration.shift_y + fluxes.dy)[:, None]
    each = calibration.profile.take((slice(None), None, None))
    light = np.nan_to_num(fluxes.flux)[:, None, None] * each.pixel_shares(
        x[:, None, :], y[:, :, None]
    )
    return np.asarray(light, np.float32)


def mask_unknown_noise(fluxes: ForcedFluxes, frames: PreparedFrames) -> ForcedFluxes:
    """Return NaN where the sky's noise is not known: a flux without an error is no measurement."""
    known = frames.usable
    flux, flux_err = (np.where(known, v, np.nan) for v in (fluxes.flux, fluxes.flux_err))
    return replace(fluxes, flux=flux, flux_err=flux_err)
