"""Straight lines through points with errors, as numpy fits them."""

import numpy as np

from taonet.features.lines import weighted_slopes
from taonet.features.segments import Segments


def test_slopes_are_weighed_as_numpy_weighs_them():
    rng = np.random.default_rng(4)
    counts = np.array([30, 0, 1, 12])
    t, values, errors = rng.uniform(0, 50, 43), rng.normal(0, 1, 43), rng.uniform(0.1, 2.0, 43)
    slope, slope_err = weighted_slopes(Segments.from_counts(counts), t, values, errors)
    assert np.isnan(slope[1:3]).all()
    for i, own in ((0, slice(0, 30)), (3, slice(31, 43))):
        line, covariance = np.polyfit(t[own], values[own], 1, w=1 / errors[own], cov="unscaled")
        np.testing.assert_allclose(slope[i], line[0])
        np.testing.assert_allclose(slope_err[i], np.sqrt(covariance[0, 0]))


def test_a_line_does_not_know_where_time_begins_and_scales_with_its_errors():
    rng = np.random.default_rng(5)
    segments = Segments.from_counts(np.array([20]))
    t, values, errors = rng.uniform(0, 50, 20), rng.normal(0, 1, 20), rng.uniform(0.1, 2.0, 20)
    slope, slope_err = weighted_slopes(segments, t, values, errors)
    moved = weighted_slopes(segments, t + 55000, values + 7, 3 * errors)
    np.testing.assert_allclose(moved[0], slope, rtol=1e-8)
    np.testing.assert_allclose(moved[1], 3 * slope_err, rtol=1e-8)


def test_points_of_one_time_have_no_slope():
    slope, error = weighted_slopes(Segments.from_counts(np.array([3])), *np.full((3, 3), 55000.1))
    assert np.isnan(slope).all() and np.isnan(error).all()
