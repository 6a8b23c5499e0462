"""Scoring the question which of some classes an object is."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from evaluation.made import FOUR, made_table
from taonet.errors import InputError
from taonet.evaluation.scored_rows import (
    check_predictions,
    final_rows,
    restrict_classes,
    rows_at,
)
from taonet.sky.taxonomy import Taxonomy

THREE = Taxonomy(name="three", classes=("A", "B", "C"))


def table():
    return pd.DataFrame({
        "object_id": ["a", "b", "c"], "class_name": ["A", "B", "C"], "n_epochs": 3,
        "p_A": [0.2, 0.1, 0.3], "p_B": [0.1, 0.3, 0.3], "p_C": [0.7, 0.6, 0.4],
        "predicted_class": "C", "set": [("A", "C"), (), ("C",)],
    })  # fmt: skip


def test_the_others_are_left_out_and_their_probability_shared():
    rows, two = restrict_classes(table(), THREE, ("B", "A"))
    assert two.classes == ("A", "B")
    assert rows["object_id"].tolist() == ["a", "b"]
    np.testing.assert_allclose(rows[["p_A", "p_B"]], [[2 / 3, 1 / 3], [1 / 4, 3 / 4]])
    assert not {"p_C", "predicted_class"} & set(rows)
    assert rows["set"].tolist() == [("A",), ()]
    check_predictions(rows, two)


def test_where_there_are_no_sets_none_are_made_up():
    rows, _ = restrict_classes(table().assign(set=None), THREE, ("B", "A"))
    assert rows["set"].isna().all()


def test_an_answer_that_gives_none_of_them_a_chance_says_nothing():
    certain = table().assign(p_A=0.0, p_B=0.0, p_C=1.0)
    rows, _ = restrict_classes(certain, THREE, ("A", "B"))
    np.testing.assert_allclose(rows[["p_A", "p_B"]], 0.5)


@pytest.mark.parametrize("classes", [("A",), ("A", "X"), ("A", "A")])
def test_classes_that_cannot_be_told_apart_are_refused(classes):
    with pytest.raises(InputError, match="cannot be told apart"):
        restrict_classes(table(), THREE, classes)


def test_the_last_answer_counts_and_early_ones_are_kept() -> None:
    table = made_table(4, epochs=5)
    short = table[(table["object_id"] != "object 0001") | (table["n_epochs"] <= 2)]
    assert final_rows(short)["n_epochs"].tolist() == [5, 2, 5, 5]
    assert rows_at(short, 3)["n_epochs"].tolist() == [3, 2, 3, 3]
    assert rows_at(short[short["n_epochs"] > 1], 1).empty


BROKEN: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], str]] = {
    "column": (lambda t: t.drop(columns="p_EB"), "columns are missing .got p_EB"),
    "class": (lambda t: t.assign(p_AGN=0.0), "taxonomy four has not .got p_AGN"),
    "empty": (lambda t: t.iloc[:0], "nothing to score"),
    "truth": (lambda t: t.assign(class_name=None), "6 objects have no true class"),
    "label": (lambda t: t.assign(class_name="BZ"), "taxonomy four has not .got BZ"),
    "sum": (lambda t: t.assign(p_SN=t["p_SN"] / 2), "do not sum to one .got object 0000"),
    "range": (lambda t: t.assign(p_SN=-0.1), "not between 0 and 1 .got object 0000"),
    "nan": (lambda t: t.assign(p_SN=np.nan), "not between 0 and 1"),
    "text": (lambda t: t.assign(p_SN="high"), "not numbers"),
    "twice": (lambda t: pd.concat([t, t]), "two answers .* .got object 0000 after 1 epochs"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_table_that_cannot_be_scored_is_refused_in_one_line(fault: str) -> None:
    spoil, message = BROKEN[fault]
    with pytest.raises(InputError, match=message) as refused:
        check_predictions(spoil(made_table(6)), FOUR)
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith("prediction table: ")


def test_an_object_of_two_classes_is_refused() -> None:
    table = made_table(4, epochs=2)
    table.loc[1, "class_name"] = "NON"
    with pytest.raises(InputError, match=r"two true classes .got object 0000"):
        check_predictions(table, FOUR)
