"""Reading whatever a path holds."""

import logging

import numpy as np
import pandas as pd
import pytest

import taonet
from fixtures.make_alerts import seen, write
from taonet.errors import InputError
from taonet.io.lightcurves.tables import Curve
from taonet.io.object_list import ObjectList
from taonet.io.predictions import Predictions


def test_each_kind_of_file_becomes_what_it_is(tmp_path, world, deep_tao):
    write(tmp_path / "p.avro", [seen(100 + k, jd=2459000.5 + 3 * k) for k in range(3)])
    alerts = taonet.read(str(tmp_path / "p.avro"))
    assert isinstance(alerts, ObjectList)
    assert len(alerts[0]) == 3
    assert alerts.survey == "ztf"
    assert isinstance(taonet.read(world / "archive"), taonet.Archive)
    file = next(iter(deep_tao.values())).path
    assert [one.object_id for one in taonet.read(file)] == [file.name.partition(".fits")[0]]
    predictions = next((world / "run" / "predictions").glob("*.parquet"))
    assert isinstance(taonet.read(predictions), Predictions)


def test_files_that_name_no_survey_are_of_none(tmp_path):
    stamps = np.random.default_rng(1).normal(100, 5, (1, 2, 21, 21))
    mjd = [[57070.0, 57071.0]]
    np.savez(tmp_path / "a.npz", stamps=stamps, mjd=mjd, n_epochs=[2], object_id=["a"])
    assert taonet.read(tmp_path / "a.npz").survey == ""


def test_tables_of_light_curves_become_curves(tmp_path):
    rows = {
        "object_id": ["a", "a", "b"],
        "mjd": [55001.0, 55002.0, 55001.0],
        "mag": 18.0,
        "magerr": 0.1,
    }
    pd.DataFrame(rows).to_csv(tmp_path / "c.csv", index=False)
    curves = taonet.read(tmp_path / "c.csv")
    assert all(isinstance(one, Curve) for one in curves)
    assert len(curves["a"].mjd) == 2
    assert len(taonet.read(tmp_path / "c.csv", limit=1)) == 1


def test_several_paths_and_a_limit(deep_tao):
    files = [truth.path for truth in list(deep_tao.values())[:3]]
    assert len(taonet.read(files)) == 3
    assert len(taonet.read(iter(files), limit=2)) == 2


def test_what_cannot_be_read_is_kept_with_a_reason(deep_tao, tmp_path, caplog):
    good = next(iter(deep_tao.values())).path
    (tmp_path / "bad.fits").write_bytes(b"SIMPLE")
    with caplog.at_level(logging.WARNING, logger="taonet"):
        objects = taonet.read([good, tmp_path / "bad.fits"])
    assert len(objects) == 1
    assert [one["source"] for one in objects.set_aside if "bad.fits" in one["source"]]
    assert "1 of 2 set aside" in caplog.text


def test_models_and_runs_are_no_data(world):
    for folder in (world / "run", world / "run" / "bundle"):
        with pytest.raises(InputError, match=r"taonet\.load"):
            taonet.read(folder)


def test_nothing_is_an_error_in_one_line(tmp_path):
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(InputError) as refusal:
            taonet.read(path)
        assert "\n" not in str(refusal.value)
