"""Filters and orders of lists: against pandas, at the edges, and how much work they are."""

import numpy as np
import pytest

from taonet.errors import InputError
from taonet.web import object_list
from taonet.web.answer_table import AnswerTable
from taonet.web.object_list import ObjectFilter, ObjectList
from web.conftest import table_of


@pytest.fixture(scope="module")
def some():
    return ObjectList(AnswerTable.of_frame(table_of(200)).columns)


def names(objects, numbers):
    return objects.columns["object_id"][numbers].tolist()


def test_filters_agree_with_pandas(some):
    last = table_of(200).groupby("object_id").tail(1)
    which = ObjectFilter(
        search="O0001",
        equal={"predicted_class": "SN", "detected": True},
        least={"typicality": 0.2},
        most={"typicality": 0.9},
    )
    expected = last[
        last["object_id"].str.contains("o0001")
        & (last["predicted_class"] == "SN")
        & last["detected"]
        & last["typicality"].between(0.2, 0.9)
    ]
    assert 0 < len(expected) < 100
    assert names(some, some.select(which)) == expected["object_id"].tolist()


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("column", ["typicality", "predicted_class", "object_id", "n_epochs"])
def test_orders_agree_with_pandas(some, column, descending):
    last = table_of(200).groupby("object_id").tail(1)
    ordered = some.select(ObjectFilter(), sort=column, descending=descending)
    expected = last[column].sort_values(ascending=not descending)
    assert some.columns[column][ordered].tolist() == expected.tolist()


def test_what_is_missing_comes_last_both_ways_and_lies_in_no_range():
    columns = {
        "object_id": np.array(["a", "b", "c"], object),
        "typicality": np.array([np.nan, 0.1, 0.2]),
        "label": np.array([None, "SN", "CV"], object),
    }
    few = ObjectList(columns)
    for column, up in (("typicality", ["b", "c", "a"]), ("label", ["c", "b", "a"])):
        assert names(few, few.select(ObjectFilter(), sort=column)) == up
        down = [*up[1::-1], "a"]
        assert names(few, few.select(ObjectFilter(), sort=column, descending=True)) == down
    assert names(few, few.select(ObjectFilter(least={"typicality": 0.0}))) == ["b", "c"]
    assert names(few, few.select(ObjectFilter(most={"typicality": 1.0}))) == ["b", "c"]
    assert names(few, few.select(ObjectFilter(equal={"label": ""}))) == ["a"]


def test_a_column_that_is_not_there_is_named(some):
    with pytest.raises(InputError, match="did you mean 'typicality'"):
        some.select(ObjectFilter(), sort="typicalty")


def test_rows_are_plain_values(some):
    rows = some.rows(np.array([3]), ("object_id", "n_epochs", "detected"))
    assert type(rows[0]["n_epochs"]) is int
    assert type(rows[0]["detected"]) is bool


class Counting:
    """Rows of a table that count what is taken of them."""

    def __init__(self, rows):
        self.rows, self.taken = rows, 0

    def take(self, index):
        self.taken += len(index)
        return self.rows.take(index)


def test_pages_of_100000_objects_take_no_row_and_each_order_is_worked_out_once(monkeypatch):
    n = 100_000
    table = table_of(n, rows_each=1, set=None)
    answers = AnswerTable.of_frame(table)
    answers.rows = counting = Counting(answers.rows)
    objects = ObjectList(answers.columns)
    sorted_columns = []
    plain_keys = object_list._sort_keys

    def keys(values):
        sorted_columns.append(1)
        return plain_keys(values)

    monkeypatch.setattr(object_list, "_sort_keys", keys)
    for _ in range(3):
        for descending in (False, True):
            which = ObjectFilter(search="o0001", least={"probability": 0.5})
            numbers = objects.select(which, sort="entropy", descending=descending)
            assert 0 < len(numbers) < 100
            assert len(objects.rows(numbers[:50], ("object_id", "entropy"))) <= 50
    assert len(sorted_columns) == 1
    assert counting.taken == 0
    assert len(answers.rows_of("o000777")) == 1
    assert counting.taken == 1
    # a label changes the order by label alone
    objects.replace_column("label", np.full(n, None, object))
    objects.select(ObjectFilter(), sort="label")
    objects.select(ObjectFilter(), sort="entropy")
    assert len(sorted_columns) == 2
