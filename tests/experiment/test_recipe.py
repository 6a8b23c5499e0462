"""Settings from the command line: as strict as those of a recipe."""

from dataclasses import replace
from pathlib import Path

import pytest

from taonet.errors import ConfigError
from taonet.experiment.recipe import override_recipe, read_recipe
from taonet.training.curve_pretraining import Pretraining

RECIPES = Path(__file__).parents[2] / "recipes"
TINY = RECIPES / "tiny.toml"


def test_changes_reach_the_recipe_and_leave_the_rest_alone():
    plain = read_recipe(TINY)
    changes = [
        "model.recurrence=lstm", "model.zooms = [12, 8]", "training.augmentation.turns=false",
        "training.averaging=0", "data.mjd_max=57081", "name=other",
    ]  # fmt: skip
    found = read_recipe(TINY, changes)
    assert found.model.recurrence == "lstm"
    assert found.model.zooms == (12, 8)
    assert found.training.augmentation.turns is False
    assert found.training.averaging == 0
    assert (found.data.mjd_max, found.name) == (57081.0, "other")
    assert found.model.hidden == plain.model.hidden
    assert found.training.augmentation.whole == plain.training.augmentation.whole
    assert found.digest != plain.digest
    assert read_recipe(TINY, []) == plain


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("model.recurence=lstm", "did you mean 'recurrence'"),
        ("modle.hidden=3", "did you mean 'model'"),
        ("training.augmentation.hole=1", "did you mean 'whole'"),
        ("model.recurrence=gruu", "model.recurrence"),
        ('training.frozen=["eyes"]', "training.frozen"),
        ("model.hidden=many", "model.hidden"),
        ("model.classes=4", "comes from the data"),
        ("model.hidden", "write it as section.key=value"),
        ("model.=3", "write it as section.key=value"),
        ("model.hidden=", "write it as section.key=value"),
        ("seed.hidden=3", "seed is no section"),
    ],
)
def test_changes_that_make_no_sense_are_refused(change, words):
    with pytest.raises(ConfigError) as refused:
        read_recipe(TINY, [change])
    assert words in str(refused.value)


def test_recipes_that_claim_to_be_the_best_network_are():
    best, shipped, paper = (
        read_recipe(RECIPES / f"{n}.toml") for n in ("tao-net", "crts-sim", "deep-tao")
    )
    assert replace(shipped, name=best.name) == best
    assert paper.model == best.model
    assert paper.training.augmentation == best.training.augmentation


def test_where_it_is_carried_out_is_no_part_of_a_recipes_digest():
    plain = read_recipe("tiny")
    # what it was before recipes could name a device
    assert plain.digest.startswith("d39f718635d64720")
    assert override_recipe(plain, device="cuda").training.device == "cuda"
    assert override_recipe(plain, device="cuda").digest == plain.digest
    with pytest.raises(ConfigError, match=r"training.device: no such device .*'gpu'"):
        read_recipe("tiny", ["training.device=gpu"])


@pytest.mark.parametrize("name", ["tiny", "crts-sim", "tao-net", "deep-tao"])
def test_a_recipe_without_pre_training_has_the_digest_it_had_before_there_was_any(name):
    plain = read_recipe(name)
    assert plain.pretraining.survey == ()
    assert replace(plain, pretraining=Pretraining(curves=7)).digest == plain.digest
    assert replace(plain, pretraining=Pretraining(survey=("tiny",))).digest != plain.digest


def test_a_survey_to_pre_train_on_that_is_none_is_refused():
    with pytest.raises(ConfigError, match=r"no survey 'crts-catalog' .*'crts-catalogue'"):
        read_recipe("tiny", ['pretraining.survey=["crts", "crts-catalog"]'])
