"""Active nuclei: galaxies and quasars that flicker, slowly as AGN or wildly as blazars."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from taonet.simulation.distance import distance_modulus
from taonet.simulation.light import Galaxy, Light, discovery_mjd

WAVELENGTH_NM = 600.0
"""Where an unfiltered CCD is most sensitive."""

REFERENCE_DAYS = 300.0
"""So long after the first epoch the image is taken against which a brightening is noticed."""

MOST_TRIES = 300


@dataclass(frozen=True, kw_only=True)
class Nuclei:
    """Active nuclei that a survey notices because they brightened.

    Parameters
    ----------
    mean_mag : (float, float, float)
        Brightest, most common and faintest apparent magnitude of the nucleus.
    redshift : (float, float, float)
        Least, most common and greatest.
    tau_factor, tau_scatter : float
        The damping time against that of `quasar_walk`, and its relative scatter.
    sf_factor, sf_scatter : float
        The same for the structure function.
    flares_per_year : (float, float)
        Range of their number.
    flare_height : float
        Mean height of a flare, in units of the flux outside flares.
    host_share : float
        Share whose host galaxy can be seen.
    host_below_mag : (float, float)
        Mean and scatter of how much fainter the host is than the nucleus.
    host_radius_arcsec : (float, float)
        Half-light radii of hosts.
    noticed_mag : (float, float)
        Brightening against an old image from which on the survey lists an object: mean and
        scatter.
    found_mjd : tuple of float or None
        See `taonet.simulation.light.discovery_mjd`.
    g_minus_r : (float, float)
        See `taonet.simulation.light.Light`. Real quasars are bluer than this, 0.2, and redden by
        0.2 for each magnitude that they fade (Schmidt et al. 2012, ApJ 744, 147).
    """

    mean_mag: tuple[float, float, float]
    redshift: tuple[float, float, float]
    tau_factor: float
    tau_scatter: float
    sf_factor: float
    sf_scatter: float
    flares_per_year: tuple[float, float]
    flare_height: float
    host_share: float
    host_below_mag: tuple[float, float]
    noticed_mag: tuple[float, float]
    host_radius_arcsec: tuple[float, float] = (1.0, 4.0)
    found_mjd: tuple[float, ...] | None = None
    g_minus_r: tuple[float, float] = (0.6, 0.0)


ACTIVE_GALAXIES = Nuclei(
    mean_mag=(16.5, 19.8, 21.0),
    redshift=(0.05, 0.6, 2.5),
    tau_factor=1.5,
    tau_scatter=0.6,
    sf_factor=1.5,
    sf_scatter=0.5,
    flares_per_year=(0.0, 0.0),
    flare_height=0.0,
    host_share=0.4,
    host_below_mag=(0.5, 0.8),
    noticed_mag=(0.8, 0.2),
)

BLAZARS = Nuclei(
    mean_mag=(15.5, 19.0, 20.8),
    redshift=(0.1, 0.5, 2.0),
    tau_factor=0.4,
    tau_scatter=0.8,
    sf_factor=4.0,
    sf_scatter=0.4,
    flares_per_year=(0.2, 1.2),
    flare_height=1.5,
    host_share=0.15,
    host_below_mag=(0.8, 0.5),
    noticed_mag=(0.9, 0.3),
    g_minus_r=(0.4, 0.1),
)


def active_nucleus(
    mjd: Float[np.ndarray, " epoch"],
    rng: np.random.Generator,
    population: Nuclei = ACTIVE_GALAXIES,
) -> Light:
    """Draw an AGN: a slow, weak damped random walk at the centre of a galaxy or alone.

    The walk of a quasar of its luminosity and redshift, again and again until one brightens
    enough to be noticed: the survey lists those that did.

    Parameters
    ----------
    mjd : array (epoch,)
        Times of observation.
    rng : numpy.random.Generator
    population : Nuclei
    """
    return _draw_brightening(mjd, rng, population, "AGN")


def blazar(
    mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator, population: Nuclei = BLAZARS
) -> Light:
    """Draw a blazar: a fast, strong damped random walk with flares on top.

    Damped random walks describe them, stronger and faster than those of quasars (Ruan et al. 2012,
    ApJ 760, 51); by how much was fitted to light curves. Flares rise and fall exponentially within
    weeks: a guess, since nobody gives their law. The jet outshines the galaxy: few show their
    elliptical.

    Parameters
    ----------
    mjd : array (epoch,)
        Times of observation.
    rng : numpy.random.Generator
    population : Nuclei
    """
    return _draw_brightening(mjd, rng, population, "blazar")


def damped_random_walk(
    mjd: Float[np.ndarray, " epoch"],
    rng: np.random.Generator,
    *,
    tau_days: float,
    sf_inf_mag: float,
) -> Float[np.ndarray, " epoch"]:
    """Draw a damped random walk at irregular times, exactly.

    Its structure function, the r.m.s. difference of two magnitudes Δt apart, is
    ``SF_inf · sqrt(1 − exp(−Δt/τ))`` (Kelly et al. 2009, ApJ 698, 895; MacLeod et al. 2010, ApJ
    721, 1014).

    Parameters
    ----------
    mjd : array (epoch,)
        Times, never decreasing.
    rng : numpy.random.Generator
    tau_days : float
        Time after which it forgets.
    sf_inf_mag : float
        Structure function at long times; √2 times the standard deviation.

    Returns
    -------
    array (epoch,)
        Deviation from the mean in magnitudes.
    """
    decay = np.exp(-np.diff(mjd) / tau_days)
    kicks = sf_inf_mag / np.sqrt(2) * rng.standard_normal(len(mjd))
    kicks[1:] *= np.sqrt(1 - decay**2)
    # plain numbers: ten times as fast as one element of an array after the other
    walk, steps = [float(kicks[0])], zip(decay.tolist(), kicks[1:].tolist(), strict=True)
    for keep, kick in steps:
        walk.append(keep * walk[-1] + kick)
    return np.array(walk)


def quasar_walk(absolute_mag: float, redshift: float, mass: float) -> tuple[float, float]:
    """Return the damping time and structure function of a quasar's walk.

    The regression on rest wavelength, absolute i magnitude and mass of the black hole by MacLeod
    et al. (2010, ApJ 721, 1014). Longer light curves give longer damping times (Stone et al. 2022,
    MNRAS 514, 164); a population's `tau_factor` takes that up.

    Parameters
    ----------
    absolute_mag : float
        In i.
    redshift : float
    mass : float
        Of the black hole in 10⁹ solar masses.

    Returns
    -------
    tau_days : float
        As observed, stretched by the expansion.
    sf_inf_mag : float

    Examples
    --------
    >>> tau, sf = quasar_walk(-26.0, 1.0, 1.0)
    >>> round(tau), round(sf, 2)
    (389, 0.14)
    """
    colour = np.log10(10 * WAVELENGTH_NM / (1 + redshift) / 4000)
    log_tau = 2.4 + 0.17 * colour + 0.03 * (absolute_mag + 23) + 0.21 * np.log10(mass)
    log_sf = -0.51 - 0.479 * colour + 0.131 * (absolute_mag + 23) + 0.18 * np.log10(mass)
    return float(10**log_tau * (1 + redshift)), float(10**log_sf)


def _draw_brightening(
    mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator, population: Nuclei, subtype: str
) -> Light:
    """Draw until one is brighter on the day of its discovery than in an old image.

    The last one counts if none is.
    """
    discovered_mjd, _ = discovery_mjd(mjd, population.found_mjd, rng)
    threshold = float(rng.normal(*population.noticed_mag))
    times = np.concatenate([mjd, [mjd[0] + REFERENCE_DAYS, discovered_mjd]])
    order = np.argsort(times)
    for _ in range(MOST_TRIES):
        light = _draw(times[order], rng, population, subtype)
        mag = np.empty(len(times))
        mag[order] = light.all_light_mag(within_arcsec=np.inf)
        if mag[-2] - mag[-1] > threshold:
            break
    back = np.empty(len(times))
    back[order] = light.mag
    return replace(light, mag=back[:-2], found_mjd=discovered_mjd)


def _draw(
    mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator, population: Nuclei, subtype: str
) -> Light:
    mean = float(rng.triangular(*population.mean_mag))
    redshift = float(rng.triangular(*population.redshift))
    absolute_mag = mean - distance_modulus(redshift)
    tau, sf_inf = quasar_walk(absolute_mag, redshift, _black_hole(absolute_mag, rng))
    tau *= population.tau_factor * float(np.exp(rng.normal(0, population.tau_scatter)))
    sf_inf *= population.sf_factor * float(np.exp(rng.normal(0, population.sf_scatter)))
    sf_inf = min(sf_inf, 3.0)
    rate = float(rng.uniform(*population.flares_per_year))
    walk = damped_random_walk(mjd, rng, tau_days=tau, sf_inf_mag=sf_inf)
    flares = _flares(mjd, rng, per_year=rate, height=population.flare_height)
    host_mag = mean + float(rng.normal(*population.host_below_mag))
    return Light(
        mag=mean + walk - 2.5 * np.log10(1 + flares),
        subtype=subtype,
        truth={
            "mean_mag": mean,
            "redshift": redshift,
            "tau_days": tau,
            "sf_inf_mag": sf_inf,
            "flares_per_year": rate,
        },
        host=_host(host_mag, population, rng) if rng.random() < population.host_share else None,
        g_minus_r=population.g_minus_r,
    )


def _black_hole(absolute_mag: float, rng: np.random.Generator) -> float:
    """Draw a mass in 10⁹ suns: brighter quasars have heavier ones (after MacLeod et al. 2010)."""
    return float(10 ** (2.0 - 0.27 * absolute_mag - 9 + rng.normal(0, 0.3)))


def _flares(
    mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator, *, per_year: float, height: float
) -> Float[np.ndarray, " epoch"]:
    begin, end = mjd[0] - 60, mjd[-1] + 60
    peaks = rng.uniform(begin, end, rng.poisson(per_year * (end - begin) / 365.25))
    heights = rng.exponential(height, len(peaks))
    rise_days, fall_days = rng.uniform(3, 15, len(peaks)), rng.uniform(8, 40, len(peaks))
    since = mjd[:, None] - peaks
    shape = np.exp(np.where(since < 0, since / rise_days, -since / fall_days))
    return np.asarray((heights * shape).sum(axis=1))


def _host(mag: float, population: Nuclei, rng: np.random.Generator) -> Galaxy:
    return Galaxy(
        mag=mag,
        radius_arcsec=float(rng.uniform(*population.host_radius_arcsec)),
        sersic_index=float(rng.choice([1.0, 4.0])),
        axis_ratio=float(rng.uniform(0.4, 1)),
        angle=float(rng.uniform(0, np.pi)),
    )
