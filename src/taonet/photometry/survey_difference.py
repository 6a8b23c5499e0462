"""Photometry on the differences that come with the cutouts of a survey."""

from dataclasses import replace
from functools import partial

import numpy as np
from jaxtyping import Float

from taonet.photometry.calibration import WIDTH_TO_FLUX, Calibration
from taonet.photometry.forced_photometry import (
    ForcedFluxes,
    correlated_noise_factor,
    cut_centre_windows,
    forced_photometry,
)
from taonet.photometry.object_light import mask_unknown_noise
from taonet.photometry.prepared_frames import PreparedFrames, prepare_frames, variance_reduction
from taonet.photometry.star_fit import StarFit, fit_stars
from taonet.photometry.star_windows import StarWindows
from taonet.sky.sequence import ImageSequence

SUBTRACTED = 0.02
"""Share of what a survey subtracts that its differences still hold, one sigma: errors of
registration, photometric scale and PSF (ZTF: Masci et al. 2019, PASP 131, 018003, have 8 to 25
millimagnitudes)."""

SKY_ERR = 0.03
"""Error of the sky level in units of the noise of a pixel: the sky of a difference is flat and
measured on the whole cutout."""

WIDTH_SCATTER = 0.1
"""Relative scatter of the width of a survey's difference about that of its science image."""

WIDTH_SCATTER_WITHOUT_STARS = 0.35
"""Added to it in quadrature where no field star gives the width; n stars divide it by 1 + n."""

PSF_ROUNDS = 8
"""A stated width may be far off."""


def measure_survey_difference(
    sequence: ImageSequence,
    frames: PreparedFrames,
    calibration: Calibration,
    science: ForcedFluxes,
    *,
    causal: bool,
) -> tuple[Calibration, ForcedFluxes]:
    """Measure the difference that the survey made; the sky under it is the science image's.

    Parameters
    ----------
    frames, calibration
        Of the science images.
    science : ForcedFluxes
        The object in them.

    Returns
    -------
    calibration : Calibration
        With the PSF of the differences.
    fluxes : ForcedFluxes
    """
    channel = sequence.channels.index("difference")
    differences = prepare_frames(sequence.pixels[:, channel], darkest=np.inf)
    photon_noise = _photon_noise(frames, differences)
    fit = _own_psf(differences, calibration, photon_noise, causal=causal)
    calibration = replace(
        calibration,
        profile=fit.profile,
        mismatch=fit.mismatch,
        unlike=np.zeros_like(calibration.unlike),
    )
    larger = correlated_noise_factor(differences.correlation, calibration.profile.fwhm_px)
    windows = _cut_windows(differences, calibration, differences.noise * larger, photon_noise)
    measure = partial(
        forced_photometry,
        windows,
        calibration,
        start=np.stack([fit.shift_x, fit.shift_y]),
        causal=causal,
    )
    # what was subtracted left a share of itself behind
    flux = np.nan_to_num(measure().flux)
    residual = SUBTRACTED * np.nan_to_num(np.abs(science.flux - flux))
    shape = np.hypot(WIDTH_TO_FLUX * fit.width_err, fit.steepness.flux_err(flat=True))
    fluxes = measure(doubt=np.hypot(residual, shape * flux))
    return calibration, mask_unknown_noise(fluxes, differences)


def _photon_noise(
    frames: PreparedFrames, differences: PreparedFrames
) -> Float[np.ndarray, " epoch"]:
    """Return one over the gain by the sky of the science image and the noise of the difference.

    Where a galaxy fills the cutout its light looks like noise; it is not in the difference.
    """
    sky = np.maximum(frames.sky, 3 * frames.noise)
    own = np.nan_to_num(differences.noise**2 / sky) * variance_reduction(differences.correlation)
    return np.asarray(np.minimum(frames.photon_noise, own))


def _cut_windows(
    differences: PreparedFrames,
    calibration: Calibration,
    noise: Float[np.ndarray, " epoch"],
    photon_noise: Float[np.ndarray, " epoch"],
) -> StarWindows:
    windows = cut_centre_windows(
        differences.light,
        differences.valid,
        calibration,
        noise=np.nan_to_num(noise, nan=1.0),
        photon_noise=photon_noise,
    )
    return replace(windows, level_err=SKY_ERR)


def _own_psf(
    differences: PreparedFrames,
    calibration: Calibration,
    photon_noise: Float[np.ndarray, " epoch"],
    *,
    causal: bool,
) -> StarFit:
    """Fit position and PSF of the source at the centre of each difference.

    Subtraction changes the PSF, few alerts hold a field star, and the width that comes with an
    alert may be that of the candidate: what has changed is a point source, whose width is measured.
    """
    windows = _cut_windows(differences, calibration, differences.noise, photon_noise)
    without_stars = WIDTH_SCATTER_WITHOUT_STARS / (1 + calibration.n_stars)
    spread = np.hypot(WIDTH_SCATTER, without_stars)
    return fit_stars(
        windows,
        calibration.profile,
        rounds=PSF_ROUNDS,
        width_spread=spread,
        steepness=calibration.steepness,
        mismatch=calibration.mismatch,
        causal=causal,
        all_points=True,
    )
