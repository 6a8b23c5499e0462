"""Equal tables cannot be told apart, different ones can, and a forest learns from its like."""

import numpy as np
import pandas as pd
import pytest

from taonet.evaluation import realism
from taonet.evaluation.realism import measure_separability, transfer_scores
from taonet.reports.realism_figures import columns_figure


def table(n, seed, shift=0.0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"a": rng.normal(shift, 1, n), "b": rng.normal(0, 1, n)})


def test_equal_distributions_are_told_apart_by_chance_only():
    told = measure_separability(table(300, 1), table(350, 2), seed=0)
    assert told.auc == pytest.approx(0.5, abs=0.08)
    assert told.low < told.auc < told.high
    assert told.n == 300


def test_a_shift_gives_itself_away_and_is_named_first():
    told = measure_separability(table(300, 1), table(300, 2, shift=1.5), seed=0)
    # two normals 1.5 sigma apart: AUC is Phi(1.5 / sqrt 2)
    assert told.by_column["a"] == pytest.approx(0.856, abs=0.03)
    assert told.auc == pytest.approx(0.85, abs=0.06)
    assert next(iter(told.by_column)) == "a"


@pytest.mark.slow
def test_rows_of_one_group_are_never_on_both_sides():
    """Copies of few rows would be learnt by heart if copies of them were left to score."""
    few = table(10, 1)
    copies = few.loc[np.repeat(np.arange(10), 20)].reset_index(drop=True)
    groups = [str(i) for i in np.repeat(np.arange(10), 20)]
    by_heart = measure_separability(copies, table(200, 2), seed=0)
    apart = measure_separability(copies, table(200, 2), seed=0, groups=groups)
    assert by_heart.auc > 0.95
    assert apart.auc < 0.75


def test_a_forest_learns_as_much_from_its_like_and_less_from_others(monkeypatch):
    monkeypatch.setattr(realism, "TREES", 60)
    monkeypatch.setattr(realism, "RESAMPLES", 40)

    def labelled(seed, gap):
        rows = [
            table(150, seed + i, shift=gap * i).assign(class_name=c) for i, c in enumerate("xy")
        ]
        return pd.concat(rows, ignore_index=True)

    real, test = labelled(1, 2.0), labelled(11, 2.0)
    good = transfer_scores(
        labelled(21, 2.0), real, test, columns=["a", "b"], classes=["x", "y"], seed=0
    )
    bad = transfer_scores(
        labelled(21, -2.0), real, test, columns=["a", "b"], classes=["x", "y"], seed=0
    )
    assert good["ratio"] == pytest.approx(1, abs=0.06)
    assert bad["ratio"] < 0.6
    low, high = good["ratio_interval"]
    assert low < good["ratio"] < high


def test_the_figure_has_a_panel_a_column():
    figure = columns_figure(table(50, 1), table(50, 2), "two")
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["a", "b"]
