"""Measuring some objects of an archive into files: every object has its place in them."""

from dataclasses import replace

import numpy as np
import pytest

from taonet.data.reading import Reading
from taonet.data.transforms import Scaling
from taonet.experiment.photometry_job import run_job
from taonet.experiment.stored_inputs import StoredObjects, StoredSequences
from taonet.experiment.stored_photometry import PhotometryJob, read_features
from taonet.io.archive import Archive
from taonet.tasks.simulate import Sample, simulate_archive

READING = Reading(scaling=Scaling(crop_px=16), measured=True, frames=False, deep_px=16)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("archives") / "a"
    simulate_archive(Sample(survey="tiny", n_objects=6, seed=0), folder)
    return Archive(folder)


@pytest.fixture
def job(archive, tmp_path):
    return PhotometryJob(
        archive=archive.path, first=0, last=6, reading=READING, epochs=(3,), use_times=True,
        trees=False, output=tmp_path / "000",
    )  # fmt: skip


def test_an_object_without_a_readable_epoch_keeps_its_place(archive, job):
    first = min(archive[i].mjd[0] for i in range(6))
    early = replace(READING, mjd_max=float(first) + 1e-3)
    run_job(replace(job, reading=early))
    stored = StoredObjects([job.output])
    sequences = StoredSequences(archive, photometry=stored)
    counts = [len(stored.columns(i)) for i in range(6)]
    assert counts == [len(early.epochs_of(archive[i])) for i in range(6)]
    assert sorted(counts) == [0, 0, 0, 0, 0, 1]
    means = [sequences.load_inputs(i).deep for i in range(6)]
    assert [one is None for one in means] == [count == 0 for count in counts]


def test_a_job_for_trees_alone_stores_nothing_for_the_network(job):
    assert (
        run_job(replace(job, trees=True, reading=replace(READING, measured=False, deep_px=0))) == 6
    )
    assert sorted(path.suffix for path in job.output.parent.iterdir()) == [
        ".npy",
        ".npz",
        ".parquet",
    ]
    assert np.load(job.output.with_suffix(".npz"))["columns"].shape[1] == 0
    assert len(read_features([job.output])) > 0
