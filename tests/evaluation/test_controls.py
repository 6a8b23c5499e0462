"""Controls: what they see, and that they see nothing else."""

import numpy as np
import pytest

from taonet.errors import InputError
from taonet.evaluation.controls import (
    forest_probabilities,
    length_features,
    majority_probabilities,
    times_features,
)


def test_times_are_described() -> None:
    found = times_features(np.array([57070.25, 57070.5, 57073.25, 57080.25]))
    assert found["n_epochs"] == 4
    assert found["span"] == 10
    assert (found["gap_min"], found["gap_median"], found["gap_max"]) == (0.25, 2.75, 7.0)
    assert found["nights"] == 3
    assert found["epochs_a_night"] == pytest.approx(4 / 3)
    assert found["off_grid"] == 0.0


def test_the_rounding_of_times_is_seen() -> None:
    rng = np.random.default_rng(0)
    exact = 57070 + np.sort(rng.random(50))
    assert times_features(np.round(exact * 256) / 256)["off_grid"] == 0.0
    assert times_features(exact)["off_grid"] == pytest.approx(0.25, abs=0.08)


def test_a_single_epoch_has_no_gaps() -> None:
    assert times_features(np.array([57070.5]))["gap_max"] == 0.0
    with pytest.raises(InputError, match="no times"):
        times_features(np.array([]))


def test_a_forest_finds_a_leak_in_the_times_and_none_where_there_is_none() -> None:
    rng = np.random.default_rng(1)
    label = np.arange(80) % 2
    leaking = [times_features(57000 + rng.random(20) * (25 if k else 10)) for k in label]
    honest = [length_features(rng.random(rng.integers(10, 30))) for _ in label]
    for features, low, high in ((leaking, 0.95, 1.0), (honest, 0.2, 0.8)):
        p = forest_probabilities(features[:40], label[:40], features[40:], 2, seed=0)
        assert low <= np.mean(p.argmax(1) == label[40:]) <= high


def test_every_class_has_a_column_even_if_training_had_none_of_it() -> None:
    features = [length_features(np.zeros(n)) for n in (3, 4, 30, 31)]
    p = forest_probabilities(features, np.array([0, 0, 3, 3]), features[:3], 5, seed=0)
    assert p.shape == (3, 5)
    np.testing.assert_allclose(p.sum(axis=1), 1)
    assert (p[:, [1, 2, 4]] == 0).all()
    np.testing.assert_array_equal(p.argmax(axis=1), [0, 0, 3])


def test_the_same_seed_gives_the_same_forest() -> None:
    rng = np.random.default_rng(2)
    features = [times_features(57000 + np.sort(rng.random(5))) for _ in range(20)]
    label = np.arange(20) % 2
    one, other = (forest_probabilities(features, label, features, 2, seed=7) for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_the_majority_answers_with_the_class_mix() -> None:
    p = majority_probabilities(np.array([2, 2, 2, 0]), 3, 4)
    np.testing.assert_array_equal(p, [[0.25, 0, 0.75, 0]] * 3)


def test_controls_without_training_objects_are_refused() -> None:
    with pytest.raises(InputError, match="no labels"):
        majority_probabilities(np.array([], dtype=int), 3, 4)
    with pytest.raises(InputError, match=r"one label an object .got 1 objects, 2 labels"):
        forest_probabilities([{"n": 1.0}], np.array([0, 1]), [], 2, seed=0)
