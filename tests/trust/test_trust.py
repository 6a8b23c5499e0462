"""Temperatures, sets and what they are stored as, by hand and by their laws."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import softmax

from taonet.errors import InputError
from taonet.trust.trust import Temperature, Thresholds, Trust, temper

WARM = Temperature(epochs=(1, 100), values=(2.0, 1.0))
SETS = Thresholds(
    level=0.9, classes=("A", "B", "C"), epochs=(1, 100), values=((0.2, 0.2, 0.5), (0.4, 0.1, 0.5))
)
LOGITS = st.lists(st.floats(-6, 6), min_size=3, max_size=3)


@given(st.lists(LOGITS, min_size=1, max_size=5), st.floats(0.3, 4))
@settings(max_examples=50)
def test_tempering_divides_logits(logits, temperature):
    logits = np.array(logits)
    found = temper(softmax(logits, axis=1), temperature)
    np.testing.assert_allclose(found, softmax(logits / temperature, axis=1), rtol=1e-6)
    if temperature >= 1:
        # nothing that was flattened lies below the floor
        back = temper(found, 1 / temperature)
        np.testing.assert_allclose(back, softmax(logits, axis=1), rtol=1e-4)


def test_temperatures_lie_on_a_line_in_the_logarithm_of_epochs():
    rows = np.array([[0.5, 0.3, 0.2]]).repeat(4, axis=0)
    found = WARM.apply(rows, np.array([1, 10, 100, 999]))
    for own, temperature in zip(found, (2.0, 1.5, 1.0, 1.0), strict=True):
        np.testing.assert_allclose(
            own, rows[0] ** (1 / temperature) / (rows[0] ** (1 / temperature)).sum()
        )
    np.testing.assert_allclose(WARM.undo(found, np.array([1, 10, 100, 999])), rows)


def test_sets_hold_what_reaches_its_threshold_in_label_order():
    rows = np.array([[0.2, 0.19, 0.61], [0.2, 0.19, 0.61], [0.31, 0.1, 0.59], [np.nan, 0.5, 0.5]])
    # at ten epochs the thresholds are half way: 0.3, 0.15 and 0.5
    sets = SETS.sets(rows, np.array([1, 1000, 10, 1]))
    assert sets == [("A", "C"), ("B", "C"), ("A", "C"), None]
    assert SETS.sets(np.full((1, 3), 0.05), np.array([5])) == [()]


def test_trust_survives_json_and_applies_its_parts():
    trust = Trust(temperature=WARM, thresholds=SETS, objects=300)
    again = Trust.from_dict(json.loads(json.dumps(trust.to_dict())))
    assert again == trust
    rows, n_epochs = np.array([[0.6, 0.3, 0.1]]), np.array([3])
    answers = again.apply(rows, np.zeros((1, 2)), n_epochs)
    np.testing.assert_array_equal(answers.probabilities, WARM.apply(rows, n_epochs))
    assert answers.sets == SETS.sets(answers.probabilities, n_epochs)
    assert np.isnan(answers.typicality).all()
    bare = Trust.from_dict({**trust.to_dict(), "thresholds": None})
    assert bare.apply(rows, np.zeros((1, 2)), n_epochs).sets == [None]


def thresholds(values):
    return Thresholds(level=0.9, classes=("A",), epochs=(1,), values=values)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Temperature(epochs=(), values=()), "do not grow"),
        (lambda: Temperature(epochs=(0, 1), values=(1.0, 1.0)), "do not grow"),
        (lambda: Temperature(epochs=(3, 3), values=(1.0, 1.0)), "do not grow"),
        (lambda: Temperature(epochs=(1, 3), values=(1.0,)), "1 values for 2 numbers"),
        (lambda: Temperature(epochs=(1,), values=(0.0,)), "not positive"),
        (lambda: Temperature(epochs=(1,), values=(np.nan,)), "not positive"),
        (lambda: thresholds(((0.1, 0.2),)), "not a threshold for each class"),
        (lambda: thresholds(((np.nan,),)), "a threshold is not a number"),
    ],
    ids=range(8),
)
def test_what_makes_no_sense_is_refused(make, message):
    with pytest.raises(InputError, match=message):
        make()
