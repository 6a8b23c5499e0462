"""Figures of scores against epochs and nights draw what the tables say."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from evaluation.made import FOUR, made_table
from taonet.evaluation.scores import score, scores_by_epochs
from taonet.reports.early_figures import epochs_figure, nights_figure
from taonet.reports.palette import ACCENT

TABLE = made_table(60, epochs=6)


SCORES = score(TABLE, FOUR, n_bootstrap=30, seed=0)


def texts(figure: Figure) -> str:
    figure.draw_without_rendering()
    found = [t.get_text() for t in figure.findobj(mpl.text.Text)]
    return "\n".join(found)


def test_scores_by_epochs_are_drawn_for_several_methods() -> None:
    found = scores_by_epochs(TABLE, FOUR, [1, 3, 6], n_bootstrap=20)
    levels = {"forest": SCORES.overall("macro_recall")}
    figure = epochs_figure({"ours": found, "theirs": found}, primary="ours", levels=levels)
    np.testing.assert_array_equal(figure.axes[0].lines[0].get_ydata(), found["macro_recall"])
    assert {"ours", "theirs", "forest"} <= set(texts(figure).split("\n"))


def test_nights_are_drawn_with_the_final_score_and_most_of_it():
    table = pd.DataFrame(
        {
            "nights": [1, 5, 0],
            "macro_f1": [0.4, 0.7, 0.8],
            "macro_f1_low": [0.3, 0.6, 0.7],
            "macro_f1_high": [0.5, 0.8, 0.9],
        }
    )
    (axes,) = nights_figure(table).axes
    curve, *levels = axes.lines
    np.testing.assert_array_equal(curve.get_xydata(), [[1, 0.4], [5, 0.7]])
    assert [np.asarray(line.get_ydata())[0] for line in levels] == pytest.approx([0.8, 0.64])
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["1", "5"]


def test_ours_has_the_accent_and_the_others_a_colour_each():
    found = scores_by_epochs(TABLE, FOUR, [1, 6], n_bootstrap=5)
    figure = epochs_figure({"theirs": found, "ours": found}, primary="ours")
    (axes,) = figure.axes
    colours = {line.get_label(): line.get_color() for line in axes.lines}
    assert colours["ours"] == ACCENT != colours["theirs"]
    # beside the panel: inside it would cover the curves
    assert len(figure.legends) == 1
    assert axes.get_legend() is None
    assert not epochs_figure({"ours": found}, primary="ours").legends
