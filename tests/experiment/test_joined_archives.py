"""Separate archives for training and testing, and photometry that runs share."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from taonet.data.splits import read_split
from taonet.errors import InputError, LeakError
from taonet.experiment import baselines
from taonet.experiment import photometry_job as measuring
from taonet.experiment import training_stage as trained
from taonet.experiment.joined_archives import JoinedArchives, join_archives
from taonet.experiment.recipe import recipe_of
from taonet.experiment.run import run_experiment
from taonet.io.archive import Archive
from taonet.models.bundle import load_bundle
from taonet.models.predict import predict
from taonet.tasks.calibrate import calibrate
from taonet.tasks.simulate import Sample, simulate_archive
from taonet.training import fit_sets as conformal
from taonet.training import fit_temperature as calibration
from taonet.training import fit_typicality as typical

SMALL = {
    "name": "small",
    "split": {"kind": "folds", "folds": 2},
    "scaling": {"crop_px": 16},
    "model": {
        "zooms": [], "deep_zooms": [16, 8], "zoom_px": 8, "stem": 8, "growth": 8, "layers": [1, 1],
        "apertures": 0, "embedding": 8, "hidden": 8, "width": 8, "measured": True, "nightly": True,
    },
    "training": {"steps": 3, "batch_size": 6, "augmentation": {"max_epochs": 12}},
    "forest": {"trees": 5},
    "boosted": {"rounds": 3},
    "prediction": {"epochs": [3], "bootstrap": 10, "examples": 0},
}  # fmt: skip


def _never(_job):
    raise AssertionError("measured anew")


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    folder = tmp_path_factory.mktemp("archives")
    for seed, (name, n) in enumerate({"train": 12, "test": 12, "calibration": 36}.items()):
        simulate_archive(Sample(survey="tiny", n_objects=n, seed=seed), folder / name)
    return folder


@pytest.mark.slow
def test_all_of_one_archive_trains_and_all_of_the_other_is_tested(archives, tmp_path, monkeypatch):
    train, test = (Archive(archives / name) for name in ("train", "test"))
    recipe, photometry = recipe_of(SMALL), {"photometry_folder": tmp_path / "measured"}
    run_experiment(recipe, join_archives(train, test=test), tmp_path / "run", **photometry)
    together = JoinedArchives({"train": train, "test": test})
    split = read_split(tmp_path / "run" / "split.json", together.objects)
    assert set(split.parts["test"]) == set(test.objects["object_id"])
    assert set(split.parts["train"]) == set(train.objects["object_id"])
    scores = json.loads((tmp_path / "run" / "scores.json").read_text())
    assert scores["TAO-Net"]["n_objects"] == len(test)
    # another seed shares what was measured
    monkeypatch.setattr(measuring, "run_job", _never)
    other = recipe_of({**SMALL, "seed": 2})
    run_experiment(other, join_archives(train, test=test), tmp_path / "other", **photometry)


@pytest.mark.slow
def test_answers_are_made_honest_on_the_part_for_that(archives, tmp_path, monkeypatch):
    for module in (calibration, conformal):
        monkeypatch.setattr(module, "LEAST_OBJECTS", 5)
    monkeypatch.setattr(typical, "LEAST_OF_A_CLASS", 3)
    shown, controls = [], baselines.pixel_controls

    def watched(bundle, *given, **more):
        shown.append(bundle.trust)
        return controls(bundle, *given, **more)

    monkeypatch.setattr(baselines, "pixel_controls", watched)
    parts = {name: Archive(archives / name) for name in ("calibration", "test")}
    train, run = Archive(archives / "train"), tmp_path / "run"
    run_experiment(recipe_of(SMALL), join_archives(train, **parts), run)
    assert shown == [None]
    bundle = load_bundle(run)
    assert bundle.trust is not None
    assert bundle.trust.objects == 36
    # a recipe of folds has none where parts are given: nothing is refitted on what tests
    assert bundle.facts["objects"] == 12
    assert bundle.facts["calibrated_on"] == parts["calibration"].digest
    table = pd.read_parquet(run / "predictions" / "tao-net.parquet")
    assert set(table["object_id"]) == set(parts["test"].objects["object_id"])
    assert table[["set", "typicality"]].notna().all(axis=None)
    said, columns = [], [f"p_{name}" for name in bundle.taxonomy.classes]
    for one in (bundle, replace(bundle, trust=None)):
        test = parts["test"]
        said.append(pd.concat(predict(one, (test[i] for i in range(len(test))))))
    np.testing.assert_allclose(said[0][columns], table[columns], atol=1e-5)
    raw = said[1]
    warm = bundle.trust.temperature.apply(raw[columns].to_numpy(), raw["n_epochs"].to_numpy())
    np.testing.assert_allclose(warm, table[columns], atol=1e-5)
    _check_what_is_told(run)
    # what was fitted is loaded, not fitted anew
    monkeypatch.setattr(trained, "fit_trust", _never)
    (run / "finished.json").unlink()
    run_experiment(recipe_of(SMALL), join_archives(train, **parts), run)


def _check_what_is_told(run):
    found = json.loads((run / "scores.json").read_text())["TAO-Net"]["over_time"]
    assert {"by_nights", "coverage", "set_sizes", "typicality", "goals"} <= set(found)
    assert all("before" in row for row in found["calibration"])
    page = (run / "report.html").read_text()
    for words in ("before calibration by", "Sets of classes contain the true class", "atypical"):
        assert words in page
    card = (run / "bundle" / "README.md").read_text()
    assert "On 36 simulated objects" in card
    assert "taonet simulate tiny --objects 36 --seed 2" in card
    assert "--data train --calibration calibration --test test --seed 1" in card


@pytest.mark.slow
def test_what_was_learnt_from_is_refused_though_it_was_one_of_several(archives, tmp_path):
    train, test = (Archive(archives / name) for name in ("train", "test"))
    run_experiment(recipe_of(SMALL), join_archives(train, test=test), tmp_path / "run")
    with pytest.raises(LeakError, match="trained on this archive"):
        calibrate(str(tmp_path / "run"), train.path, tmp_path / "b")


@pytest.mark.slow
def test_photometry_of_every_archive_is_kept_apart_and_shared(archives, tmp_path, monkeypatch):
    train, test = (Archive(archives / name) for name in ("train", "test"))
    recipe, photometry = recipe_of(SMALL), {"photometry_folder": tmp_path / "measured"}
    run_experiment(recipe, join_archives(train, test=test), tmp_path / "run", **photometry)
    assert len(list((tmp_path / "measured").iterdir())) == 2
    monkeypatch.setattr(measuring, "run_job", _never)
    run_experiment(recipe, join_archives(test, test=train), tmp_path / "other", **photometry)


def test_a_calibration_set_needs_a_test_set(archives):
    train, other = (Archive(archives / name) for name in ("train", "calibration"))
    with pytest.raises(InputError, match="give --test as well"):
        join_archives(train, calibration=other)


def test_archives_of_other_cutouts_are_refused(archives, tmp_path):
    simulate_archive(Sample(survey="crts", n_objects=6, seed=3), tmp_path / "large")
    with pytest.raises(InputError, match="another size"):
        JoinedArchives({"train": Archive(archives / "train"), "test": Archive(tmp_path / "large")})
