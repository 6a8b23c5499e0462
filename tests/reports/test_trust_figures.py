"""Figures of calibration and sets draw what the numbers say."""

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from evaluation.made import FOUR, made_table
from taonet.evaluation.calibration_error import confidence_bins
from taonet.evaluation.scored_rows import final_rows, labels_of, probabilities_of
from taonet.reports.trust_figures import calibration_figure, coverage_figure, reliability_figure

TABLE = made_table(60, epochs=6)


def height(bar):
    assert isinstance(bar, Rectangle)
    return bar.get_height()


def heights(line):
    return np.asarray(line.get_ydata()).tolist()


def test_reliability_counts_every_object_once() -> None:
    figure = reliability_figure(TABLE, FOUR)
    assert sum(height(bar) for bar in figure.axes[1].patches) == 60


def test_points_of_reliability_are_shares_of_right_answers():
    figure = reliability_figure(TABLE, FOUR)
    rows = final_rows(TABLE)
    p = probabilities_of(rows, FOUR)
    right, top = p.argmax(axis=1) == labels_of(rows, FOUR), p.max(axis=1)
    bins = confidence_bins(p)
    expected = [(top[bins == k].mean(), right[bins == k].mean()) for k in np.unique(bins)]
    points = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    drawn = [np.asarray(line.get_xydata())[0] for line in points]
    np.testing.assert_allclose(drawn, expected)


def steps(**columns):
    table = pd.DataFrame({"n_epochs": [0, 10, 3]})
    for name, values in columns.items():
        table[name] = values
        table[f"{name}_low"], table[f"{name}_high"] = table[name] - 0.1, table[name] + 0.1
    return table


def test_calibration_goes_by_epochs_with_the_last_answers_at_the_end():
    (axes,) = calibration_figure(steps(ece=[0.2, 0.3, 0.4], before=[0.5, 0.6, 0.7])).axes
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["3", "10", "all"]
    ours, before = (line for line in axes.lines if line.get_marker() in ("o", "D"))
    assert heights(ours) == [0.4, 0.3, 0.2]
    assert heights(before) == [0.7, 0.6, 0.5]
    (alone,) = calibration_figure(steps(ece=[0.2, 0.3, 0.4])).axes
    assert alone.lines[1].get_label() == "as predicted"


def test_coverage_of_each_class_stands_beside_the_size_of_sets():
    sizes = steps(set_size=[1.5, 2.0, 3.0])
    of_class = [
        steps(coverage=[0.9, 0.85, 0.8]).assign(class_name=n, set_size=2) for n in ("SN", "EB")
    ]
    figure = coverage_figure(pd.concat(of_class), sizes, FOUR, level=0.9)
    left, right = figure.axes
    named = [line for line in left.lines if line.get_marker() == "o"]
    assert [line.get_label() for line in named] == ["SN", "EB"]
    assert heights(named[0]) == [0.8, 0.85, 0.9]
    assert 0.9 in [heights(line)[0] for line in left.lines if line.get_linestyle() == "--"]
    (mean,) = (line for line in right.lines if line.get_marker() == "o")
    assert heights(mean) == [3.0, 2.0, 1.5]
