"""The distance is that to neighbours; what is stored comes back; damaged arrays are refused."""

import numpy as np
import pytest

from taonet.errors import InputError
from taonet.trust.frame_typicality import FrameTypicality, neighbour_distance


def two_heaps(n=200, seed=0):
    """Return a typicality of two numbers after 1 and 10 epochs: two heaps far apart."""
    rng = np.random.default_rng(seed)
    points = rng.normal(0, 0.3, (2 * n, 2)) + np.where(np.arange(2 * n) % 2, 5.0, -5.0)[:, None]
    shares = np.linspace(0.01, 1, 100)
    return FrameTypicality(
        centre=np.zeros(2),
        spread=np.ones(2),
        epochs=np.array([1, 10]),
        points=points,
        knot=np.repeat([0, 1], n),
        shares=shares,
        distances=np.stack([0.5 * (1 - shares)] * 2),
        objects=np.array([n, n]),
    )


def test_the_distance_is_that_to_the_second_neighbour():
    points = np.array([[0.0, 0.0], [3.0, 4.0], [30.0, 40.0]])
    np.testing.assert_allclose(neighbour_distance(np.zeros((1, 2)), points), [5.0])
    np.testing.assert_allclose(neighbour_distance(np.zeros((1, 2)), points[:1]), [0.0])


def test_what_lies_between_two_heaps_is_unlike_though_their_mean_is_there():
    typicality = two_heaps()
    like, between = typicality.evaluate(np.array([[5.0, 5.0], [0.0, 0.0]]), np.array([1, 1]))
    assert like > 0.5
    assert between < 0.02


def test_between_knots_it_is_between_their_values():
    typicality = two_heaps()
    rows = np.repeat([[5.3, 4.7]], 3, axis=0)
    first, middle, last = typicality.evaluate(rows, np.array([1, 3, 50]))
    assert min(first, last) <= middle <= max(first, last)


def test_what_is_stored_comes_back():
    typicality = two_heaps()
    again = FrameTypicality.from_arrays(typicality.to_arrays())
    rows, n_epochs = np.array([[5.0, 5.0], [1.0, 0.0]]), np.array([1, 20])
    np.testing.assert_allclose(
        again.evaluate(rows, n_epochs), typicality.evaluate(rows, n_epochs), atol=1e-4
    )


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"spread": np.zeros(2, np.float32)}, "not positive"),
        ({"knot": np.full(400, 2, np.int32)}, "do not belong"),
        ({"knot": np.zeros(400, np.int32)}, "do not belong"),
        ({"knot": np.full(400, -1, np.int32)}, "do not belong"),
    ],
)
def test_damaged_arrays_are_refused(changed, what):
    with pytest.raises(InputError, match=what):
        FrameTypicality.from_arrays(two_heaps().to_arrays() | changed)
