"""The side of a pixel: stated, or that of a survey known here, or unknown."""

import numpy as np
import pytest
from astropy import units

from taonet.errors import InputError
from taonet.simulation.presets.by_name import SURVEYS
from taonet.sky.pixel_scale import known_scale, survey_scale, with_survey_scale
from taonet.sky.sequence import ImageSequence


def sequence(**more):
    frames = np.random.default_rng(1).normal(100, 5, (3, 8, 8))
    return ImageSequence.from_frames("o", frames, [55000.0, 55001.0, 55002.0], **more)


@pytest.mark.parametrize("name", ["crts", "hits", "tiny", "ztf"])
def test_presets_are_drawn_with_the_pixels_of_their_surveys(name):
    assert survey_scale(name) == SURVEYS[name].pixel_arcsec


@pytest.mark.parametrize("nonsense", [None, np.nan, 0, -999.0, 1e20, 3600])
def test_what_no_pixel_has_is_unknown(nonsense):
    assert np.isnan(known_scale(nonsense))


def test_a_sequence_states_its_own_or_none():
    assert np.isnan(sequence().pixel_scale_arcsec)
    assert np.isnan(sequence(pixel_scale_arcsec=-999).pixel_scale_arcsec)
    assert sequence(pixel_scale_arcsec=0.27).pixel_scale_arcsec == 0.27
    of_unit = sequence(pixel_scale_arcsec=0.75 * units.mas * 1000)
    assert of_unit.pixel_scale_arcsec == pytest.approx(0.75)
    with pytest.raises(InputError, match="pixel_scale_arcsec is not one value"):
        sequence(pixel_scale_arcsec=[0.2, 0.3])
    with pytest.raises(InputError, match="pixel_scale_arcsec"):
        sequence(pixel_scale_arcsec=3 * units.s)


def test_a_survey_says_it_where_the_sequence_does_not():
    assert with_survey_scale(sequence(), "ztf").pixel_scale_arcsec == 1.01
    assert np.isnan(with_survey_scale(sequence(), "mine").pixel_scale_arcsec)
    own = sequence(pixel_scale_arcsec=0.4)
    assert with_survey_scale(own, "ztf") is own


def test_it_stays_with_every_part_of_a_sequence():
    own = sequence(pixel_scale_arcsec=0.4)
    for part in (own.take(np.array([1])), own.up_to(55001.0)):
        assert part.pixel_scale_arcsec == 0.4
