"""Calibrating a bundle: what it writes, and what it refuses."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

import taonet
from taonet.errors import InputError, LeakError
from taonet.io.archive import Archive
from taonet.models.bundle import load_bundle
from taonet.tasks.calibrate import calibrate
from taonet.tasks.predict import predict_files
from taonet.tasks.simulate import Sample, simulate_archive
from taonet.training import fit_frame_typicality as frame_typical
from taonet.training import fit_sets as conformal
from taonet.training import fit_temperature as calibration
from taonet.training import fit_typicality as typical


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fresh")
    simulate_archive(Sample(survey="tiny", n_objects=24, seed=11), folder / "archive")
    return folder / "archive"


@pytest.fixture
def few_are_enough(monkeypatch):
    monkeypatch.setattr(calibration, "LEAST_OBJECTS", 3)
    monkeypatch.setattr(conformal, "LEAST_OBJECTS", 3)
    monkeypatch.setattr(typical, "LEAST_OF_A_CLASS", 2)
    monkeypatch.setattr(frame_typical, "LEAST_POINTS", 5)


@pytest.mark.usefixtures("few_are_enough")
def test_answers_pass_through_what_was_fitted(world, fresh, tmp_path):
    said = calibrate(str(world / "run"), fresh, tmp_path / "b", level=0.5)
    assert "24 objects" in said
    trust = load_bundle(str(tmp_path / "b")).trust
    assert trust is not None
    assert trust.objects == 24
    assert trust.thresholds is not None
    assert trust.thresholds.level == 0.5
    assert trust.typicality is not None
    assert "no sets" not in said
    assert "no typicality" not in said
    assert "24 simulated objects" in (tmp_path / "b" / "README.md").read_text()
    tables: list[pd.DataFrame] = []
    for name in (world / "run", tmp_path / "b"):
        predict_files(
            str(name), [fresh], tmp_path / f"{len(tables)}.parquet", workers=1 + len(tables)
        )
        tables.append(pd.read_parquet(tmp_path / f"{len(tables)}.parquet"))
    plain, honest = tables
    columns = [c for c in plain.columns if c.startswith("p_")]
    assert plain["set"].isna().all()
    assert honest["set"].notna().all()
    assert plain["typicality"].isna().all()
    assert honest["typicality"].between(0, 1).all()
    warmth = trust.temperature.apply(plain[columns].to_numpy(), plain["n_epochs"].to_numpy())
    np.testing.assert_allclose(honest[columns].to_numpy(), warmth, atol=1e-5)


@pytest.mark.usefixtures("few_are_enough")
def test_several_archives_are_fitted_together(world, fresh, tmp_path):
    simulate_archive(Sample(survey="tiny", n_objects=12, seed=12), tmp_path / "more")
    said = calibrate(str(world / "run"), [fresh, tmp_path / "more"], tmp_path / "b", level=0.5)
    assert "36 objects" in said
    bundle = load_bundle(str(tmp_path / "b"))
    assert bundle.trust is not None
    assert bundle.trust.objects == 36
    assert bundle.facts["calibrated_on"] not in (
        Archive(fresh).digest,
        Archive(tmp_path / "more").digest,
    )


def test_an_object_in_two_archives_is_refused(world, fresh, tmp_path):
    with pytest.raises(LeakError, match="an object is in two archives"):
        calibrate(str(world / "run"), [fresh, fresh], tmp_path / "b")
    assert not (tmp_path / "b").exists()


def test_without_enough_objects_there_are_no_sets_and_it_says_why(
    world, fresh, monkeypatch, tmp_path
):
    monkeypatch.setattr(calibration, "LEAST_OBJECTS", 3)
    said = calibrate(str(world / "run"), fresh, tmp_path / "b")
    assert "no sets: " in said
    assert "no typicality: too few objects to tell what is typical" in said
    card = (tmp_path / "b" / "README.md").read_text()
    assert card.count("## Calibration") == 1
    assert "Typicality was not fitted" in card
    assert "Probabilities are not calibrated" not in card
    trust = load_bundle(str(tmp_path / "b")).trust
    assert trust is not None
    assert trust.thresholds is None


def test_too_few_objects_leave_nothing_behind(world, fresh, tmp_path):
    with pytest.raises(InputError, match="too few objects to calibrate on"):
        calibrate(str(world / "run"), fresh, tmp_path / "b")
    assert not (tmp_path / "b").exists()


def test_a_level_that_is_none_is_refused_before_any_work(world, fresh, tmp_path):
    with pytest.raises(InputError, match="level of sets"):
        calibrate(str(world / "run"), fresh, tmp_path / "b", level=90)


def test_what_was_trained_on_is_refused(world, tmp_path):
    with pytest.raises(LeakError, match="trained on this archive"):
        calibrate(str(world / "run"), world / "archive", tmp_path / "b")


def test_other_classes_are_refused(world, fresh, tmp_path):
    archive = Archive(fresh)
    assert set(archive.class_names) <= set(taonet.load(str(world / "run")).taxonomy.classes)
    bundle = tmp_path / "bundle"
    shutil.copytree(world / "run" / "bundle", bundle)
    config = json.loads((bundle / "config.json").read_text())
    config["taxonomy"]["classes"] = [f"x{name}" for name in config["taxonomy"]["classes"]]
    (bundle / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError, match="no object of a class of the bundle"):
        calibrate(str(bundle), fresh, tmp_path / "b")
