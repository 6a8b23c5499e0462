"""Model cards: a rendering of the bundle; what was written by hand stays as it is."""

from dataclasses import replace

import pytest

from models.conftest import untrained_encoder
from taonet.experiment.card import (
    CALIBRATION_HEADING,
    CARD,
    LIMITS,
    SECTIONS,
    UNTRUE_ONCE_CALIBRATED,
    model_card,
    recalibrated_card,
)
from taonet.experiment.card_sections import Card
from taonet.experiment.counterfactual_card import WHAT_IF
from taonet.models.bundle import WEIGHTS_SHA256, load_bundle
from taonet.models.bundle_folder import SHIPPED, bundle_config


def shipped_card(name):
    return (SHIPPED / name / "README.md").read_text()


def texts(markdown):
    return {section.heading: section.text for section in Card.parse(markdown).sections}


def test_the_card_of_a_run_says_what_its_bundle_holds_and_nothing_else(world):
    folder = world / "run" / "bundle"
    digest = bundle_config(folder)["weights_sha256"]
    again = model_card(load_bundle(folder)).replace(WEIGHTS_SHA256, digest)
    assert again == (folder / "README.md").read_text()
    place = SECTIONS.index("Intended use")
    assert tuple(texts(again)) == (*SECTIONS[:place], WHAT_IF, *SECTIONS[place:])
    assert "| change frozen | becomes NON |" in texts(again)[WHAT_IF]
    assert "SN (supernova), CV (cataclysmic variable)" in texts(again)["Data"]


def test_a_bundle_that_holds_its_facts_gets_a_new_card_whatever_the_old_one_said(world):
    bundle = load_bundle(world / "run" / "bundle")
    assert recalibrated_card(bundle, "anything") == model_card(bundle)


def test_several_archives_of_a_part_and_an_encoder_are_in_the_command(world):
    bundle = load_bundle(world / "run" / "bundle")
    one = {"name": "A", "objects": 9, "digest": "abc", "simulation": ""}
    archives = {"train": one, "train 2": {**one, "name": "B"}, "test": {**one, "name": "T"}}
    facts = {**bundle.facts, CARD: {**bundle.facts[CARD], "archives": archives}}
    encoder = replace(untrained_encoder(), name="frames")
    card = model_card(replace(bundle, facts=facts, encoder=encoder))
    assert "--data A --data B --test T --encoder frames --seed" in texts(card)["Retraining"]
    assert card.count("archive to train on: 9 objects (abc)") == 2


@pytest.mark.parametrize("name", ["crts-sim", "ztf-sim", "hits-sim"])
def test_calibrating_anew_changes_only_the_section_about_it(name):
    bundle, before = load_bundle(name), shipped_card(name)
    assert CARD not in bundle.facts
    facts = {**bundle.facts, "calibrated_on": "abc", "calibrated_on_simulation": False}
    after = recalibrated_card(replace(bundle, facts=facts), before)
    assert bundle.trust is not None
    assert f"On {bundle.trust.objects} real objects (abc)" in texts(after)[CALIBRATION_HEADING]
    assert texts(after) == {**texts(before), CALIBRATION_HEADING: texts(after)[CALIBRATION_HEADING]}
    assert Card.parse(after).head == Card.parse(before).head


def test_sentences_of_earlier_versions_that_calibration_makes_untrue_go():
    bundle = load_bundle("ztf-sim")
    limits = f"Some. {''.join(UNTRUE_ONCE_CALIBRATED)}Others: nothing warns of them."
    text = f"# x\n\n## Data\n\nStars.\n\n## {LIMITS}\n\n{limits}\n"
    after = recalibrated_card(bundle, text)
    assert texts(after)[LIMITS] == "Some. Others: nothing warns of them."
    assert list(texts(after)) == ["Data", CALIBRATION_HEADING, LIMITS]
    assert bundle.trust is not None
    untypical = replace(bundle, trust=replace(bundle.trust, typicality=None))
    assert UNTRUE_ONCE_CALIBRATED[1] in texts(recalibrated_card(untypical, text))[LIMITS]


@pytest.mark.parametrize("text", ["", "# x\n", "# x\n\n## A\n\na\n"])
def test_a_card_without_limits_gets_the_section_at_its_end(text):
    after = Card.parse(recalibrated_card(load_bundle("ztf-sim"), text))
    assert after.sections[-1].heading == CALIBRATION_HEADING
    assert after.to_markdown().startswith(text)
