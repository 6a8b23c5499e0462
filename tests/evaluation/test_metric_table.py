"""The table of scores: what it says of each is what the scores keep to."""

import numpy as np
import pandas as pd
import pytest

from evaluation.made import FOUR, made_table, truth_and_p
from taonet.evaluation.metric_table import (
    BY_NAME,
    CLASS_METRICS,
    COMPARED,
    LEAST_PROBABILITY,
    LOSSES,
    METRICS,
    ON_PAGE,
    OVERALL,
    PER_CLASS,
    Metric,
    compared_in,
)
from taonet.evaluation.scores import score

CLASSES = list(FOUR.classes)


def test_scores_hold_what_the_table_of_metrics_says() -> None:
    found = score(made_table(20), FOUR, n_bootstrap=20, seed=0)
    assert tuple(found.numbers) == OVERALL
    assert "weighted_f1" not in found.to_dict()
    assert all(tuple(numbers) == PER_CLASS for numbers in found.per_class.values())
    assert all(metric.words and metric.definition for metric in (*METRICS, *CLASS_METRICS))
    assert {metric.name for metric in (*COMPARED, *ON_PAGE)} <= set(OVERALL)
    lower = {metric.name for metric in METRICS if metric.lower_is_better}
    assert lower >= {"brier", "log_loss", "ece"}
    assert not lower & {"macro_recall", "macro_f1", "accuracy"}


def sure_of(table: pd.DataFrame, label: np.ndarray) -> pd.DataFrame:
    """Return the table with every answer sure of a class."""
    p = np.eye(len(CLASSES))[label]
    return table.assign(**{f"p_{name}": p[:, k] for k, name in enumerate(CLASSES)})


@pytest.mark.parametrize("answers", ["some right", "all right", "all wrong", "always one class"])
@pytest.mark.parametrize("classes", [4, 2])
@pytest.mark.parametrize("margin", [0.0, 0.05])
def test_every_score_and_its_interval_stay_within_what_the_score_can_be(
    answers, classes, margin, monkeypatch
) -> None:
    if margin:
        # the formulas themselves go hardly beyond: nothing is cut off but a trace of smoothing
        monkeypatch.setattr(Metric, "evaluate", lambda metric, counts: metric.formula(counts))
    table = made_table(41, classes=classes)
    truth, _ = truth_and_p(table)
    label = {
        "all right": truth,
        "all wrong": (truth + 1) % len(CLASSES),
        "always one class": np.zeros_like(truth),
    }.get(answers)
    scores = score(table if label is None else sure_of(table, label), FOUR, n_bootstrap=60, seed=3)
    for metric in METRICS:
        if metric.in_scores:
            one = scores.overall(metric.name)
            assert metric.lowest - margin <= one.low <= one.high, metric.name
            assert one.high <= metric.highest + margin, metric.name
            assert metric.lowest - margin <= one.value <= metric.highest + margin, metric.name


def test_formulas_of_a_class_are_those_of_precision_and_recall():
    hits, support, chosen = np.array([[6.0, 0.0]]), np.array([[8.0, 5.0]]), np.array([[12.0, 0.0]])
    formulas = {metric.name: metric.formula for metric in CLASS_METRICS if metric.formula}
    precision, recall, f1 = (
        formulas[name](hits, support, chosen)[0] for name in ("precision", "recall", "f1")
    )
    assert precision.tolist() == [0.5, 0.0]
    assert recall.tolist() == [0.75, 0.0]
    # the harmonic mean of a half and three quarters
    assert f1.tolist() == [pytest.approx(2 / (1 / 0.5 + 1 / 0.75)), 0.0]


def test_losses_are_those_of_single_answers():
    truth, p = np.array([0, 1, 1]), np.array([[0.5, 0.5], [0.2, 0.8], [1.0, 0.0]])
    np.testing.assert_allclose(LOSSES["brier"](truth, p), [0.5, 0.08, 2.0])
    np.testing.assert_allclose(
        LOSSES["log_loss"](truth, p), [np.log(2), -np.log(0.8), -np.log(LEAST_PROBABILITY)]
    )
    assert BY_NAME["log_loss"].highest == pytest.approx(36.04, abs=0.01)


def test_scores_that_a_method_lacks_are_compared_by_none():
    every = {metric.name: 0.5 for metric in COMPARED}
    fewer = {name: value for name, value in every.items() if name != COMPARED[0].name}
    assert compared_in({"a": every, "b": every}) == COMPARED
    assert compared_in({"a": every, "b": fewer}) == COMPARED[1:]
