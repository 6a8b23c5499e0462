"""The card of saved trees says what they are, what they learnt from and what they scored."""

from dataclasses import replace

import pytest

from taonet.evaluation.metric_table import COMPARED
from taonet.experiment.card import LIMITS
from taonet.experiment.card_sections import Card
from taonet.experiment.curves.card import KINDS, curve_card
from taonet.experiment.curves.recipe import CurveRecipe
from taonet.sky.taxonomy import Taxonomy

RECIPE = CurveRecipe(name="mine", features="modern", about="Trees of mine.")
CLASSES = Taxonomy(name="x", classes=("SN", "CV"))
FACTS = {
    "trained_on_simulation": False,
    "objects": 321,
    "survey": "mysurvey",
    "recipe_digest": "a" * 64,
    "data_digest": "b" * 64,
}
SCORES = {
    "forest": {one.name: {"value": 0.5, "low": 0.25, "high": 0.75} for one in COMPARED},
    "times alone": {one.name: {"value": 0.1, "low": 0.0, "high": 0.2} for one in COMPARED},
}


def card(recipe=RECIPE, **facts):
    return Card.parse(curve_card(recipe, CLASSES, FACTS | facts, SCORES))


def test_the_head_says_what_the_trees_are_and_read():
    head = card().head
    for words in (
        "Trees of mine.", KINDS["forest"], "SN (supernova), CV (cataclysmic variable)",
        "features: modern", "trained on 321 objects of mysurvey",
        f"recipe {'a' * 12}, data {'b' * 12}",
    ):  # fmt: skip
        assert words in head
    assert "a" * 13 not in head
    boosted = card(replace(RECIPE, method="boosted", about="")).head
    assert "Gradient-boosted trees on features of light curves." in boosted


@pytest.mark.parametrize("simulated", [True, False])
def test_the_origin_is_said(simulated):
    head = card(trained_on_simulation=simulated).head
    assert ("Trained on light curves as given." in head) is not simulated
    assert ("simulat" in head.lower()) is simulated


def test_scores_of_all_methods_and_the_limits_have_their_sections():
    scores, limits = card().sections
    rows = scores.text.splitlines()[2:]
    assert rows[0] == "| forest | " + " | ".join(["0.500 [0.250, 0.750]"] * len(COMPARED)) + " |"
    assert rows[1].startswith("| times alone | 0.100")
    assert limits.heading == LIMITS
    assert "not calibrated" in limits.text
