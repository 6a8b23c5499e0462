"""Stars that pulsate, flare or move do what their parameters say."""

import numpy as np
import pytest

from taonet.simulation.populations.stars import fast_mover, flare_shape, rr_lyrae

NIGHTS = np.arange(53500.0, 55500.0, 10.0)


def test_a_flare_has_half_its_peak_over_its_width():
    t = np.linspace(-3, 30, 33001)
    flux = flare_shape(t)
    assert flux.max() == pytest.approx(1, abs=0.01)
    assert t[np.argmax(flux)] == pytest.approx(0, abs=0.01)
    above = t[flux > 0.5]
    # the published coefficients come to 0.91
    assert above[-1] - above[0] == pytest.approx(1, abs=0.1)
    assert flux[-1] < 1e-3
    assert flux[0] == 0


def test_a_pulsating_star_repeats_itself():
    light = rr_lyrae(NIGHTS, np.random.default_rng(5))
    period = light.truth["period_days"]
    again = rr_lyrae(NIGHTS + 100 * period, np.random.default_rng(5))
    np.testing.assert_allclose(light.mag, again.mag, atol=1e-5)
    assert np.ptp(light.mag) < light.truth["amplitude_mag"] * 1.001


def test_a_fast_mover_moves_and_does_not_vary():
    light = fast_mover(NIGHTS, np.random.default_rng(0))
    assert np.ptp(light.mag) == 0
    motion = np.hypot(light.pm_x_arcsec_per_year, light.pm_y_arcsec_per_year)
    assert motion == pytest.approx(light.truth["pm_arcsec_per_year"])
    assert motion >= 0.5
