"""Figures about when an answer can be had, and whether it can be trusted."""

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from taonet.reports.palette import (
    ACCENT,
    FAINT,
    INK,
    OTHERS,
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
def nights_figure(kept: pd.DataFrame) -> Figure:
    """Draw how the score grows with the nights since the first detection.

    Parameters
    ----------
    kept : DataFrame
        From `taonet.evaluation.early.scores_by_nights`.
    """
    figure = Figure(figsize=(8, 4.6), layout="constrained")
    axes = add_panel(figure, grid="y")
    growing, end = kept[kept["nights"] > 0], kept[kept["nights"] == 0].iloc[0]
    low, high = growing["macro_f1_low"], growing["macro_f1_high"]
    axes.fill_between(growing["nights"], low, high, color=ACCENT, alpha=0.16, linewidth=0)
    axes.plot(growing["nights"], growing["macro_f1"], "o-", color=ACCENT, linewidth=2.6)
    for share, text in ((1.0, "at the end"), (0.8, "80 % of it")):
        level = share * end["macro_f1"]
        axes.axhline(level, color=FAINT, linewidth=1.2, linestyle=(0, (4, 3)))
        # where the curve starts there is room
        left = growing["nights"].min()
        axes.text(left, level, text, color=FAINT, ha="left", va="bottom", fontsize=10)
    axes.set_xscale("log")
    ticks = growing["nights"].tolist()
    axes.set_xticks(ticks, [str(n) for n in ticks])
    axes.set_xticks([], minor=True)
    axes.set_xlabel("nights with an observation, from the first detection on")
    axes.set_ylabel("macro F1 at arg-max, with 95 % interval")
    set_unit_axis(axes, which="y")
    return figure


@figure_style
def calibration_figure(calibration: pd.DataFrame) -> Figure:
    """Draw how far confidence is from the share of right answers, by the number of epochs.

    Parameters
    ----------
    calibration : DataFrame
        `taonet.evaluation.answers_over_time.AnswersOverTime.calibration`.
    """
    figure = Figure(figsize=(8, 3.9), layout="constrained")
    axes = add_panel(figure, grid="y")
    rows = _sort_steps(calibration)
    places = np.arange(len(rows), dtype=float)
    known = [("ece", "calibrated" if "before" in rows else "as it answers", ACCENT, "o")]
    if "before" in rows:
        known.append(("before", "before calibration", OTHERS, "D"))
    for shift, (name, label, colour, marker) in zip((-0.05, 0.05), known, strict=False):
        at = places + (shift if len(known) > 1 else 0.0)
        _draw_bars(axes, at, rows, name, colour=colour, marker=marker, label=label)
    _name_steps(axes, rows)
    axes.set_ylabel("calibration error (ECE)")
    axes.set_ylim(bottom=0)
    if len(known) > 1:
        figure.legend(loc="outside upper left", ncols=2, handletextpad=0.4)
    return figure


@figure_style
def coverage_figure(
    coverage: pd.DataFrame, sizes: pd.DataFrame, taxonomy: Taxonomy, *, level: float | None = None
) -> Figure:
    """Draw how often sets hold the truth and how large they are, by class and epochs.

    Parameters
    ----------
    coverage, sizes : DataFrame
        From `taonet.evaluation.coverage.coverage_table` and `set_sizes`.
    level : float, optional
        How often sets are to hold the truth.
    """
    figure = Figure(figsize=(10, 4.8))
    figure.set_layout_engine("constrained", wspace=0.06)
    left, right = figure.subplots(1, 2, width_ratios=(1.35, 1))
    steps = _sort_steps(sizes)
    place = {k: i for i, k in enumerate(steps["n_epochs"])}
    colours = {n: c for n, c in class_colours(taxonomy).items() if n in set(coverage["class_name"])}
    for i, (name, colour) in enumerate(colours.items()):
        own = _sort_steps(coverage[coverage["class_name"] == name])
        at = own["n_epochs"].map(place).to_numpy(np.float64)
        # side by side, or the intervals of the classes hide each other
        dodged = at + 0.6 * ((i + 0.5) / len(colours) - 0.5)
        _draw_bars(
            left, dodged, own, "coverage", colour=colour, marker="o", label=escape_math(name)
        )
        right.plot(at, own["set_size"], color=colour, linewidth=1.6, alpha=0.9)
    _draw_bars(right, np.arange(len(steps)), steps, "set_size", colour=INK, marker="o", label="")
    if level is not None:
        left.axhline(level, color=INK, linewidth=1.1, linestyle=(0, (4, 3)), zorder=1)
    for axes in (left, right):
        mute_axes(axes, grid="y")
        _name_steps(axes, steps)
    left.set_title("share of sets that hold the truth")
    left.set_ylim(min(0.7, float(coverage["coverage_low"].min()) - 0.02), 1.005)
    right.set_title("classes in a set")
    right.set_ylim(bottom=0)
    figure.legend(loc="outside upper left", ncols=len(colours), handletextpad=0.2, columnspacing=1)
    return figure


def _sort_steps(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows by growing number of epochs, the last answers (0) at the end."""
    known, end = rows[rows["n_epochs"] > 0], rows[rows["n_epochs"] == 0]
    return pd.concat([known.sort_values("n_epochs"), end], ignore_index=True)


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
    """Draw numbers and their intervals; the last answers stand apart from the growing line."""
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
