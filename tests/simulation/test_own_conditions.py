"""Weather that nobody stated, told by an object that does not change, against what was drawn."""

from dataclasses import replace

import numpy as np
import pytest

from taonet.simulation.own_conditions import central_light, own_conditions
from taonet.simulation.presets.by_name import survey_preset
from taonet.sky.psf import moffat
from taonet.sky.sequence import ImageSequence

HITS = survey_preset("hits")
CLOUDS = np.array([1.0, 0.9, 0.3, 1.1, 0.6, 1.0, 1.0])
FWHM = np.array([4.0, 5.0, 4.0, 3.5, 6.0, 4.0, 4.2])


def star_under(clouds, fwhm, flux=30_000.0, size=21):
    light = np.stack(
        [flux * c * moffat(size, fwhm_px=w) for c, w in zip(clouds, fwhm, strict=True)]
    )
    frames = np.random.default_rng(1).normal(500, 12, light.shape) + light
    mjd = 57070.0 + np.arange(len(clouds))
    return ImageSequence.from_frames("star", frames[:, None].astype(np.float32), mjd)


def weather_of(sequence):
    return own_conditions(sequence, HITS, np.random.default_rng(3))


def test_clouds_and_seeing_are_those_that_the_star_went_through():
    found = weather_of(star_under(CLOUDS, FWHM))
    share = 10 ** (0.4 * (found.zero_point_mag - np.median(found.zero_point_mag)))
    np.testing.assert_allclose(share, CLOUDS / np.median(CLOUDS), rtol=0.1)
    width = found.seeing_fwhm_px / np.median(found.seeing_fwhm_px)
    np.testing.assert_allclose(width, FWHM / np.median(FWHM), rtol=0.05)


def test_what_is_stated_stays():
    sequence = star_under(CLOUDS, FWHM)
    stated = np.full(len(CLOUDS), 25.0)
    found = weather_of(replace(sequence, zero_point_mag=stated, seeing_fwhm_px=FWHM))
    np.testing.assert_array_equal(found.zero_point_mag, stated)
    np.testing.assert_array_equal(found.seeing_fwhm_px, FWHM)


@pytest.mark.parametrize("flux", [0.0, 800.0])
def test_faint_objects_tell_nothing(flux):
    sequence = star_under(CLOUDS, FWHM, flux=flux)
    assert np.isnan(central_light(sequence)).all()
    found = weather_of(sequence)
    assert np.ptp(found.zero_point_mag) == 0
    assert np.ptp(found.seeing_fwhm_px) == 0
    assert len(weather_of(star_under(CLOUDS, FWHM, size=9)).seeing_fwhm_px) == len(CLOUDS)


def test_each_band_has_a_median_of_its_own():
    sequence = replace(star_under(np.tile([1.0, 0.2], 4), np.full(8, 4.0)), band=("r", "g") * 4)
    found = weather_of(sequence)
    assert np.ptp(found.zero_point_mag) < 0.1
