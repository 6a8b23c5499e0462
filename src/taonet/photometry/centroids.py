"""Position of an object in each epoch, by the pixels of that epoch alone, to show motion.

Forced photometry wants one place for all epochs and pulls each towards it; here nothing is pulled.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from taonet.photometry.forced_photometry import BAD_FIT, UNALIGNED_PX
from taonet.photometry.lightcurves import BandMeasurement
from taonet.photometry.star_fit import SHIFT_SPREAD, fit_stars
from taonet.photometry.star_windows import cut_windows

CENTROID_LEAST_SNR = 5.0
"""Of the object in an epoch that gives its position, and of a source in a stack."""

HALF_PX = 5


@dataclass(frozen=True, kw_only=True, eq=False)
class Centroids:
    """Where each epoch sees the object.

    Parameters
    ----------
    x, y : array (epoch,)
        Pixels from where the centre of the cutout lies.
    err : array (epoch,)
        Of either; NaN, as ``x`` and ``y``, where the object is too faint.
    flux : array (epoch,)
        ADU.
    """

    x: Float[np.ndarray, " epoch"]
    y: Float[np.ndarray, " epoch"]
    err: Float[np.ndarray, " epoch"]
    flux: Float[np.ndarray, " epoch"]


def measure_centroids(part: BandMeasurement) -> Centroids:
    """Fit the object in each epoch by itself."""
    frames, calibration = part.frames, part.calibration
    height, width = frames.light.shape[1:]
    windows = cut_windows(
        frames.light,
        frames.valid,
        width // 2 + calibration.shift_x[:, None],
        height // 2 + calibration.shift_y[:, None],
        half_px=min(HALF_PX, min(height, width) // 2),
        noise=np.nan_to_num(frames.noise, nan=1.0),
        photon_noise=frames.photon_noise,
    )
    fit = fit_stars(windows, calibration.profile)
    # what was known beforehand pulls every fit to the centre: taken off again
    variance = fit.shift_err_px**2
    own = np.maximum(1 - variance / SHIFT_SPREAD**2, 1e-3)
    alignment = np.where(
        np.isfinite(calibration.shift_err_px), calibration.shift_err_px, UNALIGNED_PX
    )
    flux, error = np.nan_to_num(fit.flux[:, 0]), np.nan_to_num(fit.flux_err[:, 0], nan=np.inf)
    clear = frames.usable & (flux > CENTROID_LEAST_SNR * error) & (fit.chi2[:, 0] < BAD_FIT)
    return Centroids(
        x=np.where(clear, fit.shift_x / own, np.nan),
        y=np.where(clear, fit.shift_y / own, np.nan),
        err=np.where(clear, np.hypot(np.sqrt(variance / own), alignment), np.nan),
        flux=flux,
    )
