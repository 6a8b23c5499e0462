"""Presets by name: the nearest name where there is none, and one hash for one set of numbers."""

import pytest

from taonet.errors import ConfigError
from taonet.simulation.digest import survey_digest
from taonet.simulation.presets.by_name import SOURCE_DIGESTS, SURVEYS, preset_digest, survey_preset


def test_unknown_surveys_are_refused_with_the_nearest_name():
    with pytest.raises(ConfigError, match="did you mean 'crts'"):
        survey_preset("crst")


def test_presets_are_known_by_their_own_names_and_told_apart_by_their_hash():
    assert all(survey_preset(name).name == name for name in SURVEYS)
    digests = {preset_digest(name) for name in SURVEYS}
    assert len(digests) == len(SURVEYS)
    assert preset_digest("crts") == survey_digest(SURVEYS["crts"], ())


def test_hashes_of_earlier_archives_lead_to_hashes_of_numbers():
    assert all(len(one) == len(other) == 64 for one, other in SOURCE_DIGESTS.items())
    assert not set(SOURCE_DIGESTS) & set(SOURCE_DIGESTS.values())
