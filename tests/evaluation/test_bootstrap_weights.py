"""Weights of resamples: their moments, what groups do to them, and that labels do not matter."""

from dataclasses import fields

import numpy as np
import pytest

from taonet.evaluation.bootstrap_weights import Sample, UnseenObjects

TRUTH = np.repeat([0, 1], [300, 20])


def sample_of(truth, groups=None):
    groups = np.arange(len(truth)) if groups is None else np.asarray(groups)
    return Sample(truth=np.asarray(truth), groups=groups, n_classes=3)


def test_weights_have_the_mean_one_and_the_scatter_of_their_gamma_numbers():
    (weight,) = sample_of(TRUTH).weights(4000, seed=0)
    many, few = weight[:, TRUTH == 0], weight[:, TRUTH == 1]
    assert many.mean() == pytest.approx(1, abs=0.01)
    assert few.mean() == pytest.approx(1, abs=0.02)
    # exponential numbers for 300 objects; of shape 1 − 2/20 for twenty
    assert many.var() == pytest.approx(1, rel=0.03)
    assert few.var() == pytest.approx(1 / 0.9, rel=0.06)


def test_objects_of_one_group_weigh_the_same_and_are_worth_one():
    groups = np.array([0, 0, 0, 1, 2, 3])
    sample = sample_of([0, 0, 0, 0, 1, 1], groups)
    (weight,) = sample.weights(5, seed=1)
    assert (weight[:, 0] == weight[:, 1]).all()
    assert (weight[:, 0] != weight[:, 3]).all()
    # Kish: an object of class 0 is in a group of (3·3 + 1·1) / 4 objects on average
    np.testing.assert_allclose(sample.mean_group_size, [2.5, 1, 0])
    np.testing.assert_allclose(sample.effective_size, [4 / 2.5, 2, 0])


def test_weights_come_in_chunks_that_depend_on_the_seed_alone(monkeypatch):
    whole = np.concatenate(list(sample_of(TRUTH).weights(9, seed=2)))
    assert whole.shape == (9, len(TRUTH))
    np.testing.assert_array_equal(whole, np.concatenate(list(sample_of(TRUTH).weights(9, seed=2))))
    monkeypatch.setattr("taonet.evaluation.bootstrap_weights._CHUNK", 4 * len(TRUTH))
    assert [len(part) for part in sample_of(TRUTH).weights(9, seed=2)] == [4, 4, 1]


def test_unseen_objects_are_half_one_a_class_and_half_one_in_all_for_means():
    unseen = sample_of(TRUTH).draw_unseen(20_000, np.zeros(len(TRUTH), int), seed=3)
    for name in ("right", "missed", "wrong"):
        np.testing.assert_allclose(getattr(unseen, name).mean(axis=0), [0.5, 0.5, 0], atol=0.02)
        assert getattr(unseen, f"mean_{name}").mean(axis=0).sum() == pytest.approx(0.5, abs=0.02)
    assert unseen.all_right.mean() == pytest.approx(0.5, abs=0.02)
    nothing = UnseenObjects.empty(3)
    assert all(not getattr(nothing, field.name).any() for field in fields(nothing))
    part = unseen.part(5, 8)
    np.testing.assert_array_equal(part.right, unseen.right[5:8])


def test_equal_answers_draw_equal_unseen_objects_whatever_the_classes_are_called():
    predicted = np.where(np.arange(len(TRUTH)) % 7 == 0, 1 - TRUTH, TRUTH)
    one = sample_of(TRUTH).draw_unseen(50, predicted, seed=4)
    again = sample_of(TRUTH).draw_unseen(50, predicted, seed=4)
    renamed = sample_of(2 - TRUTH).draw_unseen(50, 2 - predicted, seed=4)
    other = sample_of(TRUTH).draw_unseen(50, TRUTH, seed=4)
    np.testing.assert_array_equal(one.right, again.right)
    np.testing.assert_array_equal(one.right[:, :2], renamed.right[:, [2, 1]])
    assert not np.allclose(one.right, other.right)
    # what two methods share keeps their draws alike
    assert np.corrcoef(one.right[:, 0], other.right[:, 0])[0, 1] > 0.05
