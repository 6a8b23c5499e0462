"""What is said besides a class is counted class by class, of last answers alone."""

import numpy as np
import pandas as pd
import pytest

from taonet.evaluation.other_answers import other_answers
from taonet.evaluation.resampling import wilson_interval

ROWS = pd.DataFrame(
    {
        "object_id": ["a", "a", "b", "c"],
        "class_name": ["SN", "SN", "SN", "NON"],
        "n_epochs": [1, 2, 1, 1],
        "detected": [False, True, False, False],
        "typicality": [0.5, 0.01, 0.6, np.nan],
        "unlike": [False, True, False, False],
        "n_ignored": [0, 3, 0, 1],
    }
)


def counted(rows, **options):
    found = other_answers(rows, **options)
    assert found is not None
    return {row["name"]: row for row in found.to_dict("records")}


def test_last_answers_are_counted_by_class_and_in_all():
    found = counted(ROWS, order=("NON", "SN", "CV"))
    assert list(found) == ["NON", "SN", "all"]
    assert [found["SN"][k] for k in ("n_objects", "with_ignored", "n_ignored")] == [2, 1, 3]
    assert found["all"]["detected"] == pytest.approx(1 / 3)
    assert (found["all"]["detected_low"], found["all"]["detected_high"]) == pytest.approx(
        wilson_interval(1, 3)[1:]
    )


def test_without_typicality_nobody_knows_what_is_unlike():
    found = counted(ROWS)
    assert found["SN"]["unlike"] == 0.5
    assert np.isnan(found["NON"]["unlike"])


@pytest.mark.parametrize("missing", ["detected", "unlike", "n_ignored", "class_name"])
def test_tables_that_do_not_say_it_are_passed_over(missing):
    assert other_answers(ROWS.drop(columns=missing)) is None


def test_an_answer_that_is_missing_is_no_answer():
    assert other_answers(ROWS.assign(detected=None)) is None
