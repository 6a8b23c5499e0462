"""Figures of the scores of last answers: methods compared, and one method class by class."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from sklearn.metrics import precision_recall_curve

from taonet.evaluation.intervals import Interval
from taonet.evaluation.metric_table import BY_NAME, COMPARED
from taonet.evaluation.scored_rows import check_predictions, final_rows, labels_of, probabilities_of
from taonet.evaluation.scores import Scores
from taonet.reports.notebook_figure import NotebookFigure
from taonet.reports.palette import (
    ACCENT,
    FAINT,
    INK,
    ON_ACCENT,
    OTHERS,
    PAGE_INCHES,
    RULE,
    SECOND,
    add_panel,
    class_colours,
    escape_math,
    figure_style,
    mute_axes,
    set_unit_axis,
)
from taonet.sky.taxonomy import Taxonomy

CELL: Final = 0.96
"""Side of a cell of the confusion matrix; between them the page is seen."""

DENSE: Final = 0.68
"""Share above which the colour of a cell is too dense for the ink."""


@figure_style
def per_class_figure(scores: Scores) -> Figure:
    """Draw each class's F1 both ways, at arg-max and at its best threshold, with intervals."""
    names = list(scores.per_class)
    figure = NotebookFigure(
        figsize=(PAGE_INCHES, 1.5 + 0.56 * (len(names) + 1)), layout="constrained"
    )
    axes = add_panel(figure, grid="x")
    for row, name in enumerate(names):
        numbers = scores.per_class[name]
        _two_dots(axes, row, numbers["f1"], numbers["max_f1"])
    _two_dots(axes, len(names) + 0.25, scores.overall("macro_f1"), scores.overall("macro_max_f1"))
    axes.axhline(len(names) - 0.38, color=RULE, linewidth=1.2)
    labels = [f"{escape_math(name)}  ({scores.support[name]})" for name in names]
    axes.set_yticks([*range(len(names)), len(names) + 0.25], [*labels, "mean of classes"])
    axes.set_ylim(len(names) + 0.75, -0.6)
    set_unit_axis(axes, which="x")
    axes.set_xlabel("F1, with 95 % interval")
    _mark(axes, ACCENT, "o", "at arg-max")
    _mark(axes, SECOND, "D", "best on the precision-recall curve")
    figure.legend(loc="outside upper left", ncols=2, handletextpad=0.3, columnspacing=1.5)
    return figure


@figure_style
def comparison_figure(
    scores: Mapping[str, Scores],
    *,
    primary: str,
    metrics: tuple[str, ...] = tuple(metric.name for metric in COMPARED),
) -> Figure:
    """Draw methods below each other, best first, the primary one highlighted.

    Parameters
    ----------
    scores : mapping
        By name of the method, on the same objects.
    metrics : tuple of str
        One panel each.
    """
    order = sorted(scores, key=lambda name: -scores[name].overall(metrics[0]).value)
    width = 2.4 + 2.2 * len(metrics)
    figure = NotebookFigure(figsize=(width, 1.2 + 0.44 * len(order)))
    figure.set_layout_engine("constrained", wspace=0.06)
    panels = figure.subplots(1, len(metrics), sharey=True, squeeze=False)[0]
    for axes, metric in zip(panels, metrics, strict=True):
        mute_axes(axes, grid="x").set_title(BY_NAME[metric].words)
        axes.spines["left"].set_visible(False)
        for row, name in enumerate(order):
            _method_dot(axes, row, scores[name].overall(metric), ours=name == primary)
        set_unit_axis(axes, which="x", low=BY_NAME[metric].lowest)
    panels[0].set_yticks(range(len(order)), [escape_math(name) for name in order])
    panels[0].set_ylim(len(order) - 0.4, -0.7)
    for label, name in zip(panels[0].get_yticklabels(), order, strict=True):
        if name == primary:
            label.set(color=ACCENT, fontweight="bold")
    return figure


@figure_style
def confusion_figure(scores: Scores) -> Figure:
    """Draw the confusion matrix: shares of the objects of each true class, with their numbers."""
    classes, counts = scores.taxonomy.classes, scores.confusion
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    side = 1.4 + 0.8 * len(classes)
    figure = NotebookFigure(figsize=(side, side - 0.4), layout="constrained")
    axes = add_panel(figure, grid="none")
    axes.set_aspect("equal")
    for (row, column), part in np.ndenumerate(share):
        axes.add_patch(_shade(row, column, float(part)))
        _confusion_cell(axes, row, column, float(part), int(counts[row, column]))
    labels = [escape_math(name) for name in classes]
    axes.set_xticks(range(len(classes)), labels)
    axes.set_yticks(range(len(classes)), labels)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    axes.spines[:].set_visible(False)
    axes.set(xlim=(-0.5, len(classes) - 0.5), ylim=(len(classes) - 0.5, -0.5))
    return figure


@figure_style
def precision_recall_figure(table: pd.DataFrame, taxonomy: Taxonomy) -> Figure:
    """Draw each class's precision-recall curve, its best F1 marked, over lines of equal F1."""
    check_predictions(table, taxonomy)
    rows = final_rows(table)
    truth, probabilities = labels_of(rows, taxonomy), probabilities_of(rows, taxonomy)
    figure = NotebookFigure(figsize=(PAGE_INCHES, 6.0), layout="constrained")
    axes = add_panel(figure, grid="none")
    _equal_f1(axes)
    for label, (name, colour) in enumerate(class_colours(taxonomy).items()):
        if (truth == label).any():
            _curve(axes, truth == label, probabilities[:, label], escape_math(name), colour)
    for which in "xy":
        set_unit_axis(axes, which=which)
    axes.set_aspect("equal")
    axes.set_xlabel("recall (completeness)")
    axes.set_ylabel("precision (purity)")
    figure.legend(loc="outside upper left", title="class: best F1", alignment="left", ncols=3)
    return figure


def _two_dots(axes: Axes, row: float, at_arg_max: Interval, best: Interval) -> None:
    for number, shift, colour, marker in (
        (at_arg_max, -0.13, ACCENT, "o"),
        (best, 0.13, SECOND, "D"),
    ):
        axes.plot(
            [number.low, number.high],
            [row + shift] * 2,
            color=colour,
            linewidth=2.4,
            alpha=0.45,
            solid_capstyle="round",
        )
        axes.plot(number.value, row + shift, marker, color=colour, markersize=8)


def _mark(axes: Axes, colour: str, marker: str, label: str) -> None:
    axes.plot([], [], marker, color=colour, markersize=8, label=label)


def _method_dot(axes: Axes, row: int, number: Interval, *, ours: bool) -> None:
    colour = ACCENT if ours else OTHERS
    axes.plot(
        [number.low, number.high],
        [row, row],
        color=colour,
        linewidth=3,
        alpha=0.5,
        solid_capstyle="round",
    )
    axes.plot(number.value, row, "o", color=colour, markersize=10 if ours else 8)
    axes.annotate(
        f"{number.value:.2f}",
        (number.value, row),
        xytext=(0, 8),
        textcoords="offset points",
        ha="center",
        fontsize=9.5,
        color=ACCENT if ours else FAINT,
        fontweight="bold" if ours else "normal",
    )


def _shade(row: int, column: int, share: float) -> Rectangle:
    """Return a cell of the accent, the denser the larger its share: right on any background."""
    corner, side = (column - CELL / 2, row - CELL / 2), CELL
    return Rectangle(corner, side, side, facecolor=ACCENT, alpha=0.06 + 0.9 * share, linewidth=0)


def _confusion_cell(axes: Axes, row: int, column: int, share: float, count: int) -> None:
    if not count:
        return
    colour = ON_ACCENT if share > DENSE else INK
    weight = "bold" if row == column else "normal"
    axes.text(
        column,
        row - 0.08,
        f"{share:.0%}",
        ha="center",
        va="center",
        color=colour,
        fontsize=14,
        fontweight=weight,
    )
    axes.text(column, row + 0.22, f"{count}", ha="center", va="center", color=colour, fontsize=9.5)


def _equal_f1(axes: Axes) -> None:
    recall = np.linspace(0.01, 1.02, 300)
    for f1 in (0.2, 0.4, 0.6, 0.8):
        with_it = recall[recall > f1 / 2 + 0.01]
        precision = f1 * with_it / (2 * with_it - f1)
        inside = precision <= 1.02
        axes.plot(with_it[inside], precision[inside], color=RULE, linewidth=1.2, zorder=0)
        axes.text(1.03, f1 / (2 - f1), f"F1 {f1:.1f}", color=FAINT, fontsize=9, va="center")


def _curve(
    axes: Axes,
    positive: Int[np.ndarray, " object"] | np.ndarray,
    probability: Float[np.ndarray, " object"],
    name: str,
    colour: str,
) -> None:
    precision, recall, _ = precision_recall_curve(positive, probability)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    best = int(f1.argmax())
    axes.step(
        recall,
        precision,
        where="post",
        color=colour,
        linewidth=2.4,
        label=f"{name}: {f1[best]:.2f}",
    )
    axes.plot(
        recall[best],
        precision[best],
        "o",
        color=colour,
        markersize=9,
        markeredgecolor="white",
        markeredgewidth=1.5,
    )
