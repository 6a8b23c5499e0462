"""Figures of scores against the number of epochs and nights seen."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from taonet.evaluation.intervals import Interval
from taonet.evaluation.metric_table import BY_NAME
from taonet.reports.notebook_figure import NotebookFigure
from taonet.reports.palette import (
    ACCENT,
    FAINT,
    OTHERS,
    PAGE_INCHES,
    SECOND,
    add_panel,
    escape_math,
    figure_style,
    set_unit_axis,
)


@figure_style
def epochs_figure(
    by_method: Mapping[str, pd.DataFrame],
    *,
    primary: str,
    metric: str = "macro_recall",
    levels: Mapping[str, Interval] | None = None,
) -> Figure:
    """Draw the score against the number of epochs seen.

    Parameters
    ----------
    by_method : mapping
        Tables of `scores_by_epochs`, by name of the method.
    metric : str
        One of `taonet.evaluation.metric_table.COMPARED`.
    levels : mapping, optional
        Methods with one answer an object, after its last epoch: drawn as dashed lines.
    """
    figure = NotebookFigure(figsize=(PAGE_INCHES, 4.2), layout="constrained")
    axes = add_panel(figure, grid="y")
    colours = _method_colours([*by_method, *(levels or {})], primary)
    for name, scores in by_method.items():
        _draw_growth(axes, scores, metric, escape_math(name), colours[name])
    for name, number in (levels or {}).items():
        axes.axhline(
            number.value, color=colours[name], linestyle=(0, (5, 3)), label=escape_math(name)
        )
    axes.set_xlabel("epochs seen")
    axes.set_ylabel(f"{BY_NAME[metric].words}, with 95 % interval")
    set_unit_axis(axes, which="y")
    axes.set_xlim(left=min(scores["n_epochs"].min() for scores in by_method.values()))
    if len(colours) > 1:
        figure.legend(loc="outside upper left", ncols=2, columnspacing=1.5)
    return figure


@figure_style
def nights_figure(scores: pd.DataFrame) -> Figure:
    """Draw the score against the number of nights since the first detection.

    Parameters
    ----------
    scores : DataFrame
        From `taonet.evaluation.early.scores_by_nights`.
    """
    figure = NotebookFigure(figsize=(PAGE_INCHES, 4.2), layout="constrained")
    axes = add_panel(figure, grid="y")
    growing, end = scores[scores["nights"] > 0], scores[scores["nights"] == 0].iloc[0]
    low, high = growing["macro_f1_low"], growing["macro_f1_high"]
    axes.fill_between(growing["nights"], low, high, color=ACCENT, alpha=0.16, linewidth=0)
    axes.plot(growing["nights"], growing["macro_f1"], "o-", color=ACCENT, linewidth=2.6)
    # apart from each other however low the score is, and beside the curve
    for share, text, side in ((1.0, "at the end", "bottom"), (0.8, "80 % of it", "top")):
        level = share * end["macro_f1"]
        axes.axhline(level, color=FAINT, linewidth=1.2, linestyle=(0, (4, 3)))
        axes.annotate(
            text,
            (1, level),
            xycoords=("axes fraction", "data"),
            xytext=(6, 0),
            textcoords="offset points",
            color=FAINT,
            va=side,
            fontsize=10,
            annotation_clip=False,
        )
    axes.set_xscale("log")
    ticks = growing["nights"].tolist()
    axes.set_xticks(ticks, [str(n) for n in ticks])
    axes.set_xticks([], minor=True)
    axes.set_xlabel("nights with an observation, from the first detection on")
    axes.set_ylabel(f"{BY_NAME['macro_f1'].words}, with 95 % interval")
    set_unit_axis(axes, which="y")
    return figure


def _method_colours(names: list[str], primary: str) -> dict[str, str]:
    palette = [OTHERS, SECOND, "#009E73", "#5A3E99", "#E69F00"]
    others = [name for name in names if name != primary]
    return {primary: ACCENT} | {name: palette[i % len(palette)] for i, name in enumerate(others)}


def _draw_growth(axes: Axes, scores: pd.DataFrame, metric: str, name: str, colour: str) -> None:
    low, high = scores[f"{metric}_low"], scores[f"{metric}_high"]
    axes.fill_between(scores["n_epochs"], low, high, color=colour, alpha=0.16, linewidth=0)
    axes.plot(
        scores["n_epochs"],
        scores[metric],
        color=colour,
        linewidth=2.6,
        label=name,
        marker="o" if len(scores) < 15 else "",
        markersize=6,
    )
