import numpy as np
import pytest

from taonet.features.segments import Segments

COUNTS = np.array([0, 5, 1, 0, 300, 2, 0])


def pieces_of(values):
    return np.split(values, np.cumsum(COUNTS)[:-1])


@pytest.mark.parametrize(
    ("ours", "alone", "empty"),
    [
        ("total", np.sum, 0.0),
        ("mean", np.mean, np.nan),
        ("highest", np.max, np.nan),
        ("lowest", np.min, np.nan),
        ("median", np.median, np.nan),
    ],
)
def test_each_object_is_reduced_alone(ours, alone, empty):
    values = np.random.default_rng(1).normal(size=COUNTS.sum())
    expected = [alone(piece) if len(piece) else empty for piece in pieces_of(values)]
    np.testing.assert_allclose(
        getattr(Segments.from_counts(COUNTS), ours)(values), expected, rtol=1e-12
    )


@pytest.mark.parametrize("q", [0.0, 0.05, 0.325, 0.9, 1.0])
def test_quantiles_are_those_of_numpy(q):
    values = np.random.default_rng(2).normal(size=COUNTS.sum())
    segments = Segments.from_counts(COUNTS)
    expected = [np.quantile(piece, q) if len(piece) else np.nan for piece in pieces_of(values)]
    np.testing.assert_allclose(segments.quantile(segments.sort(values), q), expected)


def test_steps_and_pairs_stay_within_an_object():
    segments = Segments.from_counts(np.array([2, 0, 1, 3]))
    values = np.array([1.0, 4.0, 7.0, 2.0, 3.0, 5.0])
    np.testing.assert_array_equal(segments.steps(values), [3, np.nan, np.nan, 1, 2, np.nan])
    np.testing.assert_array_equal(segments.pairs(values), [4, 0, 0, 6, 15, 0])


def test_what_is_left_out_shortens_its_own_object():
    segments = Segments.from_counts(np.array([2, 0, 3]))
    assert segments.select(np.array([True, False, False, False, False])).counts.tolist() == [
        1,
        0,
        0,
    ]


def test_nothing_has_no_objects():
    assert Segments.from_counts(np.zeros(0, np.int64)).total(np.zeros(0)).shape == (0,)
