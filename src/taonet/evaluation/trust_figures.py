"""Figures about when an answer can be had, and whether it can be trusted."""

import pandas as pd
from matplotlib.figure import Figure

from taonet.evaluation.palette import ACCENT, FAINT, class_colours, panel, plain, styled, unit_axis
from taonet.sky.taxonomy import Taxonomy


@styled
def nights_figure(kept: pd.DataFrame) -> Figure:
    """Draw how the score grows with the nights since the first detection.

    Parameters
    ----------
    kept : DataFrame
        From `taonet.evaluation.early.kept_after_nights`.
    """
    figure = Figure(figsize=(8, 4.6), layout="constrained")
    axes = panel(figure, grid="y")
    growing, end = kept[kept["nights"] > 0], kept[kept["nights"] == 0].iloc[0]
    low, high = growing["macro_f1_low"], growing["macro_f1_high"]
    axes.fill_between(growing["nights"], low, high, color=ACCENT, alpha=0.16, linewidth=0)
    axes.plot(growing["nights"], growing["macro_f1"], "o-", color=ACCENT, linewidth=2.6)
    for share, text in ((1.0, "at the end"), (0.8, "80 % of it")):
        level = share * end["macro_f1"]
        axes.axhline(level, color=FAINT, linewidth=1.2, linestyle=(0, (4, 3)))
        right = growing["nights"].max()
        axes.text(right, level, text, color=FAINT, ha="right", va="bottom", fontsize=10)
    axes.set_xscale("log")
    ticks = growing["nights"].tolist()
    axes.set_xticks(ticks, [str(n) for n in ticks])
    axes.set_xticks([], minor=True)
    axes.set_xlabel("nights with an observation, from the first detection on")
    axes.set_ylabel("macro F1 at arg-max, with 95 % interval")
    unit_axis(axes, which="y")
    return figure


@styled
def coverage_figure(coverage: pd.DataFrame, taxonomy: Taxonomy) -> Figure:
    """Draw how often sets hold the truth and how large they are, by class and epochs.

    Parameters
    ----------
    coverage : DataFrame
        From `taonet.evaluation.conformal.coverage_table`.
    """
    figure = Figure(figsize=(9.5, 4.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    steps = [k for k in sorted(coverage["n_epochs"].unique()) if k > 0] + [0]
    place = {k: i for i, k in enumerate(steps)}
    for name, colour in class_colours(taxonomy).items():
        own = coverage[coverage["class_name"] == name]
        own = own.assign(place=own["n_epochs"].map(place)).sort_values("place")
        if own.empty:
            continue
        for axes, column in ((left, "coverage"), (right, "set_size")):
            axes.plot(own["place"], own[column], "o-", color=colour, label=plain(name), linewidth=2)
    for axes in (left, right):
        axes.grid(axis="y")
        axes.tick_params(length=0)
        axes.set_xticks(range(len(steps)), [str(k) if k else "all" for k in steps])
        axes.set_xlabel("epochs seen")
    left.set_ylabel("share of sets that hold the truth")
    left.set_ylim(0.7, 1.0)
    right.set_ylabel("classes in a set, on average")
    right.set_ylim(bottom=0)
    right.legend(loc="upper right", ncols=2)
    return figure
