"""Simulated archives, Deep-TAO files and tables of light curves, as a user gets them."""

import json

import numpy as np
import pandas as pd
import pytest

from taonet.errors import ConfigError, OutputError
from taonet.features.published import PUBLISHED
from taonet.io.archive import Archive
from taonet.io.ingest import ingest
from taonet.io.provenance import truth_path
from taonet.io.sources import source_of
from taonet.tasks.photometry import measure
from taonet.tasks.simulate import simulate_archive
from taonet.tasks.simulate_light_curves import simulate_light_curves


def test_fits_files_read_back_give_the_identical_sequences(tmp_path):
    simulate_archive("crts", tmp_path / "made", n_objects=6, seed=5, fits=tmp_path / "fits")
    ingest(source_of(tmp_path / "fits"), tmp_path / "read")
    made, read = Archive(tmp_path / "made"), Archive(tmp_path / "read")
    place = {name: i for i, name in enumerate(read.objects["object_id"])}
    assert len(place) == len(made) == 6
    for one in (made[i] for i in range(6)):
        other = read[place[one.object_id]]
        assert one.frames.dtype == other.frames.dtype
        for name in ("frames", "mjd", "mjd_raw", "quality", "seeing_fwhm_px", "zero_point_mag"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        for name in ("band", "exposure_id", "ra", "dec", "class_name", "raw_label", "field_id"):
            assert getattr(one, name) == getattr(other, name)


def test_any_number_of_workers_makes_the_same_archive(tmp_path):
    for workers in (1, 2):
        simulate_archive("tiny", tmp_path / str(workers), n_objects=7, seed=5, workers=workers)
    assert Archive(tmp_path / "1").digest == Archive(tmp_path / "2").digest
    truths = [(tmp_path / name / "truth.jsonl").read_text() for name in ("1", "2")]
    assert truths[0] == truths[1]


def test_only_the_layout_of_crts_becomes_deep_tao(tmp_path):
    with pytest.raises(ConfigError, match="not that of ztf"):
        simulate_archive("ztf", tmp_path / "a", n_objects=1, fits=tmp_path / "fits")
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="a file is there, not a folder"):
        simulate_archive("crts", tmp_path / "a", n_objects=1, fits=tmp_path / "file")
    assert not (tmp_path / "a").exists()


def test_light_curves_come_as_the_database_has_them_with_their_truth(tmp_path):
    table = tmp_path / "curves.parquet"
    count = simulate_light_curves("crts", table, n_objects=12, seed=1)
    curves = pd.read_parquet(table)
    assert list(curves.columns) == ["object_id", "class_name", "mjd", "mag", "magerr"]
    assert len(curves) == count
    assert curves["object_id"].nunique() == 12
    truth = [json.loads(line) for line in truth_path(table).read_text().splitlines()]
    assert [one["object_id"] for one in truth] == curves["object_id"].unique().tolist()
    assert sum(one["n_points"] for one in truth) == count
    with pytest.raises(OutputError, match="exists"):
        simulate_light_curves("crts", table, n_objects=1)


def test_features_of_a_table_of_light_curves(tmp_path):
    simulate_light_curves("crts", tmp_path / "c.parquet", n_objects=12, seed=1)
    other = pd.read_parquet(tmp_path / "c.parquet")
    renamed = {"mjd": "time", "mag": "magnitude", "magerr": "error"}
    other.rename(columns=renamed).to_csv(tmp_path / "other.csv", index=False)
    found = []
    for name in ("c.parquet", "other.csv"):
        output = tmp_path / f"{name}.features.parquet"
        tally = measure([tmp_path / name], output, features="published")
        assert tally.objects == 12
        found.append(pd.read_parquet(output))
    assert list(found[0].columns) == ["object_id", "class_name", *PUBLISHED]
    pd.testing.assert_frame_equal(found[0], found[1])
