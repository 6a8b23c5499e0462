"""What measuring adds to a noiseless light curve: the error model of photometry and encoders."""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from jaxtyping import Float, Int, Shaped

from taonet.data.epoch_photometry import EpochPhotometry
from taonet.simulation.curves import NoiselessCurve
from taonet.sky.flux import ZERO_POINT_MAG
from taonet.sky.nights import NIGHT_GAP_DAYS
from taonet.types import NotNegative, Positive, Share


@dataclass(frozen=True, kw_only=True)
class CurveErrors:
    """How measured fluxes differ from true ones. None of these numbers is fitted to a survey.

    Parameters
    ----------
    relative : (float, float)
        Error in units of the flux, common to all epochs of an object and stated in their errors:
        photometry of bright objects is wrong by the profile, not by the noise. Any decade of the
        range is as likely as any other.
    nightly : (float, float)
        Scatter of the calibration between nights, likewise; it is no part of the errors of fluxes.
    freedom : float
        Deviations in units of the errors follow Student's t with so many degrees of freedom.
    outliers : float
        Share of epochs that deviate ``outlier_factor`` times as much.
    outlier_factor : float
    stars : (float, float)
        Field stars behind the calibration of an object's epochs.
    stated : float
        Share of objects whose zero points are stated: their fluxes are on the survey's scale, those
        of the others in units of the first frame.
    """

    relative: tuple[Positive, Positive] = (0.01, 0.08)
    nightly: tuple[Positive, Positive] = (0.01, 0.03)
    freedom: Positive = 4.0
    outliers: Share = 0.005
    outlier_factor: NotNegative = 10.0
    stars: tuple[Positive, Positive] = (2.0, 30.0)
    stated: Share = 0.5


CURVE_ERRORS: Final = CurveErrors()


def measure_curve(
    curve: NoiselessCurve,
    rng: np.random.Generator,
    *,
    channels: int = 1,
    errors: CurveErrors = CURVE_ERRORS,
) -> EpochPhotometry:
    """Draw what the photometry of an object might have measured.

    Places, shifts and shapes are not measured; numbers drawn for an object are the same however
    many of its epochs are taken from the result.

    Parameters
    ----------
    curve : NoiselessCurve
    rng : numpy.random.Generator
    channels : int
        Of the frames that there would be: all have the same sky and noise.
    errors : CurveErrors
    """
    n = len(curve)
    relative, nightly, stars = (
        _draw_decade(limits, rng) for limits in (errors.relative, errors.nightly, errors.stars)
    )
    night = np.cumsum(np.diff(curve.mjd, prepend=curve.mjd[:1]) > NIGHT_GAP_DAYS)
    gain = np.exp(nightly * rng.standard_normal(n)[night])
    scale = gain * _true_scale(curve, is_stated=bool(rng.random() < errors.stated))
    flux_err = np.hypot(curve.pixel_flux_err_adu, relative * curve.flux_adu)
    flux = curve.flux_adu + flux_err * _draw_deviations(n, errors, rng)
    unknown = np.full(n, np.nan)
    columns = {f.name: unknown for f in fields(EpochPhotometry)[2:]}
    columns |= {
        "scale": scale,
        "scale_err": np.full(n, nightly),
        "fwhm_px": curve.seeing_fwhm_px,
        "n_stars": np.full(n, np.rint(stars)),
        "flux": flux / scale,
        "flux_err": flux_err / scale,
    }
    return EpochPhotometry(
        sky=_in_channels(curve.sky_adu, channels),
        noise=_in_channels(curve.noise_adu, channels),
        **columns,
    )


def _draw_decade(limits: tuple[float, float], rng: np.random.Generator) -> float:
    """Draw a number of which any decade is as likely as any other."""
    return float(np.exp(rng.uniform(*np.log(limits))))


def _draw_deviations(
    n: int, errors: CurveErrors, rng: np.random.Generator
) -> Float[np.ndarray, " visit"]:
    """Draw by how many errors measured fluxes are wrong."""
    is_outlier = rng.random(n) < errors.outliers
    deviations = rng.standard_t(errors.freedom, n)
    return np.asarray(np.where(is_outlier, errors.outlier_factor, 1.0) * deviations)


def _true_scale(curve: NoiselessCurve, *, is_stated: bool) -> Float[np.ndarray, " visit"]:
    """Return the units of each frame per unit of calibrated flux."""
    zero_point_mag = curve.zero_point_mag.astype(np.float64)
    usual = np.full(len(curve), ZERO_POINT_MAG)
    if not is_stated:
        usual = zero_point_mag[_first_in_band(np.asarray(curve.band))]
    return np.asarray(10 ** (0.4 * (zero_point_mag - usual)))


def _first_in_band(band: Shaped[np.ndarray, " visit"]) -> Int[np.ndarray, " visit"]:
    _, first, which = np.unique(band, return_index=True, return_inverse=True)
    return np.asarray(first[which])


def _in_channels(
    values: Float[np.ndarray, " visit"], channels: int
) -> Float[np.ndarray, "visit channel"]:
    return np.repeat(values[:, None].astype(np.float64), channels, axis=1)
