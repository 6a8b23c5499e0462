"""Least squares on the pixels of stars: their positions, shapes and fluxes in each epoch."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from taonet.photometry.mismatch import Mismatch
from taonet.photometry.profile import FLATTEST_BETA, GAUSSIAN_BETA, Profile
from taonet.photometry.star_windows import StarWindows
from taonet.photometry.steepness import Steepness


@dataclass(frozen=True, kw_only=True, eq=False)
class StarFit:
    """How the stars of each epoch lie, look and shine.

    Parameters
    ----------
    shift_x, shift_y : array (epoch,)
        Where they lie, as seen from where they were expected, in pixels.
    shift_err_px : array (epoch,)
        One-sigma error of either.
    profile : Profile (epoch,)
    width_err : array (epoch,)
        Relative one-sigma error of its width.
    steepness : Steepness (epoch,)
    flux, flux_err : array (epoch, star)
        In ADU; NaN where the star was not measured.
    chi2 : array (epoch, star)
        A degree of freedom.
    mismatch : Mismatch (epoch,)
    """

    shift_x: Float[np.ndarray, " epoch"]
    shift_y: Float[np.ndarray, " epoch"]
    shift_err_px: Float[np.ndarray, " epoch"]
    profile: Profile
    width_err: Float[np.ndarray, " epoch"]
    steepness: Steepness
    flux: Float[np.ndarray, "epoch star"]
    flux_err: Float[np.ndarray, "epoch star"]
    chi2: Float[np.ndarray, "epoch star"]
    mismatch: Mismatch


SHIFT_SPREAD, WIDTH_SPREAD, SHAPE_SPREAD = 0.4, 0.15, 0.06
"""What is known of shift, log width and shape of a frame before its stars are measured; few faint
stars change little of it."""

LIMIT = np.array([3.0, 3.0, 3.0, 0.45, 0.45])
"""Further off is no star."""

ROUNDS = 3
"""Of Gauss-Newton steps: frames start close, since others of their sequence are known."""

STARS_PER_KNOWN_POINT = 10.0
"""A known point constrains the steepness like so many stars: it has neighbours, too."""

OVAL = 0.3
"""A PSF so elliptical, (a − b)/(a + b), comes from a trailed exposure, and shows nothing of others.
"""

MOST_STEEPENING = 0.12
"""Largest step of ``1/beta``."""


def fit_stars(
    windows: StarWindows,
    start: Profile,
    *,
    rounds: int = ROUNDS,
    width_spread: float | Float[np.ndarray, " epoch"] = WIDTH_SPREAD,
    steepness: Steepness | None = None,
    mismatch: Mismatch | None = None,
    causal: bool = True,
    all_points: bool = False,
) -> StarFit:
    """Fit one shift and one PSF an epoch, and a flux and a sky level a star.

    Gauss-Newton steps in which fluxes and sky levels, which are linear, are solved for exactly.

    Parameters
    ----------
    start : Profile (epoch,)
        First guess; also what the width tends to where stars constrain it little.
    rounds : int
    width_spread : float or array (epoch,)
        Relative one-sigma error of the widths that the fit starts from.
    steepness : Steepness (epoch,), optional
        What is known of it without these pixels; that of ``start`` is taken to be right if not
        given.
    mismatch : Mismatch (epoch,), optional
        What is known of it without these pixels; it is not measured if not given.
    causal : bool
        Whether steepness and mismatch of an epoch may depend on epochs up to it only.
    all_points : bool
        Whether everything here is known to be a point; else what is badly fitted, a galaxy or a
        blend, has less weight.
    """
    theta = _theta(start)
    prior = theta[:, :5] * [0, 0, 1, 0, 0]
    precision = _prior_precision(width_spread, len(theta))
    theta[:, 5] = 1 / start.beta if steepness is None else steepness.mean
    estimate, n_stars = steepness, STARS_PER_KNOWN_POINT if all_points else windows.light.shape[1]
    flux_fit = _fit_fluxes(windows, theta, np.zeros_like(windows.light))
    for turn in range(rounds):
        if turn == rounds - 2:
            windows = windows.without_outliers(flux_fit.model)
        equations = _normal_equations(
            windows, theta, flux_fit, wings=steepness is not None, all_points=all_points
        )
        inner = equations[0][:, :5, :5] + precision[:, :, None] * np.eye(5)
        pull = equations[1][:, :5] - (theta[:, :5] - prior) * precision
        if steepness is None:
            step = np.linalg.solve(inner, pull[..., None])[..., 0]
        else:
            wing_fit = _fit_wings(theta, equations, inner, pull)
            estimate = steepness.update(*wing_fit.wings, n_stars=n_stars, causal=causal)
            change = np.clip(estimate.mean - theta[:, 5], -MOST_STEEPENING, MOST_STEEPENING)
            step = wing_fit.step - wing_fit.gives * change[:, None]
            theta[:, 5] += change
        theta[:, :5] = np.clip(theta[:, :5] + np.clip(step, -0.5, 0.5), -LIMIT, LIMIT)
        flux_fit = _fit_fluxes(windows, theta, flux_fit.model)
    error = np.sqrt(np.linalg.inv(inner).diagonal(axis1=1, axis2=2))
    profile = _profile(theta)
    return StarFit(
        shift_x=theta[:, 0],
        shift_y=theta[:, 1],
        shift_err_px=np.hypot(error[:, 0], error[:, 1]) / np.sqrt(2),
        profile=profile,
        width_err=error[:, 2],
        steepness=Steepness.from_beta(profile.beta) if estimate is None else estimate,
        flux=flux_fit.flux,
        flux_err=flux_fit.flux_err,
        chi2=_chi2(windows, flux_fit.model),
        mismatch=_mismatch(windows, theta, flux_fit, mismatch, causal=causal),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _WingFit:
    """The steepness by the pixels of each epoch alone.

    ``wings`` is the best 1/beta and its precision, ``step`` what the five others would do if it
    stayed, and ``gives`` how they give way to a change of it.
    """

    wings: tuple[Float[np.ndarray, " epoch"], Float[np.ndarray, " epoch"]]
    step: Float[np.ndarray, "epoch five"]
    gives: Float[np.ndarray, "epoch five"]


def _fit_wings(
    theta: Float[np.ndarray, "epoch seven"],
    equations: tuple[Float[np.ndarray, "epoch six six"], Float[np.ndarray, "epoch six"]],
    inner: Float[np.ndarray, "epoch five five"],
    pull: Float[np.ndarray, "epoch five"],
) -> _WingFit:
    normal, slope = equations
    solved = np.linalg.solve(inner, np.stack([pull, normal[:, :5, 5]], axis=-1))
    step, gives = solved[..., 0], solved[..., 1]
    precision = normal[:, 5, 5] - (normal[:, 5, :5] * gives).sum(axis=1)
    steeper = slope[:, 5] - (normal[:, 5, :5] * step).sum(axis=1)
    precision = np.where(_is_oval(theta), 0, np.maximum(precision, 0))
    inverse_beta = theta[:, 5] + steeper / np.maximum(precision, 1e-9)
    return _WingFit(wings=(inverse_beta, precision), step=step, gives=gives)


def _mismatch(
    windows: StarWindows,
    theta: Float[np.ndarray, "epoch seven"],
    flux_fit: "_FluxFit",
    prior: Mismatch | None,
    *,
    causal: bool,
) -> Mismatch:
    if prior is None:
        return Mismatch.default(len(theta))
    flux = np.where(_is_oval(theta)[:, None], 0, np.nan_to_num(flux_fit.flux))
    shining, residual = flux[..., None] * flux_fit.psf, windows.light - flux_fit.model
    return prior.update(windows, shining, residual, causal=causal)


def _is_oval(theta: Float[np.ndarray, "epoch seven"]) -> Bool[np.ndarray, " epoch"]:
    return np.asarray(np.hypot(theta[:, 3], theta[:, 4]) > OVAL)


def _prior_precision(
    width_spread: float | Float[np.ndarray, " epoch"], n: int
) -> Float[np.ndarray, "epoch five"]:
    """Return one over the variance of what is known beforehand."""
    spread = np.empty((n, 5))
    spread[:, :2], spread[:, 2], spread[:, 3:] = SHIFT_SPREAD, width_spread, SHAPE_SPREAD
    return np.asarray(spread**-2.0)


def star_fluxes(
    windows: StarWindows, profile: Profile
) -> tuple[Float[np.ndarray, "epoch star"], Float[np.ndarray, "epoch star"]]:
    """Measure stars whose places and PSF are known: flux and error, NaN where not measured."""
    theta = _theta(profile)
    flux_fit = _fit_fluxes(windows, theta, np.zeros_like(windows.light))
    windows = windows.without_outliers(flux_fit.model)
    flux_fit = _fit_fluxes(windows, theta, flux_fit.model)
    return flux_fit.flux, flux_fit.flux_err


def _theta(profile: Profile) -> Float[np.ndarray, "epoch seven"]:
    """Return shift, log width, shape, 1/beta and blur of each epoch in one array; no shift yet."""
    theta = np.zeros((len(profile.fwhm_px), 7))
    theta[:, 2], theta[:, 5] = np.log(profile.fwhm_px), 1 / profile.beta
    theta[:, 3], theta[:, 4] = profile.stretch.real, profile.stretch.imag
    theta[:, 6] = profile.blur_px2
    return theta


def _profile(theta: Float[np.ndarray, "epoch seven"]) -> Profile:
    return Profile(
        fwhm_px=np.clip(np.exp(theta[:, 2]), 1.0, 12.0),
        stretch=theta[:, 3] + 1j * theta[:, 4],
        beta=1 / np.clip(theta[:, 5], 1 / GAUSSIAN_BETA, 1 / FLATTEST_BETA),
        blur_px2=theta[:, 6],
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _FluxFit:
    """Flux of each star above a sky level of its own, and the model of its pixels."""

    flux: Float[np.ndarray, "epoch star"]
    flux_err: Float[np.ndarray, "epoch star"]
    psf: Float[np.ndarray, "epoch star pixel"]
    level: Float[np.ndarray, "epoch star"]
    model: Float[np.ndarray, "epoch star pixel"]


def _fit_fluxes(
    windows: StarWindows,
    theta: Float[np.ndarray, "epoch seven"],
    model: Float[np.ndarray, "epoch star pixel"],
) -> _FluxFit:
    """Solve for flux and sky level of each star, pixels weighed by the model so far.

    Two unknowns: written out, since solving many tiny systems costs more than their pixels.
    """
    profile, *away = _shifted_profile(theta, windows)
    psf = profile.pixel_shares(*away)
    weight = windows.weights(model)
    weighed = weight * psf
    pp, p1, n = (weighed * psf).sum(-1), weighed.sum(-1), weight.sum(-1) + windows.level_precision
    pd, d = (weighed * windows.light).sum(-1), (weight * windows.light).sum(-1)
    determinant = pp * n - p1**2
    solvable = determinant > 1e-6 * pp * n
    safe = np.where(solvable, determinant, 1.0)
    flux, level = (n * pd - p1 * d) / safe, (pp * d - p1 * pd) / safe
    level = np.where(solvable, level, 0)
    return _FluxFit(
        flux=np.where(solvable, flux, np.nan),
        flux_err=np.where(solvable, np.sqrt(np.maximum(n / safe, 0)), np.nan),
        psf=psf,
        level=level,
        model=np.where(solvable, flux, 0)[..., None] * psf + level[..., None],
    )


def _shifted_profile(
    theta: Float[np.ndarray, "epoch seven"], windows: StarWindows
) -> tuple[Profile, Float[np.ndarray, "epoch star pixel"], Float[np.ndarray, "epoch star pixel"]]:
    shift = theta[:, :2].astype(windows.dx.dtype)
    profile = _profile(theta.astype(windows.dx.dtype)).take((slice(None), None, None))
    return profile, windows.dx - shift[:, 0, None, None], windows.dy - shift[:, 1, None, None]


def _chi2(
    windows: StarWindows, model: Float[np.ndarray, "epoch star pixel"]
) -> Float[np.ndarray, "epoch star"]:
    residual = (windows.weights(model) * (windows.light - model) ** 2).sum(axis=-1)
    return np.asarray(residual / np.maximum(windows.valid.sum(axis=-1) - 2, 1))


def _normal_equations(
    windows: StarWindows,
    theta: Float[np.ndarray, "epoch seven"],
    flux_fit: _FluxFit,
    *,
    wings: bool,
    all_points: bool,
) -> tuple[Float[np.ndarray, "epoch shape shape"], Float[np.ndarray, "epoch shape"]]:
    """Return the normal equations of shift and PSF from all stars, with or without the wings."""
    profile, dx, dy = _shifted_profile(theta, windows)
    weight = windows.weights(flux_fit.model)
    root = np.sqrt(weight)
    slopes = np.moveaxis(profile.slopes(dx, dy, first=6 if wings else 5), 0, -2)
    # parameters of the epoch, then flux and sky level of each star
    rows = np.empty((*dx.shape[:2], slopes.shape[-2] + 2, dx.shape[2]), np.float32)
    np.multiply(slopes, np.nan_to_num(flux_fit.flux)[..., None, None], out=rows[..., :-2, :])
    rows[..., -2, :], rows[..., -1, :] = flux_fit.psf, 1
    rows *= root[..., None, :]
    residual = root * (windows.light - flux_fit.model)
    normal = (rows @ np.swapaxes(rows, -1, -2)).astype(np.float64)
    slope = (rows @ residual[..., None])[..., 0].astype(np.float64)
    normal[..., -1, -1] += windows.level_precision
    slope[..., -1] -= windows.level_precision * flux_fit.level
    # a star that the model does not fit is a galaxy or a blend: it has less weight
    chi2 = (residual**2).sum(axis=-1) / np.maximum(windows.valid.sum(axis=-1), 1)
    chi2 = np.ones_like(chi2) if all_points else chi2
    star_weight = (1 / np.maximum(chi2, 1.0) ** 2)[..., None]
    normal, slope = _schur_complement(normal, slope)
    return (normal * star_weight[..., None]).sum(axis=1), (slope * star_weight).sum(axis=1)


def _schur_complement(
    normal: Float[np.ndarray, "epoch star all all"], slope: Float[np.ndarray, "epoch star all"]
) -> tuple[Float[np.ndarray, "epoch star shape shape"], Float[np.ndarray, "epoch star shape"]]:
    """Return normal equations without their last two unknowns (Schur complement)."""
    a, b, c = normal[..., -2, -2], normal[..., -2, -1], normal[..., -1, -1]
    determinant = a * c - b * b
    solvable = determinant > 1e-9 * a * c
    safe = np.where(solvable, determinant, 1.0)
    inverse = np.stack([np.stack([c, -b], -1), np.stack([-b, a], -1)], -2) / safe[..., None, None]
    inverse *= solvable[..., None, None]
    coupling = normal[..., :-2, -2:] @ inverse
    reduced = normal[..., :-2, :-2] - coupling @ normal[..., -2:, :-2]
    return reduced, slope[..., :-2] - (coupling @ slope[..., -2:, None])[..., 0]
