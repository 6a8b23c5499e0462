"""Figures draw what the numbers say, and leave matplotlib as it was."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from evaluation.made import FOUR, made_table
from taonet.evaluation.scores import score, scores_by_epochs
from taonet.reports.early_figures import epochs_figure
from taonet.reports.palette import CLASS_COLOURS, SPARE_COLOURS, class_colours
from taonet.reports.score_figures import (
    comparison_figure,
    confusion_figure,
    per_class_figure,
    precision_recall_figure,
)
from taonet.reports.trust_figures import reliability_figure
from taonet.sky.taxonomy import KNOWN, Taxonomy

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


def test_reliability_counts_every_object_once() -> None:
    figure = reliability_figure(TABLE, FOUR)
    bars = [one for one in figure.axes[1].patches if isinstance(one, Rectangle)]
    assert sum(bar.get_height() for bar in bars) == 60


def test_scores_by_epochs_are_drawn_for_several_methods() -> None:
    found = scores_by_epochs(TABLE, FOUR, [1, 3, 6], n_bootstrap=20)
    levels = {"forest": SCORES.overall("macro_recall")}
    figure = epochs_figure({"ours": found, "theirs": found}, primary="ours", levels=levels)
    np.testing.assert_array_equal(figure.axes[0].lines[0].get_ydata(), found["macro_recall"])
    assert {"ours", "theirs", "forest"} <= set(texts(figure).split("\n"))


@pytest.mark.parametrize(
    "taxonomy", [*KNOWN, Taxonomy(name="x", classes=("SN", "A", "B"))], ids=lambda one: one.name
)
def test_every_class_has_a_colour_of_its_own(taxonomy: Taxonomy) -> None:
    colours = class_colours(taxonomy)
    assert len(set(colours.values())) == len(taxonomy.classes)
    assert colours["SN"] == class_colours(FOUR)["SN"]


@pytest.mark.parametrize("taxonomy", KNOWN, ids=lambda one: one.name)
def test_every_known_class_has_a_fixed_colour(taxonomy: Taxonomy) -> None:
    assert set(taxonomy.classes) <= set(CLASS_COLOURS)
    assert not set(CLASS_COLOURS.values()) & set(SPARE_COLOURS)


def test_settings_of_matplotlib_are_left_alone() -> None:
    before = dict(mpl.rcParams)
    per_class_figure(SCORES)
    assert dict(mpl.rcParams) == before
