"""Active nuclei: galaxies and quasars that flicker, slowly as AGN or wildly as blazars."""

import numpy as np
from jaxtyping import Float

from taonet.simulate.light import Galaxy, Light


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
    sigma = sf_inf_mag / np.sqrt(2)
    kept = np.exp(-np.diff(mjd) / tau_days)
    kicks = sigma * rng.standard_normal(len(mjd))
    kicks[1:] *= np.sqrt(1 - kept**2)
    walk = np.array(kicks)
    for i, keep in enumerate(kept, start=1):
        walk[i] += keep * walk[i - 1]
    return walk


def active_nucleus(mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator) -> Light:
    """Draw an AGN: a slow, weak damped random walk at the centre of a galaxy or alone.

    τ about 200 days in the rest frame and SF_inf about 0.2 mag, both with wide scatter (MacLeod
    et al. 2010, table 1); here seen from redshift one, and twice as strong because CRTS alerts
    pick those that varied. Half of them are Seyferts whose host can be seen.

    Parameters
    ----------
    mjd : array (epoch,)
        Times of observation.
    rng : numpy.random.Generator
    """
    tau = _around(400, 0.6, rng)
    sf_inf = float(np.clip(_around(0.4, 0.4, rng), 0.15, 1.0))
    mean = float(rng.triangular(16.0, 19.5, 20.3))
    hosted = bool(rng.random() < 0.5)
    return Light(
        mag=mean + damped_random_walk(mjd, rng, tau_days=tau, sf_inf_mag=sf_inf),
        subtype="Seyfert" if hosted else "quasar",
        truth={"tau_days": tau, "sf_inf_mag": sf_inf, "mean_mag": mean},
        host=_host(mean + float(rng.normal(0, 0.8)), rng) if hosted else None,
    )


def blazar(mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator) -> Light:
    """Draw a blazar: a fast, strong damped random walk with flares on top.

    τ of some tens of days and amplitudes two to four times those of quasars (Ruan et al. 2012,
    ApJ 760, 51); flares rise and fall exponentially within weeks (Chatterjee et al. 2012, ApJ
    749, 191). The jet outshines the galaxy: one in six shows its elliptical.

    Parameters
    ----------
    mjd : array (epoch,)
        Times of observation.
    rng : numpy.random.Generator
    """
    tau = _around(60, 0.6, rng)
    sf_inf = float(np.clip(_around(0.9, 0.3, rng), 0.4, 2.0))
    mean = float(rng.triangular(15.5, 18.5, 20.0))
    flares_per_year = float(rng.uniform(0.3, 1.5))
    walk = damped_random_walk(mjd, rng, tau_days=tau, sf_inf_mag=sf_inf)
    flares = _flares(mjd, rng, per_year=flares_per_year)
    return Light(
        mag=mean + walk - 2.5 * np.log10(1 + flares),
        subtype="blazar",
        truth={
            "tau_days": tau,
            "sf_inf_mag": sf_inf,
            "mean_mag": mean,
            "flares_per_year": flares_per_year,
        },
        host=_host(mean + float(rng.normal(0.8, 0.5)), rng) if rng.random() < 1 / 6 else None,
    )


def _flares(
    mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator, *, per_year: float
) -> Float[np.ndarray, " epoch"]:
    begin, end = mjd[0] - 60, mjd[-1] + 60
    peaks = rng.uniform(begin, end, rng.poisson(per_year * (end - begin) / 365.25))
    height = rng.exponential(1.5, len(peaks))
    rise_days, fall_days = rng.uniform(3, 15, len(peaks)), rng.uniform(8, 40, len(peaks))
    since = mjd[:, None] - peaks
    shape = np.where(since < 0, np.exp(since / rise_days), np.exp(-np.abs(since) / fall_days))
    return np.asarray((height * shape).sum(axis=1))


def _host(mag: float, rng: np.random.Generator) -> Galaxy:
    return Galaxy(
        mag=mag,
        radius_arcsec=float(rng.uniform(1.0, 4.0)),
        sersic_index=float(rng.choice([1.0, 4.0])),
        axis_ratio=float(rng.uniform(0.4, 1)),
        angle=float(rng.uniform(0, np.pi)),
    )


def _around(median: float, scatter: float, rng: np.random.Generator) -> float:
    return float(median * np.exp(rng.normal(0, scatter)))
