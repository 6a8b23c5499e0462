"""Stars of our Galaxy that flare, pulsate, eclipse or move, and asteroids."""

import numpy as np
from jaxtyping import Float

from taonet.simulation.light import DARK, Light, discovery_mjd, shift_to_mean
from taonet.simulation.mixture import Mixture, draw_from_mixture


def flare_star(mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator) -> Light:
    """Draw an M dwarf that was discovered in a flare of minutes to an hour.

    The shape is that of Davenport et al. (2014, ApJ 797, 122, eqs. 1 and 4); the widths are
    those of large flares.

    Parameters
    ----------
    mjd : array (epoch,)
        Times of observation.
    rng : numpy.random.Generator
    """
    quiet_mag = float(rng.uniform(16.5, 20.5))
    width_days = float(rng.uniform(5, 30) / 1440)
    amplitude = float(rng.uniform(1, 4))
    peak_mjd = discovery_mjd(mjd, None, rng)[0] - float(rng.uniform(0, 0.5) * width_days)
    flux = 1 + (10 ** (0.4 * amplitude) - 1) * flare_shape((mjd - peak_mjd) / width_days)
    return Light(
        mag=quiet_mag - 2.5 * np.log10(flux),
        subtype="flare star",
        truth={"quiet_mag": quiet_mag, "amplitude_mag": amplitude, "peak_mjd": peak_mjd},
        g_minus_r=(1.4, 0.4),
    )


def flare_shape(t: Float[np.ndarray, " epoch"]) -> Float[np.ndarray, " epoch"]:
    """Return the flux of a stellar flare, 1 at its peak (Davenport et al. 2014, eqs. 1 and 4).

    Parameters
    ----------
    t : array (epoch,)
        Time since the peak in units of the full width at half maximum.
    """
    before = np.polynomial.polynomial.polyval(t, [1, 1.941, -0.175, -2.246, -1.125])
    late = np.clip(t, 0, None)
    after = 0.6890 * np.exp(-1.600 * late) + 0.3030 * np.exp(-0.2783 * late)
    return np.select([t < -1, t < 0], [0.0, before], after)


def fast_mover(mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator) -> Light:
    """Draw a star of high proper motion: constant, but it walks through the cutout.

    Motions of 0.5 to 5 arcsec a year, more often slow (Lépine & Shara 2005, AJ 129, 1483): what
    moves less leaves no mark on a pixel of 2.5 arcsec within a few years.

    Parameters
    ----------
    mjd : array (epoch,)
        Times of observation.
    rng : numpy.random.Generator
    """
    mean = float(rng.triangular(14.5, 18.0, 20.0))
    motion = float(0.5 * 10 ** rng.uniform(0, 1))
    direction = float(rng.uniform(0, 2 * np.pi))
    return Light(
        mag=np.full(len(mjd), mean),
        subtype="high proper motion",
        truth={"mean_mag": mean, "pm_arcsec_per_year": motion},
        g_minus_r=(1.3, 0.0),
        pm_x_arcsec_per_year=motion * float(np.cos(direction)),
        pm_y_arcsec_per_year=motion * float(np.sin(direction)),
    )


def long_period_variable(mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator) -> Light:
    """Draw a Mira or semiregular variable: a slow wave, never twice quite the same.

    Periods of 100 to 500 days, full amplitudes of 0.6 to 4 mag (Drake et al. 2014, ApJS 213, 9).

    Parameters
    ----------
    mjd : array (epoch,)
        Times of observation.
    rng : numpy.random.Generator
    """
    mean, amplitude = float(rng.uniform(14.0, 18.5)), float(rng.uniform(0.6, 4))
    period, phase = float(rng.uniform(100, 500)), float(rng.uniform(0, 2 * np.pi))
    slow = float(rng.uniform(3, 8)) * period
    wave = np.sin(2 * np.pi * mjd / period + phase)
    beat = 1 + 0.25 * np.sin(2 * np.pi * mjd / slow)
    return Light(
        mag=mean + amplitude / 2 * wave * beat,
        subtype="long-period variable",
        truth={"mean_mag": mean, "amplitude_mag": amplitude, "period_days": period},
        g_minus_r=(1.4, 0.2),
    )


def rr_lyrae(mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator) -> Light:
    """Draw an RR Lyrae star of type ab: a steep rise and a slow fall within half a day.

    Periods of 0.45 to 0.75 days, amplitudes of 0.5 to 1.2 mag, a rise of about an eighth of the
    period (Sesar et al. 2010, ApJ 708, 717).

    Parameters
    ----------
    mjd : array (epoch,)
        Times of observation.
    rng : numpy.random.Generator
    """
    mean, amplitude = float(rng.triangular(14.5, 17.5, 20.0)), float(rng.uniform(0.5, 1.2))
    period = float(rng.uniform(0.45, 0.75))
    phase = (mjd / period + rng.random()) % 1
    fading = np.clip((phase - 0.13) / 0.87, 0, 1) ** 0.7
    saw = np.where(phase < 0.13, 1 - phase / 0.13, fading)
    return Light(
        mag=mean + amplitude * (saw - 0.55),
        subtype="RR Lyrae",
        truth={"mean_mag": mean, "amplitude_mag": amplitude, "period_days": period},
        g_minus_r=(0.2, 0.25),
    )


def eclipsing_binary(mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator) -> Light:
    """Draw an eclipsing binary: two dips a period, the second not deeper than the first.

    Periods of 0.25 to 5 days, depths of 0.2 to 1.5 mag, widths of 5 to 12 % of the period full
    width (Prša et al. 2011, AJ 141, 83).

    Parameters
    ----------
    mjd : array (epoch,)
        Times of observation.
    rng : numpy.random.Generator
    """
    mean = float(rng.triangular(14.5, 17.5, 20.0))
    depth, second = float(rng.uniform(0.2, 1.5)), float(rng.uniform(0.1, 1))
    period = float(0.25 * 20 ** rng.random())
    width = float(rng.uniform(0.02, 0.05))
    phase = (mjd / period + rng.random()) % 1
    first_dip = np.exp(-0.5 * (np.minimum(phase, 1 - phase) / width) ** 2)
    second_dip = np.exp(-0.5 * ((phase - 0.5) / width) ** 2)
    return Light(
        mag=mean + depth * first_dip + depth * second * second_dip,
        subtype="eclipsing binary",
        truth={"mean_mag": mean, "depth_mag": depth, "period_days": period},
    )


def asteroid(mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator) -> Light:
    """Draw an asteroid: a point of light at one visit, and nothing at any other.

    Counts grow as ``10**(0.3 mag)``, between those of bright and faint ones (Ivezić et al. 2001,
    AJ 122, 2749). It moves less than a pixel during an exposure.

    Parameters
    ----------
    mjd : array (epoch,)
        Times of observation.
    rng : numpy.random.Generator
    """
    mean = float(20.6 + np.log10(rng.uniform(10 ** (0.3 * (15.0 - 20.6)), 1)) / 0.3)
    mag = np.full(len(mjd), DARK)
    mag[int(rng.integers(len(mjd)))] = mean
    # the colour of the Sun, between C- and S-types (Ivezić et al. 2001)
    return Light(mag=mag, subtype="asteroid", truth={"mean_mag": mean}, g_minus_r=(0.55, 0.0))


def rr_lyrae_c(mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator) -> Light:
    """Draw an RR Lyrae star of type c: nearly a sine of a third of a day.

    Periods of 0.25 to 0.42 days, amplitudes of 0.3 to 0.6 mag (Sesar et al. 2010, ApJ 708, 717).

    Parameters
    ----------
    mjd : array (epoch,)
        Times of observation.
    rng : numpy.random.Generator
    """
    mean, amplitude = float(rng.triangular(14.5, 17.5, 20.0)), float(rng.uniform(0.3, 0.6))
    period = float(rng.uniform(0.25, 0.42))
    phase = 2 * np.pi * (mjd / period + rng.random())
    return Light(
        mag=mean + amplitude / 2 * (np.sin(phase) + 0.15 * np.sin(2 * phase)),
        subtype="RR Lyrae c",
        truth={"mean_mag": mean, "amplitude_mag": amplitude, "period_days": period},
        g_minus_r=(0.1, 0.25),
    )


def contact_binary(mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator) -> Light:
    """Draw a contact binary: it changes all the time, with two like minima an orbit.

    Periods of 0.22 to 0.6 days, most near a third (Rucinski 2007, MNRAS 382, 393), depths of 0.2
    to 0.8 mag.

    Parameters
    ----------
    mjd : array (epoch,)
        Times of observation.
    rng : numpy.random.Generator
    """
    mean, depth = float(rng.triangular(14.5, 17.5, 20.0)), float(0.2 * 4 ** rng.random())
    period, second = float(rng.triangular(0.22, 0.3, 0.6)), float(rng.uniform(0.7, 1))
    phase = (mjd / period + rng.random()) % 1
    sharp = float(rng.uniform(1.5, 3.5))
    dips = np.abs(np.cos(2 * np.pi * phase)) ** sharp
    deeper = np.where(np.abs(phase - 0.5) > 0.25, 1.0, second)
    return Light(
        mag=mean + depth * (dips * deeper - 0.4),
        subtype="contact binary",
        truth={"mean_mag": mean, "depth_mag": depth, "period_days": period},
    )


def variable_star(
    mjd: Float[np.ndarray, " epoch"],
    rng: np.random.Generator,
    *,
    kinds: Mixture,
    mean_mag: tuple[float, float, float],
) -> Light:
    """Draw a pulsating or eclipsing star of one of several kinds, as bright as a survey sees them.

    Parameters
    ----------
    mjd : array (epoch,)
        Times of observation.
    rng : numpy.random.Generator
    kinds : mapping of str to (float, callable)
        See `taonet.simulation.mixture.Mixture`.
    mean_mag : (float, float, float)
        Brightest, most common and faintest mean magnitude.
    """
    light = draw_from_mixture(kinds, mjd, rng)
    return shift_to_mean(light, float(rng.triangular(*mean_mag)))
