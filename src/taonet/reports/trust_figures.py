"""Figures of calibration and of sets: how far answers can be trusted."""

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from taonet.evaluation.calibration_error import ECE_BINS, confidence_bins
from taonet.evaluation.resampling import wilson_interval
from taonet.evaluation.scored_rows import check_predictions, final_rows, labels_of, probabilities_of
from taonet.reports.notebook_figure import NotebookFigure
from taonet.reports.palette import (
    ACCENT,
    FAINT,
    INK,
    OTHERS,
    PAGE_INCHES,
    RULE,
    add_panel,
    class_colours,
    escape_math,
    figure_style,
    mute_axes,
    set_unit_axis,
)
from taonet.sky.taxonomy import Taxonomy


@figure_style
def reliability_figure(table: pd.DataFrame, taxonomy: Taxonomy) -> Figure:
    """Draw the share of right answers against confidence, above a histogram of confidence."""
    check_predictions(table, taxonomy)
    rows = final_rows(table)
    probabilities = probabilities_of(rows, taxonomy)
    is_right = probabilities.argmax(axis=1) == labels_of(rows, taxonomy)
    figure = NotebookFigure(figsize=(5.6, 6.6), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[3.4, 1])
    _reliability(mute_axes(above), probabilities, is_right)
    edges = np.linspace(0, 1, ECE_BINS + 1)
    counts = np.bincount(confidence_bins(probabilities), minlength=ECE_BINS)
    mute_axes(below, grid="y").bar(
        edges[:-1], counts, width=0.94 / ECE_BINS, align="edge", color=OTHERS
    )
    below.set_ylabel("objects")
    below.set_xlabel("confidence: highest probability of an answer")
    set_unit_axis(below, which="x")
    return figure


@figure_style
def calibration_figure(calibration: pd.DataFrame) -> Figure:
    """Draw the calibration error against the number of epochs seen.

    Parameters
    ----------
    calibration : DataFrame
        `taonet.evaluation.answers_over_time.AnswersOverTime.calibration`.
    """
    figure = NotebookFigure(figsize=(PAGE_INCHES, 3.6), layout="constrained")
    axes = add_panel(figure, grid="y")
    rows = _sort_steps(calibration)
    places = np.arange(len(rows), dtype=float)
    curves = [("ece", "calibrated" if "before" in rows else "as predicted", ACCENT, "o")]
    if "before" in rows:
        curves.append(("before", "before calibration", OTHERS, "D"))
    for shift, (name, label, colour, marker) in zip((-0.05, 0.05), curves, strict=False):
        at = places + (shift if len(curves) > 1 else 0.0)
        _draw_bars(axes, at, rows, name, colour=colour, marker=marker, label=label)
    _name_steps(axes, rows)
    axes.set_ylabel("calibration error (ECE)")
    axes.set_ylim(bottom=0)
    if len(curves) > 1:
        figure.legend(loc="outside upper left", ncols=2, handletextpad=0.4)
    return figure


@figure_style
def coverage_figure(
    coverage: pd.DataFrame, sizes: pd.DataFrame, taxonomy: Taxonomy, *, level: float | None = None
) -> Figure:
    """Draw the coverage and the size of sets, by class and number of epochs.

    Parameters
    ----------
    coverage, sizes : DataFrame
        From `taonet.evaluation.coverage.coverage_table` and `set_sizes`.
    level : float, optional
        The rate at which sets should contain the true class.
    """
    figure = NotebookFigure(figsize=(PAGE_INCHES, 7.4))
    figure.set_layout_engine("constrained", hspace=0.06)
    above, below = figure.subplots(2, 1, height_ratios=(1.35, 1))
    steps = _sort_steps(sizes)
    place = {k: i for i, k in enumerate(steps["n_epochs"])}
    colours = {n: c for n, c in class_colours(taxonomy).items() if n in set(coverage["class_name"])}
    for i, (name, colour) in enumerate(colours.items()):
        own = _sort_steps(coverage[coverage["class_name"] == name])
        at = own["n_epochs"].map(place).to_numpy(np.float64)
        # side by side, or the intervals of the classes hide each other
        dodged = at + 0.6 * ((i + 0.5) / len(colours) - 0.5)
        _draw_bars(
            above, dodged, own, "coverage", colour=colour, marker="o", label=escape_math(name)
        )
        below.plot(at, own["set_size"], color=colour, linewidth=1.6, alpha=0.9)
    _draw_bars(below, np.arange(len(steps)), steps, "set_size", colour=INK, marker="o", label="")
    if level is not None:
        above.axhline(level, color=INK, linewidth=1.1, linestyle=(0, (4, 3)), zorder=1)
    for axes in (above, below):
        mute_axes(axes, grid="y")
        _name_steps(axes, steps)
    above.set_title("share of sets with the true class")
    above.set_ylim(min(0.7, float(coverage["coverage_low"].min()) - 0.02), 1.005)
    below.set_title("classes in a set")
    below.set_ylim(bottom=0)
    figure.legend(loc="outside upper left", ncols=6, handletextpad=0.2, columnspacing=1)
    return figure


def _reliability(
    axes: Axes, probabilities: Float[np.ndarray, "object class"], is_right: np.ndarray
) -> None:
    bins, top = confidence_bins(probabilities), probabilities.max(axis=1)
    axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1.2, linestyle=(0, (4, 3)))
    axes.text(0.06, 0.10, "perfect calibration", color=FAINT, fontsize=10, rotation=45)
    for k in np.unique(bins):
        inside = bins == k
        share, low, high = wilson_interval(int(is_right[inside].sum()), int(inside.sum()))
        x = float(top[inside].mean())
        axes.plot([x, x], [low, high], color=ACCENT, linewidth=2.4, alpha=0.45)
        axes.plot(x, share, "o", color=ACCENT, markersize=8)
    set_unit_axis(axes, which="y")
    axes.set_ylabel("share of right answers")


def _sort_steps(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows by growing number of epochs, the last answers (0) at the end."""
    numbered, end = rows[rows["n_epochs"] > 0], rows[rows["n_epochs"] == 0]
    return pd.concat([numbered.sort_values("n_epochs"), end], ignore_index=True)


def _draw_bars(
    axes: Axes,
    at: Float[np.ndarray, " step"] | Int[np.ndarray, " step"],
    rows: pd.DataFrame,
    name: str,
    *,
    colour: str,
    marker: str,
    label: str,
) -> None:
    """Draw numbers and their intervals; a line joins all but those of the last answers."""
    axes.vlines(at, rows[f"{name}_low"], rows[f"{name}_high"], color=colour, linewidth=1.4)
    growing = (rows["n_epochs"] > 0).to_numpy()
    values = rows[name].to_numpy()
    axes.plot(at[growing], values[growing], color=colour, linewidth=1, alpha=0.45)
    axes.plot(at, values, marker, color=colour, markersize=6, label=label)


def _name_steps(axes: Axes, rows: pd.DataFrame) -> None:
    names = [str(k) if k else "all" for k in rows["n_epochs"]]
    axes.set_xticks(range(len(names)), names)
    axes.set_xlabel("epochs seen")
    if names[-1] == "all" and len(names) > 1:
        axes.axvline(len(names) - 1.5, color=RULE, linewidth=1.2)
