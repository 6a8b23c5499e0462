"""Scores against scikit-learn, intervals against a plain loop, and the laws they keep."""

import json
import time

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    log_loss,
    precision_recall_fscore_support,
)

from evaluation.made import FOUR, made_table, max_f1, truth_and_p
from taonet.errors import InputError
from taonet.evaluation.intervals import Interval
from taonet.evaluation.scored_rows import (
    labels_of,
)
from taonet.evaluation.scores import score, score_difference, scores_by_epochs

CLASSES = list(FOUR.classes)


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


def test_a_number_prints_with_its_interval_in_one_style() -> None:
    number = Interval(value=0.5, low=0.25, high=float("nan"))
    assert str(number) == f"{number}" == "0.500 [0.250, –]"
    assert f"{number.in_percent():.1f}" == "50.0 [25.0, –]"
    assert f"{number:+.2f}" == "+0.50 [+0.25, –]"
    assert str(Interval.from_dict(number.to_dict())) == str(number)
    assert str(Interval.from_row(number.to_row("x"), "x")) == str(number)


def test_five_thousand_objects_are_scored_in_seconds() -> None:
    table = made_table(5000)
    start = time.process_time()
    score(table, FOUR, seed=0)
    assert time.process_time() - start < 20
