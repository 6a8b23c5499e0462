"""Recipes for light curves: strict in, and told apart by every setting."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from taonet.errors import ConfigError
from taonet.experiment.curves.recipe import CurveRecipe, read_curve_recipe
from taonet.models.trees.trees import BoostedConfig, ForestConfig

RECIPES = sorted((Path(__file__).parents[3] / "recipes").glob("forest*.toml"))


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_for_light_curves_is_understood(path):
    assert read_curve_recipe(path).name == path.stem


def test_a_recipe_is_strict_in(tmp_path):
    recipe = tmp_path / "r.toml"
    for text, word in (("treess = 3", "treess"), ('method = "shrub"', "shrub"), ("x", "not TOML")):
        recipe.write_text(f'name = "r"\n{text}\n')
        with pytest.raises(ConfigError, match=word):
            read_curve_recipe(recipe)
    recipe.write_text('name = "r"\n[forest]\ntree = 3\n')
    with pytest.raises(ConfigError, match="did you mean 'trees'"):
        read_curve_recipe(recipe)


def test_the_method_says_which_settings_grow_trees():
    forest, boosted = ForestConfig(trees=3), BoostedConfig(rounds=2)
    both: dict[str, Any] = {"name": "r", "forest": forest, "boosted": boosted}
    assert CurveRecipe(**both).trees is forest
    assert CurveRecipe(**both, method="boosted").trees is boosted


def test_a_digest_tells_every_setting_apart():
    plain = CurveRecipe(name="r")
    changes: dict[str, Any] = {
        "name": "s", "about": "a", "seed": 2, "features": "modern", "method": "boosted",
        "grid": True, "redraw": True, "split": replace(plain.split, test=0.5),
        "forest": ForestConfig(trees=3), "boosted": BoostedConfig(rounds=2), "bootstrap": 5,
    }  # fmt: skip
    assert set(changes) == {field.name for field in fields(CurveRecipe)}
    digests = {replace(plain, **{name: value}).digest for name, value in changes.items()}
    assert len(digests | {plain.digest}) == len(changes) + 1
    assert CurveRecipe(name="r").digest == plain.digest


def test_features_that_are_not_known_are_refused():
    with pytest.raises(ConfigError, match="did you mean 'published'"):
        CurveRecipe(name="r", features="publishd")
