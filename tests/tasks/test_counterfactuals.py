"""The benchmark of counterfactuals: one pass over the inputs, the answers those of `predict`."""

import json
import sys

import pandas as pd
import pytest

from taonet.cli import app
from taonet.data.counterfactuals import AS_IS, COUNTERFACTUALS
from taonet.errors import InputError, OutputError
from taonet.tasks.counterfactuals import counterfactual_table


@pytest.fixture(scope="module")
def bundle(world):
    (path,) = {p.parent for p in (world / "run").rglob("config.json")}
    return path


def test_all_counterfactuals_are_scored_beside_what_is(world, bundle, tmp_path):
    output = tmp_path / "table.parquet"
    table, tally = counterfactual_table(bundle, [world / "archive"], output, limit=6)
    assert table["counterfactual"].tolist() == [AS_IS, *COUNTERFACTUALS]
    assert (table["n_objects"] == 6).all()
    assert tally.objects == 6
    assert table["class_stays"].iloc[0] == 1
    gone = table["expected"] == "becomes NON"
    assert table["macro_f1"].isna().eq(gone).all()
    pd.testing.assert_frame_equal(pd.read_parquet(output), table)


def test_wrong_names_and_files_that_exist_are_refused(world, bundle, tmp_path):
    with pytest.raises(InputError, match="did you mean 'mirrored'"):
        counterfactual_table(bundle, [world / "archive"], tmp_path / "a.csv", names=["mirored"])
    (tmp_path / "b.csv").touch()
    with pytest.raises(OutputError, match="exists"):
        counterfactual_table(bundle, [world / "archive"], tmp_path / "b.csv")


def test_the_command_prints_and_writes_the_table(world, bundle, tmp_path, monkeypatch, capsys):
    words = ["taonet", "benchmark", "counterfactuals", bundle, world / "archive", "--limit", 3]
    words += ["--only", "turned", "--only", "hole", "--json", "-o", tmp_path / "a.csv"]
    monkeypatch.setattr(sys, "argv", [str(word) for word in words])
    with pytest.raises(SystemExit) as end:
        app.main()
    assert not end.value.code
    printed = json.loads(capsys.readouterr().out)
    assert list(printed) == [AS_IS, "turned", "hole"]
    assert printed["hole"]["n_objects"] == 3
    assert pd.read_csv(tmp_path / "a.csv")["counterfactual"].tolist() == list(printed)
