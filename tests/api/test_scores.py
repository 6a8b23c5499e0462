"""Scores and reports of tables in memory are those of the same tables in files."""

import json
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

import taonet
from taonet.cli.app import app
from taonet.errors import InputError


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Two prediction tables, in memory and as files."""
    folder = tmp_path_factory.mktemp("scores")
    sequences = taonet.simulate("hits", 8, seed=2)
    first = taonet.predict("hits-sim", sequences)
    second = taonet.predict("hits", sequences, final=True)
    first.drop(columns="set").to_csv(folder / "first.csv", index=False)
    second.drop(columns="set").to_parquet(folder / "second.parquet", index=False)
    return folder, first, second


def test_scores_are_those_of_the_command(tables):
    folder, first, second = tables
    files = [folder / "first.csv", folder / "second.parquet"]
    done = CliRunner().invoke(app, ["evaluate", *map(str, files), "--json"])
    theirs = json.loads(done.stdout)
    named = taonet.evaluate({"first": first, "second": second})
    assert list(named.index) == ["first", "second"]
    for table in (named, taonet.evaluate(files), taonet.evaluate([first, second])):
        for (_, row), scores in zip(table.iterrows(), theirs.values(), strict=True):
            assert row["macro_f1"] == pytest.approx(scores["macro_f1"]["value"])
            assert row["macro_f1_low"] == pytest.approx(scores["macro_f1"]["low"])
    gap = theirs["second"]["macro_f1_minus_primary"]["value"]
    assert named.loc["second", "macro_f1_minus_primary"] == pytest.approx(gap)
    assert named.loc["first", "macro_f1_minus_primary"] == 0
    assert named.attrs["scores"]["first"]["n_objects"] == 8
    # one table alone differs from none
    assert not taonet.evaluate(first).columns.str.contains("minus").any()


def test_the_truth_may_be_in_an_archive(tables, tmp_path):
    _, first, _ = tables
    archive = taonet.simulate("hits", 8, seed=2, output=tmp_path / "a")
    blind = first.assign(class_name=None)
    with pytest.raises(InputError, match="no object of known class"):
        taonet.evaluate(blind)
    for data in (archive, str(archive.path)):
        ours = taonet.evaluate(blind, data)["macro_f1"].item()
        assert ours == taonet.evaluate(first)["macro_f1"].item()


def test_a_report_is_a_page(tables, tmp_path):
    _, first, second = tables
    page = taonet.report({"ours": first, "theirs": second}, str(tmp_path / "r.html"), title="Two")
    text = page.read_text()
    assert "<title>Two" in text
    assert "a table in memory" in text
    with pytest.raises(taonet.errors.OutputError):
        taonet.report(first, page)


def test_anything_else_is_refused_in_one_line():
    nothing: Any
    for nothing in (pd.DataFrame({"a": [1]}), []):
        with pytest.raises(InputError) as refusal:
            taonet.evaluate(nothing)
        assert "\n" not in str(refusal.value)
