"""The domain of a model: read from bundles of every version, in words, unknown where unknown."""

import json

import pytest

import taonet
from taonet.errors import TaoNetError
from taonet.models.bundle import load_bundle
from taonet.models.bundle_folder import SHIPPED
from taonet.models.domain import Domain, range_words

HITS = Domain(
    bands=("g",),
    pixel_scale_arcsec=0.27,
    depth_mag=(22.0, 24.5),
    zero_points=1.0,
    n_epochs=(21, 29),
    span_days=(9.9, 10.1),
    mjd=(57070.0, 57080.0),
    mjd_max=57081.0,
    frame_px=21,
    channels=("science",),
)


def test_it_comes_back_from_json():
    stored = json.loads(json.dumps({"domain": HITS.to_dict()}))
    assert Domain.from_facts(stored) == HITS


def test_bundles_of_before_and_of_later_versions_are_read():
    assert Domain.from_facts({}) == Domain()
    assert Domain.from_facts({"pixel_arcsec": 2.5}) == Domain(pixel_scale_arcsec=2.5)
    assert Domain.from_facts({"domain": {"moon": "full"}}, frame_px=21) == Domain(frame_px=21)


def test_what_the_bundle_states_elsewhere_wins():
    assert Domain.from_facts({"domain": HITS.to_dict()}, bands=("r",)).bands == ("r",)


@pytest.mark.parametrize("damage", ["wide", {"n_epochs": "many"}, {"pixel_scale_arcsec": "x"}])
def test_damage_is_an_error_of_ours(damage):
    with pytest.raises(TaoNetError, match=r"facts\.domain"):
        Domain.from_facts({"domain": damage})


def test_only_what_is_known_is_said():
    assert str(Domain()) == ""
    assert HITS.in_words == {
        "bands": "g",
        "side of a pixel": "0.27 arcsec",
        "depth": "22.0 to 24.5 AB mag at 5 sigma",
        "zero points": "stated for 100% of the epochs",
        "epochs": "21 to 29 over 9.9 to 10.1 days from MJD 57070 to 57080 before MJD 57081",
        "cutouts": "21 × 21 pixels, science",
    }
    assert range_words((3.0, 3.0), "days") == "3 days"


@pytest.mark.parametrize("name", ["crts-sim", "crts-pixels", "hits", "hits-sim", "ztf-sim"])
def test_shipped_bundles_state_theirs_in_facts_card_and_repr(name):
    model = load_bundle(name)
    domain = model.domain
    assert domain.pixel_scale_arcsec == model.reads.pixel_scale_arcsec
    assert None not in (domain.pixel_scale_arcsec, domain.n_epochs, domain.span_days, domain.mjd)
    assert domain.mjd_max == model.reading.mjd_max
    card = (SHIPPED / name / "README.md").read_text()
    section = card.partition("## Where it is valid\n")[2].partition("\n## ")[0]
    for what, text in domain.in_words.items():
        assert f"* {what}: {text}\n" in section
    assert "valid for" in model._repr_html_()


def test_info_says_it():
    from taonet.tasks.info import describe

    assert describe("hits-sim")["valid for"] == str(taonet.load("hits-sim").domain)
