"""Stored photometry is what the frames give, object by object."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from taonet.data.reading import Reading, example_of
from taonet.data.transforms import Scaling
from taonet.experiment.photometry_job import run_job
from taonet.experiment.stored_inputs import StoredObjects, StoredSequences
from taonet.experiment.stored_photometry import PhotometryJob, read_features
from taonet.features.early import early_features
from taonet.io.archive import Archive
from taonet.photometry.lightcurves import measure_bands
from taonet.tasks.simulate import Sample, simulate_archive

READING = Reading(scaling=Scaling(crop_px=16), measured=True, frames=False, deep_px=16)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("archives") / "a"
    simulate_archive(Sample(survey="tiny", n_objects=6, seed=0), folder)
    return Archive(folder)


@pytest.fixture(scope="module")
def job(archive, tmp_path_factory):
    """All objects, to be measured for network and trees."""
    return PhotometryJob(
        archive=archive.path, first=0, last=6, reading=READING, epochs=(3,), use_times=True,
        trees=True, output=tmp_path_factory.mktemp("measured") / "000",
    )  # fmt: skip


@pytest.fixture(scope="module")
def parts(job):
    """Return the files of four objects, and those of two more without features."""
    jobs = [
        replace(job, last=4),
        replace(job, first=4, trees=False, output=job.output.with_name("004")),
    ]
    assert [run_job(one) for one in jobs] == [4, 2]
    return [one.output for one in jobs]


def test_what_was_kept_is_what_the_frames_give(archive, parts):
    sequences = StoredSequences(archive, photometry=StoredObjects(parts))
    assert len(sequences) == 6
    for i in (0, 3, 5):
        kept = example_of(archive[i], READING, precomputed=sequences.load_inputs(i))
        anew = example_of(archive[i], READING)
        np.testing.assert_array_equal(kept.deep_of, anew.deep_of)
        for name in ("deep", "light", "conditions"):
            ours, theirs = getattr(kept, name), getattr(anew, name)
            np.testing.assert_allclose(ours, theirs, rtol=2e-3, atol=2e-3)


def test_features_are_those_of_the_objects_they_were_measured_of(archive, parts):
    read = [archive[i].take(READING.epochs_of(archive[i])) for i in range(4)]
    expected = early_features(((s, measure_bands(s)) for s in read), (3,), use_times=True)
    pd.testing.assert_frame_equal(read_features(parts), expected)
