"""Stages: done once, recognised by their files, and never in a folder of something else."""

import json
from typing import Any

import pandas as pd
import pytest

from evaluation.made import made_table
from taonet.errors import InputError, OutputError
from taonet.experiment.stages import (
    is_finished,
    prediction_file,
    read_scores,
    reserve_run_folder,
    staged_predictions,
    staged_table,
    summarise_scores,
    write_json,
)

TABLE = pd.DataFrame({"a": [1.5, 2.5], "b": ["x", "y"]})


class Counted:
    """Makes a table and counts how often."""

    def __init__(self, table):
        self.table, self.calls = table, 0

    def __call__(self):
        self.calls += 1
        return self.table


@pytest.mark.parametrize(
    ("stage", "table"),
    [(staged_table, TABLE), (staged_predictions, made_table(5))],
    ids=["table", "predictions"],
)
def test_a_stage_is_done_once_and_damage_says_what_to_do(stage, table, tmp_path):
    make, file = Counted(table), tmp_path / "t.parquet"
    first, again = stage(file, make), stage(file, make)
    assert make.calls == 1
    pd.testing.assert_frame_equal(first, again)
    assert first.iloc[:, 0].tolist() == table.iloc[:, 0].tolist()
    file.write_bytes(b"cut")
    with pytest.raises(InputError, match=r"damaged.*remove it and run the same command again"):
        stage(file, make)


def test_a_folder_is_reserved_for_one_run(tmp_path):
    reserve_run_folder(tmp_path / "r", "a" * 64)
    reserve_run_folder(tmp_path / "r", "a" * 64)
    assert not is_finished(tmp_path / "r")
    write_json(tmp_path / "r" / "finished.json", {})
    assert is_finished(tmp_path / "r")
    with pytest.raises(OutputError, match=f"digest {'a' * 12}, this one is {'b' * 12}"):
        reserve_run_folder(tmp_path / "r", "b" * 64)
    (tmp_path / "r" / "run.json").write_text("{")
    with pytest.raises(OutputError, match="the run there is damaged"):
        reserve_run_folder(tmp_path / "r", "a" * 64)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "precious").touch()
    with pytest.raises(OutputError, match="exists and is not a run"):
        reserve_run_folder(tmp_path / "other", "a" * 64)


def test_a_bundle_keeps_of_the_scores_over_time_goals_and_stability_alone():
    over_time = {"goals": [2], "stability": {"x": 3}, "coverage": [4]}
    scores: dict[str, Any] = {"macro_f1": 1, "over_time": over_time}
    assert summarise_scores(scores) == {
        "macro_f1": 1, "over_time": {"goals": [2], "stability": {"x": 3}},
    }  # fmt: skip
    assert summarise_scores({"macro_f1": 1}) == {"macro_f1": 1}
    assert "coverage" in scores["over_time"]


def test_files_have_the_names_of_methods_and_scores_are_read_as_written(tmp_path):
    assert (
        prediction_file(tmp_path, "Mean image") == tmp_path / "predictions" / "mean-image.parquet"
    )
    write_json(tmp_path / "scores.json", {"ours": {"macro_f1": 0.5}})
    assert read_scores(tmp_path) == {"ours": {"macro_f1": 0.5}}
    assert json.loads((tmp_path / "scores.json").read_text()) == read_scores(tmp_path)
