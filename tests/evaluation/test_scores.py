"""Scores against scikit-learn, intervals against a plain loop, and the laws they keep."""

import json
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    log_loss,
    precision_recall_curve,
    precision_recall_fscore_support,
)

from evaluation.made import FOUR, made_table
from taonet.errors import InputError
from taonet.evaluation.bootstrap_weights import Sample, UnseenObjects
from taonet.evaluation.intervals import Interval
from taonet.evaluation.metric_table import (
    CLASS_METRICS,
    COMPARED,
    METRICS,
    ON_PAGE,
    OVERALL,
    PER_CLASS,
    Metric,
)
from taonet.evaluation.resampling import resample
from taonet.evaluation.scored_rows import (
    check_predictions,
    final_rows,
    labels_of,
    probabilities_of,
    rows_at,
)
from taonet.evaluation.scores import score, score_difference, scores_by_epochs
from taonet.evaluation.scoring import Scoring

CLASSES = list(FOUR.classes)


def truth_and_p(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    return labels_of(table, FOUR), probabilities_of(table, FOUR)


def max_f1(positive: np.ndarray, p: np.ndarray, weight: np.ndarray | None = None) -> float:
    precision, recall, _ = precision_recall_curve(positive, p, sample_weight=weight)
    return float((2 * precision * recall / np.maximum(precision + recall, 1e-12)).max())


def test_scores_at_arg_max_are_those_of_scikit_learn() -> None:
    table = made_table(97)
    truth, p = truth_and_p(table)
    found = score(table, FOUR, n_bootstrap=10, seed=0)
    precision, recall, f1, support = precision_recall_fscore_support(truth, p.argmax(1))
    for label, name in enumerate(CLASSES):
        numbers = found.per_class[name]
        assert numbers["precision"].value == pytest.approx(precision[label])
        assert numbers["recall"].value == pytest.approx(recall[label])
        assert numbers["f1"].value == pytest.approx(f1[label])
        assert numbers["max_f1"].value == pytest.approx(max_f1(truth == label, p[:, label]))
        assert found.support[name] == support[label]
    assert found.overall("macro_f1").value == pytest.approx(f1.mean())
    assert found.overall("spread_f1").value == pytest.approx(f1.std())
    assert found.overall("accuracy").value == pytest.approx(accuracy_score(truth, p.argmax(1)))
    assert found.overall("log_loss").value == pytest.approx(log_loss(truth, p, labels=range(4)))
    assert found.overall("brier").value == pytest.approx(
        ((p - np.eye(4)[truth]) ** 2).sum(1).mean()
    )
    np.testing.assert_array_equal(found.confusion, confusion_matrix(truth, p.argmax(1)))


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


def test_max_f1_does_not_cut_between_equal_probabilities() -> None:
    p = np.array([0.9, 0.5, 0.5, 0.5, 0.1, 0.5])
    truth = np.array([0, 0, 1, 1, 0, 1])
    found = resample(truth, np.stack([p, 1 - p], 1), n_bootstrap=1, seed=0).point["max_f1"][0]
    assert found[0] == pytest.approx(max_f1(truth == 0, p))
    assert found[1] == pytest.approx(max_f1(truth == 1, 1 - p))


def test_every_resample_scores_as_scikit_learn_scores_weighted_objects() -> None:
    truth, p = truth_and_p(made_table(23))
    sample = Sample(truth=truth, groups=np.arange(23), n_classes=4)
    (weight,) = sample.weights(20, seed=3)
    found = Scoring(truth, p)(weight, UnseenObjects.empty(4))
    for k, own in enumerate(weight):
        scores = precision_recall_fscore_support(truth, p.argmax(1), sample_weight=own)
        for name, expected in zip(("precision", "recall", "f1"), scores, strict=False):
            np.testing.assert_allclose(found[name][k], expected)
            assert found[f"macro_{name}"][k] == pytest.approx(expected.mean())
        best = [max_f1(truth == label, p[:, label], own) for label in range(4)]
        np.testing.assert_allclose(found["max_f1"][k], best)
        right = accuracy_score(truth, p.argmax(1), sample_weight=own)
        assert found["accuracy"][k] == pytest.approx(right)
        loss = log_loss(truth, p, labels=range(4), sample_weight=own)
        assert found["log_loss"][k] == pytest.approx(loss)


def test_intervals_agree_with_a_naive_bootstrap() -> None:
    table = made_table(80)
    truth, p = truth_and_p(table)
    right = p.argmax(1) == truth
    rng = np.random.default_rng(1)
    naive = [right[rng.integers(80, size=80)].mean() for _ in range(2000)]
    found = score(table, FOUR, n_bootstrap=2000, seed=0).overall("accuracy")
    assert (found.low, found.high) == pytest.approx(np.quantile(naive, [0.025, 0.975]), abs=0.02)
    assert found.low < found.value < found.high


def test_the_order_of_rows_changes_nothing() -> None:
    table = made_table(40, epochs=3)
    mixed = table.sample(frac=1, random_state=5)
    one, other = (score(t, FOUR, n_bootstrap=50, seed=1).to_dict() for t in (table, mixed))
    assert one == other
    assert one == json.loads(json.dumps(other))


def test_renaming_the_classes_around_changes_no_macro_score() -> None:
    table = made_table(40)
    turned = type(FOUR)(name="turned", classes=FOUR.classes[::-1])
    one, other = (score(table, t, n_bootstrap=20, seed=1) for t in (FOUR, turned))
    assert one.overall("macro_f1").to_dict() == pytest.approx(other.overall("macro_f1").to_dict())
    np.testing.assert_array_equal(one.confusion, other.confusion[::-1, ::-1])


def test_perfect_answers_score_one_with_doubt() -> None:
    found = score(made_table(40, skill=1000.0), FOUR, n_bootstrap=400, seed=0)
    for name in ("macro_recall", "macro_f1", "macro_max_f1", "accuracy"):
        number = found.overall(name)
        assert number.value == number.high == 1.0
        assert 0.8 < number.low < 0.99, name
    assert (
        found.overall("ece").value
        == found.overall("brier").value
        == found.overall("ece").low
        == found.overall("brier").low
        == 0.0
    )
    assert 0 < found.overall("ece").high < 0.2
    assert 0 < found.overall("brier").high < 0.4


def test_an_absent_class_is_named_and_left_out_of_the_means() -> None:
    table = made_table(30, classes=3)
    found = score(table, FOUR, n_bootstrap=20, seed=0)
    assert found.absent == ("NON",)
    assert "NON" not in found.per_class
    recalls = [numbers["recall"].value for numbers in found.per_class.values()]
    assert found.overall("macro_recall").value == pytest.approx(np.mean(recalls))


def test_a_class_that_is_never_predicted_scores_zero() -> None:
    table = made_table(40)
    columns = [f"p_{name}" for name in CLASSES]
    table[columns] = [1.0, 0.0, 0.0, 0.0]
    found = score(table, FOUR, n_bootstrap=20, seed=0)
    assert found.per_class["EB"]["precision"].value == found.per_class["EB"]["f1"].value == 0.0
    assert found.overall("macro_recall").value == 0.25


def test_the_last_answer_counts_and_early_ones_are_kept() -> None:
    table = made_table(4, epochs=5)
    short = table[(table["object_id"] != "object 0001") | (table["n_epochs"] <= 2)]
    assert final_rows(short)["n_epochs"].tolist() == [5, 2, 5, 5]
    assert rows_at(short, 3)["n_epochs"].tolist() == [3, 2, 3, 3]
    assert rows_at(short[short["n_epochs"] > 1], 1).empty


def test_scores_grow_with_the_epochs() -> None:
    found = scores_by_epochs(made_table(60, epochs=12), FOUR, [1, 4, 12], n_bootstrap=50)
    assert found["n_epochs"].tolist() == [1, 4, 12]
    assert found["macro_recall"].is_monotonic_increasing
    assert (found["macro_f1_low"] <= found["macro_f1_high"]).all()
    with pytest.raises(InputError, match="no answer that early"):
        scores_by_epochs(made_table(6, epochs=2), FOUR, [0])


def test_pairing_makes_a_difference_narrower() -> None:
    a = made_table(200, skill=1.0)
    b = a.copy()
    last = b.index[-4:]
    columns = [f"p_{name}" for name in CLASSES]
    b.loc[last, columns] = np.eye(4)[labels_of(b.loc[last], FOUR)]
    gain = score_difference(b, a, FOUR, metric="accuracy", n_bootstrap=200, seed=0)
    alone = score(a, FOUR, n_bootstrap=200, seed=0).overall("accuracy")
    assert gain.value >= 0
    assert gain.high - gain.low < (alone.high - alone.low) / 2
    same = score_difference(a, a, FOUR, n_bootstrap=50, seed=0)
    assert same.to_dict() == {"value": 0.0, "low": 0.0, "high": 0.0}


def test_different_objects_are_not_compared() -> None:
    a, b = made_table(20), made_table(21)
    with pytest.raises(InputError, match=r"different objects.*0 only in the first, 1 only in the"):
        score_difference(a, b, FOUR, n_bootstrap=5, seed=0)
    with pytest.raises(InputError, match="disagree about the true classes"):
        score_difference(a, a.assign(class_name="SN"), FOUR, n_bootstrap=5, seed=0)
    with pytest.raises(InputError, match="unknown score 'f2'"):
        score_difference(a, a, FOUR, metric="f2", n_bootstrap=5, seed=0)


BROKEN: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], str]] = {
    "column": (lambda t: t.drop(columns="p_EB"), "columns are missing .got p_EB"),
    "class": (lambda t: t.assign(p_AGN=0.0), "taxonomy four has not .got p_AGN"),
    "empty": (lambda t: t.iloc[:0], "nothing to score"),
    "truth": (lambda t: t.assign(class_name=None), "6 objects have no true class"),
    "label": (lambda t: t.assign(class_name="BZ"), "taxonomy four has not .got BZ"),
    "sum": (lambda t: t.assign(p_SN=t["p_SN"] / 2), "do not sum to one .got object 0000"),
    "range": (lambda t: t.assign(p_SN=-0.1), "not between 0 and 1 .got object 0000"),
    "nan": (lambda t: t.assign(p_SN=np.nan), "not between 0 and 1"),
    "text": (lambda t: t.assign(p_SN="high"), "not numbers"),
    "twice": (lambda t: pd.concat([t, t]), "two answers .* .got object 0000 after 1 epochs"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_table_that_cannot_be_scored_is_refused_in_one_line(fault: str) -> None:
    spoil, message = BROKEN[fault]
    with pytest.raises(InputError, match=message) as refused:
        check_predictions(spoil(made_table(6)), FOUR)
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith("prediction table: ")


def test_an_object_of_two_classes_is_refused() -> None:
    table = made_table(4, epochs=2)
    table.loc[1, "class_name"] = "NON"
    with pytest.raises(InputError, match=r"two true classes .got object 0000"):
        check_predictions(table, FOUR)


def test_a_number_prints_with_its_interval_in_one_style() -> None:
    number = Interval(value=0.5, low=0.25, high=float("nan"))
    assert str(number) == f"{number}" == "0.500 [0.250, –]"
    assert f"{number.in_percent():.1f}" == "50.0 [25.0, –]"
    assert f"{number:+.2f}" == "+0.50 [+0.25, –]"
    assert str(Interval.from_dict(number.to_dict())) == str(number)
    assert str(Interval.from_row(number.to_row("x"), "x")) == str(number)


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


def test_five_thousand_objects_are_scored_in_seconds() -> None:
    table = made_table(5000)
    start = time.process_time()
    score(table, FOUR, seed=0)
    assert time.process_time() - start < 20


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
