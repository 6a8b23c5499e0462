"""Recipes that come with the package: found by name wherever one works, listed, understood."""

import tomllib
from collections.abc import Callable
from dataclasses import fields
from importlib.resources import files
from pathlib import Path

import pytest

from taonet.errors import ConfigError, MissingError
from taonet.experiment.curves.recipe import CurveRecipe, read_curve_recipe
from taonet.experiment.recipe import Recipe, read_recipe
from taonet.experiment.shipped_recipes import READS, find_recipe, recipe_names, shipped_recipes

ROOT = Path(__file__).parents[2]
READERS: dict[str, Callable] = {"cutouts": read_recipe, "light curves": read_curve_recipe}


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_is_understood_by_its_name_and_says_what_it_is_for(
    name, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    about = shipped_recipes()[name]
    assert READERS[about["reads"]](name).name == name
    assert about["about"].endswith(".")
    assert len(about["about"]) < 100


def test_the_repository_and_the_package_hold_one_set_of_files():
    assert recipe_names(ROOT / "recipes") == recipe_names()
    assert (ROOT / "recipes").resolve() == (ROOT / "src" / "taonet" / "recipes").resolve()


def test_the_wheel_carries_them():
    globs = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    package = Path(str(files("taonet")))
    carried = {path for glob in globs["package-data"]["taonet"] for path in package.glob(glob)}
    assert {find_recipe(name) for name in recipe_names()} <= carried
    assert package / "tasks" / "demo.toml" in carried


def test_a_file_of_ones_own_wins_over_a_shipped_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("tiny").write_text('name = "mine"')
    assert read_recipe("tiny").name == "mine"
    assert read_recipe(Path("tiny")).name == "mine"


def test_a_folder_of_the_same_name_does_not_hide_a_shipped_recipe(tmp_path, monkeypatch):
    # `taonet simulate tiny -o tiny` leaves one
    monkeypatch.chdir(tmp_path)
    Path("tiny").mkdir()
    assert read_recipe("tiny").name == "tiny"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("tinny", "did you mean 'tiny'?"),
        ("TAO-Net", "did you mean 'tao-net'?"),
        ("recipes/hits.toml", "did you mean 'hits'?"),
        ("nothing-of-the-kind", "known: ablation-hits, "),
    ],
)
def test_a_name_that_is_not_there_comes_with_the_nearest_or_with_all(
    name, words, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MissingError, match="no such recipe") as refused:
        find_recipe(name)
    assert words in str(refused.value)


def test_a_folder_is_no_recipe(tmp_path):
    with pytest.raises(MissingError, match="a folder, not a recipe"):
        read_recipe(tmp_path)


def test_a_recipe_for_something_else_says_how_to_give_it():
    with pytest.raises(ConfigError, match="for light curves, not for cutouts — give --lightcurves"):
        read_recipe("forest")
    with pytest.raises(ConfigError, match="for cutouts, not for light curves — give --data"):
        read_curve_recipe("tiny")


def test_what_tells_the_kinds_of_recipes_apart_is_known_to_one_of_them_only():
    cutouts, curves = ({field.name for field in fields(kind)} for kind in (Recipe, CurveRecipe))
    assert set(READS["cutouts"]) <= cutouts - curves
    assert set(READS["light curves"]) == curves - cutouts
