"""Frame-to-frame calibration from the field stars of a sequence: alignment, PSF, zero points.

No catalogue is needed. All stars of a field together are used to measure the shift, PSF and
transparency of each epoch (ensemble photometry: Honeycutt 1992, PASP 104, 435). The result is
weighed against what is known without them: the zero points that the survey states, or that the
weather mostly changes little.

Causal by default: the numbers of an epoch depend on epochs up to it only. Stars are searched in
the epochs before blocks of growing length, so each frame is measured a few times at most.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace

import numpy as np
from jaxtyping import Float, Int

from taonet.photometry.alignment import measure_stars
from taonet.photometry.calibration import WIDTH_TO_FLUX, Calibration
from taonet.photometry.ensemble import (
    STATED,
    ExpectedScales,
    StarFluxes,
    later_epoch_scales,
    solve_scales,
)
from taonet.photometry.field_state import FieldState, StatedValues
from taonet.photometry.growth import SIDE, profile_residuals
from taonet.photometry.mismatch import Mismatch
from taonet.photometry.prepared_frames import PreparedFrames
from taonet.photometry.reference import STACK, WELL_SEEN, Reference, stack_deepest
from taonet.photometry.star_fit import OVAL, StarFit, star_fluxes
from taonet.photometry.star_windows import cut_windows, window_half_px
from taonet.photometry.starless_calibration import calibrate_without_stars
from taonet.photometry.stars import reference_stars
from taonet.photometry.steepness import Steepness
from taonet.sky.cutout import Quality
from taonet.sky.flux import ZERO_POINT_MAG

USUAL_FWHM_PX = 2.5
"""Stands in until a star has been seen."""

BLOCK_GROWTH = 6
"""Stars are searched again when there are so many times as many epochs."""

A_NIGHT = 4.0
"""Exposures of a night share what is wrong with its stated zero points."""

BAD_STAR = 6.0
"""Reduced chi-square of a star that was hit by a cosmic ray, a trail or the edge."""

TRIES, MOST_AGREE = 3, 0.5
"""An epoch is a bad first one, a trailed one perhaps, if fewer others show all its stars; so many
are tried."""

ODD_WIDTH = 1.8
"""A PSF so many times wider or narrower than usual is a bad one."""


def calibrate_epochs(
    frames: PreparedFrames,
    *,
    seeing_fwhm_px: Float[np.ndarray, " epoch"],
    zero_point_mag: Float[np.ndarray, " epoch"],
    causal: bool = True,
) -> Calibration:
    """Calibrate the epochs of one sequence in one band against each other.

    Parameters
    ----------
    frames : PreparedFrames
    seeing_fwhm_px, zero_point_mag : array (epoch,)
        As the survey states them; NaN where it does not. Where only some zero points are stated,
        the stars tie the other epochs to them.
    causal : bool
        Whether each epoch may depend on earlier ones only; else on all, for archival curves.
    """
    n = len(frames.light)
    stated = StatedValues(
        scale=np.asarray(10 ** (0.4 * (zero_point_mag - ZERO_POINT_MAG))),
        fwhm_px=np.asarray(seeing_fwhm_px, np.float64),
    )
    guess = np.where(np.isfinite(seeing_fwhm_px), seeing_fwhm_px, USUAL_FWHM_PX)
    usual = 1.0 if causal else stated.usual_scale(np.arange(n))
    state = FieldState(
        shift=np.zeros((n, 2)),
        shift_err=np.full(n, np.nan),
        fwhm=guess.astype(np.float64),
        stretch=np.zeros(n, complex),
        steepness=Steepness.default(n),
        mismatch=Mismatch.default(n),
        scale=np.where(np.isfinite(stated.scale), stated.scale, usual),
        scale_err=np.full(n, np.nan),
        zero_point_err=np.zeros(n),
        unlike=np.zeros((n, SIDE, SIDE)),
        n_stars=np.zeros(n, np.int64),
        odd=np.zeros(n, bool),
        anchored=np.zeros(n, bool),
        blur_px2=frames.blur_px2,
        causal=causal,
    )
    usable = np.flatnonzero(frames.usable)
    if not causal and len(usable):
        state = _begin_with_best(frames, state, stated, usable)
    references = []
    for known, new in _schedule(usable, causal=causal):
        reference = _stack_reference(frames, state, known, new)
        _calibrate_block(frames, state, stated, known, reference)
        references.append(reference)
    if not causal and references:
        state.shift -= np.median(state.shift[usable], axis=0)
        references = [_stack_reference(frames, state, usable, usable)]
    return _result(state, frames, tuple(references))


def _begin_with_best(
    frames: PreparedFrames,
    state: FieldState,
    stated: StatedValues,
    usable: Int[np.ndarray, " some"],
) -> FieldState:
    """Measure the sharpest epochs by the stars of one; of another if most do not show them all."""
    sharpest = usable[np.argsort(-_contrast(frames)[usable], kind="stable")]
    new = sharpest[:STACK]
    attempts = []
    for first in sharpest[:TRIES]:
        begun = deepcopy(state)
        known = np.array([first])
        _calibrate_block(frames, begun, stated, known, _stack_reference(frames, begun, known, new))
        begun.shift -= np.median(begun.shift[new], axis=0)
        attempts.append(begun)
        seen = begun.n_stars[new]
        if (seen == seen.max()).mean() > MOST_AGREE:
            break
    return max(attempts, key=lambda begun: int(begun.n_stars[new].sum()))


def _stack_reference(
    frames: PreparedFrames,
    state: FieldState,
    known: Int[np.ndarray, " known"],
    new: Int[np.ndarray, " new"],
) -> Reference:
    values = {"scale": state.scale, "shift": state.shift, "fwhm_px": state.fwhm}
    is_round = np.abs(state.stretch[known]) <= OVAL
    return stack_deepest(frames, known[is_round] if is_round.any() else known, new, **values)


def _schedule(
    usable: Int[np.ndarray, " some"], *, causal: bool
) -> Iterator[tuple[Int[np.ndarray, " known"], Int[np.ndarray, " new"]]]:
    """Yield the epochs in which stars are searched, and those measured by these stars."""
    if not len(usable):
        return
    if not causal:
        yield usable, usable
        return
    yield usable[:1], usable[:1]
    low = 1
    while low < len(usable):
        yield usable[:low], usable[low : BLOCK_GROWTH * low]
        low *= BLOCK_GROWTH


def _contrast(frames: PreparedFrames) -> Float[np.ndarray, " epoch"]:
    """Return how far the brightest hundredth of each frame stands out."""
    flat = frames.light.reshape(len(frames.light), -1)
    return np.asarray(np.quantile(flat, 0.99, axis=1) / np.nan_to_num(frames.noise, nan=np.inf))


def _calibrate_block(
    frames: PreparedFrames,
    state: FieldState,
    stated: StatedValues,
    known: Int[np.ndarray, " known"],
    reference: Reference,
) -> None:
    new = reference.serves
    x, y, own = reference_stars(
        reference.image,
        reference.seen > WELL_SEEN,
        noise=reference.noise,
        photon_noise=float(np.mean(frames.photon_noise[reference.epochs])) / len(reference.epochs),
        fwhm_px=float(np.median(state.fwhm[reference.epochs])),
        beta=float(state.steepness.beta[known[-1]]),
        blur_px2=float(state.blur_px2[known[-1]]),
    )
    state.anchored[new] = np.isfinite(stated.scale[new]) | _is_anchored(state, stated, known)
    if not len(x):
        calibrate_without_stars(frames, state, stated, known, new)
        return
    usual = float(np.median(state.fwhm[known]))
    guess = np.where(np.isfinite(stated.fwhm_px), stated.fwhm_px, usual)
    before = state.earlier_wings(known, new)
    if before[0].is_settled(len(x)):
        own = own[:0]
    points = np.concatenate([x, own[:, 0]]), np.concatenate([y, own[:, 1]])
    fit, coarse = measure_stars(frames, new, points, guess[new], before, causal=state.causal)
    flux, error = (values[:, : len(x)] for values in _good_fluxes(fit))
    state.shift[new] = np.stack([fit.shift_x, fit.shift_y], axis=1) + coarse
    state.shift_err[new] = fit.shift_err_px
    state.fwhm[new], state.stretch[new] = fit.profile.fwhm_px, fit.profile.stretch
    state.store_wings(new, fit.steepness, fit.mismatch)
    state.n_stars[new] = np.isfinite(flux).sum(axis=1)
    state.odd[new] = state.n_stars[new] == 0
    is_stated = np.isfinite(stated.scale)
    expected = ExpectedScales(
        scale=np.where(is_stated, stated.scale, stated.usual_scale(known)), stated=is_stated
    )
    # earlier epochs are measured with the wings known before this one
    brighter = fit.steepness.brightening(before[0].mean[0])[:, None]
    fluxes = StarFluxes(
        flux=flux / brighter, error=error / brighter, common_err=WIDTH_TO_FLUX * fit.width_err
    )
    scale, error = _scales(frames, state, fluxes, expected, (x, y), known, reference)
    # the mean of the stated zero points is no surer than so; none is claimed where none is stated
    sure = int(is_stated[known].sum())
    anchor = STATED / np.sqrt(max(sure / A_NIGHT, 1))
    is_same = np.array_equal(known, new)
    known_mismatch = fit.mismatch.square[-1] if is_same else before[1].square[0]
    state.unlike[new] = profile_residuals(
        reference,
        state.profile(reference.epochs),
        np.stack(points, axis=1),
        float(np.sqrt(known_mismatch)),
    )
    state.zero_point_err[new] = np.where(state.anchored[new], anchor, 0.0)
    state.scale[new], state.scale_err[new] = scale, error


def _is_anchored(state: FieldState, stated: StatedValues, known: Int[np.ndarray, " known"]) -> bool:
    return bool((state.anchored[known] | np.isfinite(stated.scale[known])).any())


def _scales(
    frames: PreparedFrames,
    state: FieldState,
    fluxes: StarFluxes,
    expected: ExpectedScales,
    places: tuple[Float[np.ndarray, " star"], Float[np.ndarray, " star"]],
    known: Int[np.ndarray, " known"],
    reference: Reference,
) -> tuple[Float[np.ndarray, " new"], Float[np.ndarray, " new"]]:
    """Return the scales of new epochs and their errors, by stars that earlier epochs have seen."""
    new, best = reference.serves, reference.epochs
    if np.array_equal(known, new):
        return solve_scales(fluxes, expected.take(new), state.scale[new])
    earlier = _earlier_fluxes(frames, state, best, int(known[-1]), *places)
    anchored = state.anchored[best]
    if anchored.any():
        # instrumental epochs do not constrain the scale of stated ones
        earlier.flux[~anchored] = np.nan
    else:
        fluxes.flux[expected.stated[new]] = np.nan
    return later_epoch_scales(
        fluxes, expected.take(new), earlier, expected.take(best), state.scale[best]
    )


def _earlier_fluxes(
    frames: PreparedFrames,
    state: FieldState,
    known: Int[np.ndarray, " known"],
    last: int,
    x: Float[np.ndarray, " star"],
    y: Float[np.ndarray, " star"],
) -> StarFluxes:
    """Measure stars in epochs whose shift and PSF are known already."""
    windows = cut_windows(
        frames.light[known],
        frames.valid[known],
        x + state.shift[known, :1],
        y + state.shift[known, 1:],
        half_px=window_half_px(state.fwhm[known[0]]),
        noise=frames.noise[known],
        photon_noise=frames.photon_noise[known],
    )
    # as steep as is known by the last of all that are known
    usual = state.steepness.beta[np.full(len(known), last)]
    profile = replace(state.profile(known), beta=usual)
    flux, error = star_fluxes(windows, profile)
    return StarFluxes(flux=flux, error=error, common_err=np.full(len(known), WIDTH_TO_FLUX * 0.02))


def _good_fluxes(
    fit: StarFit,
) -> tuple[Float[np.ndarray, "some star"], Float[np.ndarray, "some star"]]:
    """Return fluxes and errors; NaN where the fit is bad (a cosmic ray, a trail, the edge)."""
    good = np.isfinite(fit.flux) & (fit.chi2 < BAD_STAR)
    return np.where(good, fit.flux, np.nan), np.where(good, fit.flux_err, np.nan)


def _result(
    state: FieldState, frames: PreparedFrames, references: tuple[Reference, ...]
) -> Calibration:
    usable = frames.usable
    # as usual as the epochs so far
    width = np.log(state.fwhm)
    usual = np.where(usable, width, 0).cumsum() / np.maximum(usable.cumsum(), 1)
    # stars that no PSF fits are a bad one's
    odd = state.odd | (np.abs(width - usual) > np.log(ODD_WIDTH))
    quality = np.where(usable & (np.abs(state.stretch) > OVAL), int(Quality.TRAILED), 0)
    quality |= np.where(usable & odd, int(Quality.BAD_PSF), 0)
    quality |= np.where(usable & (state.n_stars == 0), int(Quality.UNCALIBRATED), 0)
    return Calibration(
        shift_x=state.shift[:, 0],
        shift_y=state.shift[:, 1],
        shift_err_px=state.shift_err,
        profile=state.profile(np.arange(len(state.fwhm))),
        steepness=state.steepness,
        mismatch=state.mismatch,
        unlike=state.unlike,
        scale=state.scale,
        scale_err=state.scale_err,
        zero_point_err=state.zero_point_err,
        n_stars=state.n_stars,
        quality=quality.astype(np.int32),
        anchored=state.anchored,
        references=references,
    )
