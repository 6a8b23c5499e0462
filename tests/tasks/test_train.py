"""The verb `train`: what belongs together, and what a recipe for light curves does not take."""

from pathlib import Path
from typing import Any

import pytest

from taonet.errors import InputError
from taonet.tasks import train as module
from taonet.tasks.train import RecipeChanges, TrainingData, train

TABLE = Path("curves.parquet")


@pytest.mark.parametrize(
    "data", [TrainingData(), TrainingData(data=Path("a"), lightcurves=TABLE)], ids=["none", "both"]
)
def test_an_archive_or_a_table_is_needed(data):
    with pytest.raises(InputError, match="an archive or a table of light curves"):
        train("tiny", data)


@pytest.mark.parametrize(
    ("data", "changes", "option"),
    [
        ({"test": Path("t")}, {}, "--test"),
        ({"calibration": Path("c")}, {}, "--calibration"),
        ({"start": "hits-sim"}, {}, "--from"),
        ({"photometry_folder": Path("m")}, {}, "--measured"),
        ({}, {"shots": 3}, "--shots"),
        ({}, {"seed": 0}, "--seed"),
        ({}, {"settings": ("seed=3",)}, "--set"),
    ],
)
def test_a_recipe_for_light_curves_takes_no_options_of_archives(data, changes, option):
    with pytest.raises(InputError, match=f"leave out {option}$"):
        train("forest", TrainingData(lightcurves=TABLE, **data), changes=RecipeChanges(**changes))


def test_changes_reach_the_recipe_and_archives_their_parts(world, tmp_path, monkeypatch):
    given: dict[str, Any] = {}

    def noted(recipe, archive, folder, **rest):
        given.update(rest, recipe=recipe, archive=archive)
        return folder

    monkeypatch.setattr(module, "run_experiment", noted)
    data = TrainingData(data=world / "archive", start=world / "run", photometry_folder=tmp_path)
    changes = RecipeChanges(shots=2, seed=9, settings=("training.steps=7", "seed=3"))
    assert train("finetune", data, tmp_path / "r", changes=changes, workers=2) == tmp_path / "r"
    recipe = given["recipe"]
    assert (recipe.split.kind, recipe.split.shots) == ("shots", 2)
    # an option wins over a setting
    assert (recipe.seed, recipe.training.steps) == (9, 7)
    assert list(given["archive"].parts) == ["train"]
    assert given["start"].name == "tiny"
    assert (given["photometry_folder"], given["workers"]) == (tmp_path, 2)


def test_a_table_goes_to_the_trees(tmp_path, monkeypatch):
    given = []

    def noted(recipe, table, folder, **_):
        given.append((recipe, table))
        return folder

    monkeypatch.setattr("taonet.experiment.curves.run.run_curves", noted)
    assert train("forest-tiny", TrainingData(lightcurves=TABLE), tmp_path / "r") == tmp_path / "r"
    ((recipe, table),) = given
    assert (recipe.name, table) == ("forest-tiny", TABLE)
