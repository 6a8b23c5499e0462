"""What an answer says besides a class, and what it leaves unsaid."""

import numpy as np
import pandas as pd
import pytest

from taonet.reports.answer_words import answer_badges, answer_words, set_words

ROW = {
    "detected": True,
    "snr": 8.04,
    "unlike": False,
    "typicality": 0.5,
    "n_ignored": 0,
    "ignored_reason": None,
    "set": ("SN",),
}


def words(**changes):
    return " ".join(answer_words(pd.Series({**ROW, **changes}, dtype=object)))


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "Detected (signal-to-noise 8.0)."),
        ({"snr": np.nan}, "Detected. Like"),
        ({"detected": False}, "Nothing is detected at the object's place"),
        ({"unlike": True, "typicality": 0.01}, "Unlike the objects that the model was calibrated"),
        ({}, "All epochs were read."),
        ({"n_ignored": 1, "ignored_reason": "blank: 1"}, "1 epoch was not read: blank: 1."),
        ({"n_ignored": 3}, "3 epochs were not read."),
    ],
)
def test_it_is_said_in_words(changes, text):
    assert text in words(**changes)


def test_what_is_not_known_is_not_said():
    assert "alike" not in words(typicality=np.nan) and "nlike" not in words(typicality=np.nan)
    assert answer_words(pd.Series({"object_id": "a"})) == []
    assert words(detected=None).startswith("Like")
    assert words(n_ignored=None).endswith("(typicality 0.500).")
    assert set_words(pd.Series({"set": None})) == set_words(pd.Series({"a": 1})) == ""


def test_badges_name_what_should_not_be_overlooked():
    assert answer_badges(pd.Series(ROW, dtype=object)) == []
    odd = {**ROW, "detected": False, "unlike": True, "n_ignored": 2}
    assert answer_badges(pd.Series(odd, dtype=object)) == [
        "nothing detected",
        "unlike",
        "epochs not read",
    ]
    assert answer_badges(pd.Series({"detected": None}, dtype=object)) == []
