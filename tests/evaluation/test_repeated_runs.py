"""Scores over training runs: one run is a plain score, and runs add to the interval."""

import numpy as np
import pandas as pd
import pytest

from taonet.errors import InputError
from taonet.evaluation.repeated_runs import mean_difference, score_runs
from taonet.evaluation.scores import score
from taonet.sky.taxonomy import Taxonomy

TWO = Taxonomy(name="two", classes=("A", "B"))


def answers(names, *, right):
    """Return a table; class A for even numbers; a share of the answers is right."""
    rng = np.random.default_rng(len(names) + round(100 * right))
    truth = np.array(["A" if int(name[1:]) % 2 == 0 else "B" for name in names])
    hit = rng.random(len(names)) < right
    p_a = np.where((truth == "A") == hit, 0.9, 0.1)
    return pd.DataFrame(
        {"object_id": names, "class_name": truth, "n_epochs": 3, "p_A": p_a, "p_B": 1 - p_a}
    )


NAMES = [f"o{i}" for i in range(300)]


def test_one_run_scores_as_a_plain_table():
    table = answers(NAMES, right=0.8)
    one, plain = score_runs([table], TWO, seed=1), score(table, TWO, seed=1)
    assert one.macro_recall.value == pytest.approx(plain.overall("macro_recall").value)
    assert one.macro_f1.value == pytest.approx(plain.overall("macro_f1").value)
    assert one.macro_recall.low == pytest.approx(plain.overall("macro_recall").low, abs=0.02)
    assert one.per_class["B"].value == pytest.approx(plain.per_class["B"]["recall"].value)


def test_runs_are_averaged_and_their_scatter_widens_the_interval():
    tables = [answers(NAMES[10 * k :], right=right) for k, right in enumerate((0.6, 0.95, 0.9))]
    found = score_runs(tables, TWO, seed=1)
    assert found.macro_recall.value == pytest.approx(np.mean(found.by_run))
    one = score_runs(tables[1:2], TWO, seed=1).macro_recall
    assert found.macro_recall.high - found.macro_recall.low > one.high - one.low
    assert found.n_objects == len(NAMES)
    assert set(found.to_dict()) >= {"macro_recall", "interval", "per_class", "macro_f1"}


def test_what_two_methods_share_cancels_in_their_difference():
    tables = [answers(NAMES, right=right) for right in (0.7, 0.8)]
    same = mean_difference(tables, tables, TWO, seed=1)
    assert (same.value, same.low, same.high) == (0, 0, 0)
    better = [answers(NAMES, right=right) for right in (0.8, 0.9)]
    gain = mean_difference(better, tables, TWO, seed=1)
    apart = [score_runs(found, TWO, seed=1).macro_recall for found in (better, tables)]
    assert gain.value == pytest.approx(apart[0].value - apart[1].value)
    assert 0 < gain.low < gain.value < gain.high < 0.3
    with pytest.raises(InputError, match="differ in number or objects"):
        mean_difference(tables[:1], tables, TWO, seed=1)


def test_no_run_is_no_score():
    with pytest.raises(InputError, match="no run"):
        score_runs([], TWO, seed=1)


def test_a_class_that_no_run_tests_is_left_out_as_scores_leave_it_out():
    three = Taxonomy(name="three", classes=("A", "B", "C"))
    table = answers(NAMES, right=0.8).assign(p_C=0.0)
    one, plain = score_runs([table], three, seed=1), score(table, three, seed=1)
    assert one.macro_recall.to_dict() == plain.overall("macro_recall").to_dict()
    assert one.macro_f1.to_dict() == plain.overall("macro_f1").to_dict()
    assert set(one.per_class) == {"A", "B"}
    assert one.by_run == (plain.overall("macro_recall").value,)


def test_a_class_counts_in_the_runs_that_tested_it():
    table = answers(NAMES, right=0.8)
    only_a = table[table["class_name"] == "A"]
    both = score_runs([table, only_a], TWO, seed=1)
    alone = score_runs([table], TWO, seed=1)
    assert both.per_class["B"].value == pytest.approx(alone.per_class["B"].value)
    assert both.by_run[1] == pytest.approx(both.per_class["A"].value)


def test_few_runs_scatter_as_their_mean_does():
    rng, names = np.random.default_rng(0), [f"o{i}" for i in range(2000)]
    rights = 0.8 + 0.05 * rng.normal(size=4)
    tables = [answers(names, right=right) for right in rights]
    found = score_runs(tables, TWO, n_bootstrap=4000, seed=1).macro_recall
    objects = score_runs(tables[:1], TWO, n_bootstrap=4000, seed=1).macro_recall
    by_run = score_runs(tables, TWO, n_bootstrap=2, seed=1).by_run
    from_runs = 3.92 * np.std(by_run, ddof=1) / 2
    least = np.hypot(from_runs, (objects.high - objects.low) / 2)
    assert found.high - found.low == pytest.approx(least, rel=0.1)
