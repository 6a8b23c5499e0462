"""The columns of last answers: from files of every format, with rows in any order."""

import numpy as np
import pandas as pd
import pytest

from taonet.errors import InputError, MissingError
from taonet.io.prediction_table import read_predictions, write_predictions
from taonet.web.answer_table import AnswerTable
from web.conftest import table_of


@pytest.mark.parametrize("suffix", ["parquet", "csv", "ecsv"])
def test_a_file_of_any_format_gives_the_table_that_was_written(tmp_path, suffix):
    table = table_of(20)
    path = tmp_path / f"p.{suffix}"
    write_predictions(table.sample(frac=1, random_state=1), path, metadata={"taonet_model": "m"})
    answers = AnswerTable.read(path)
    assert len(answers) == 20
    assert answers.n_rows == 60
    assert answers.model == (None if suffix == "csv" else "m")
    for name in ("o000000", "o000013"):
        own = table[table["object_id"] == name].reset_index(drop=True)
        pd.testing.assert_frame_equal(answers.rows_of(name)[own.columns], own, check_dtype=False)
    last = table.groupby("object_id").tail(1).set_index("object_id")
    number = answers.index["o000013"]
    assert answers.set_of(number) == list(last.loc["o000013", "set"])
    assert answers.probability[number] == last.loc["o000013", ["p_SN", "p_CV", "p_NON"]].max()
    assert answers.columns["set_size"][number] == len(last.loc["o000013", "set"])


def test_columns_agree_with_pandas_on_the_whole_table():
    table = table_of(50)
    answers = AnswerTable.of_frame(table)
    last = table.groupby("object_id", sort=False).tail(1)
    p = last[["p_SN", "p_CV", "p_NON"]].to_numpy()
    np.testing.assert_allclose(answers.entropy, -(p * np.log(p)).sum(axis=1) / np.log(3))
    for name in ("typicality", "detected", "n_epochs", "predicted_class", "class_name"):
        assert answers.columns[name].tolist() == last[name].tolist()
    assert not answers.columns["unlike"].any()


def test_a_certain_answer_has_no_entropy_and_an_even_one_has_1():
    rows = {"object_id": ["a", "b", "c"], "n_epochs": 1, "p_A": [1.0, 0.5, np.nan]}
    answers = AnswerTable.of_frame(pd.DataFrame({**rows, "p_B": [0.0, 0.5, np.nan]}))
    assert answers.entropy[:2].tolist() == [0.0, 1.0]
    assert np.isnan(answers.entropy[2])
    # without a column of answers, the most probable class is the answer
    assert answers.predicted_class.tolist() == ["A", "A", None]
    assert np.isnan(answers.probability[2])
    assert answers.set_of(0) is None


def test_a_table_without_answers_about_detection_shows_all_as_detected():
    table = table_of(3).drop(columns=["detected", "typicality", "set", "class_name"])
    columns = AnswerTable.of_frame(table).columns
    assert columns["detected"].all()
    assert columns["class_name"].tolist() == [None] * 3
    assert np.isnan(columns["typicality"]).all()


def test_what_is_no_prediction_table_is_refused(tmp_path):
    with pytest.raises(InputError, match="not a prediction table"):
        AnswerTable.of_frame(pd.DataFrame({"x": [1]}))
    with pytest.raises(InputError, match="not a prediction table"):
        AnswerTable.of_frame(table_of(2).iloc[:0])
    nameless = table_of(2).assign(object_id=None)
    with pytest.raises(InputError, match="a row without an object_id"):
        AnswerTable.of_frame(nameless)
    (tmp_path / "x.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(InputError, match=r"not a readable \.parquet table"):
        AnswerTable.read(tmp_path / "x.parquet")
    pd.DataFrame({"object_id": ["a"], "n_epochs": [1]}).to_parquet(tmp_path / "y.parquet")
    with pytest.raises(InputError, match="not a prediction table"):
        AnswerTable.read(tmp_path / "y.parquet")
    with pytest.raises(MissingError, match="no object of this name"):
        AnswerTable.of_frame(table_of(2)).rows_of("nobody")


def test_parquet_rows_are_those_that_others_read(tmp_path):
    write_predictions(table_of(8), tmp_path / "p.parquet")
    own, read = AnswerTable.read(tmp_path / "p.parquet"), read_predictions(tmp_path / "p.parquet")
    pd.testing.assert_frame_equal(own.all_rows(), read)
