"""Typicality by hand: distances in known axes, and shares between known knots."""

from dataclasses import replace

import numpy as np
import pytest

from taonet.errors import InputError
from taonet.trust.typicality import Typicality, axis_coordinates, surrounding_knots


def typicality():
    """One axis, along the first of two features; classes at −1 and 1 after one epoch, and so on.

    The second number, the logarithm of the distance to the axis, has no weight.
    """
    return Typicality(
        centre=np.array([10.0, 0.0]),
        spread=np.array([2.0, 1.0]),
        axes=np.array([[1.0], [0.0]]),
        epochs=np.array([1, 100]),
        means=np.array([[[-1.0, 0.0], [1.0, 0.0]], [[-3.0, 0.0], [3.0, 0.0]]]),
        whitening=np.diag([1.0, 0.0]),
        shares=np.array([0.1, 0.5, 1.0]),
        distances=np.array([[4.0, 1.0, 0.0], [2.0, 1.0, 0.0]]),
        objects=np.array([99, 19]),
    )


def test_the_distance_is_that_to_the_nearest_mean_in_units_of_the_spread():
    features = np.array([[12.0, 0.3], [12.0, 9.0], [8.0, 0.0], [10.0, 0.0], [12.0, 0.0]])
    # the first feature is 1, 1, −1, 0 and 1 spreads from the centre; half way the means are ±2
    far = typicality().distance(features, np.array([1, 1, 1, 1, 10]))
    np.testing.assert_allclose(far, [0, 0, 0, 1, 1])


def test_high_is_typical_and_no_share_is_below_one_in_so_many():
    features = np.array([[12.0, 0.0], [14.0, 0.0], [17.0, 0.0], [99.0, 0.0], [99.0, 0.0]])
    found = typicality().evaluate(features, np.array([1, 1, 1, 1, 100]))
    # 0, 1, 2.5 and 43.5 from the nearest mean: half way between 1 and 4 lies half of 0.5 and 0.1
    np.testing.assert_allclose(found, [1.0, 0.5, 0.3, 0.1, 0.1])
    few = replace(typicality(), shares=np.array([0.001, 0.5, 1.0]))
    far = few.evaluate(features[-2:], np.array([1, 100]))
    np.testing.assert_allclose(far, [1 / 100, 1 / 20])


def test_coordinates_keep_the_length_of_what_is_measured():
    rng = np.random.default_rng(1)
    axes, _ = np.linalg.qr(rng.normal(size=(6, 2)))
    standard = rng.normal(size=(5, 6))
    numbers = axis_coordinates(axes, standard)
    square = (numbers[:, :2] ** 2).sum(axis=1) + np.exp(numbers[:, 2]) ** 2
    np.testing.assert_allclose(square, (standard**2).sum(axis=1))


def test_between_knots_the_logarithm_counts_and_beyond_them_the_last():
    below, above, weight = surrounding_knots(np.array([1, 10, 1000]), np.array([1, 100, 5000]))
    np.testing.assert_allclose(weight + below, [0, 1.5, 2])
    assert above.tolist() == [1, 2, 2]


def test_arrays_are_read_back_in_single_precision():
    stored = typicality().to_arrays()
    assert {values.dtype.name for values in stored.values()} == {"float32", "int32"}
    again = Typicality.from_arrays(stored)
    for name, values in stored.items():
        np.testing.assert_array_equal(getattr(again, name), values)
        assert getattr(again, name).dtype.itemsize == 8


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epochs": np.array([5, 5])}, "do not grow"),
        ({"epochs": np.array([1.0, 100.0])}, "epochs: not finite numbers"),
        ({"spread": np.array([1.0, 0.0])}, "not positive"),
        ({"centre": np.array([np.nan, 0.0])}, "centre: not finite"),
        ({"centre": np.zeros(3)}, "spread: does not fit.*2 for feature, not 3"),
        ({"axes": np.eye(2)}, "2 numbers for 2 axes"),
        ({"shares": np.zeros((3, 1))}, "shares: another shape"),
    ],
    ids=range(7),
)
def test_arrays_that_do_not_fit_are_refused_by_name(changes, message):
    with pytest.raises(InputError, match=message):
        Typicality.from_arrays({**typicality().to_arrays(), **changes})
    with pytest.raises(InputError, match=r"arrays are missing.*axes"):
        Typicality.from_arrays({"epochs": np.array([1])})
