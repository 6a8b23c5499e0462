"""Forced photometry: the flux at the object's position in every epoch, detected or not.

The position is one for the whole sequence. It starts as the centre of the cutout, known to a part
of a pixel only, and is refined by the epochs in which the object is bright; each epoch then moves
it within the error of its alignment. Flux follows from the best fit of the epoch's PSF and a level
of sky, which for a point source is the optimal estimate.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from taonet.photometry.amplitude import fit_amplitude
from taonet.photometry.calibration import Calibration
from taonet.photometry.growth import residuals_at
from taonet.photometry.profile import Profile
from taonet.photometry.star_windows import StarWindows, cut_windows, window_half_px

CENTRING_PX = 0.35
"""How far from the centre pixel's middle the object lies, one sigma along each axis: cutouts are
cut at whole pixels, which alone makes 0.29."""

UNALIGNED_PX = 0.2
"""Scatter of pointings where no field star gives the shift."""

POSITION_LEAST_SNR = 3.0
"""Fainter epochs are not used for the position: it would follow the noise."""

FURTHEST_PX = 1.2
"""Something further from the centre is another object."""

ROUNDS = 3


def correlated_noise_factor(
    correlation: Float[np.ndarray, "three epoch"], fwhm_px: Float[np.ndarray, " epoch"]
) -> Float[np.ndarray, " epoch"]:
    """Return by how much correlated noise makes the error of a fitted flux larger than white noise.

    The weights of a fit are correlated over neighbouring pixels as a Gaussian of its width squared
    does: ``exp(−d²/4σ²)`` at distance d.
    """
    sigma2 = (fwhm_px / 2.355) ** 2 + 1 / 12
    side, corner = np.exp(-1 / (4 * sigma2)), np.exp(-2 / (4 * sigma2))
    return np.asarray(np.sqrt(1 + 4 * correlation[0] * side + 4 * correlation[1] * corner))


BAD_FIT = 4.0
"""Reduced chi-square from which on the pixels do not look like a star."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ForcedFluxes:
    """Flux at one place in every epoch.

    Parameters
    ----------
    flux, flux_err : array (epoch,)
        In ADU of the epoch; NaN where the place was not seen. The error holds the noise of sky and
        photons and what is not known of the place; that of the calibration is not in it.
    dx, dy : array (epoch,)
        The place, as seen from where the centre pixel of the reference lies in the epoch.
    chi2 : array (epoch,)
        A degree of freedom.
    """

    flux: Float[np.ndarray, " epoch"]
    flux_err: Float[np.ndarray, " epoch"]
    dx: Float[np.ndarray, " epoch"]
    dy: Float[np.ndarray, " epoch"]
    chi2: Float[np.ndarray, " epoch"]


Shapes = Callable[
    [Float[np.ndarray, " epoch"], Float[np.ndarray, " epoch"]],
    tuple[Float[np.ndarray, "epoch pixel"], Float[np.ndarray, "two epoch pixel"]],
]
"""Returns, for a place of the star in each epoch, the PSF on the pixels of a window and its slopes
along x and y."""


def forced_photometry(
    windows: StarWindows,
    calibration: Calibration,
    *,
    doubt: float | Float[np.ndarray, " epoch"] = 0.0,
    start: Float[np.ndarray, "two epoch"] | None = None,
    causal: bool = True,
) -> ForcedFluxes:
    """Measure the flux at the centre of every epoch with the PSF of its calibration.

    Parameters
    ----------
    windows : StarWindows
        From `cut_centre_windows`.
    calibration : Calibration
        Shift and PSF of each epoch.
    doubt : array (epoch,)
        One-sigma error of the flux besides what the pixels' noise makes of it.
    start : array (2, epoch), optional
        Where the object lies roughly, x and y, as seen from the centre; a sharp and bright one half
        a pixel off looks like a cosmic ray.
    causal : bool
        Whether the place in an epoch may depend on epochs up to it only.
    """
    dx, dy = windows.dx[:, 0].astype(np.float64), windows.dy[:, 0].astype(np.float64)
    profile = calibration.profile.take((slice(None), None))

    def shapes(
        x: Float[np.ndarray, " epoch"], y: Float[np.ndarray, " epoch"]
    ) -> tuple[Float[np.ndarray, "epoch pixel"], Float[np.ndarray, "two epoch pixel"]]:
        at = dx - x[:, None], dy - y[:, None]
        return profile.pixel_shares(*at), profile.slopes(*at, first=2)

    return fit_centre(
        windows,
        shapes,
        calibration,
        steady=np.zeros_like(dx),
        doubt=doubt,
        start=start,
        unlike=calibration.unlike,
        causal=causal,
    )


def cut_centre_windows(
    light: Float[np.ndarray, "epoch y x"],
    valid: Bool[np.ndarray, "epoch y x"],
    calibration: Calibration,
    *,
    noise: Float[np.ndarray, " epoch"],
    photon_noise: Float[np.ndarray, " epoch"],
) -> StarWindows:
    """Cut one window an epoch, around where the centre of the reference lies in it.

    Parameters
    ----------
    light : array (epoch, y, x)
        Sky subtracted, in ADU.
    valid : array (epoch, y, x)
    calibration : Calibration
    noise, photon_noise : array (epoch,)
        See `taonet.photometry.prepared_frames.PreparedFrames`.
    """
    return cut_windows(
        light,
        valid,
        light.shape[2] // 2 + calibration.shift_x[:, None],
        light.shape[1] // 2 + calibration.shift_y[:, None],
        half_px=_half_px(calibration.profile, light.shape[-1]),
        noise=noise,
        photon_noise=photon_noise,
    )


def fit_centre(
    windows: StarWindows,
    shapes: Shapes,
    calibration: Calibration,
    *,
    steady: Float[np.ndarray, "epoch pixel"],
    doubt: float | Float[np.ndarray, " epoch"] = 0.0,
    start: Float[np.ndarray, "two epoch"] | None = None,
    unlike: Float[np.ndarray, "epoch side side"] | None = None,
    causal: bool,
) -> ForcedFluxes:
    """Fit one source near the centre of every epoch's window, at one place in all of them.

    Parameters
    ----------
    steady : array (epoch, pixel)
        Light that was there besides and has been taken off: its photons are noise too.
    doubt : array (epoch,)
        One-sigma error of the flux besides what the pixels' noise makes of it.
    start : array (2, epoch), optional
        See `forced_photometry`.
    unlike : array (epoch, side, side), optional
        Residuals of stars from the profile: see `taonet.photometry.growth`.
    """
    alignment = np.where(
        np.isfinite(calibration.shift_err_px), calibration.shift_err_px, UNALIGNED_PX
    )
    mismatch = np.sqrt(calibration.mismatch.square)
    place = _Position.near_centre(len(alignment), start)
    fit = _fit(windows, shapes, place, steady, mismatch)
    windows = windows.without_outliers((fit.model + steady)[:, None], fit.model[:, None])
    for _ in range(ROUNDS):
        fit = _fit(windows, shapes, place, steady, mismatch)
        place = _refine_position(place, fit, alignment, doubt, causal=causal)
    fit = _fit(windows, shapes, place, steady, mismatch)
    missed = fit.sharpness * place.variance
    beyond = 0.0 if unlike is None else _residual_share(windows, place, fit.gains, unlike)
    return ForcedFluxes(
        flux=fit.flux / (1 + np.where(place.own, missed, -missed)) / (1 + beyond),
        flux_err=np.sqrt(fit.flux_err**2 + (fit.flux * missed) ** 2 + np.square(doubt)),
        dx=place.dx,
        dy=place.dy,
        chi2=fit.chi2,
    )


def _residual_share(
    windows: StarWindows,
    place: "_Position",
    gains: Float[np.ndarray, "epoch pixel"],
    unlike: Float[np.ndarray, "epoch side side"],
) -> Float[np.ndarray, " epoch"]:
    """Return the share of the flux that a fit takes from the residuals of the profile."""
    dx, dy = windows.dx[:, 0] - place.dx[:, None], windows.dy[:, 0] - place.dy[:, None]
    beyond = np.zeros(len(gains))
    for k in np.flatnonzero(unlike.any(axis=(1, 2))):
        beyond[k] = gains[k] @ residuals_at(unlike[k], dx[k], dy[k])
    return beyond


def _half_px(profile: Profile, size: int) -> int:
    # by the first epoch: what comes later must not change it
    first = float(profile.fwhm_px[0]) if len(profile.fwhm_px) else 0.0
    return min(window_half_px(first), size // 2)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Position:
    """Where the object lies in each epoch, as seen from where the centre of the reference lies.

    ``variance`` is along each axis; ``own``: whether the epoch's own pixels were used.
    """

    dx: Float[np.ndarray, " epoch"]
    dy: Float[np.ndarray, " epoch"]
    variance: Float[np.ndarray, " epoch"]
    own: Bool[np.ndarray, " epoch"]

    @classmethod
    def near_centre(cls, n: int, start: Float[np.ndarray, "two epoch"] | None) -> "_Position":
        at = np.zeros((2, n)) if start is None else np.clip(start, -FURTHEST_PX, FURTHEST_PX)
        return cls(
            dx=at[0],
            dy=at[1],
            variance=np.full(n, CENTRING_PX**2),
            own=np.zeros(n, bool),
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Fit:
    """The best PSF and sky level of each epoch, and what its pixels imply for the position.

    ``pull`` and ``hold`` are slope and curvature of the likelihood along x and y for a source of
    unit flux; ``sharpness`` is the curvature as a share of what determines the flux: half of it,
    times a distance squared, is the share of the flux that a fit so far off misses.
    """

    flux: Float[np.ndarray, " epoch"]
    flux_err: Float[np.ndarray, " epoch"]
    model: Float[np.ndarray, "epoch pixel"]
    pull: Float[np.ndarray, "two epoch"]
    hold: Float[np.ndarray, "two epoch"]
    sharpness: Float[np.ndarray, " epoch"]
    chi2: Float[np.ndarray, " epoch"]
    gains: Float[np.ndarray, "epoch pixel"]


def _fit(
    windows: StarWindows,
    shapes: Shapes,
    place: _Position,
    steady: Float[np.ndarray, "epoch pixel"],
    mismatch: Float[np.ndarray, " epoch"],
) -> _Fit:
    psf, slopes = shapes(place.dx, place.dy)
    pixels, valid = windows.light[:, 0].astype(np.float64), windows.valid[:, 0]
    level = windows.level_precision[:, 0]
    first = fit_amplitude(pixels, windows.weights(steady[:, None], 0.0)[:, 0], psf, level)
    # photons of the source itself, as its model has them: weights that follow the data are biased
    flux = np.nan_to_num(first.flux)[:, None]
    variance = windows.variance((steady + np.maximum(flux, 0) * psf)[:, None])[:, 0]
    unlike = (mismatch[:, None] * flux) ** 2 * psf.max(axis=-1, keepdims=True)
    weight = np.where(valid, 1 / (variance + unlike * np.maximum(psf, 0)), 0.0)
    fit = fit_amplitude(pixels, weight, psf, level)
    slopes = slopes - _mean_slopes(slopes, weight, level)[..., None]
    residual = weight * (pixels - fit.model)
    hold = (weight * slopes**2).sum(axis=-1)
    freedom = np.maximum((weight > 0).sum(axis=-1) - 2, 1)
    return _Fit(
        flux=fit.flux,
        flux_err=np.sqrt(fit.variance_of(variance, unlike[:, 0])),
        model=fit.model,
        pull=(residual * slopes).sum(axis=-1),
        hold=hold,
        sharpness=np.nan_to_num(hold.mean(axis=0) * fit.formal_variance),
        chi2=(residual * (pixels - fit.model)).sum(axis=-1) / freedom,
        gains=fit.gains,
    )


def _mean_slopes(
    slopes: Float[np.ndarray, "two epoch pixel"],
    weight: Float[np.ndarray, "epoch pixel"],
    level_precision: Float[np.ndarray, " epoch"],
) -> Float[np.ndarray, "two epoch"]:
    """Return the weighted mean of the slopes, which the sky level would absorb."""
    total = weight.sum(axis=-1) + level_precision
    return np.asarray((weight * slopes).sum(axis=-1) / np.where(total > 0, total, 1))


def _refine_position(
    place: _Position,
    fit: _Fit,
    alignment: Float[np.ndarray, " epoch"],
    doubt: float | Float[np.ndarray, " epoch"],
    *,
    causal: bool,
) -> _Position:
    """Refine the position by the epochs in which the object is bright.

    One place for all, and each epoch's own deviation from it, both Gaussian: their weighted
    mean with the prior is exact.
    """
    flux = np.nan_to_num(fit.flux)
    error = np.hypot(np.nan_to_num(fit.flux_err, nan=np.inf), doubt)
    is_bright = np.abs(flux) > POSITION_LEAST_SNR * error
    information = np.where(is_bright, flux**2 * fit.hold, 0.0)
    pull = np.where(is_bright, flux * fit.pull, 0.0)
    moment = pull + information * np.stack([place.dx, place.dy])
    damped = 1 + information * alignment**2
    total, weight = (moment / damped).cumsum(axis=1), (information / damped).cumsum(axis=1)
    if not causal:
        total, weight = total[:, -1:], weight[:, -1:]
    common_variance = 1 / (weight + CENTRING_PX**-2)
    common = total * common_variance
    own = alignment**2 / damped
    at = np.clip(common + own * (moment - information * common), -FURTHEST_PX, FURTHEST_PX)
    variance = common_variance / damped**2 + own
    return _Position(dx=at[0], dy=at[1], variance=variance.mean(axis=0), own=is_bright)
