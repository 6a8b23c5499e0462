"""Predictions in memory: a DataFrame that shows a summary and writes itself."""

import numpy as np
import pandas as pd
import pytest

from taonet.errors import OutputError
from taonet.io.prediction_table import read_predictions
from taonet.io.predictions import MOST_SHOWN, Predictions

ROWS = pd.DataFrame(
    {
        "object_id": ["a", "a", "b"],
        "n_epochs": [1, 2, 1],
        "p_SN": [0.9, 0.4, 0.2],
        "p_CV": [0.1, 0.6, 0.8],
        "predicted_class": ["SN", "CV", "CV"],
        "set": pd.Series([("SN",), ("SN", "CV"), ()]),
    }
)


def test_only_the_whole_table_is_a_summary():
    table = Predictions(ROWS)
    assert repr(table) == "<Predictions: 2 objects, 3 rows; CV 2>"
    for part in (table.head(1), table[["p_SN"]], table[table["n_epochs"] == 1], table.copy()):
        assert type(part) is pd.DataFrame
    assert table.classes == ("SN", "CV")


def test_a_notebook_shows_the_last_answer_of_each_object():
    html = Predictions(ROWS)._repr_html_()
    assert html.count("<tr>") == 1 + 2
    # an empty set is an answer, a missing one is none
    assert ">empty<" in html
    assert ">empty<" not in Predictions(ROWS.drop(columns="set"))._repr_html_()
    assert "SN CV" in html
    many = {"object_id": [str(i) for i in range(40)], "p_SN": 0.5, "p_CV": 0.5}
    assert f"{40 - MOST_SHOWN} more objects" in Predictions(many)._repr_html_()


def test_names_are_no_markup_and_unknown_numbers_no_error():
    rows = {"object_id": ["<b>a</b>"], "n_epochs": [3], "p_SN": [np.nan], "p_CV": [np.nan]}
    assert "<b>a</b>" not in Predictions(rows)._repr_html_()
    assert repr(Predictions(rows)) == "<Predictions: 1 object, 1 row>"


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".ecsv", ".vot"])
def test_what_it_writes_reads_back(tmp_path, suffix):
    path = tmp_path / f"p{suffix}"
    Predictions(ROWS).write(str(path))
    back = read_predictions(path)
    assert back["set"].tolist() == ROWS["set"].tolist()
    np.testing.assert_array_equal(back["p_SN"], ROWS["p_SN"])
    with pytest.raises(OutputError):
        Predictions(ROWS).write(path)
    Predictions(ROWS).write(path, overwrite=True)


def test_what_pandas_writes_to_csv_reads_back_too(tmp_path):
    Predictions(ROWS).to_csv(tmp_path / "p.csv", index=False)
    assert read_predictions(tmp_path / "p.csv")["set"].tolist() == ROWS["set"].tolist()
