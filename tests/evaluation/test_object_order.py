"""Which objects are shown: by class, confidence and typicality, from a table in any parts."""

import numpy as np
import pandas as pd
import pytest

from evaluation.made import FOUR, made_table
from taonet.evaluation.object_order import (
    NO_ANSWER,
    answered_class,
    choose_objects,
    last_answers,
)
from taonet.evaluation.scored_rows import final_rows

TABLE = made_table(30, epochs=5).assign(typicality=0.5)


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_the_parts_of_a_table_do_not_matter(size):
    parts = [TABLE[i : i + size] for i in range(0, len(TABLE), size)]
    whole = last_answers([TABLE], FOUR)
    cut = last_answers(parts, FOUR)
    key = ["object_id"]
    pd.testing.assert_frame_equal(
        cut.sort_values(key, ignore_index=True), whole.sort_values(key, ignore_index=True)
    )


def test_the_last_answer_counts_wherever_it_stands():
    shuffled = TABLE.sample(frac=1, random_state=1)
    found = last_answers([shuffled[:70], shuffled[70:]], FOUR).set_index("object_id")
    expected = final_rows(TABLE).set_index("object_id")
    assert found["n_epochs"].eq(5).all()
    best = expected[[f"p_{name}" for name in FOUR.classes]].max(axis=1)
    pd.testing.assert_series_equal(
        found["confidence"].sort_index(), best.sort_index(), check_names=False
    )
    assert last_answers([], FOUR).empty


def test_objects_stand_by_class_then_confidence_then_typicality():
    last = pd.DataFrame(
        {
            "object_id": list("abcdef"),
            "kind": ["RRL", "SN", "SN", "SN", NO_ANSWER, "RRL"],
            "confidence": [0.9, 0.5, 0.8, 0.5, np.nan, 0.9],
            "typicality": [0.1, 0.2, 0.1, 0.9, np.nan, np.nan],
        }
    )
    names = choose_objects(last, FOUR, most=9)["object_id"]
    assert "".join(names) == "cdbafe"
    assert "".join(choose_objects(last, FOUR, most=1)["object_id"]) == "cae"
    without = last.drop(columns="typicality")
    assert "".join(choose_objects(without, FOUR, most=9)["object_id"]) == "cbdafe"


def test_a_table_may_answer_otherwise_than_the_most_probable_class():
    rows = TABLE[:3].assign(predicted_class=np.array(["NON", None, "strange"], object))
    assert answered_class(rows, FOUR).tolist() == ["NON", NO_ANSWER, NO_ANSWER]
    own = last_answers([rows[:1]], FOUR)
    assert own["confidence"].iloc[0] == rows["p_NON"].iloc[0]
    most = answered_class(rows.drop(columns="predicted_class"), FOUR)
    assert most.tolist() == [
        FOUR.classes[k] for k in rows[[f"p_{c}" for c in FOUR.classes]].to_numpy().argmax(axis=1)
    ]
