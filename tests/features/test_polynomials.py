"""Polynomials through many light curves, as numpy fits each by itself."""

import numpy as np
import pytest

from taonet.features.polynomials import polynomial_fits
from taonet.features.segments import Segments


@pytest.mark.parametrize("nights", [None, 6])
def test_polynomials_are_those_of_numpy(nights):
    rng = np.random.default_rng(3)
    counts = np.array([40, 12, 400])
    t = [np.sort(rng.uniform(53500, 56500, n)) for n in counts]
    if nights:
        # four exposures a night on few nights: high orders hang on little
        t = [np.sort(rng.choice(some[:nights], len(some)) + rng.uniform(0, 0.03)) for some in t]
    m = [18 + rng.normal(0, 0.3, n) for n in counts]
    fits = polynomial_fits(
        Segments.from_counts(counts), np.concatenate(t), np.concatenate(m), order=4
    )
    for i, (times, mags) in enumerate(zip(t, m, strict=True)):
        for order in range(5):
            expected = np.polyfit(times - times.mean(), mags, order)[::-1]
            np.testing.assert_allclose(fits[order, i, : order + 1], expected, rtol=1e-6)
            assert (fits[order, i, order + 1 :] == 0).all()


def test_too_few_distinct_times_determine_no_polynomial():
    t = np.array([1.0, 1.0, 2.0, 5.0, 5.0, 5.0])
    fits = polynomial_fits(Segments.from_counts(np.array([3, 3])), t, t**2, order=2)
    assert np.isfinite(fits[1, 0, :2]).all()
    assert np.isnan(fits[2, 0, 2])
    np.testing.assert_allclose(fits[0, 1, 0], 25)
    assert np.isnan(fits[1, 1, 1])
