"""Nights, told by the gaps between them."""

import numpy as np

from taonet.features.curves import Curves
from taonet.features.nights import average_nights, begins_night, night_of, weighted_mean
from taonet.features.segments import Segments


def test_a_night_is_told_by_gaps_wherever_midnight_is():
    # four exposures a night, in the middle of which the date changes
    mjd = (np.array([55000.98, 55003.99])[:, None] + 0.01 * np.arange(4)).ravel()
    flux, error = np.arange(8.0) + 1, np.r_[1.0, np.full(7, 2.0)]
    curves = Curves.from_fluxes(mjd, flux, error, counts=np.array([8]))
    assert night_of(curves).tolist() == [0] * 4 + [1] * 4
    nights = average_nights(curves)
    weight = error**-2
    expected = [np.average(flux[:4], weights=weight[:4]), flux[4:].mean()]
    np.testing.assert_allclose(nights.flux, expected)
    np.testing.assert_allclose(nights.flux_err, [weight[:4].sum() ** -0.5, 1.0])
    np.testing.assert_allclose(nights.mjd, [55000.995, 55004.005])


def test_nights_end_where_an_object_ends_and_one_without_points_has_none():
    mjd = np.array([55000.1, 55000.2, 55000.3, 55001.3])
    curves = Curves.from_fluxes(mjd, np.ones(4), np.ones(4), counts=np.array([2, 0, 2]))
    assert begins_night(curves).tolist() == [True, False, True, True]
    assert average_nights(curves).segments.counts.tolist() == [1, 0, 2]


def test_a_mean_is_that_of_numpy_and_of_nothing_there_is_none():
    rng = np.random.default_rng(2)
    values, errors = rng.normal(size=7), rng.uniform(0.5, 2, 7)
    mean, error = weighted_mean(Segments.from_counts(np.array([3, 0, 4])), values, errors)
    for i, own in ((0, slice(0, 3)), (2, slice(3, 7))):
        expected, weight = np.average(values[own], weights=errors[own] ** -2, returned=True)
        np.testing.assert_allclose([mean[i], error[i]], [expected, weight**-0.5])
    assert np.isnan([mean[1], error[1]]).all()
