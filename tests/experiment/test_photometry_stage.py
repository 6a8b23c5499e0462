"""The stage that measures: once for all runs that need the same, and anew for others."""

from dataclasses import replace

import pandas as pd
import pytest

from taonet.experiment import photometry_job
from taonet.experiment import photometry_stage as module
from taonet.experiment.joined_archives import JoinedArchives, join_archives
from taonet.experiment.photometry_stage import measure_all
from taonet.experiment.plan import plan_experiment
from taonet.experiment.recipe import read_recipe
from taonet.io.archive import Archive

TINY = read_recipe("tiny")


@pytest.fixture
def archive(world):
    return Archive(world / "archive")


def planned(archive, folder, *changes):
    return plan_experiment(read_recipe("tiny", changes), join_archives(archive), folder)


def digest(archive, folder, *changes):
    return module._digest(planned(archive, folder, *changes), archive, trees=True)


def test_what_decides_the_photometry_decides_its_hash_and_nothing_else_does(archive, tmp_path):
    plain = digest(archive, tmp_path)
    for change in ("seed=7", "training.steps=99", "model.hidden=12", "forest.trees=3"):
        assert digest(archive, tmp_path, change) == plain, change
    others = {
        digest(archive, tmp_path, change)
        for change in (
            "data.mjd_max=54800", "model.measured=true", "prediction.epochs=[4]",
            "model.use_times=false", "data.use_bands=true",
        )
    }  # fmt: skip
    assert len(others - {plain}) == 5


def test_objects_are_measured_in_batches_once(archive, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BATCH_OBJECTS", 10)
    done = []

    def quickly(job):
        done.append((job.first, job.last, job.trees))
        pd.DataFrame().to_parquet(job.output.with_suffix(".parquet"))
        job.output.with_suffix(".npz").touch()
        return job.last - job.first

    monkeypatch.setattr(photometry_job, "run_job", quickly)
    experiment = planned(archive, tmp_path / "run")
    files = measure_all(experiment, tmp_path / "measured", workers=1)
    assert done == [(0, 10, True), (10, 20, True), (20, 24, True)]
    assert [file.name for file in files] == ["000000", "000010", "000020"]
    files[1].with_suffix(".npz").unlink()
    assert measure_all(experiment, tmp_path / "measured", workers=1) == files
    assert done[3:] == [(10, 20, True)]


def test_objects_that_only_calibrate_need_no_features_of_trees(archive, tmp_path):
    experiment = planned(archive, tmp_path / "run")
    both = JoinedArchives({"train": archive, "calibration": archive})
    jobs = list(module._plan_jobs(replace(experiment, archive=both), tmp_path / "measured"))
    assert [job.trees for job in jobs] == [True, False]
    assert jobs[0].output.parent != jobs[1].output.parent
