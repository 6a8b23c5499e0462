"""Cataclysmic variables: white dwarfs that burst, or change between high and low states."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from taonet.simulation.light import Light, discovery_mjd

SUPEROUTBURST_DAYS = 14.0
"""A superoutburst stays on its plateau for at least so long."""


@dataclass(frozen=True, kw_only=True)
class Cataclysmics:
    """The cataclysmic variables that a survey finds.

    Parameters
    ----------
    quiet_mag : (float, float)
        Mean and scatter of the magnitude between outbursts; those of CRTS are faint, some two
        magnitudes below those known before (Drake et al. 2014, MNRAS 441, 1186).
    quiet_limits_mag : (float, float)
    amplitude_mag : (float, float)
        Mean and scatter of the height of outbursts.
    recurrence_days : float
        Time between outbursts of 2 mag. The higher the outburst, the rarer (Kukarkin & Parenago
        1934; doubted by Otulakowska-Hypka et al. 2016, MNRAS 460, 2526), by `recurrence_slope`
        decades a magnitude. Those of CRTS are rare (Breedt et al. 2014, MNRAS 443, 3174).
    recurrence_slope, recurrence_scatter : float
        The latter in decades.
    plateau_days : (float, float)
        Range of the plateau of a normal outburst (Warner 1995, Cataclysmic Variable Stars, ch. 3).
    superoutburst_share : float
        Share of outbursts that are brighter and last some two weeks.
    flicker_mag : (float, float)
        Median and relative scatter of the unrest from exposure to exposure.
    polar_share : float
        Share of polars and novalikes, which have states instead of outbursts.
    found_mjd : tuple of float or None
        See `taonet.simulation.light.discovery_mjd`.
    """

    quiet_mag: tuple[float, float] = (20.0, 1.6)
    quiet_limits_mag: tuple[float, float] = (15.0, 23.5)
    amplitude_mag: tuple[float, float] = (3.5, 1.3)
    recurrence_days: float = 40.0
    recurrence_slope: float = 0.25
    recurrence_scatter: float = 0.3
    plateau_days: tuple[float, float] = (2.0, 10.0)
    superoutburst_share: float = 0.25
    flicker_mag: tuple[float, float] = (0.15, 0.5)
    polar_share: float = 0.1
    found_mjd: tuple[float, ...] | None = None


def cataclysmic_variable(
    mjd: Float[np.ndarray, " epoch"],
    rng: np.random.Generator,
    population: Cataclysmics = Cataclysmics(),
) -> Light:
    """Draw a cataclysmic variable.

    Parameters
    ----------
    mjd : array (epoch,)
        Times of observation.
    rng : numpy.random.Generator
    population : Cataclysmics
    """
    draw = polar if rng.random() < population.polar_share else dwarf_nova
    return draw(mjd, rng, population)


def dwarf_nova(
    mjd: Float[np.ndarray, " epoch"],
    rng: np.random.Generator,
    population: Cataclysmics = Cataclysmics(),
) -> Light:
    """Draw a dwarf nova: outbursts of days on a star that is faint or not seen at all.

    Outbursts rise within a day or so, stay on a plateau and fall by a magnitude in 1 to 3 days
    (Warner 1995, ch. 3).

    Parameters
    ----------
    mjd : array (epoch,)
        Times of observation.
    rng : numpy.random.Generator
    population : Cataclysmics
    """
    quiet_mag = _quiescent_mag(population, rng)
    amplitude = float(np.clip(rng.normal(*population.amplitude_mag), 1.2, max(1.3, quiet_mag - 12)))
    recurrence = _recurrence(amplitude, population, rng)
    plateau, fall_days_per_mag = float(rng.uniform(*population.plateau_days)), rng.uniform(1, 3)
    day, _ = discovery_mjd(mjd, population.found_mjd, rng)
    caught = day - rng.uniform(0, plateau + fall_days_per_mag)
    starts = outburst_times(caught, recurrence, mjd, rng)
    supers = rng.random(len(starts)) < population.superoutburst_share
    heights = amplitude * rng.uniform(0.7, 1, len(starts)) + 0.6 * supers
    lengths = np.where(
        supers,
        np.maximum(plateau, SUPEROUTBURST_DAYS),
        plateau * rng.uniform(0.5, 1.5, len(starts)),
    )
    above = _outbursts(mjd, starts, heights, lengths, rng.uniform(0.5, 1.5), fall_days_per_mag)
    return Light(
        mag=quiet_mag - above + _flicker(len(mjd), population, rng),
        subtype="dwarf nova",
        truth={
            "quiet_mag": quiet_mag,
            "amplitude_mag": amplitude,
            "recurrence_days": recurrence,
            "plateau_days": plateau,
        },
        g_minus_r=(0.2, 0.06),
        found_mjd=day,
    )


def polar(
    mjd: Float[np.ndarray, " epoch"],
    rng: np.random.Generator,
    population: Cataclysmics = Cataclysmics(),
) -> Light:
    """Draw a polar or novalike: high and low states of months, and a wave with the orbit.

    States differ by 1 to 3 mag and last months (Ramsay et al. 2004, MNRAS 350, 1373); orbits
    take 80 to 240 minutes.

    Parameters
    ----------
    mjd : array (epoch,)
        Times of observation.
    rng : numpy.random.Generator
    population : Cataclysmics
    """
    quiet_mag = min(_quiescent_mag(population, rng), 20.5)
    depth, dwell_days = float(rng.uniform(1, 3)), float(rng.uniform(80, 500))
    period, wave = float(rng.uniform(80, 240) / 1440), float(rng.uniform(0.1, 0.8))
    turns = np.cumsum(rng.exponential(dwell_days, int(12 * (np.ptp(mjd) / dwell_days + 2))))
    high = np.searchsorted(turns, mjd - mjd[0]) % 2 == rng.integers(2)
    orbit = wave / 2 * np.sin(2 * np.pi * (mjd / period + rng.random()))
    return Light(
        mag=quiet_mag - depth * high + orbit + _flicker(len(mjd), population, rng),
        subtype="polar",
        truth={
            "quiet_mag": quiet_mag,
            "amplitude_mag": depth,
            "dwell_days": dwell_days,
            "period_days": period,
        },
    )


def outburst_times(
    caught: float, recurrence: float, mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator
) -> Float[np.ndarray, " outburst"]:
    """Return the times of outbursts: one is given, the others follow and precede it.

    The waits scatter by a quarter of their mean.
    """
    count = int((mjd[-1] - mjd[0]) / (0.4 * recurrence)) + 2
    waits = recurrence * np.clip(rng.normal(1, 0.25, (2, count)), 0.4, None)
    after, before = np.cumsum(waits, axis=1)
    starts = np.concatenate([[caught], caught + after, caught - before])
    return np.asarray(starts[(starts > mjd[0] - 60) & (starts < mjd[-1] + 2)])


def _outbursts(
    mjd: Float[np.ndarray, " epoch"],
    starts: Float[np.ndarray, " outburst"],
    heights: Float[np.ndarray, " outburst"],
    plateau_days: Float[np.ndarray, " outburst"],
    rise_days: float,
    fall_days_per_mag: float,
) -> Float[np.ndarray, " epoch"]:
    """Return the magnitudes above quiescence."""
    phase = mjd[:, None] - starts
    rising = heights * np.clip(1 + phase / rise_days, 0, 1)
    after = np.clip(phase - plateau_days, 0, None)
    falling = np.clip(heights - after / fall_days_per_mag, 0, None)
    return np.asarray(np.where(phase < 0, rising, falling).max(axis=1, initial=0))


def _quiescent_mag(population: Cataclysmics, rng: np.random.Generator) -> float:
    return float(np.clip(rng.normal(*population.quiet_mag), *population.quiet_limits_mag))


def _recurrence(amplitude: float, population: Cataclysmics, rng: np.random.Generator) -> float:
    decades = population.recurrence_slope * (amplitude - 2)
    decades += population.recurrence_scatter * rng.standard_normal()
    return float(np.clip(population.recurrence_days * 10**decades, 10, 5000))


def _flicker(
    count: int, population: Cataclysmics, rng: np.random.Generator
) -> Float[np.ndarray, " epoch"]:
    median, scatter = population.flicker_mag
    return rng.normal(0, median * np.exp(rng.normal(0, scatter)), count)
