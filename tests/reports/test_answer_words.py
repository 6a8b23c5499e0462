"""What an answer says besides a class, and what it leaves unsaid."""

import numpy as np
import pytest

from taonet.reports.answer_words import answer_badges, answer_words

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
    return " ".join(answer_words({**ROW, **changes}))


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "Detected (signal-to-noise 8.0)."),
        ({"mjd_detected": 55010.5}, "Detected, first at MJD 55010.50 (signal-to-noise 8.0)."),
        ({"detected": False}, "Nothing is detected at the object's place"),
        ({"unlike": True, "typicality": 0.01}, "Unlike the objects that the model was calibrated"),
        ({}, "Only SN is left in the set of classes."),
        ({"set": ()}, "The set of classes is empty"),
        ({"n_ignored": 1, "ignored_reason": "blank: 1"}, "1 epoch was not read: blank: 1."),
        ({"n_ignored": 3}, "3 epochs were not read."),
    ],
)
def test_it_is_said_in_words(changes, text):
    assert text in words(**changes)


def test_what_is_not_known_is_not_said():
    assert "alike" not in words(typicality=np.nan) and "nlike" not in words(typicality=np.nan)
    assert answer_words({"object_id": "a"}) == []
    # light curves are of what was seen: nobody noted when, nor how well
    assert words(snr=np.nan).startswith("Like")
    assert words(detected=None).startswith("Like")
    assert "read" not in words(n_ignored=None) + words(n_ignored=0)
    assert "set of classes" not in words(set=None)


def test_badges_name_what_should_not_be_overlooked():
    assert answer_badges(ROW) == []
    odd = {**ROW, "detected": False, "unlike": True, "n_ignored": 2}
    assert answer_badges(odd) == [
        "nothing detected",
        "unlike",
        "epochs not read",
    ]
    assert answer_badges({"detected": None}) == []
