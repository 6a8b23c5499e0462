"""When a survey observes: nights and gaps of real surveys, and never at full moon."""

import numpy as np
import pytest

from taonet.simulation.cadence import FULL_MOON_MJD, LUNATION_DAYS, Cadence, draw_mjd, quantile_draw
from taonet.simulation.presets.crts import CATALOGUE


def times_of(cadence, n=400):
    return [draw_mjd(cadence, np.random.default_rng(i)) for i in range(n)]


def test_the_cadence_of_the_crts_database_is_that_of_real_constant_stars():
    """Against deciles of 820 real light curves of 13.5 to 17.5 mag, printed here once more."""
    times = times_of(CATALOGUE.cadence)
    numbers = [len(mjd) for mjd in times]
    np.testing.assert_allclose(np.percentile(numbers, [20, 50, 90]), [174, 299, 398], rtol=0.12)
    gaps = np.concatenate([np.diff(np.unique(np.floor(mjd))) for mjd in times])
    np.testing.assert_allclose(np.percentile(gaps, [20, 50, 80]), [8, 17, 39], rtol=0.25)
    np.testing.assert_allclose(np.percentile(gaps, [90, 95]), [141, 209], rtol=0.15)
    within = np.concatenate([np.diff(mjd) for mjd in times])
    assert np.median(within[within < 0.1]) * 1440 == pytest.approx(9.5, abs=0.5)


def test_nobody_observes_at_full_moon():
    nights = np.concatenate([np.floor(mjd) for mjd in times_of(CATALOGUE.cadence, 50)])
    since = (nights - FULL_MOON_MJD + LUNATION_DAYS / 2) % LUNATION_DAYS - LUNATION_DAYS / 2
    assert np.abs(since).min() > CATALOGUE.cadence.moon_days / 2 - 1


WEEKLY = Cadence(
    nights=(30, 30), gap_days=(7, 7), season_days=(200.0, 0.0), first_mjd=(54000.0, 54000.0),
    last_mjd=(56000.0, 56000.0), moon_days=5.0, exposures=(0.0, 1.0),
    exposure_gap_minutes=(30.0, 0.0),
)  # fmt: skip


def test_every_night_has_the_exposures_and_gaps_that_are_set():
    for seed in range(5):
        mjd = draw_mjd(WEEKLY, np.random.default_rng(seed))
        assert len(mjd) == 60
        assert np.all(np.diff(mjd) > 0)
        np.testing.assert_allclose(mjd[1::2] - mjd[::2], 30 / 1440, atol=1e-9)
        assert 54000 <= mjd[0] < mjd[-1] < 56001


def test_draws_have_the_quantiles_they_were_given():
    quantiles = (0.0, 1.0, 4.0, 10.0)
    found = quantile_draw(quantiles, np.random.default_rng(0), 40_000)
    np.testing.assert_allclose(np.quantile(found, [1 / 3, 2 / 3]), [1, 4], atol=0.1)
    assert found.min() >= 0
    assert found.max() <= 10
