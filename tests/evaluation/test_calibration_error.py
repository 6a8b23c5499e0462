"""The calibration error: against a plain loop, and how often its interval holds the true one."""

import numpy as np
import pytest

from evaluation.honest import THREE, draw
from evaluation.made import FOUR, made_table, truth_and_p
from taonet.evaluation.calibration_by_epochs import ece
from taonet.evaluation.calibration_error import true_errors
from taonet.evaluation.resampling import resample
from taonet.evaluation.scores import score


@pytest.mark.parametrize("sureness", [1.0, 2.5])
def test_intervals_of_the_error_hold_the_error_of_many_objects(sureness):
    many = draw(60_000, seed=100, sureness=sureness)
    truth = ece(many[many["n_epochs"] == 8], THREE, n_bootstrap=1, seed=0).value
    pool = draw(40_000, seed=7, sureness=sureness)
    pool, held = pool[pool["n_epochs"] == 8], 0
    for seed in range(40):
        found = ece(pool[1000 * seed : 1000 * (seed + 1)], THREE, n_bootstrap=200, seed=seed)
        held += found.low <= truth <= found.high
        assert found.low <= found.value <= found.high
    # 0.92 of many more: the bound is met by chance in one of a thousand where it is 0.75
    assert held >= 34


def test_errors_that_may_be_true_are_those_of_a_normal_number_far_from_zero() -> None:
    rng = np.random.default_rng(0)
    gaps = np.array([0.3, -0.2, 0.0])
    drawn = gaps + np.array([0.01, 0.02, 0.0]) * rng.normal(size=(20_000, 3))
    found = true_errors(gaps, drawn)
    assert np.mean(found) == pytest.approx(0.5, abs=1e-3)
    assert np.std(found) == pytest.approx(np.hypot(0.01, 0.02), rel=0.05)


def test_where_chance_explains_an_error_half_of_what_may_be_true_is_none() -> None:
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(20_000, 4))
    typical = np.median(np.abs(noise).sum(axis=1)) / 4 * np.array([1, -1, 1, -1])
    assert np.mean(true_errors(typical, typical + noise) == 0) == pytest.approx(0.5, abs=0.02)


def test_probabilities_a_little_above_one_are_scored() -> None:
    said = np.array([[1 + 1e-7, 0.0], [0.2, 0.8]])
    found = resample(np.array([0, 1]), said, n_bootstrap=20, seed=0).interval("ece")
    assert found.low == 0 < found.value < found.high


def test_the_calibration_error_is_that_of_a_plain_loop() -> None:
    table = made_table(80)
    truth, p = truth_and_p(table)
    top, right = p.max(1), p.argmax(1) == truth
    expected = 0.0
    for k in range(10):
        inside = (top >= k / 10) & ((top < (k + 1) / 10) | (k == 9))
        if inside.any():
            expected += inside.mean() * abs(right[inside].mean() - top[inside].mean())
    assert score(table, FOUR, n_bootstrap=10, seed=0).overall("ece").value == pytest.approx(
        expected
    )
