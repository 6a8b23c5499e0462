"""Arrays of bundles come back as they were, and damaged ones are refused."""

from dataclasses import dataclass

import numpy as np
import pytest

from taonet.errors import InputError
from taonet.trust.stored_arrays import read_arrays, stored_arrays

SHAPES = {"epochs": ("knot",), "values": ("knot", "number")}


@dataclass
class Record:
    epochs: np.ndarray
    values: np.ndarray


def stored(**changed):
    record = Record(epochs=np.array([1, 4]), values=np.array([[0.5, 1.0], [2.0, 3.0]]))
    return stored_arrays(record) | changed


def test_arrays_come_back_in_double_precision_with_their_sizes():
    arrays, sizes = read_arrays(stored(), SHAPES, whole=("epochs",), where="here")
    assert stored()["values"].dtype == np.float32
    assert arrays["values"].dtype == np.float64
    np.testing.assert_array_equal(arrays["epochs"], [1, 4])
    assert sizes == {"knot": 2, "number": 2}


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"values": np.full((2, 2), np.nan, np.float32)}, "not finite"),
        ({"values": np.zeros((3, 2), np.float32)}, "does not fit"),
        ({"values": np.zeros(2, np.float32)}, "another shape"),
        ({"epochs": np.array([4, 4], np.int32)}, "do not grow"),
        ({"epochs": np.array([1.0, 4.0], np.float32)}, "not finite numbers"),
    ],
)
def test_what_does_not_fit_is_refused(changed, what):
    with pytest.raises(InputError, match=what):
        read_arrays(stored(**changed), SHAPES, whole=("epochs",), where="here")


def test_what_is_missing_is_named():
    with pytest.raises(InputError, match="values"):
        read_arrays({"epochs": np.array([1], np.int32)}, SHAPES, whole=("epochs",), where="here")
