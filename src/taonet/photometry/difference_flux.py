"""Forced photometry on differences: the flux relative to the object's flux in the template."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from taonet.photometry.amplitude import fitted_flux
from taonet.photometry.calibration import Calibration
from taonet.photometry.forced_photometry import (
    ForcedFluxes,
    correlated_noise_factor,
    cut_centre_windows,
    fit_centre,
)
from taonet.photometry.prepared_frames import prepare_frames
from taonet.photometry.subtract import Difference, render_psf

CONSTANT_STAR_MISMATCH = 0.005
"""Share of a constant star that is left in the difference because no PSF is known exactly."""


def difference_photometry(
    difference: Difference,
    calibration: Calibration,
    *,
    photon_noise: Float[np.ndarray, " epoch"],
    causal: bool = True,
) -> ForcedFluxes:
    """Measure the flux at the centre of every difference, in ADU of its epoch.

    It is the flux of the epoch minus the object's flux in the template. An epoch of weight w in the
    template is measured against the template without it, which gives 1 / (1 − w) times that
    difference; the result is multiplied by 1 − w.

    Parameters
    ----------
    photon_noise : array (epoch,)
        See `taonet.photometry.prepared_frames.PreparedFrames`.
    """
    noise = np.nan_to_num(difference.noise, nan=1.0) * _noise_factor(difference, calibration)
    windows = cut_centre_windows(
        np.nan_to_num(difference.light),
        difference.valid,
        calibration,
        noise=noise,
        photon_noise=photon_noise,
    )
    subtracted = cut_centre_windows(
        difference.subtracted_light,
        difference.valid,
        calibration,
        noise=noise,
        photon_noise=photon_noise,
    )
    steady = subtracted.light[:, 0].astype(np.float64)
    n = int(np.sqrt(windows.light.shape[-1]))
    # the window's middle pixel as seen from where the source is expected
    middle_x, middle_y = windows.dx[:, 0, windows.dx.shape[-1] // 2], windows.dy[:, 0, -1] - n // 2

    def shapes(
        x: Float[np.ndarray, " epoch"], y: Float[np.ndarray, " epoch"]
    ) -> tuple[Float[np.ndarray, "epoch pixel"], Float[np.ndarray, "two epoch pixel"]]:
        psf, *slopes = render_psf(difference.psf, x - middle_x, y - middle_y, n)
        return psf, np.stack(slopes)

    # what is left of a bright object by a wrong scale is no change of it
    nowhere = np.zeros(len(steady))
    template_flux = fitted_flux(subtracted, shapes(nowhere, nowhere)[0])
    doubt = np.hypot(difference.subtraction_err, CONSTANT_STAR_MISMATCH * template_flux)
    noisy = steady * _photons_of_both(difference, calibration, photon_noise)[:, None]
    fluxes = fit_centre(windows, shapes, calibration, steady=noisy, doubt=doubt, causal=causal)
    weight = difference.remaining_weight
    return replace(fluxes, flux=fluxes.flux * weight, flux_err=fluxes.flux_err * weight)


def _noise_factor(difference: Difference, calibration: Calibration) -> Float[np.ndarray, " epoch"]:
    """Return by how much noise that is not white makes errors larger."""
    # faint constant sources are correlated, too, but not in a difference
    sky = prepare_frames(np.where(difference.valid, difference.light, np.nan), darkest=np.inf)
    return correlated_noise_factor(sky.correlation, calibration.profile.fwhm_px)


def _photons_of_both(
    difference: Difference, calibration: Calibration, photon_noise: Float[np.ndarray, " epoch"]
) -> Float[np.ndarray, " epoch"]:
    """Return the variance that photons of what was subtracted make, over that of the epoch's own.

    Those of the template are noise as those of the epoch are.
    """
    ratio = np.ones(len(photon_noise))
    for template in difference.templates:
        served = template.stack.serves
        own = np.maximum(photon_noise[served], 1e-12)
        theirs = calibration.scale[served] * template.photon_noise
        ratio[served] += np.where(photon_noise[served] > 0, theirs / own, 0.0)
    return ratio
