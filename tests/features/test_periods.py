import nifty_ls
import numpy as np
import pytest
from astropy.timeseries import LombScargle

from taonet.features.periods import (
    LEAST_CYCLES,
    MOST_FREQUENCIES,
    STEP,
    best_periods,
    periodogram,
)
from taonet.features.segments import Segments


def a_sine(period=7.3, n=90, span=400.0, amplitude=3.0, seed=0):
    rng = np.random.default_rng(seed)
    t = np.sort(rng.uniform(0, span, n))
    errors = rng.uniform(0.5, 2.0, n)
    return t, 50 + amplitude * np.sin(2 * np.pi * t / period + 1) + rng.normal(0, errors), errors


@pytest.mark.parametrize(("precision", "close"), [(np.complex128, 1e-9), (np.complex64, 2e-4)])
def test_the_periodogram_is_that_of_astropy(precision, close):
    t, y, errors = a_sine()
    weight = errors**-2 / (errors**-2).sum()
    power, amplitude = periodogram(
        t, y - weight @ y, weight, 0.005, 0.001, count=777, precision=precision
    )
    frequency = 0.005 + 0.001 * np.arange(777)
    reference = LombScargle(t, y, errors)
    np.testing.assert_allclose(power, reference.power(frequency, method="slow"), atol=close)
    _, a, b = reference.model_parameters(frequency[133])
    np.testing.assert_allclose(amplitude[133], np.hypot(a, b), rtol=max(close, 1e-6))


@pytest.mark.parametrize("seed", [1, 2])
def test_the_whole_periodogram_is_that_of_nifty_ls(seed):
    # eight years and all frequencies that are tried
    t, y, errors = a_sine(period=1.9, n=250, span=3000.0, amplitude=2.0, seed=seed)
    weight = errors**-2 / (errors**-2).sum()
    lowest, step = LEAST_CYCLES / 3000.0, STEP / 3000.0
    power, _ = periodogram(t, y - weight @ y, weight, lowest, step, count=MOST_FREQUENCIES)
    theirs = nifty_ls.lombscargle(
        t, y, errors, fmin=lowest, fmax=lowest + step * (MOST_FREQUENCIES - 1),
        Nf=MOST_FREQUENCIES, backend="finufft",
    )  # fmt: skip
    np.testing.assert_allclose(power, theirs.power, atol=1e-7)
    assert abs(lowest + step * np.argmax(power) - 1 / 1.9) < 1 / 3000


@pytest.mark.parametrize("amplitude", [0.0, 0.8, 3.0])
def test_the_false_alarm_is_that_of_astropy(amplitude):
    t, y, errors = a_sine(amplitude=amplitude)
    found = best_periods(Segments.from_counts(np.array([90])), t, y, errors)
    span = t[-1] - t[0]
    highest = (LEAST_CYCLES + STEP * MOST_FREQUENCIES) / span
    chance = LombScargle(t, y, errors).false_alarm_probability(
        found.power[0], method="baluev", maximum_frequency=highest
    )
    np.testing.assert_allclose(found.log_false_alarm[0], np.log10(chance), rtol=1e-4, atol=1e-12)


@pytest.mark.parametrize("period", [0.4, 7.3, 150.0])
def test_a_sine_is_found(period):
    t, y, errors = a_sine(period)
    found = best_periods(Segments.from_counts(np.array([90])), t, y, errors)
    assert abs(found.frequency[0] - 1 / period) < 0.2 / 400
    assert abs(found.amplitude[0] - 3) < 0.5
    assert found.log_false_alarm[0] < -10


def test_a_daily_grid_and_few_points_do_no_harm():
    t = np.arange(30.0)
    y = 10 + np.sin(t / 2)
    errors = np.full(30, 0.1)
    found = best_periods(Segments.from_counts(np.array([30])), t, y, errors)
    assert 0 <= found.power[0] <= 1
    few = best_periods(Segments.from_counts(np.array([5, 0])), t[:5], y[:5], errors[:5])
    assert np.isnan(few.power).all()
    flat = best_periods(Segments.from_counts(np.array([30])), t, np.full(30, 2.0), errors)
    assert np.isnan(flat.power).all()


def test_a_slow_change_seen_once_a_day_has_no_period_of_a_day():
    rng = np.random.default_rng(2)
    nights = np.sort(rng.choice(900, 100, replace=False))
    t = nights + rng.uniform(0, 0.02, 100)
    y = 10 + np.sin(2 * np.pi * t / 1500) + rng.normal(0, 0.1, 100)
    found = best_periods(Segments.from_counts(np.array([100])), t - t[0], y, np.full(100, 0.1))
    # half a wave is no period; a day and its fractions would fit it well
    assert abs(found.frequency[0] - round(found.frequency[0])) > 0.01
    assert found.power[0] < 0.5
