"""Runs on tables of light curves: what they leave behind, and what they refuse."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.made import made_sequence
from taonet.data.splits import read_split
from taonet.errors import InputError, OutputError
from taonet.experiment.curves import run as runs
from taonet.experiment.curves.recipe import CurveRecipe, read_curve_recipe
from taonet.experiment.curves.run import run_curves
from taonet.features.sets import SETS
from taonet.features.tables import curve_features
from taonet.io.lightcurves.tables import read_light_curves
from taonet.io.prediction_table import read_predictions
from taonet.io.tables import write_table
from taonet.models.predict import predict
from taonet.models.trees.bundle import load_trees
from taonet.models.trees.trees import GRID, BoostedConfig, ForestConfig
from taonet.tasks.evaluate import compare_tables
from taonet.tasks.predict import predict_files
from taonet.tasks.simulate import Sample, simulate_light_curves

RECIPES = sorted((Path(__file__).parents[3] / "recipes").glob("forest*.toml"))


TINY = next(path for path in RECIPES if path.stem == "forest-tiny")


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    path = tmp_path_factory.mktemp("curves") / "crts.parquet"
    simulate_light_curves(Sample(survey="crts", n_objects=48, seed=3), path)
    return path


@pytest.fixture(scope="module")
def run(table):
    return run_curves(read_curve_recipe(TINY), table, table.parent / "run")


def test_every_method_answers_for_every_object_in_the_columns_of_any_prediction(run, table):
    ids = set(pd.read_parquet(table)["object_id"])
    tables = {p.stem: pd.read_parquet(p) for p in (run / "predictions").iterdir()}
    assert set(tables) == {"forest", "times-alone", "length-alone", "majority-class"}
    for one in tables.values():
        assert set(one["object_id"]) == ids
        assert list(one.columns)[:6] == [
            "object_id", "ra", "dec", "class_name", "n_epochs", "mjd_last",
        ]  # fmt: skip
        assert list(one.columns)[-9:] == [
            "predicted_class", "set", "typicality", "mjd_detected",
            "detected", "snr", "unlike", "n_ignored", "ignored_reason",
        ]  # fmt: skip
        assert (one["n_ignored"] == 0).all()
        assert one[["set", "typicality", "mjd_detected"]].isna().all(axis=None)
        np.testing.assert_allclose(one.filter(like="p_").sum(axis=1), 1, atol=1e-6)
    points = pd.read_parquet(table).groupby("object_id")["mjd"].agg(["size", "max"])
    forest = tables["forest"].set_index("object_id")
    assert (forest["n_epochs"] == points["size"][forest.index]).all()
    assert (forest["mjd_last"] == points["max"][forest.index]).all()


def test_whatever_was_grown_on_simulation_says_so(run):
    assert "SIMULATED" in (run / "report.html").read_text()
    assert "simulated" in (run / "bundle" / "README.md").read_text()
    scores = json.loads((run / "scores.json").read_text())
    assert next(iter(scores)) == "forest"
    assert load_trees(run).facts["scores"] == scores["forest"]


def test_a_finished_run_is_kept_and_another_refused(run, table):
    before = (run / "report.html").stat().st_mtime_ns
    said: list[str] = []
    assert run_curves(read_curve_recipe(TINY), table, run, say=said.append) == run
    assert any("finished already" in line for line in said)
    assert (run / "report.html").stat().st_mtime_ns == before
    with pytest.raises(OutputError, match="another recipe"):
        run_curves(replace(read_curve_recipe(TINY), seed=2), table, run)


@pytest.mark.slow
def test_an_interrupted_run_goes_on_to_the_same_end(run, table, tmp_path, monkeypatch):
    def fail(*_args, **_settings):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(runs, "save_trees", fail)
        run_curves(read_curve_recipe(TINY), table, tmp_path / "r")
    assert not (tmp_path / "r" / "bundle").exists()
    with monkeypatch.context() as measured:
        measured.setattr(runs, "_measure_features", fail)
        run_curves(read_curve_recipe(TINY), table, tmp_path / "r")
    for name in ("scores.json", "split.json", "bundle/model.onnx", "bundle/config.json"):
        assert (tmp_path / "r" / name).read_bytes() == (run / name).read_bytes()


def test_neighbours_and_equal_curves_are_on_one_side_of_the_split(table, tmp_path):
    points = pd.read_parquet(table)
    points = points[points["class_name"].isin(["AGN", "CV"])]
    place = {name: i for i, name in enumerate(points["object_id"].unique())}
    points["ra"] = points["object_id"].map(place).astype(float)
    points["dec"] = 0.0
    again = points.assign(object_id="again-" + points["object_id"], mag=points["mag"] + 0.01)
    again["ra"] += 5 / 3600
    copied = points.assign(object_id="copy-" + points["object_id"], ra=np.nan, dec=np.nan)
    pd.concat([points, again, copied]).to_parquet(tmp_path / "t.parquet", index=False)
    recipe = replace(read_curve_recipe(TINY), redraw=False)
    folder = run_curves(recipe, tmp_path / "t.parquet", tmp_path / "r")
    parts = json.loads((folder / "split.json").read_text())["parts"]
    part_of = {name: part for part, names in parts.items() for name in names}
    for name in place:
        assert part_of[name] == part_of[f"again-{name}"] == part_of[f"copy-{name}"]


@pytest.mark.parametrize("features", SETS)
def test_held_out_boosted_trees_with_redraws(table, tmp_path, features):
    recipe = CurveRecipe(
        name="b", method="boosted", features=features, redraw=True, bootstrap=20,
        boosted=BoostedConfig(rounds=3), forest=ForestConfig(trees=5),
    )  # fmt: skip
    folder = run_curves(recipe, table, tmp_path / "r")
    split = read_split(folder / "split.json", _objects(table))
    assert set(pd.read_parquet(folder / "predictions" / "boosted.parquet")["object_id"]) == set(
        split.parts["test"]
    )
    assert load_trees(folder).feature_set == features


def _objects(table):
    names = pd.read_parquet(table).drop_duplicates("object_id")
    return names.assign(ra=np.nan, dec=np.nan, field_id=names["object_id"])


def test_the_grid_is_searched_on_training_objects(table, tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "GRID", tuple(replace(one, trees=4) for one in GRID[:2]))
    said: list[str] = []
    recipe = CurveRecipe(name="g", grid=True, bootstrap=20, forest=ForestConfig(trees=5))
    folder = run_curves(recipe, table, tmp_path / "r", say=said.append)
    assert any(line.startswith("chosen of the grid") for line in said)
    config = load_trees(folder).config
    assert isinstance(config, ForestConfig)
    assert config.trees == 4


def test_saved_trees_say_of_a_table_what_grown_ones_said(table, tmp_path):
    recipe = CurveRecipe(name="h", bootstrap=20, forest=ForestConfig(trees=9))
    folder = run_curves(recipe, table, tmp_path / "r")
    result = predict_files(str(folder), [table], tmp_path / "p.parquet")
    assert (result.objects, result.set_aside_count) == (48, 0)
    ours = pd.read_parquet(tmp_path / "p.parquet").set_index("object_id")
    theirs = pd.read_parquet(folder / "predictions" / "forest.parquet").set_index("object_id")
    ours = ours.loc[theirs.index]
    assert list(ours.columns) == list(theirs.columns)
    np.testing.assert_allclose(ours.filter(like="p_"), theirs.filter(like="p_"), atol=1e-5)
    curves = read_light_curves(table).curves
    found = list(predict(load_trees(folder), curves))
    assert [len(rows) for rows in found] == [1] * 48
    in_memory = pd.concat(found, ignore_index=True)
    pd.testing.assert_frame_equal(in_memory, read_predictions(tmp_path / "p.parquet"))


def test_a_sequence_is_not_what_trees_read(run):
    sequence = made_sequence("a", epochs=2)
    with pytest.raises(InputError, match=r"holds trees, which read tables .*got .*ImageSequence"):
        list(predict(load_trees(run), [sequence]))


def test_trees_answer_without_torch_and_matplotlib(run, table, tmp_path):
    code = (
        "import sys; from taonet.tasks.predict import predict_files\n"
        f"predict_files({str(run)!r}, [{str(table)!r}], {str(tmp_path / 'p.csv')!r})\n"
        "assert not {'torch', 'matplotlib'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_prior_restates_what_trees_say_and_stands_for_what_was_not_measured(run, table, tmp_path):
    few = pd.read_parquet(table)
    named = few["object_id"].unique()
    few = pd.concat([few, few[few["object_id"] == named[0]].head(3).assign(object_id="short")])
    few.to_parquet(tmp_path / "t.parquet")
    trees = load_trees(run)
    names = trees.taxonomy.classes
    given = {name: i + 1 for i, name in enumerate(names)}
    shares = np.arange(1, len(names) + 1) / sum(given.values())
    for file, prior in (("plain", None), ("new", given)):
        predict_files(str(run), [tmp_path / "t.parquet"], tmp_path / f"{file}.parquet",
                        prior=prior)  # fmt: skip
    plain, new = (pd.read_parquet(tmp_path / f"{f}.parquet").set_index("object_id")
                  for f in ("plain", "new"))  # fmt: skip
    columns = [f"p_{name}" for name in names]
    np.testing.assert_allclose(new.loc["short", columns].to_numpy(float), shares)
    # a forest speaks of the mix it grew on
    learnt = np.array([trees.facts["learnt_mix"][name] for name in names])
    said = plain.loc[named, columns].to_numpy()
    expected = said * shares / learnt
    expected /= expected.sum(axis=1, keepdims=True)
    measured = np.abs(said - trees.class_mix).max(axis=1) > 1e-6
    assert measured.sum() > len(named) / 2
    expected[~measured] = shares
    np.testing.assert_allclose(new.loc[named, columns].to_numpy(), expected, atol=1e-6)
    assert new["prior"].str.startswith(f"{names[0]}=").all()


def test_short_and_spoilt_curves_are_answered_or_set_aside_and_it_is_said(run, tmp_path):
    table = pd.DataFrame(
        {
            "object_id": ["short"] * 3 + ["spoilt"] * 2,
            "time": 55000.0 + np.arange(5),
            "magnitude": [18.0, 18.1, 18.2, 99.0, np.nan],
            "error": 0.1,
        }
    )
    table.to_csv(tmp_path / "t.csv", index=False)
    result = predict_files(str(run), [tmp_path / "t.csv"], tmp_path / "p.csv")
    assert (result.objects, result.set_aside_count) == (1, 1)
    assert "2 of 5 rows dropped" in str(result)
    row = pd.read_csv(tmp_path / "p.csv").iloc[0]
    np.testing.assert_allclose(row.filter(like="p_").to_numpy(float), load_trees(run).class_mix)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(columns="class_name"), "two classes.*no class_name"),
        (lambda t: t[t["class_name"] == "SN"], "two classes.*only SN"),
        (lambda t: t.assign(mjd=t["mjd"] + 2_400_000.5), "MJD = JD - 2400000.5"),
        (lambda t: t.drop(columns="magerr"), "no column 'magerr'"),
        (lambda t: t[(t["class_name"] == "SN") | (t["object_id"] == t["object_id"][0])], "too few"),
    ],
)
def test_a_table_that_cannot_be_learnt_from_leaves_nothing(table, tmp_path, change, message):
    change(pd.read_parquet(table)).to_parquet(tmp_path / "t.parquet", index=False)
    with pytest.raises(InputError, match=message):
        run_curves(read_curve_recipe(TINY), tmp_path / "t.parquet", tmp_path / "r")
    assert not (tmp_path / "r").exists()


def banded(table, bands, **changes):
    points = pd.read_parquet(table)
    points["band"] = np.resize(list(bands), len(points))
    return points.assign(**changes)


def test_trees_remember_their_bands_and_say_where_there_are_others(table, tmp_path):
    banded(table, "gr").to_parquet(tmp_path / "gr.parquet")
    recipe = CurveRecipe(name="h", features="modern", bootstrap=20, forest=ForestConfig(trees=3))
    folder = run_curves(recipe, tmp_path / "gr.parquet", tmp_path / "r")
    facts = load_trees(folder).facts
    assert (facts["bands"], facts["colour"]) == (["g", "r"], ["g", "r"])
    answers = {}
    for name, other in (("alone", "gr"), ("beside", "ui")):
        whole = banded(table, "gr")
        whole.loc[whole["object_id"] != whole["object_id"][0], "band"] = other[0]
        whole.to_parquet(tmp_path / f"{name}.parquet")
        said = predict_files(str(folder), [tmp_path / f"{name}.parquet"], tmp_path / f"{name}.csv")
        answers[name] = pd.read_csv(tmp_path / f"{name}.csv").set_index("object_id")
        noted = [line for line in said.remarks if "bands that the trees learnt from: g r" in line]
        assert len(noted) == (name == "beside")
    first = pd.read_parquet(table)["object_id"][0]
    pd.testing.assert_series_equal(answers["alone"].loc[first], answers["beside"].loc[first])


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".ecsv", ".vot"])
def test_classes_named_by_numbers_go_from_training_to_scores(table, tmp_path, suffix):
    numbers = {name: 40 + i for i, name in enumerate(pd.read_parquet(table)["class_name"].unique())}
    points = pd.read_parquet(table)
    write_table(
        points.assign(class_name=points["class_name"].map(numbers)), tmp_path / f"t{suffix}"
    )
    recipe = CurveRecipe(name="h", bootstrap=20, forest=ForestConfig(trees=3))
    folder = run_curves(recipe, tmp_path / f"t{suffix}", tmp_path / "r")
    predict_files(str(folder), [tmp_path / f"t{suffix}"], tmp_path / f"p{suffix}")
    scores = compare_tables([tmp_path / f"p{suffix}"], None)["p"]
    assert scores["n_objects"] == 48
    assert scores["classes"] == sorted(map(str, numbers.values()))


def test_places_that_are_not_known_are_not_one_place(table, tmp_path):
    banded(table, "g", ra=-999.0, dec=-999.0).to_parquet(tmp_path / "t.parquet")
    recipe = CurveRecipe(name="h", bootstrap=20, forest=ForestConfig(trees=3))
    folder = run_curves(recipe, tmp_path / "t.parquet", tmp_path / "r")
    assert (folder / "scores.json").is_file()


def test_feature_sets_have_a_row_a_curve(table):
    curves = read_light_curves(table).curves[:3]
    for name in SETS:
        found = curve_features(curves, name)
        assert len(found) == 3
        assert found.notna().any(axis=1).all()
