"""Brightness against time for each class, with the truth behind it.

A first, honest version: the shapes are those of the literature named at each function, the
distributions are plain. Every function takes the times of observation and a random generator and
never changes the times: cadence does not depend on the class.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float

DARK = np.inf
"""Magnitude of something that gives no light."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Light:
    """What an object looks like apart from its surroundings.

    Parameters
    ----------
    mag : array (epoch,)
        Magnitude of the point source at the object's position; infinite where it is dark.
    subtype : str
    truth : dict
        The physical parameters drawn.
    host_mag : float
        Magnitude of the galaxy it sits in; infinite without one.
    host_radius_arcsec : float
        Half-light radius of that galaxy.
    host_offset_arcsec : float
        Distance from the galaxy's centre.
    motion_arcsec_per_year : float
        Proper motion, in a random direction.
    """

    mag: Float[np.ndarray, " epoch"]
    subtype: str
    truth: dict[str, Any] = field(default_factory=dict)
    host_mag: float = DARK
    host_radius_arcsec: float = 3.0
    host_offset_arcsec: float = 0.0
    motion_arcsec_per_year: float = 0.0


def damped_random_walk(
    mjd: Float[np.ndarray, " epoch"],
    rng: np.random.Generator,
    *,
    tau_days: float,
    sf_inf_mag: float,
) -> Float[np.ndarray, " epoch"]:
    """Draw a damped random walk at irregular times, exactly.

    The structure function is ``SF_inf · sqrt(1 − exp(−Δt/τ))`` (Kelly et al. 2009, ApJ 698, 895;
    MacLeod et al. 2010, ApJ 721, 1014).

    Returns
    -------
    array (epoch,)
        Deviation from the mean in magnitudes.
    """
    steps = rng.standard_normal(len(mjd))
    keep = np.exp(-np.diff(mjd) / tau_days)
    sigma = sf_inf_mag / np.sqrt(2)
    walk = np.empty(len(mjd))
    walk[0] = sigma * steps[0]
    for i, (k, step) in enumerate(zip(keep, steps[1:], strict=True), start=1):
        walk[i] = k * walk[i - 1] + sigma * np.sqrt(1 - k**2) * step
    return walk


def supernova_shape(
    days: Float[np.ndarray, " epoch"], subtype: str, stretch: float
) -> Float[np.ndarray, " epoch"]:
    """Return a supernova's magnitude below its peak, ``days`` after the peak.

    Ia and Ibc fall by some 2.5 and 2 magnitudes in forty days, then by 0.014 a day (cobalt
    decay); II-P stay on a plateau for about 90 days and drop by two (Filippenko 1997, ARA&A 35,
    309). All rise in about 18 days as a square of time (Riess et al. 1999, AJ 118, 2675).
    """
    phase = days / stretch
    rise_days = {"Ia": 18.0, "Ibc": 16.0, "IIP": 10.0}[subtype]
    with np.errstate(divide="ignore"):
        rising = -5.0 * np.log10(np.clip(1 + phase / rise_days, 0, 1))
    after = np.clip(phase, 0, None)
    if subtype == "IIP":
        drop = 2.0 / (1 + np.exp(-(after - 95) / 6))
        falling = 0.004 * after + drop + 0.006 * np.clip(after - 110, 0, None)
    else:
        depth = 2.6 if subtype == "Ia" else 2.1
        falling = depth * (1 - np.exp(-((after / 24.0) ** 1.5))) + 0.014 * after
    return np.asarray(np.where(phase < 0, rising, falling))


def supernova(mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator) -> Light:
    """Draw a supernova in its host galaxy, at its peak near one of the epochs."""
    subtype = str(rng.choice(["Ia", "IIP", "Ibc"], p=[0.7, 0.2, 0.1]))
    peak_mag = 19.3 - 2.5 * rng.beta(1.2, 3)
    peak_mjd = float(rng.choice(mjd)) + rng.normal(0, 8)
    stretch = float(np.clip(rng.normal(1, 0.1), 0.7, 1.3))
    return Light(
        mag=peak_mag + supernova_shape(mjd - peak_mjd, subtype, stretch),
        subtype=subtype,
        truth={"peak_mjd": peak_mjd, "peak_mag": peak_mag, "stretch": stretch},
        host_mag=float(rng.normal(19.0, 1.3)),
        host_radius_arcsec=float(rng.uniform(1.5, 5)),
        host_offset_arcsec=float(rng.exponential(2.5)),
    )


def cataclysmic_variable(mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator) -> Light:
    """Draw a dwarf nova: outbursts of days on a faint star (Warner 1995, ch. 3)."""
    quiet_mag = float(rng.uniform(19.0, 22.5))
    amplitude = float(rng.uniform(2.5, 6))
    recurrence = float(np.exp(rng.normal(np.log(70), 0.7)))
    plateau = float(rng.uniform(3, 12))
    start = float(rng.choice(mjd)) - rng.uniform(0, plateau)
    count = int((mjd[-1] - mjd[0]) / recurrence) + 2
    waits = recurrence * np.clip(rng.normal(1, 0.25, (2, count)), 0.3, None)
    begins = np.concatenate([start + np.cumsum(waits[0]), [start], start - np.cumsum(waits[1])])
    phase = mjd[:, None] - begins[None, :]
    rise = np.clip((phase + 1) / 1.0, 0, 1)
    fall = np.clip(1 - (phase - plateau) / 5, 0, 1)
    height = np.where(phase > plateau, fall, rise) * rng.uniform(0.8, 1, len(begins))
    return Light(
        mag=quiet_mag - amplitude * height.max(axis=1) + rng.normal(0, 0.1, len(mjd)),
        subtype="dwarf nova",
        truth={"quiet_mag": quiet_mag, "amplitude": amplitude, "recurrence_days": recurrence},
    )


def active_nucleus(mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator) -> Light:
    """Draw an AGN: a slow damped random walk at the centre of a galaxy (MacLeod et al. 2010)."""
    tau = float(np.exp(rng.normal(np.log(200), 0.6)))
    sf_inf = float(np.exp(rng.normal(np.log(0.3), 0.4)))
    mean = float(rng.uniform(17, 20))
    return Light(
        mag=mean + damped_random_walk(mjd, rng, tau_days=tau, sf_inf_mag=sf_inf),
        subtype="AGN",
        truth={"tau_days": tau, "sf_inf_mag": sf_inf, "mean_mag": mean},
        host_mag=mean + float(rng.normal(0.7, 0.8)),
        host_radius_arcsec=float(rng.uniform(1.5, 4)),
    )


def blazar(mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator) -> Light:
    """Draw a blazar: a fast, strong damped random walk with flares (Ruan et al. 2012)."""
    tau = float(np.exp(rng.normal(np.log(60), 0.6)))
    sf_inf = float(np.exp(rng.normal(np.log(0.9), 0.3)))
    mean = float(rng.uniform(16.5, 19.5))
    flares = rng.uniform(mjd[0], mjd[-1], rng.poisson(3))
    strength = rng.uniform(0.5, 2, len(flares))
    shape = np.exp(-np.abs(mjd[:, None] - flares) / 15)
    walk = damped_random_walk(mjd, rng, tau_days=tau, sf_inf_mag=sf_inf)
    return Light(
        mag=mean + walk - (strength * shape).sum(axis=1),
        subtype="blazar",
        truth={"tau_days": tau, "sf_inf_mag": sf_inf, "mean_mag": mean},
    )


def flare_star(mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator) -> Light:
    """Draw an M dwarf that flares for an hour now and then (Davenport et al. 2014)."""
    mean = float(rng.uniform(17, 20))
    flaring = rng.random(len(mjd)) < 0.04
    flaring[rng.integers(len(mjd))] = True
    boost = np.where(flaring, rng.exponential(1.5, len(mjd)) + 0.5, 0)
    return Light(mag=mean - boost, subtype="flare star", truth={"mean_mag": mean})


def fast_mover(mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator) -> Light:
    """Draw a star of high proper motion: constant, but it walks through the cutout."""
    mean = float(rng.uniform(16, 19))
    motion = float(rng.uniform(0.8, 4))
    return Light(
        mag=np.full(len(mjd), mean),
        subtype="high proper motion",
        truth={"mean_mag": mean},
        motion_arcsec_per_year=motion,
    )


def long_period_variable(mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator) -> Light:
    """Draw a Mira or semiregular variable: a slow wave of magnitudes (Soszyński et al. 2009)."""
    mean, amplitude = float(rng.uniform(15, 18.5)), float(rng.uniform(0.8, 3))
    period, phase = float(rng.uniform(120, 500)), rng.uniform(0, 2 * np.pi)
    wave = np.sin(2 * np.pi * mjd / period + phase)
    return Light(
        mag=mean + amplitude * wave,
        subtype="long-period variable",
        truth={"mean_mag": mean, "amplitude": amplitude, "period_days": period},
    )


def rr_lyrae(mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator) -> Light:
    """Draw an RR Lyrae star: a saw tooth of half a day (Sesar et al. 2010, ApJ 708, 717)."""
    mean, amplitude = float(rng.uniform(15, 19)), float(rng.uniform(0.5, 1.2))
    period = float(rng.uniform(0.45, 0.7))
    phase = (mjd / period + rng.random()) % 1
    saw = np.where(phase < 0.15, 1 - phase / 0.15, (phase - 0.15) / 0.85)
    return Light(
        mag=mean + amplitude * (saw - 0.5),
        subtype="RR Lyrae",
        truth={"mean_mag": mean, "amplitude": amplitude, "period_days": period},
    )


OTHERS = (flare_star, fast_mover, long_period_variable, rr_lyrae)


def other(mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator) -> Light:
    """Draw one of the variables that are none of the five classes."""
    return OTHERS[int(rng.integers(len(OTHERS)))](mjd, rng)


def constant(mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator) -> Light:
    """Draw a star or a galaxy that does not change."""
    if rng.random() < 0.3:
        return Light(
            mag=np.full(len(mjd), DARK),
            subtype="galaxy",
            host_mag=float(rng.uniform(16.5, 20)),
            host_radius_arcsec=float(rng.uniform(1.5, 5)),
        )
    mean = 21.0 - 5.0 * rng.beta(1.5, 3)
    return Light(mag=np.full(len(mjd), mean), subtype="star", truth={"mean_mag": mean})


TRANSIENTS: dict[str, Callable[[Float[np.ndarray, " epoch"], np.random.Generator], Light]] = {
    "SN": supernova,
    "CV": cataclysmic_variable,
    "AGN": active_nucleus,
    "BZ": blazar,
    "OTHER": other,
    "NON": constant,
}
"""How to draw the light of each class of the CRTS taxonomy."""
