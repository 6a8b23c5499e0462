"""Calibration of a field without stars: by what the survey states and by the object itself."""

import numpy as np
from jaxtyping import Float, Int

from taonet.photometry.alignment import measure_stars
from taonet.photometry.calibration import WIDTH_TO_FLUX
from taonet.photometry.ensemble import WEATHER
from taonet.photometry.field_state import FieldState, StatedValues
from taonet.photometry.mismatch import Mismatch
from taonet.photometry.prepared_frames import PreparedFrames
from taonet.photometry.star_fit import WIDTH_SPREAD
from taonet.photometry.steepness import Steepness

BRIGHT_OBJECT_SNR = 20.0
"""Signal-to-noise ratio above which an epoch of the object helps to measure the PSF."""

LEAST_BRIGHT_EPOCHS = 3
"""Known epochs of such a ratio that it takes to measure the PSF on the object."""

MOST_BLUR = 0.8
"""An object whose squared width exceeds that of the seeing by more than this share is no star."""


def calibrate_without_stars(
    frames: PreparedFrames,
    state: FieldState,
    stated: StatedValues,
    known: Int[np.ndarray, " known"],
    new: Int[np.ndarray, " new"],
) -> None:
    """Fall back on what the survey states, and on the object itself where it is bright."""
    epochs = np.union1d(known, new)
    usual = float(np.median(state.fwhm[known]))
    guess = np.where(np.isfinite(stated.fwhm_px), stated.fwhm_px, usual)[epochs]
    state.fwhm[new] = guess[np.isin(epochs, new)]
    state.store_wings(new, *state.earlier_wings(known, new))
    width_err = _calibrate_on_object(frames, state, known, epochs, guess, stated.fwhm_px, new)
    anchored = known[state.anchored[known]]
    usual_scale = np.median(state.scale[anchored if len(anchored) else known])
    scale = np.where(np.isfinite(stated.scale), stated.scale, usual_scale)
    state.scale[new] = scale[new]
    # nothing here contradicts what is stated
    weather = np.where(np.isfinite(stated.scale[new]), 0.0, WEATHER)
    state.scale_err[new] = np.hypot(weather, WIDTH_TO_FLUX * width_err)


def _calibrate_on_object(
    frames: PreparedFrames,
    state: FieldState,
    known: Int[np.ndarray, " known"],
    epochs: Int[np.ndarray, " some"],
    guess: Float[np.ndarray, " some"],
    seeing_fwhm_px: Float[np.ndarray, " epoch"],
    new: Int[np.ndarray, " new"],
) -> Float[np.ndarray, " new"]:
    """Measure alignment and broadening of the PSF on the object itself, if it is a bright star.

    Returns the relative error of the width of new epochs; none where the seeing is stated.

    Cutouts that were resampled are a little wider than the seeing of their exposure. An object
    that is much wider, or never bright, is not used.
    """
    height, width = frames.light.shape[1:]
    x, y = np.array([width // 2], float), np.array([height // 2], float)
    before = Steepness.default(len(epochs)), Mismatch.default(len(epochs))
    fit, coarse = measure_stars(
        frames, epochs, (x, y), guess, before, causal=state.causal, all_points=True
    )
    bright = fit.flux[:, 0] > BRIGHT_OBJECT_SNR * np.nan_to_num(fit.flux_err[:, 0], nan=np.inf)
    is_sure = bright & np.isin(epochs, known)
    excess = (fit.profile.fwhm_px**2 - guess**2)[is_sure]
    is_new, stated = np.isin(epochs, new), np.isfinite(seeing_fwhm_px[epochs])
    unknown = np.where(stated, 0.0, WIDTH_SPREAD)[is_new]
    if is_sure.sum() < LEAST_BRIGHT_EPOCHS:
        return unknown
    # a usual seeing is no measure of what is wide
    if stated[is_sure].any() and np.median(excess / guess[is_sure] ** 2) > MOST_BLUR:
        return unknown
    learnt = np.flatnonzero(is_new)
    state.store_wings(new, fit.steepness.take(learnt), fit.mismatch.take(learnt))
    stretch = fit.profile.stretch[is_sure]
    wider = np.sqrt(guess**2 + max(float(np.median(excess)), 0.0))
    # where no seeing is stated either, the object's own width is all there is
    state.fwhm[new] = np.where(stated | ~bright, wider, fit.profile.fwhm_px)[is_new]
    state.stretch[new] = np.median(stretch.real) + 1j * np.median(stretch.imag)
    shift = np.stack([fit.shift_x, fit.shift_y], axis=1) + coarse
    usual = np.median(shift[is_sure], axis=0)
    seen = is_new & bright
    state.shift[epochs[seen]] = (shift - usual)[seen]
    state.shift_err[epochs[seen]] = fit.shift_err_px[seen]
    return np.where(bright[is_new] & ~stated[is_new], fit.width_err[is_new], unknown)
