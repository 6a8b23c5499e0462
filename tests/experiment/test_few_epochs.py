"""Objects with too few epochs for the features of light curves: trees stand back, no more."""

import json

import numpy as np
import pandas as pd
import pytest

from taonet.experiment import baselines
from taonet.experiment.joined_archives import JoinedArchives
from taonet.experiment.plan import plan_experiment
from taonet.experiment.recipe import read_recipe
from taonet.experiment.run import NETWORK, run_experiment
from taonet.features.early import early_features
from taonet.io.archive import Archive
from taonet.io.archive_writer import ArchiveWriter
from taonet.photometry.lightcurves import measure_bands
from taonet.sky.sequence import ImageSequence

PUBLISHED_NEED = 10
RECIPE = read_recipe("tiny", ["training.steps=2", "prediction.bootstrap=20"])


def star(i, class_name, epochs):
    rng = np.random.default_rng(i)
    y, x = np.mgrid[:24, :24] - 12
    light = 4000 * (1 + (class_name == "VAR") * rng.uniform(0, 1, epochs))
    frames = 100 + rng.normal(0, 5, (epochs, 24, 24))
    frames += light[:, None, None] / 20 * np.exp(-(x**2 + y**2) / 4)
    mjd = 60000 + 3.0 * np.arange(epochs)
    return ImageSequence.from_frames(f"o{i:02d}", frames[:, None], mjd, class_name=class_name)


def packed(folder, epochs_by_class, n=6):
    with ArchiveWriter(folder, survey="mine", signature="1") as writer:
        for k, (class_name, epochs) in enumerate(epochs_by_class.items()):
            for i in range(n):
                writer.add(star(10 * k + i, class_name, epochs), source=f"{k}-{i}")
        writer.finish()
    return Archive(folder)


def answered(archive, folder):
    """Let trees learn from even objects and answer for odd ones."""
    experiment = plan_experiment(RECIPE, JoinedArchives({"train": archive}), folder)
    objects = ((archive[i], measure_bands(archive[i])) for i in range(len(archive)))
    features = early_features(objects, RECIPE.prediction.epochs, use_times=True)
    index = np.arange(len(archive))
    tables = baselines.tree_tables(features, experiment, index[::2], index[1::2])
    return tables, baselines.tree_notes(features, tables, archive.objects["object_id"])


@pytest.fixture(scope="module")
def short_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("short")
    lines: list[str] = []
    archive = packed(folder / "a", {"STAR": 3, "VAR": 3})
    run_experiment(RECIPE, archive, folder / "run", say=lines.append)
    return folder / "run", lines


def test_the_network_is_trained_where_trees_have_nothing_to_learn_from(short_run):
    run, _ = short_run
    scores = json.loads((run / "scores.json").read_text())
    assert NETWORK in scores and "majority class" in scores
    assert baselines.FOREST not in scores
    assert not (run / "predictions" / "forest-on-published.parquet").exists()
    assert (run / "bundle" / "model.safetensors").is_file()
    assert len(pd.read_parquet(run / "predictions" / "tao-net.parquet")) == 36


def test_what_was_left_out_is_told_on_the_screen_and_in_the_report(short_run):
    run, lines = short_run
    note = (
        f"Left out: {baselines.FOREST}, for which no training object has features; 12 of 12 objects"
    )
    assert any(note in line for line in lines)
    assert note in (run / "report.html").read_text()
    assert baselines.FOREST not in (run / "bundle" / "README.md").read_text()


def test_without_trees_nothing_is_measured_for_a_network_that_reads_pixels(tmp_path):
    recipe = read_recipe(
        "tiny",
        ["training.steps=2", "prediction.bootstrap=20", "prediction.trees=false"],
    )
    lines: list[str] = []
    archive = packed(tmp_path / "a", {"STAR": 3, "VAR": 3})
    run_experiment(recipe, archive, tmp_path / "run", say=lines.append)
    assert not (tmp_path / "run" / "measured").exists()
    assert any("No trees were trained" in line for line in lines)
    scores = json.loads((tmp_path / "run" / "scores.json").read_text())
    assert not {*baselines.READ} & {*scores}


@pytest.mark.slow
def test_a_class_that_is_long_enough_alone_is_nothing_to_learn_from(tmp_path):
    archive = packed(tmp_path / "a", {"STAR": PUBLISHED_NEED + 2, "VAR": 3})
    tables, notes = answered(archive, tmp_path)
    assert baselines.FOREST not in tables
    assert any(f"Left out: {baselines.FOREST}" in n and "6 of 12 objects" in n for n in notes)


@pytest.mark.slow
def test_where_two_classes_are_long_enough_the_short_objects_get_the_mix_of_classes(tmp_path):
    archive = packed(tmp_path / "a", {"CV": 3, "STAR": 12, "VAR": 12})
    tables, notes = answered(archive, tmp_path)
    rows = tables[baselines.FOREST].drop_duplicates("object_id", keep="last")
    short = rows[rows["class_name"] == "CV"]
    np.testing.assert_allclose(short.filter(like="p_").to_numpy(), 1 / 3)
    assert len(rows) == 9
    assert f"{baselines.FOREST}: 6 of 18 objects have too few epochs" in " ".join(notes)


@pytest.mark.slow
def test_where_all_are_long_enough_there_is_nothing_to_say(tmp_path):
    tables, notes = answered(packed(tmp_path / "a", {"STAR": 12, "VAR": 12}), tmp_path)
    assert set(tables) == set(baselines.READ)
    assert notes == []
    # the published features need ten points: before that there is no answer to score
    steps = {name: sorted(set(table["n_epochs"])) for name, table in tables.items()}
    assert steps[baselines.FOREST] == [12]
    assert steps[baselines.BOOSTED] == [3, 6, 12]
