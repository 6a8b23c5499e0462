"""Curves without pixels: the same objects as with pixels, hosts as a fit of the PSF sees them."""

import numpy as np
import pytest

from taonet.errors import ConfigError
from taonet.simulation.curves import draw_curve, host_share
from taonet.simulation.light import Galaxy
from taonet.simulation.objects import simulate_object
from taonet.simulation.presets.by_name import survey_preset
from taonet.sky.cutout import sky_and_noise
from taonet.sky.flux import magnitude

TINY = survey_preset("tiny")


@pytest.mark.parametrize("mix", ["balanced", "wide"])
def test_a_curve_is_that_of_the_simulated_object_of_its_number(mix):
    sequence, truth = simulate_object(TINY, "NON", seed=4, index=2, mix=mix)
    curve = draw_curve(TINY, "NON", seed=4, index=2, mix=mix)
    np.testing.assert_array_equal(curve.mjd, sequence.mjd)
    assert curve.band == sequence.band
    assert truth["host"] is None
    np.testing.assert_allclose(
        magnitude(curve.flux_adu, curve.zero_point_mag), truth["mag"], atol=1e-3
    )


def test_the_noise_is_that_of_the_pixels():
    survey = survey_preset("crts")
    sequence, _ = simulate_object(survey, "NON", seed=4, index=3)
    curve = draw_curve(survey, "NON", seed=4, index=3)
    sky, noise = sky_and_noise(sequence.pixels[:, 0])
    assert np.nanmedian(noise / curve.noise_adu) == pytest.approx(1, abs=0.12)
    assert np.nanmedian(sky / curve.sky_adu) == pytest.approx(1, abs=0.02)


def test_some_visits_are_those_visits():
    curve = draw_curve(TINY, "SN", seed=1, index=0)
    some = curve.take(np.array([1, 4]))
    assert len(some) == 2 and len(some.band) == 2
    np.testing.assert_array_equal(some.flux_adu, curve.flux_adu[[1, 4]])
    assert some.gain_e_per_adu == curve.gain_e_per_adu


def galaxy(**changes):
    return Galaxy(**{"mag": 18.0, "radius_arcsec": 0.01, **changes})


def test_a_host_like_a_point_is_taken_in_whole_and_a_distant_one_not_at_all():
    seeing = np.array([2.0, 3.0])
    np.testing.assert_allclose(host_share(galaxy(), seeing, 2.5), 1, atol=0.02)
    assert np.all(np.abs(host_share(galaxy(dx_arcsec=30.0), seeing, 2.5)) < 0.02)


def test_worse_seeing_takes_in_more_of_a_large_host():
    shares = host_share(galaxy(radius_arcsec=5.0), np.array([2.0, 3.0, 4.0]), 2.5)
    assert np.all(np.diff(shares) > 0) and np.all((shares > 0.05) & (shares < 0.9))


def test_the_share_is_that_of_a_fit_in_pixels():
    """Σ P·I / Σ P² on a fine grid of pixels, with a galaxy that is a point beside the object."""
    y, x = np.indices((161, 161)) / 4 - 20.0
    alpha = 2.5 / (2 * np.sqrt(2 ** (1 / 3.5) - 1))

    def profile(at):
        return (1 + ((x - at) ** 2 + y**2) / alpha**2) ** -3.5

    expected = (profile(0) * profile(1.2)).sum() / (profile(0) ** 2).sum()
    found = host_share(galaxy(dx_arcsec=3.0), np.array([2.5]), 2.5)
    np.testing.assert_allclose(found, expected, rtol=0.02)


def test_a_survey_of_detections_has_no_such_curves():
    with pytest.raises(ConfigError, match="ztf keeps detections in difference images only"):
        draw_curve(survey_preset("ztf"), "SN", seed=1, index=0)
