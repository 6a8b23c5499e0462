"""Every run scores counterfactuals of objects that its networks did not learn from."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from taonet.data.counterfactuals import AS_IS, COUNTERFACTUALS
from taonet.data.splits import read_split
from taonet.experiment.counterfactual_stage import (
    choose_objects,
    score_answers,
    score_test_counterfactuals,
)
from taonet.experiment.joined_archives import join_archives
from taonet.experiment.plan import plan_experiment
from taonet.experiment.recipe import read_recipe
from taonet.io.archive import Archive
from taonet.io.prediction_table import read_predictions
from taonet.models.bundle import load_bundle
from taonet.models.counterfactual_answers import COUNTERFACTUAL


@pytest.fixture(scope="module")
def answers(world):
    return {
        part: read_predictions(world / "run" / "training" / part / "counterfactuals.parquet")
        for part in ("fold-0", "fold-1")
    }


def test_every_round_answers_for_a_share_of_its_test_objects(world, answers):
    split = read_split(world / "run" / "split.json", Archive(world / "archive").objects)
    for part, table in answers.items():
        assert set(table["object_id"]) <= set(split.parts[part])
        assert table["object_id"].nunique() == 3
        assert table[COUNTERFACTUAL].tolist() == [AS_IS, *COUNTERFACTUALS] * 3


def test_what_is_as_it_is_has_the_answer_of_the_test(world, answers):
    tested = read_predictions(world / "run" / "predictions" / "tao-net.parquet")
    last = tested.sort_values("n_epochs").drop_duplicates("object_id", keep="last")
    for table in answers.values():
        plain = table[table[COUNTERFACTUAL] == AS_IS].set_index("object_id")
        own = last.set_index("object_id").loc[plain.index]
        names = [name for name in plain if name.startswith("p_")]
        np.testing.assert_allclose(plain[names], own[names], atol=1e-4)


def test_the_run_keeps_the_table_and_shows_it(world, answers):
    table = pd.read_parquet(world / "run" / "counterfactuals.parquet")
    assert table["counterfactual"].tolist() == [AS_IS, *COUNTERFACTUALS]
    assert (table["n_objects"] == 6).all()
    taxonomy = load_bundle(world / "run").taxonomy
    again = score_answers(
        pd.concat(answers.values(), ignore_index=True), taxonomy, n_bootstrap=100, seed=1
    )
    shares = ["class_stays", "called_NON", "no_class", "macro_f1", "p_of_class_as_is"]
    pd.testing.assert_frame_equal(table[shares], again[shares])
    page = (world / "run" / "report.html").read_text()
    assert "If one thing were different" in page
    assert COUNTERFACTUALS["change frozen"].description in page


def test_a_recipe_may_do_without(world):
    recipe = read_recipe("tiny")
    recipe = replace(recipe, prediction=replace(recipe.prediction, counterfactuals=0))
    archive = join_archives(Archive(world / "archive"))
    experiment = plan_experiment(recipe, archive, world / "nowhere")
    assert score_test_counterfactuals(experiment, experiment.split, workers=1, say=print) is None
    assert not (world / "nowhere").exists()


def test_classes_are_drawn_in_turn_and_by_the_seed():
    label = np.repeat([0, 1, 2], [50, 5, 20])
    members = np.flatnonzero(np.arange(75) % 5 != 0)
    chosen = choose_objects(label, members, 24, seed=3)
    assert np.bincount(label[chosen]).tolist() == [10, 4, 10]
    assert set(chosen) <= set(members)
    assert (np.diff(chosen) > 0).all()
    np.testing.assert_array_equal(chosen, choose_objects(label, members, 24, seed=3))
    assert (chosen != choose_objects(label, members, 24, seed=4)).any()
    np.testing.assert_array_equal(choose_objects(label, members, 200, seed=3), members)
