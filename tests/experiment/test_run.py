"""A whole run: what it leaves behind, and what happens when it is interrupted."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from taonet.data.splits import read_split
from taonet.errors import InputError, OutputError
from taonet.evaluation.scored_rows import restrict_classes
from taonet.evaluation.scores import score
from taonet.experiment import baselines
from taonet.experiment.recipe import Recipe, read_recipe
from taonet.experiment.run import run_experiment
from taonet.experiment.stages import prediction_file
from taonet.features.early import early_features, epoch_counts
from taonet.io.archive import Archive
from taonet.models.bundle import load_bundle
from taonet.photometry.lightcurves import measure_bands
from taonet.simulation.objects import simulate_object
from taonet.simulation.presets.by_name import survey_preset
from taonet.sky.taxonomy import CRTS

FOLDER = Path(__file__).parents[2] / "recipes"
RECIPES = [path for path in sorted(FOLDER.glob("*.toml")) if "forest" not in path.stem]
TINY = next(path for path in RECIPES if path.stem == "tiny")


@pytest.fixture
def archive(world):
    return Archive(world / "archive")


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_is_understood(path):
    assert read_recipe(path).name == path.stem


def test_a_digest_tells_settings_apart():
    assert Recipe(name="a").digest == Recipe(name="a").digest
    assert Recipe(name="a").digest != Recipe(name="a", seed=2).digest


def test_every_method_answers_for_the_same_objects(world, archive):
    tables = {
        path.stem: pd.read_parquet(path) for path in (world / "run" / "predictions").iterdir()
    }
    # its network looks at no running mean, so there is nothing to mask
    methods = baselines.DESCRIPTIONS.keys() - {baselines.MASKED}
    assert set(tables) == {prediction_file(world, name).stem for name in methods}
    for table in tables.values():
        assert set(table["object_id"]) == set(archive.objects["object_id"])
    final = tables["tao-net"].groupby("object_id")["n_epochs"].max()
    for table in tables.values():
        assert table.groupby("object_id")["n_epochs"].max().equals(final)


def test_trees_answer_early_after_the_epochs_of_the_recipe(world):
    steps = read_recipe(TINY).prediction.epochs
    for name in ("forest-on-published", "boosted-trees-on-modern"):
        table = pd.read_parquet(world / "run" / "predictions" / f"{name}.parquet")
        for _, own in table.groupby("object_id"):
            counts = own["n_epochs"].tolist()
            # features of periods want more epochs than the first steps have
            assert counts[-1] > 0
            assert set(counts) <= set(epoch_counts(counts[-1], steps).tolist())
    scores = json.loads((world / "run" / "scores.json").read_text())
    for name in ("TAO-Net", "boosted trees on modern"):
        assert [step["n_epochs"] for step in scores[name]["by_epochs"]] == list(steps)


def test_without_times_trees_see_none(archive):
    sequence = archive[0]
    later = replace(sequence, mjd=sequence.mjd[0] + 3 * (sequence.mjd - sequence.mjd[0]))
    with_times, without = (
        [early_features([(s, measure_bands(s))], (5,), use_times=use) for s in (sequence, later)]
        for use in (True, False)
    )
    pd.testing.assert_frame_equal(without[0], without[1])
    assert not with_times[0].equals(with_times[1])


def test_no_object_is_answered_for_by_a_network_that_learnt_from_it(world, archive):
    split = read_split(world / "run" / "split.json", archive.objects)
    for part, ids in split.parts.items():
        table = pd.read_parquet(world / "run" / "training" / part / "predictions.parquet")
        assert set(table["object_id"]) == set(ids)


def test_whatever_was_trained_on_simulation_says_so(world):
    assert "SIMULATED" in (world / "run" / "report.html").read_text()
    assert "simulated sequences" in (world / "run" / "bundle" / "README.md").read_text()
    assert load_bundle(world / "run").facts["trained_on_simulation"] is True


@pytest.mark.slow
def test_an_interrupted_run_ends_with_the_scores_of_a_whole_one(world, archive, tmp_path):
    recipe = read_recipe(TINY)
    calls = []

    def stop_in_the_second_fold(items, _n, title):
        calls.append(title)
        for item in items:
            if title == "testing fold-1":
                raise KeyboardInterrupt
            yield item

    with pytest.raises(KeyboardInterrupt):
        run_experiment(recipe, archive, tmp_path / "run", track=stop_in_the_second_fold)
    assert not (tmp_path / "run" / "finished.json").exists()
    run_experiment(recipe, archive, tmp_path / "run")
    one, other = (json.loads((f / "run" / "scores.json").read_text()) for f in (world, tmp_path))
    assert one == other


def test_a_folder_that_is_no_run_is_left_alone(archive, tmp_path):
    (tmp_path / "precious").write_text("data")
    with pytest.raises(OutputError, match="not a run"):
        run_experiment(read_recipe(TINY), archive, tmp_path)
    assert (tmp_path / "precious").read_text() == "data"


def test_damaged_frames_are_noticed_before_hours_are_spent(world, tmp_path):
    shutil.copytree(world / "archive", tmp_path / "a")
    frames = tmp_path / "a" / "frames.npy"
    content = bytearray(frames.read_bytes())
    content[-1] ^= 1
    frames.write_bytes(content)
    with pytest.raises(InputError, match="hash differs"):
        run_experiment(read_recipe(TINY), Archive(tmp_path / "a"), tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(("survey", "keep"), [("crts", 12), ("hits", 12)])
def test_what_trees_read_early_is_what_was_known_then(survey, keep):
    sequence, _ = simulate_object(survey_preset(survey), "SN", seed=2, index=3)
    longer, shorter = (sequence.take(np.arange(n)) for n in (keep, 5))
    whole = early_features([(longer, measure_bands(longer))], (5,), use_times=True)
    early = early_features([(shorter, measure_bands(shorter))], (), use_times=True)
    pd.testing.assert_frame_equal(whole[:1], early, rtol=1e-3, atol=1e-4)


def test_a_run_on_these_classes_fills_in_the_tables_of_the_paper(world):
    text = (world / "run" / "paper.md").read_text()
    assert "54.58 ± 13.32" in text
    table = pd.read_parquet(world / "run" / "predictions" / "tao-net.parquet")
    five, few = restrict_classes(table, CRTS, ("SN", "CV", "AGN", "BZ", "OTHER"))
    wanted = 100 * score(five, few, n_bootstrap=10, seed=1).overall("macro_f1").value
    row = next(line for line in text.splitlines() if line.startswith("| TAO-Net |"))
    assert f"{wanted:.2f} ±" in row
