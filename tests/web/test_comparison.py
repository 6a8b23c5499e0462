"""Two tables side by side: against counts by hand."""

import numpy as np
import pandas as pd
import pytest

from taonet.web.answer_table import AnswerTable
from taonet.web.comparison import TableComparison

TRUTH = {"a": "A", "b": "A", "c": "B", "d": None, "only": "A"}
FIRST = {"a": 0.9, "b": 0.8, "c": 0.7, "d": 0.6, "only": 0.9}
SECOND = {"d": 0.2, "c": 0.6, "b": 0.1, "a": 0.9, "other": 0.5}


def table(p_of_a, order=("p_A", "p_B")):
    p = np.array(list(p_of_a.values()))
    rows = pd.DataFrame({"object_id": list(p_of_a), "n_epochs": 1, "p_A": p, "p_B": 1 - p})
    return AnswerTable.of_frame(rows[["object_id", "n_epochs", *order]])


@pytest.fixture
def both():
    truth = np.array(list(TRUTH.values()), object)
    return TableComparison(table(FIRST), table(SECOND, order=("p_B", "p_A")), truth)


def test_counts_are_those_by_hand(both):
    assert both.summary() == {
        "n_shared": 4, "n_only_first": 1, "n_only_second": 1, "n_differ": 2, "n_known": 3,
        "both": 1, "first": 1, "second": 0, "neither": 1,
    }  # fmt: skip


def test_what_differs_most_comes_first(both):
    every = both.select(differ=False, right="", search="")
    rows = both.rows(every)
    assert [row["object_id"] for row in rows] == ["b", "d", "c", "a"]
    assert [row["difference"] for row in rows] == pytest.approx([0.7, 0.4, 0.1, 0.0])
    assert [row["right"] for row in rows] == ["first", None, "neither", "both"]
    assert rows[0]["first"]["predicted_class"] == "A"
    assert rows[0]["second"]["p"] == {"B": 0.9, "A": 0.1}
    differ = both.select(differ=True, right="", search="")
    assert [both.object_id[i] for i in differ] == ["b", "d"]


def test_they_are_chosen_by_who_was_right_and_by_name(both):
    for right, names in (("first", ["b"]), ("second", []), ("both", ["a"]), ("neither", ["c"])):
        chosen = both.select(differ=False, right=right, search="")
        assert [both.object_id[i] for i in chosen] == names
    assert [both.object_id[i] for i in both.select(differ=False, right="", search="D")] == ["d"]
