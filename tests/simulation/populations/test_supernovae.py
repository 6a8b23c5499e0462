"""Supernovae follow their templates, and peak when and where they say."""

import numpy as np
import pytest

from taonet.simulation.light import MISSED_SHARE
from taonet.simulation.populations.supernovae import TEMPLATES, magnitudes_below_peak, supernova

NIGHTS = np.arange(53500.0, 55500.0, 10.0)


def drawn(transient, n, mjd=NIGHTS):
    return [transient(mjd, np.random.default_rng(seed)) for seed in range(n)]


@pytest.mark.parametrize("subtype", TEMPLATES)
def test_a_supernova_is_dark_rises_peaks_and_fades(subtype):
    days = np.linspace(-40, 300, 3401)
    below = magnitudes_below_peak(days, TEMPLATES[subtype])
    rise = TEMPLATES[subtype].rise_days
    assert np.all(np.isinf(below[days < -rise - 0.01]))
    assert np.all(np.isfinite(below[days > -rise + 0.11]))
    assert days[np.argmin(below)] == pytest.approx(0, abs=0.11)
    assert np.all(np.diff(below[days >= 0]) > 0)
    # nothing jumps after the first days
    assert np.abs(np.diff(below[days > -rise + 2])).max() < 0.15
    late = np.polyfit(days[days > 250], below[days > 250], 1)[0]
    (day1, mag1), (day2, mag2) = TEMPLATES[subtype].fall[-2:]
    assert late == pytest.approx((mag2 - mag1) / (day2 - day1), rel=1e-6)


def test_stretch_is_a_factor_on_all_times():
    days, shape = np.linspace(-15, 90, 50), TEMPLATES["Ia"]
    np.testing.assert_allclose(
        magnitudes_below_peak(1.2 * days, shape, stretch=1.2), magnitudes_below_peak(days, shape)
    )


def test_a_supernova_peaks_when_and_where_it_says():
    daily = np.arange(53500.0, 54500.0, 0.05)
    for light in drawn(supernova, 20, daily):
        peak = light.truth["peak_mjd"]
        if light.truth["covered"] and peak > daily[0]:
            assert daily[np.argmin(light.mag)] == pytest.approx(peak, abs=0.06)
            assert light.mag.min() == pytest.approx(light.truth["peak_mag"], abs=1e-4)
        assert light.host is not None


def test_most_supernovae_are_covered_by_an_epoch_near_their_peak():
    lights = drawn(supernova, 600)
    covered = np.array([light.truth["covered"] for light in lights])
    assert 1 - covered.mean() == pytest.approx(MISSED_SHARE, abs=0.03)
    seen = [light.mag.min() - light.truth["peak_mag"] < 1.5 for light in lights]
    assert np.mean(np.array(seen)[covered]) > 0.95
    dark = [np.isinf(lights[i].mag).all() for i in np.flatnonzero(~covered)]
    assert all(dark)
