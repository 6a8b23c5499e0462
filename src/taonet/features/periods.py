"""The period of a light curve: the Lomb–Scargle periodogram with a floating mean."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Complex, Float
from scipy.special import gammaln

from taonet.features.segments import Segments

MIN_POINTS = 8
"""A sine with a mean has three parameters; fewer points fit one too easily."""

LEAST_CYCLES = 2.0
"""What was not seen to repeat is no period."""

HIGHEST_PER_DAY = 12.0
"""The highest frequency that is tried; over long spans less, see `MOST_FREQUENCIES`."""

STEP = 0.4
"""Between frequencies that are tried, in units of one cycle more within the span."""

MOST_FREQUENCIES = 10_000
"""Eight years of data reach 1.4 cycles a day with so many; a day's work grows with them."""

DAYS_A_CYCLE = 0.99727
"""A sidereal day: seen from one place, slow changes seem to repeat with it."""

NEAR_A_DAY = 0.02
"""Frequencies so near (in cycles a day) to whole numbers of sidereal days' cycles do not count."""

REFINED = 41
"""So many frequencies are tried again around the best one."""

LEAST_LOG_CHANCE = -50.0
"""Smaller probabilities are cut here."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Periods:
    """The best period of each object; NaN where there are too few points.

    Parameters
    ----------
    frequency : array (object,)
        Cycles a day.
    power : array (object,)
        Share of the weighted variance that a sine takes away, 0 to 1.
    log_false_alarm : array (object,)
        Decimal logarithm of the chance that noise reaches this power at any frequency tried
        (Baluev 2008, MNRAS 385, 1279), not below −50.
    amplitude : array (object,)
        Half of what the sine swings, in the unit of the values.
    """

    frequency: Float[np.ndarray, " object"]
    power: Float[np.ndarray, " object"]
    log_false_alarm: Float[np.ndarray, " object"]
    amplitude: Float[np.ndarray, " object"]


def best_periods(
    segments: Segments,
    t: Float[np.ndarray, " point"],
    values: Float[np.ndarray, " point"],
    errors: Float[np.ndarray, " point"],
) -> Periods:
    """Search each object for the sine with a mean that fits best.

    Periods from half of the object's span down to two hours, or to what 10,000 frequencies reach,
    but for those near a day and its fractions: slow changes would be found there.

    Parameters
    ----------
    segments : Segments
        Which points belong to which object.
    t : array (point,)
        Days, never decreasing within an object.
    values, errors : arrays (point,)
    """
    fits = np.full((4, len(segments.counts)), np.nan)
    edges = segments.offsets.tolist()
    for i, (begin, end) in enumerate(pairwise(edges)):
        own = slice(begin, end)
        if end - begin >= MIN_POINTS and t[end - 1] > t[begin] and np.ptp(values[own]) > 0:
            fits[:, i] = _best_period(t[own] - t[begin], values[own], errors[own])
    frequency, power, log_false_alarm, amplitude = fits
    return Periods(
        frequency=frequency, power=power, log_false_alarm=log_false_alarm, amplitude=amplitude
    )


def _best_period(
    t: Float[np.ndarray, " point"],
    values: Float[np.ndarray, " point"],
    errors: Float[np.ndarray, " point"],
) -> tuple[float, float, float, float]:
    weight = 1 / errors**2
    weight /= weight.sum()
    away = values - weight @ values
    lowest, step = LEAST_CYCLES / t[-1], STEP / t[-1]
    count = min(MOST_FREQUENCIES, int((HIGHEST_PER_DAY - lowest) / step) + 1)
    if count < 1:
        return (np.nan,) * 4
    # single precision finds the maximum, double precision its value
    power, _ = periodogram(t, away, weight, lowest, step, count=count, precision=np.complex64)
    daily = (lowest + step * np.arange(count)) * DAYS_A_CYCLE
    alias = (np.abs(daily - np.round(daily)) < NEAR_A_DAY) & (daily > 0.5)
    near = lowest + step * (int(np.argmax(np.where(alias, -1.0, power))) - 1)
    fine = 2 * step / (REFINED - 1)
    power, amplitude = periodogram(t, away, weight, near, fine, count=REFINED)
    top = int(np.argmax(power))
    chance = _log_false_alarm(power[top], t, weight, lowest + step * count)
    return near + fine * top, float(power[top]), chance, float(amplitude[top])


def periodogram(
    t: Float[np.ndarray, " point"],
    away: Float[np.ndarray, " point"],
    weight: Float[np.ndarray, " point"],
    lowest: float,
    step: float,
    *,
    count: int,
    precision: type[np.complexfloating] = np.complex128,
) -> tuple[Float[np.ndarray, " frequency"], Float[np.ndarray, " frequency"]]:
    """Return the power and the amplitude of the best sine with a mean at even frequencies.

    The generalised periodogram of Zechmeister & Kürster (2009, A&A 496, 577). Every frequency is
    a coarse step plus a fine one, and a wave at a sum of frequencies is a product of two waves: so
    the sums over the points become products of matrices, exactly.

    Parameters
    ----------
    t : array (point,)
        Days.
    away : array (point,)
        Values less their weighted mean.
    weight : array (point,)
        Inverse variances, of sum 1.
    lowest, step : float
        The first frequency and the distance between them, in cycles a day.
    count : int
        Number of frequencies.
    precision : complex type
        Of the sums.

    Returns
    -------
    power, amplitude : arrays (frequency,)
    """
    side = int(np.ceil(np.sqrt(count)))
    fine = _waves(t, step * np.arange(side), precision)
    coarse = _waves(t, lowest + step * side * np.arange(side), precision)
    # the names of the paper: C, S and Y for cosine, sine and the values
    mean = _sums(coarse, fine, weight)[:count]
    double = _sums(coarse * coarse, fine * fine, weight)[:count]
    data = _sums(coarse, fine, weight * away)[:count]
    cc = (1 + double.real) / 2 - mean.real**2
    ss = (1 - double.real) / 2 - mean.imag**2
    cs = double.imag / 2 - mean.real * mean.imag
    determinant = cc * ss - cs**2
    # where sine and cosine are one on these times, there is no telling
    determinant = np.where(determinant > 100 * np.finfo(fine.dtype).eps, determinant, np.inf)
    a = (data.real * ss - data.imag * cs) / determinant
    b = (data.imag * cc - data.real * cs) / determinant
    power = (a * data.real + b * data.imag) / (weight @ away**2)
    return np.asarray(power, np.float64), np.asarray(np.sqrt(a * a + b * b), np.float64)


def _waves(
    t: Float[np.ndarray, " point"],
    frequency: Float[np.ndarray, " frequency"],
    precision: type[np.complexfloating],
) -> Complex[np.ndarray, "point frequency"]:
    """Return ``exp(2πi f t)``; whole turns are taken off while all digits are there."""
    turns = np.outer(t, frequency)
    turns -= np.round(turns)
    waves = np.empty(turns.shape, precision)
    phase = (2 * np.pi * turns).astype(waves.real.dtype)
    waves.real, waves.imag = np.cos(phase), np.sin(phase)
    return waves


def _sums(
    coarse: Complex[np.ndarray, "point side"],
    fine: Complex[np.ndarray, "point side"],
    each: Float[np.ndarray, " point"],
) -> Complex[np.ndarray, " frequency"]:
    """Return the weighed sums over the points of all products of a coarse and a fine wave."""
    weighed = coarse.T * each.astype(fine.real.dtype)
    return np.asarray((weighed @ fine).ravel())


def _log_false_alarm(
    power: float,
    t: Float[np.ndarray, " point"],
    weight: Float[np.ndarray, " point"],
    highest: float,
) -> float:
    n = len(t)
    free = min(max(1 - power, 0.0), 1.0)
    variance = float(weight @ (t - weight @ t) ** 2)
    gamma = np.sqrt(2 / (n - 1)) * np.exp(gammaln((n - 1) / 2) - gammaln((n - 2) / 2))
    peaks = gamma * highest * np.sqrt(4 * np.pi * variance)
    peaks *= free ** ((n - 4) / 2) * np.sqrt((n - 1) * (1 - free) / 2)
    single = min(free ** ((n - 3) / 2), 1 - 1e-12)
    chance = -np.expm1(np.log1p(-single) - peaks)
    return float(np.log10(max(chance, 10**LEAST_LOG_CHANCE)))
