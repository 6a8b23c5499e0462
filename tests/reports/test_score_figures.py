"""Figures draw what the numbers say, and leave matplotlib as it was."""

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from evaluation.made import FOUR, made_table
from taonet.evaluation.scores import score
from taonet.reports.score_figures import (
    comparison_figure,
    confusion_figure,
    per_class_figure,
    precision_recall_figure,
)

TABLE = made_table(60, epochs=6)


SCORES = score(TABLE, FOUR, n_bootstrap=30, seed=0)


def texts(figure: Figure) -> str:
    figure.draw_without_rendering()
    found = [t.get_text() for t in figure.findobj(mpl.text.Text)]
    return "\n".join(found)


def test_class_by_class_shows_both_scores_of_each_class() -> None:
    figure = per_class_figure(SCORES)
    assert "SN  (15)" in texts(figure)
    shown = [x for line in figure.axes[0].lines for x in np.atleast_1d(line.get_xdata())]
    for numbers in SCORES.per_class.values():
        assert {numbers["f1"].value, numbers["max_f1"].value} <= set(shown)


def test_methods_stand_in_order_with_ours_in_colour() -> None:
    worse = score(made_table(60, skill=0.1), FOUR, n_bootstrap=30, seed=0)
    figure = comparison_figure({"a $control": worse, "ours": SCORES}, primary="ours")
    labels = figure.axes[0].get_yticklabels()
    assert [t.get_text() for t in labels] == ["ours", r"a \$control"]
    assert labels[0].get_color() != labels[1].get_color()
    assert "a \\$control" in texts(figure)


def test_a_confusion_matrix_shows_shares_and_counts() -> None:
    shown = texts(confusion_figure(SCORES)).split("\n")
    hits, support = int(SCORES.confusion[0, 0]), SCORES.support["SN"]
    assert str(hits) in shown
    assert f"{hits / support:.0%}" in shown


def test_a_curve_is_drawn_for_each_class_present() -> None:
    shown = texts(precision_recall_figure(made_table(30, classes=3), FOUR))
    assert "RRL: " in shown
    assert "NON: " not in shown


def test_settings_of_matplotlib_are_left_alone() -> None:
    before = dict(mpl.rcParams)
    per_class_figure(SCORES)
    assert dict(mpl.rcParams) == before
