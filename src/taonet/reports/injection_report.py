"""The report of the injection benchmark: a figure and a page in Markdown."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from taonet.evaluation.injection_scores import SHARES
from taonet.evaluation.intervals import Interval
from taonet.reports.notebook_figure import NotebookFigure
from taonet.reports.palette import (
    ACCENT,
    INK,
    OTHERS,
    SECOND,
    escape_math,
    figure_style,
    mute_axes,
    set_unit_axis,
)

HONEST: Final = (
    "The light is simulated, the noise is real: transients of known truth were added to real frames"
    " in which nothing varies, with the PSF, the zero point and the photon noise of each frame."
    " Where frames state no zero point or seeing, both follow the object that was there, around"
    " what is usual for the survey. What a class looks like is what the simulator believes; how it"
    " drowns in sky, host and faults of the frames is not."
)

DIMMED: Final = (
    " The light that was there was dimmed first, by anything up to {:.1f} mag, and the noise of"
    " each frame restored: hosts are fainter than the real ones, and their noise is partly drawn."
)

HEADS: Final = {
    "recall": "called what was planted",
    "before": "called so before",
    "detected": "detected",
    "called_nothing": "called NON or nothing",
    "coverage": "set holds it",
}

AGAINST: Final = {
    "all": "All",
    "brightness": "Peak (the brightest epoch) above the 5 σ limit of the sequence",
    "host": "Light at the place before, against the peak",
    "contrast": "Peak above the light that was there",
    "offset": "Offset from the centre",
    "place": "Place: the object at the centre, or an empty place cut anew",
}

CURVES: Final = (
    ("recall", ACCENT, "o"), ("before", INK, "x"), ("detected", SECOND, "s"),
    ("coverage", OTHERS, "^"),
)  # fmt: skip


@figure_style
def injection_figure(scores: pd.DataFrame) -> Figure:
    """Draw the shares recognised, called so before, detected and covered against brightness.

    Every class has a panel.

    Parameters
    ----------
    scores : DataFrame
        From `taonet.evaluation.injection_scores.score_injections`.
    """
    names = list(scores["class_name"].unique())
    figure = NotebookFigure(figsize=(2.5 + 5 * len(names), 4.6), layout="constrained")
    panels = figure.subplots(1, len(names), sharey=True, squeeze=False)[0]
    for axes, name in zip(panels, names, strict=True):
        own = scores[(scores["class_name"] == name) & (scores["against"] == "brightness")]
        mute_axes(axes, grid="y").set_title(escape_math(f"planted {name}"))
        for step, (share, colour, marker) in enumerate(CURVES):
            _draw_share(axes, own, share, colour=colour, marker=marker, shift=0.06 * (step - 1.5))
        axes.axvline(0, color=OTHERS, linewidth=1, linestyle=(0, (4, 3)))
        axes.set_xlabel("brightest epoch above the 5 σ limit, mag")
        set_unit_axis(axes, which="y")
    panels[0].set_ylabel("share, with 95 % interval")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=len(labels))
    return figure


def injection_markdown(
    scores: pd.DataFrame,
    controls: Mapping[str, Any],
    *,
    bundle: str,
    archives: Sequence[str],
    limit_mag: float,
    dim_mag: float = 0.0,
) -> str:
    """Return the report as text.

    Parameters
    ----------
    controls : mapping
        From `taonet.evaluation.injection_scores.score_untouched`.
    limit_mag : float
        The median limit of the sequences.
    dim_mag : float
        The most that the light which was there was dimmed by.
    """
    wrong = Interval.from_row(controls, "false_transients")
    seen = Interval.from_row(controls, "detected")
    called = ", ".join(f"{name} {n}" for name, n in controls["called"].items())
    parts = [
        f"# Injection into real frames: {bundle}",
        HONEST + (DIMMED.format(dim_mag) if dim_mag else ""),
        f"Archives: {', '.join(archives)}. The 5 σ limit of an epoch is {limit_mag:.1f} mag in the"
        " median, at the survey's usual zero point where none is stated. Answers are those after"
        " the last epoch. Brackets: 95 % intervals, by a bootstrap over the real sequences that"
        " were planted into. *Called so before*: what is called so with nothing planted is no"
        " merit of the light.",
        "![Shares against brightness](recall.svg)",
        "## With nothing planted",
        f"Of {controls['n']} sequences as they are ({controls['n_groups']} independent),"
        f" {wrong:.3f} are called a transient or variable; in {seen:.3f} anything is detected."
        f" Answers: {called}.",
    ]
    for name, own in scores.groupby("class_name", sort=False):
        parts.append(f"## Planted {name}")
        for against, rows in own.groupby("against", sort=False):
            parts.append(_markdown_table(AGAINST[str(against)], rows))
    return "\n\n".join(parts) + "\n"


def _draw_share(
    axes: Axes, rows: pd.DataFrame, share: str, *, colour: str, marker: str, shift: float
) -> None:
    known = rows[rows[share].notna()]
    if known.empty:
        return
    value = known[share]
    bars = [value - known[f"{share}_low"], known[f"{share}_high"] - value]
    axes.errorbar(
        known["middle"] + shift, value, yerr=bars, color=colour, marker=marker, label=HEADS[share]
    )  # fmt: skip


def _markdown_table(title: str, rows: pd.DataFrame) -> str:
    lines = [
        f"| {title} | n (sequences) | {' | '.join(HEADS[name] for name in SHARES)} |",
        "|---|" + "---|" * (len(SHARES) + 1),
    ]
    for row in rows.to_dict("records"):
        numbers = (Interval.from_row(row, name) for name in SHARES)  # type: ignore[arg-type]
        cells = " | ".join(f"{number:.2f}" for number in numbers)
        lines.append(f"| {row['range']} | {row['n']} ({row['n_groups']}) | {cells} |")
    return "\n".join(lines)
