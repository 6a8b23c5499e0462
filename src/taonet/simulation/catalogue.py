"""Light curves as a survey's own database holds them: detections, magnitudes and stated errors.

No pixels are drawn. What the survey's photometry does to a magnitude is described by a few numbers
learnt from its constant stars.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from taonet.simulation.cadence import Cadence, draw_mjd
from taonet.simulation.light import Light
from taonet.simulation.mixture import Transient

NIGHT_TAIL = 2.5
"""Degrees of freedom of Student's law for the depth of nights: most are alike, few are bad."""

FAINTEST_SOFTNESS_MAG = 0.08

ONE_SOURCE_ARCSEC = 5.0
"""Two pixels: a transient nearer than this to the centre of its host is one source with it."""

UNIT_MAG = 20.0
"""Fluxes are in units of that of a source of this magnitude."""


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """What a survey's photometry makes of the light of an object.

    Parameters
    ----------
    cadence : Cadence
        When it observed, over all its years.
    transients : mapping of str to callable
        How the light of each class is drawn.
    sky_noise, photon_noise : float
        Variance of a flux f is ``sky_noise + photon_noise f``, in units of the flux of a source
        of 20 mag.
    depth_scatter_mag, object_scatter_mag : float
        Scatter of the depth between nights, and of a place or source against others: crowding,
        vignetting, extent.
    tail : float
        Degrees of freedom of Student's law for the noise.
    calibration_mag : (float, float)
        Median night-to-night error of the calibration and its relative scatter between objects.
    limit_mag, limit_softness_mag : float
        True magnitude of which one in two is detected, and how softly the share falls off.
    faintest_mag : float
        Nothing is listed that was measured fainter than this.
    outlier_share : (float, float)
        Median share of wrong measurements of an object and its relative scatter between objects:
        blends, edges, passing asteroids.
    outlier_mag : float
        Mean size of a wrong measurement's error; as often too bright as too faint.
    error_mags, errors : tuples of float
        The error that the database states, at magnitudes.
    """

    cadence: Cadence
    transients: Mapping[str, Transient]
    sky_noise: float
    photon_noise: float
    depth_scatter_mag: float
    object_scatter_mag: float
    tail: float
    calibration_mag: tuple[float, float]
    limit_mag: float
    limit_softness_mag: float
    faintest_mag: float
    outlier_share: tuple[float, float]
    outlier_mag: tuple[float, float]
    error_mags: tuple[float, ...]
    errors: tuple[float, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Detections:
    """What the database lists of one object.

    Parameters
    ----------
    mjd, mag, magerr : arrays (point,)
        UTC; magnitudes and stated errors to two decimals.
    """

    mjd: Float[np.ndarray, " point"]
    mag: Float[np.ndarray, " point"]
    magerr: Float[np.ndarray, " point"]


def draw_detections(
    catalogue: Catalogue, class_name: str, rng: np.random.Generator
) -> tuple[Detections, Light]:
    """Draw an object of a class, and what the database lists of it (perhaps nothing).

    Times, light and noise have random streams of their own, so cadence cannot depend on the class.
    """
    times, light_rng, noise = rng.spawn(3)
    mjd = draw_mjd(catalogue.cadence, times)
    light = catalogue.transients[class_name](mjd, light_rng)
    mag = light.all_light_mag(within_arcsec=ONE_SOURCE_ARCSEC)
    return measure_magnitudes(mag, mjd, catalogue, noise), light


def measure_magnitudes(
    mag: Float[np.ndarray, " epoch"],
    mjd: Float[np.ndarray, " epoch"],
    catalogue: Catalogue,
    rng: np.random.Generator,
) -> Detections:
    """Measure an object as the survey's database would.

    Parameters
    ----------
    mag : array (epoch,)
        Magnitude of all the light at the place, host included; infinite for none.
    mjd : array (epoch,)
    """
    night = np.unique(np.floor(mjd), return_inverse=True)[1]
    place = rng.normal(0, catalogue.object_scatter_mag)
    clear = (catalogue.depth_scatter_mag * rng.standard_t(NIGHT_TAIL, night.max() + 1))[night]
    clear = np.clip(clear, -1.5, 0.5)
    noisy_mag = _add_noise(mag, place + clear, catalogue, rng)
    noisy_mag += _calibration(night, catalogue, rng) + _outliers(len(mjd), catalogue, rng)
    chance = _logistic((catalogue.limit_mag + place + clear - mag) / catalogue.limit_softness_mag)
    chance *= _logistic((catalogue.faintest_mag + clear - noisy_mag) / FAINTEST_SOFTNESS_MAG)
    listed = rng.random(len(mjd)) < chance
    error = stated_error(noisy_mag, catalogue, depth_mag=_error_depth(clear) + 0.2 * place)
    return Detections(
        mjd=mjd[listed], mag=np.round(noisy_mag[listed], 2), magerr=np.round(error[listed], 2)
    )


def stated_error(
    mag: Float[np.ndarray, " epoch"],
    catalogue: Catalogue,
    *,
    depth_mag: Float[np.ndarray, " epoch"] | float = 0.0,
) -> Float[np.ndarray, " epoch"]:
    """Return the error that the database states at a magnitude.

    It is no one-sigma error: too large for bright stars, too small for faint ones.

    Parameters
    ----------
    mag : array (epoch,)
    depth_mag : array (epoch,) or float
        How much deeper than usual the exposure is; only the part of the error that comes from
        the sky follows it.
    """
    floor = catalogue.errors[0]
    error = np.interp(mag, catalogue.error_mags, catalogue.errors)
    sky = np.sqrt(np.maximum(error**2 - floor**2, 0)) * 10 ** (-0.4 * np.asarray(depth_mag))
    return np.asarray(np.hypot(floor, sky))


def _error_depth(clear: Float[np.ndarray, " epoch"]) -> Float[np.ndarray, " epoch"]:
    """Return how much of a night's depth the stated errors follow: all of the bad nights'."""
    return np.asarray(0.4 * np.maximum(clear, -0.25) + np.minimum(clear + 0.25, 0))


def _add_noise(
    mag: Float[np.ndarray, " epoch"],
    depth_mag: Float[np.ndarray, " epoch"],
    catalogue: Catalogue,
    rng: np.random.Generator,
) -> Float[np.ndarray, " epoch"]:
    """Return magnitudes with the noise of sky and photons, its tails a little heavy."""
    flux = 10 ** (-0.4 * (mag - UNIT_MAG))
    sigma = np.sqrt(catalogue.sky_noise * 10 ** (-0.8 * depth_mag) + catalogue.photon_noise * flux)
    noise = rng.standard_normal(len(mag)) * np.sqrt(
        catalogue.tail / rng.chisquare(catalogue.tail, len(mag))
    )
    return np.asarray(UNIT_MAG - 2.5 * np.log10(np.maximum(flux + sigma * noise, 1e-9)))


def _calibration(
    night: Int[np.ndarray, " epoch"], catalogue: Catalogue, rng: np.random.Generator
) -> Float[np.ndarray, " epoch"]:
    median, scatter = catalogue.calibration_mag
    size = median * np.exp(rng.normal(0, scatter))
    return np.asarray(rng.normal(0, size, night.max() + 1)[night])


def _outliers(
    count: int, catalogue: Catalogue, rng: np.random.Generator
) -> Float[np.ndarray, " epoch"]:
    median, scatter = catalogue.outlier_share
    share = min(0.3, median * float(np.exp(rng.normal(0, scatter))))
    median, scatter = catalogue.outlier_mag
    size = median * float(np.exp(rng.normal(0, scatter)))
    return np.where(rng.random(count) < share, rng.laplace(0, size, count), 0.0)


def _logistic(x: Float[np.ndarray, " epoch"]) -> Float[np.ndarray, " epoch"]:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -50, 50))))
