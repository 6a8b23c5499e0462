"""The columns of the prediction table: one list, in the order in which they are written."""

from pathlib import Path

import pandas as pd

from taonet.io.prediction_columns import COLUMNS, classes_of, column_names, is_prediction_table
from taonet.sky.taxonomy import Taxonomy

CLASSES = Taxonomy(name="two", classes=("SN", "type II"))


def test_columns_are_those_of_the_schema_in_its_order():
    names = [column.name for column in COLUMNS]
    k = names.index("p_<CLASS>")
    expected = [*names[:k], *(f"p_{name}" for name in CLASSES.classes), *names[k + 1 :]]
    assert column_names(CLASSES, with_prior=True) == expected
    expected.remove("prior")
    assert column_names(CLASSES) == expected


def test_the_conventions_name_every_column():
    page = (Path(__file__).parents[2] / "docs" / "conventions.md").read_text()
    lines = [line for line in page.splitlines() if line.startswith("| ")]
    for column in COLUMNS:
        (line,) = (line for line in lines if line.startswith(f"| `{column.name}` |"))
        cells = [cell.strip() for cell in line.split("|")]
        assert cells[2] == column.dtype, column.name
        assert cells[3] == column.unit, column.name
        assert (cells[4] == "yes") == column.required, column.name


def test_a_prediction_table_is_told_by_its_probabilities():
    table = pd.DataFrame(columns=["object_id", "p_SN", "p_type II", "p_"])
    assert classes_of(table) == CLASSES.classes
    assert is_prediction_table(table)
    assert not is_prediction_table(table[["object_id"]])
    assert not is_prediction_table(table[["p_SN"]])
