"""Bands by name: from blue to red, whoever is in the file."""

import itertools

import pytest

from taonet.sky.bands import colour_bands, plain_band, sort_bands


@pytest.mark.parametrize(
    "bands",
    [
        ("u", "g", "r", "i", "z", "y"),
        ("U", "B", "V", "R", "I", "J", "H", "K"),
        ("c", "o"),
        ("BP", "G", "RP"),
        ("ztfg", "ztfr", "ztfi"),
        ("zg", "zr", "zi"),
        ("ps1::g", "ps1::r", "ps1::z"),
        ("g", "1", "2", "other"),
    ],
)
def test_bands_are_ordered_by_their_light_not_by_the_alphabet(bands):
    for shuffled in itertools.islice(itertools.permutations(bands), 7):
        assert sort_bands(shuffled) == bands


def test_z_is_a_band_and_not_a_survey():
    assert [plain_band(name) for name in ("z", "zg", "zz", "sdssz")] == ["z", "g", "zz", "z"]


def test_the_colour_of_an_object_is_that_of_the_same_two_bands_whatever_else_it_has():
    assert colour_bands("gr") == colour_bands("ugr") == colour_bands("girzy") == ("g", "r")
    assert colour_bands("gi") is None
    assert colour_bands(["V", "I"]) == ("V", "I")
    assert colour_bands(["V", "I"], wanted=("g", "r")) is None
    assert colour_bands(["ztfr", "ztfi"], wanted=("r", "i")) == ("ztfr", "ztfi")
    assert colour_bands(["2", "1", "3"]) == ("1", "2")
    assert colour_bands(["g"]) is None
