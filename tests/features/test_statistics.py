"""Plain statistics of a light curve against scipy, and by hand."""

import numpy as np
import pytest
from scipy import stats

from taonet.features.statistics import curve_statistics


def test_statistics_are_those_of_scipy():
    rng = np.random.default_rng(4)
    mjd = np.sort(55000 + rng.uniform(0, 300, 60))
    mag, magerr = 18 + rng.gamma(2, 0.3, 60), rng.uniform(0.05, 0.2, 60)
    found = curve_statistics(mjd, mag, magerr)
    assert found["mad_mag"] == pytest.approx(stats.median_abs_deviation(mag))
    assert found["scatter_mag"] == pytest.approx(stats.tstd(mag))
    # scipy divides by the scatter of n, not of n − 1
    assert found["skew"] == pytest.approx(stats.skew(mag) * (59 / 60) ** 1.5)
    assert found["range_mag"] == pytest.approx(mag.max() - mag.min())
    assert found["error_scatter_mag"] == pytest.approx(magerr.std())
    order = rng.permutation(60)
    assert curve_statistics(mjd[order], mag[order], magerr[order]) == pytest.approx(found)


def test_nights_by_hand():
    mjd = np.array([10.1, 10.2, 10.3, 13.5, 14.1, 14.2])
    mag = np.array([18.0, 18.3, 18.6, 25.0, 17.0, 17.2])
    found = curve_statistics(mjd, mag, np.full(6, 0.1))
    assert (found["points"], found["nights"], found["points_a_night"]) == (6, 3, 2)
    assert found["span_days"] == pytest.approx(4.1)
    # nights 10, 13 and 14: gaps of 3 and 1
    assert found["median_gap_days"] == 2
    # −0.3, 0, 0.3 times the root of 3/2, and −0.1, 0.1 times that of 2; the single point is none
    assert found["within_night_mag"] == pytest.approx(np.sqrt((2 * 0.09 * 1.5 + 2 * 0.01 * 2) / 5))


def test_scatter_within_nights_is_that_of_single_points():
    rng = np.random.default_rng(5)
    mjd = (55000 + np.arange(3000)[:, None] + [0.1, 0.2]).ravel()
    slow = np.repeat(rng.normal(18, 1, 3000), 2)
    found = curve_statistics(mjd, slow + rng.normal(0, 0.1, 6000), np.full(6000, 0.1))
    assert found["within_night_mag"] == pytest.approx(0.1, rel=0.05)
