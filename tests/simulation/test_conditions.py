"""Seeing, clouds and sky: between nights and within them."""

import numpy as np
import pytest

from taonet.simulation.conditions import MOST_ELLIPTICAL, Weather, draw_conditions


def test_conditions_change_between_nights_more_than_within():
    weather, rng = Weather(), np.random.default_rng(0)
    mjd = np.repeat(np.arange(54000.0, 54200.0), 4) + np.tile(np.arange(4) * 0.007, 200)
    seen = draw_conditions(weather, mjd, rng)
    assert np.median(seen.seeing_fwhm_px) == pytest.approx(weather.seeing_fwhm_px[0], rel=0.1)
    assert np.median(seen.sky_adu) == pytest.approx(1900, rel=0.1)
    assert seen.zero_point_mag.max() <= weather.zero_point_mag[0]
    for column in (seen.seeing_fwhm_px, seen.sky_adu, seen.zero_point_mag):
        nights = column.reshape(200, 4)
        assert nights.std(axis=1).mean() < 0.6 * nights.mean(axis=1).std()


def test_some_of_the_epochs_keep_their_own_conditions():
    mjd = np.arange(54000.0, 54010.0)
    weather = Weather(calibration_mag=0.02, ellipticity=0.1)
    seen = draw_conditions(weather, mjd, np.random.default_rng(1))
    index = np.array([7, 2])
    some = seen.take(index)
    for name, column in vars(seen).items():
        np.testing.assert_array_equal(getattr(some, name), column[index])
    stated = seen.zero_point_mag + seen.calibration_mag
    np.testing.assert_array_equal(some.stated_zero_point_mag, stated[index])


def test_without_errors_and_ovals_none_are_drawn():
    seen = draw_conditions(Weather(), np.arange(54000.0, 54003.0), np.random.default_rng(1))
    assert seen.stretch is None is seen.calibration_mag
    assert seen.stated_zero_point_mag is seen.zero_point_mag
    assert seen.take(np.array([0])).stretch is None


def test_ovals_have_the_mean_ellipticity_of_the_weather_and_no_direction():
    mjd = np.arange(54000.0, 64000.0)
    seen = draw_conditions(Weather(ellipticity=0.06), mjd, np.random.default_rng(2))
    assert seen.stretch is not None
    # two normal parts of sigma m/√π a component add up to a Rayleigh number of mean m
    expected = 0.06 * np.sqrt(2 / np.pi) * np.sqrt(np.pi / 2)
    assert np.abs(seen.stretch).mean() == pytest.approx(expected, rel=0.03)
    assert np.abs(seen.stretch).max() <= MOST_ELLIPTICAL
    assert abs(seen.stretch.mean()) < 0.003
