"""Scoring the question which of some classes an object is."""

import numpy as np
import pandas as pd
import pytest

from taonet.errors import InputError
from taonet.evaluation.scored_rows import check_predictions, restrict_classes
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
