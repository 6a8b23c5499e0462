"""Small windows around stars, cut from every epoch at once, and least squares on their pixels."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from taonet.photometry.profile import Profile

MISMATCH = 0.03
"""A model is trusted to this share of a star's light a pixel: real PSFs are no Moffat profiles."""

OUTLIER = 6.0
"""Pixels so many times their error above the model were hit by a cosmic ray or a satellite."""

OUTLIER_MISMATCH = 0.15
"""The core of a badly modelled star is no cosmic ray."""

HALO = 0.01
"""Nor is the halo around a very bright one: so much of its peak."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Stamps:
    """Windows of the frames, sky subtracted.

    Parameters
    ----------
    light : array (epoch, star, pixel)
        In ADU; 0 where not valid.
    valid : array (epoch, star, pixel)
    noise : array (epoch,)
        Of the sky, one sigma, ADU.
    photon_noise : array (epoch,)
        Variance per ADU of light: one over the gain.
    dx, dy : array (epoch, star, pixel)
        Pixel centres as seen from where the star is expected.
    level_err : float
        What is not known of the level of sky that was taken off, one sigma, in units of the noise
        of a pixel; infinite where every star has a level of its own.
    """

    light: Float[np.ndarray, "epoch star pixel"]
    valid: Bool[np.ndarray, "epoch star pixel"]
    noise: Float[np.ndarray, " epoch"]
    photon_noise: Float[np.ndarray, " epoch"]
    dx: Float[np.ndarray, "epoch star pixel"]
    dy: Float[np.ndarray, "epoch star pixel"]
    level_err: float = np.inf

    @property
    def level_precision(self) -> Float[np.ndarray, "epoch 1"]:
        """One over the variance of the level of sky, as far as it is known beforehand."""
        return np.asarray((self.level_err * np.maximum(self.noise, 1e-9))[:, None] ** -2.0)

    def weights(
        self, model: Float[np.ndarray, "epoch star pixel"], mismatch: float = MISMATCH
    ) -> Float[np.ndarray, "epoch star pixel"]:
        """Return one over the variance of each pixel under a model of the light; 0 if not valid."""
        variance = self.variance(model) + (mismatch * model) ** 2
        return np.where(self.valid, 1 / variance, 0.0)

    def variance(
        self, model: Float[np.ndarray, "epoch star pixel"]
    ) -> Float[np.ndarray, "epoch star pixel"]:
        """Return the variance of each pixel: the sky's noise, and the photons of the model."""
        sky = np.maximum(self.noise, 1e-9)[:, None, None] ** 2
        return np.asarray(sky + self.photon_noise[:, None, None] * np.maximum(model, 0))

    def without_outliers(
        self,
        shining: Float[np.ndarray, "epoch star pixel"],
        model: Float[np.ndarray, "epoch star pixel"] | None = None,
    ) -> "Stamps":
        """Return the stamps without pixels that are far brighter than a model of them.

        Parameters
        ----------
        shining : array (epoch, star, pixel)
            All light whose photons make noise.
        model : array (epoch, star, pixel), optional
            What is left of it in the stamps; the same by default.
        """
        model = shining if model is None else model
        halo = HALO * np.abs(shining).max(axis=-1, keepdims=True)
        trusted = (OUTLIER_MISMATCH * shining) ** 2 + halo**2
        limit = OUTLIER * np.sqrt(self.variance(shining) + trusted)
        return replace(self, valid=self.valid & (self.light - model <= limit))


def cut_stamps(
    light: Float[np.ndarray, "epoch y x"],
    valid: Bool[np.ndarray, "epoch y x"],
    x: Float[np.ndarray, "epoch star"],
    y: Float[np.ndarray, "epoch star"],
    *,
    half_px: int,
    noise: Float[np.ndarray, " epoch"],
    photon_noise: Float[np.ndarray, " epoch"],
) -> Stamps:
    """Cut square windows around expected places; what lies outside of the frame is not valid.

    Parameters
    ----------
    light : array (epoch, y, x)
        Sky subtracted, in ADU.
    x, y : array (epoch, star)
        Expected places in pixels.
    half_px : int
        The windows reach so many pixels to each side.
    """
    reach = np.arange(-half_px, half_px + 1)
    columns = np.rint(x).astype(np.int64)[:, :, None] + reach
    rows = np.rint(y).astype(np.int64)[:, :, None] + reach
    away_x = (columns - x[:, :, None]).astype(np.float32)
    away_y = (rows - y[:, :, None]).astype(np.float32)
    pixels, inside = _gather(light, rows, columns)
    good, _ = _gather(valid, rows, columns)
    shape = (*x.shape, len(reach) ** 2)
    seen = (good & inside).reshape(shape)
    n = len(reach)
    dx = np.broadcast_to(away_x[:, :, None, :], (*x.shape, n, n))
    dy = np.broadcast_to(away_y[:, :, :, None], (*x.shape, n, n))
    return Stamps(
        light=np.where(seen, pixels.reshape(shape), 0).astype(np.float32),
        valid=seen,
        noise=noise.astype(np.float32),
        photon_noise=photon_noise.astype(np.float32),
        dx=dx.reshape(shape),
        dy=dy.reshape(shape),
    )


def _gather(
    images: np.ndarray[tuple[int, ...], np.dtype[np.generic]],
    rows: Int[np.ndarray, "epoch star n"],
    columns: Int[np.ndarray, "epoch star n"],
) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.generic]], Bool[np.ndarray, "epoch star n n"]]:
    height, width = images.shape[1:]
    inside_y, inside_x = (rows >= 0) & (rows < height), (columns >= 0) & (columns < width)
    # one flat index: a few times as fast as three
    place = np.arange(len(images))[:, None, None, None] * height
    place = (place + np.clip(rows, 0, height - 1)[:, :, :, None]) * width
    place = place + np.clip(columns, 0, width - 1)[:, :, None, :]
    found = images.reshape(-1).take(place)
    return found, inside_y[:, :, :, None] & inside_x[:, :, None, :]


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
    flux, flux_err : array (epoch, star)
        In ADU; NaN where the star was not measured.
    chi2 : array (epoch, star)
        A degree of freedom.
    """

    shift_x: Float[np.ndarray, " epoch"]
    shift_y: Float[np.ndarray, " epoch"]
    shift_err_px: Float[np.ndarray, " epoch"]
    profile: Profile
    width_err: Float[np.ndarray, " epoch"]
    flux: Float[np.ndarray, "epoch star"]
    flux_err: Float[np.ndarray, "epoch star"]
    chi2: Float[np.ndarray, "epoch star"]


SHIFT_SPREAD, WIDTH_SPREAD, SHAPE_SPREAD = 0.4, 0.15, 0.06
"""What is known of shift, log width and shape of a frame before its stars are looked at; few faint
stars change little of it."""

LIMIT = np.array([3.0, 3.0, 3.0, 0.45, 0.45])
"""Further off is no star."""

ROUNDS = 3
"""Of Gauss-Newton steps: frames start close, since others of their sequence are known."""


def fit_stars(
    stamps: Stamps,
    start: Profile,
    *,
    rounds: int = ROUNDS,
    width_spread: float | Float[np.ndarray, " epoch"] = WIDTH_SPREAD,
    all_points: bool = False,
) -> StarFit:
    """Fit one shift and one PSF an epoch, and a flux and a sky level a star.

    Gauss-Newton steps in which fluxes and sky levels, which are linear, are solved for exactly.

    Parameters
    ----------
    start : Profile (epoch,)
        First guess; also what the width tends to where stars say little.
    rounds : int
    width_spread : float or array (epoch,)
        Relative one-sigma error of the widths that the fit starts from.
    all_points : bool
        Whether everything here is known to be a point; else what is badly fitted, a galaxy or a
        blend, has less of a say.
    """
    theta = np.zeros((len(stamps.light), 5))
    theta[:, 2] = np.log(start.fwhm_px)
    known = theta.copy()
    precision = _prior_precision(width_spread, len(theta))
    theta[:, 3], theta[:, 4] = start.stretch.real, start.stretch.imag
    fitted = _light_of(stamps, theta, np.zeros_like(stamps.light))
    for turn in range(rounds):
        if turn == rounds - 2:
            stamps = stamps.without_outliers(fitted.model)
        normal, slope = _normal_equations(stamps, theta, fitted, all_points=all_points)
        normal = normal + precision[:, :, None] * np.eye(5)
        slope = slope - (theta - known) * precision
        step = np.linalg.solve(normal, slope[..., None])[..., 0]
        theta = np.clip(theta + np.clip(step, -0.5, 0.5), -LIMIT, LIMIT)
        fitted = _light_of(stamps, theta, fitted.model)
    error = np.sqrt(np.linalg.inv(normal).diagonal(axis1=1, axis2=2))
    return StarFit(
        shift_x=theta[:, 0],
        shift_y=theta[:, 1],
        shift_err_px=np.hypot(error[:, 0], error[:, 1]) / np.sqrt(2),
        profile=_profile(theta),
        width_err=error[:, 2],
        flux=fitted.flux,
        flux_err=fitted.flux_err,
        chi2=_chi2(stamps, fitted.model),
    )


def _prior_precision(
    width_spread: float | Float[np.ndarray, " epoch"], n: int
) -> Float[np.ndarray, "epoch five"]:
    """Return one over the variance of what is known beforehand."""
    spread = np.empty((n, 5))
    spread[:, :2], spread[:, 2], spread[:, 3:] = SHIFT_SPREAD, width_spread, SHAPE_SPREAD
    return np.asarray(spread**-2.0)


def star_fluxes(
    stamps: Stamps, profile: Profile
) -> tuple[Float[np.ndarray, "epoch star"], Float[np.ndarray, "epoch star"]]:
    """Measure stars whose places and PSF are known: flux and error, NaN where not measured."""
    theta = np.zeros((len(stamps.light), 5))
    theta[:, 2] = np.log(profile.fwhm_px)
    theta[:, 3], theta[:, 4] = profile.stretch.real, profile.stretch.imag
    fitted = _light_of(stamps, theta, np.zeros_like(stamps.light))
    stamps = stamps.without_outliers(fitted.model)
    fitted = _light_of(stamps, theta, fitted.model)
    return fitted.flux, fitted.flux_err


def _profile(theta: Float[np.ndarray, "epoch five"]) -> Profile:
    return Profile(
        fwhm_px=np.clip(np.exp(theta[:, 2]), 1.0, 12.0), stretch=theta[:, 3] + 1j * theta[:, 4]
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Light:
    """Flux of each star above a sky level of its own, and the model of its pixels."""

    flux: Float[np.ndarray, "epoch star"]
    flux_err: Float[np.ndarray, "epoch star"]
    psf: Float[np.ndarray, "epoch star pixel"]
    level: Float[np.ndarray, "epoch star"]
    model: Float[np.ndarray, "epoch star pixel"]


def _light_of(
    stamps: Stamps,
    theta: Float[np.ndarray, "epoch five"],
    model: Float[np.ndarray, "epoch star pixel"],
) -> _Light:
    """Solve for flux and sky level of each star, pixels weighed by the model so far.

    Two unknowns: written out, since solving many tiny systems costs more than their pixels.
    """
    psf = _at(theta, stamps)[0].on(*_at(theta, stamps)[1:])
    weight = stamps.weights(model)
    weighed = weight * psf
    pp, p1, n = (weighed * psf).sum(-1), weighed.sum(-1), weight.sum(-1) + stamps.level_precision
    pd, d = (weighed * stamps.light).sum(-1), (weight * stamps.light).sum(-1)
    determinant = pp * n - p1**2
    told = determinant > 1e-6 * pp * n
    safe = np.where(told, determinant, 1.0)
    flux, level = (n * pd - p1 * d) / safe, (pp * d - p1 * pd) / safe
    level = np.where(told, level, 0)
    return _Light(
        flux=np.where(told, flux, np.nan),
        flux_err=np.where(told, np.sqrt(np.maximum(n / safe, 0)), np.nan),
        psf=psf,
        level=level,
        model=np.where(told, flux, 0)[..., None] * psf + level[..., None],
    )


def _at(
    theta: Float[np.ndarray, "epoch five"], stamps: Stamps
) -> tuple[Profile, Float[np.ndarray, "epoch star pixel"], Float[np.ndarray, "epoch star pixel"]]:
    shift = theta[:, :2].astype(stamps.dx.dtype)
    profile = _profile(theta.astype(stamps.dx.dtype)).take((slice(None), None, None))
    return profile, stamps.dx - shift[:, 0, None, None], stamps.dy - shift[:, 1, None, None]


def _chi2(
    stamps: Stamps, model: Float[np.ndarray, "epoch star pixel"]
) -> Float[np.ndarray, "epoch star"]:
    residual = (stamps.weights(model) * (stamps.light - model) ** 2).sum(axis=-1)
    return np.asarray(residual / np.maximum(stamps.valid.sum(axis=-1) - 2, 1))


def _normal_equations(
    stamps: Stamps, theta: Float[np.ndarray, "epoch five"], fitted: _Light, *, all_points: bool
) -> tuple[Float[np.ndarray, "epoch five five"], Float[np.ndarray, "epoch five"]]:
    """Return what all stars of an epoch say about its shift and PSF."""
    profile, dx, dy = _at(theta, stamps)
    weight = stamps.weights(fitted.model)
    root = np.sqrt(weight)
    # five parameters of the epoch, then flux and sky level of each star
    rows = np.empty((*dx.shape[:2], 7, dx.shape[2]), np.float32)
    slopes = np.moveaxis(profile.slopes(dx, dy), 0, -2)
    np.multiply(slopes, np.nan_to_num(fitted.flux)[..., None, None], out=rows[..., :5, :])
    rows[..., 5, :], rows[..., 6, :] = fitted.psf, 1
    rows *= root[..., None, :]
    residual = root * (stamps.light - fitted.model)
    normal = (rows @ np.swapaxes(rows, -1, -2)).astype(np.float64)
    slope = (rows @ residual[..., None])[..., 0].astype(np.float64)
    normal[..., 6, 6] += stamps.level_precision
    slope[..., 6] -= stamps.level_precision * fitted.level
    # a star that the model does not fit is a galaxy or a blend: it has less of a say
    chi2 = (residual**2).sum(axis=-1) / np.maximum(stamps.valid.sum(axis=-1), 1)
    chi2 = np.ones_like(chi2) if all_points else chi2
    say = (1 / np.maximum(chi2, 1.0) ** 2)[..., None]
    normal, slope = _eliminated(normal, slope)
    return (normal * say[..., None]).sum(axis=1), (slope * say).sum(axis=1)


def _eliminated(
    normal: Float[np.ndarray, "epoch star seven seven"],
    slope: Float[np.ndarray, "epoch star seven"],
) -> tuple[Float[np.ndarray, "epoch star five five"], Float[np.ndarray, "epoch star five"]]:
    """Return normal equations without their last two unknowns (Schur complement)."""
    a, b, c = normal[..., 5, 5], normal[..., 5, 6], normal[..., 6, 6]
    determinant = a * c - b * b
    told = determinant > 1e-9 * a * c
    safe = np.where(told, determinant, 1.0)
    inverse = np.stack([np.stack([c, -b], -1), np.stack([-b, a], -1)], -2) / safe[..., None, None]
    inverse *= told[..., None, None]
    both = normal[..., :5, 5:] @ inverse
    left = normal[..., :5, :5] - both @ normal[..., 5:, :5]
    return left, slope[..., :5] - (both @ slope[..., 5:, None])[..., 0]
