"""The preset for tests: the sky of CRTS in small and deep, with one exposure a night."""

import numpy as np
import pytest

from taonet.simulation.presets.crts import CATALINA
from taonet.simulation.presets.tiny import TINY


def test_it_draws_the_classes_and_light_of_crts():
    assert TINY.taxonomy is CATALINA.taxonomy
    assert TINY.transients is CATALINA.transients
    assert TINY.pixel_arcsec == CATALINA.pixel_arcsec


def test_each_night_has_one_exposure_and_an_object_a_dozen_or_two():
    for seed in range(20):
        visits = TINY.visits(np.random.default_rng(seed))
        nights = np.floor(visits.mjd)
        assert len(np.unique(nights)) == len(nights)
        assert 12 <= len(nights) <= 24


def test_its_exposures_are_more_than_two_magnitudes_deeper():
    depths = []
    for survey in (TINY, CATALINA):
        seen = [
            survey.conditions(survey.visits(rng), rng)
            for rng in map(np.random.default_rng, range(20))
        ]
        zero_points = np.concatenate([one.zero_point_mag for one in seen])
        noises = np.sqrt(
            np.concatenate([one.sky_adu for one in seen]) / survey.detector.gain_e_per_adu
        )
        depths.append(np.median(zero_points - 2.5 * np.log10(noises)))
    assert depths[0] - depths[1] == pytest.approx(2.6, abs=0.1)
