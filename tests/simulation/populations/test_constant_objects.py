"""Objects that do not change: as many of each brightness as counts on the sky say."""

from functools import partial

import numpy as np
import pytest
from scipy.stats import kstest

from taonet.simulation.populations.constant_objects import (
    ConstantObjects,
    bright_star,
    constant_object,
    constant_star,
)

MJD = np.arange(54000.0, 54050.0, 10.0)


def drawn(draw, n):
    return [draw(MJD, np.random.default_rng(seed)) for seed in range(n)]


def test_counts_grow_with_magnitude_as_the_slope_says():
    population = ConstantObjects(mag=(14.0, 20.0), slope=0.3)
    lights = drawn(partial(constant_object, population=population), 1500)
    mags = np.array([light.truth["mean_mag"] for light in lights])
    low, high = 10 ** (0.3 * 14.0), 10 ** (0.3 * 20.0)
    assert kstest(mags, lambda m: (10 ** (0.3 * m) - low) / (high - low)).pvalue > 1e-3
    galaxies = [light for light in lights if light.subtype == "galaxy"]
    assert len(galaxies) / 1500 == pytest.approx(population.galaxy_share, abs=0.05)


def test_stars_shine_steadily_and_galaxies_are_their_own_host():
    for light in drawn(constant_object, 60):
        if light.subtype == "star":
            assert light.host is None
            np.testing.assert_array_equal(light.mag, light.truth["mean_mag"])
        else:
            assert np.isinf(light.mag).all()
            assert light.host.mag == light.truth["mean_mag"]


def test_stars_for_subtraction_have_the_magnitudes_they_are_given():
    plain = [light.mag[0] for light in drawn(partial(constant_star, mag=(15.0, 17.0)), 800)]
    assert kstest(plain, "uniform", (15.0, 2.0)).pvalue > 1e-3
    bright = [light.mag[0] for light in drawn(partial(bright_star, mag=(12.0, 13.0, 16.0)), 800)]
    # a triangle's mean is that of its corners
    assert np.mean(bright) == pytest.approx((12 + 13 + 16) / 3, abs=0.1)
