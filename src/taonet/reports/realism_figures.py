"""Figures of simulated beside real objects."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from taonet.reports.notebook_figure import NotebookFigure
from taonet.reports.palette import ACCENT, SECOND, class_colours, figure_style, mute_axes
from taonet.sky.taxonomy import Taxonomy

MOST_PANELS = 30


@figure_style
def columns_figure(real: pd.DataFrame, simulated: pd.DataFrame, title: str) -> Figure:
    """Draw how each column is distributed, real against simulated."""
    names = list(real.columns)[:MOST_PANELS]
    wide = min(6, len(names))
    tall = -(-len(names) // wide)
    figure = NotebookFigure(figsize=(2.1 * wide, 1.7 * tall + 0.6), layout="constrained")
    for i, name in enumerate(names):
        axes = mute_axes(figure.add_subplot(tall, wide, i + 1), grid="none")
        values = np.concatenate([real[name], simulated[name]]).astype(float)
        low, high = np.nanpercentile(values, [1, 99])
        edges = np.linspace(low, high if high > low else low + 1, 30)
        for table, colour, label in ((real, ACCENT, "real"), (simulated, SECOND, "simulated")):
            axes.hist(
                table[name],
                edges.tolist(),
                density=True,
                histtype="step",
                color=colour,
                label=label,
            )
        axes.set_title(name, fontsize=7)
        axes.set_yticks([])
        axes.tick_params(labelsize=6)
    figure.axes[0].legend(fontsize=6)
    figure.suptitle(title, fontsize=9)
    return figure


@figure_style
def mix_figure(regions: Sequence[Mapping[str, Any]], taxonomy: Taxonomy) -> Figure:
    """Draw the shares of classes in every region: real (left) beside simulated (right).

    Parameters
    ----------
    regions : sequence of mapping
        As `taonet.evaluation.class_mix.compare_class_mix` returns them.
    taxonomy : Taxonomy
        Gives classes their colours.
    """
    panels = [list(rows) for _, rows in groupby(regions, key=lambda region: region["column"])]
    figure = NotebookFigure(figsize=(3.2 * len(panels), 3.0), layout="constrained")
    colours = class_colours(taxonomy)
    for place, rows in enumerate(panels):
        axes = mute_axes(figure.add_subplot(1, len(panels), place + 1), grid="none")
        for kind, shift in (("real", -0.2), ("simulated", 0.2)):
            bottom = np.zeros(len(rows))
            for name in rows[0][kind]:
                shares = np.array([row[kind][name] for row in rows])
                where = np.arange(len(rows)) + shift
                label = name if kind == "real" else None
                axes.bar(where, shares, 0.36, bottom, color=colours[name], label=label)
                bottom += shares
        axes.set_title(rows[0]["column"])
        axes.set_xticks(range(len(rows)), [_range(row) for row in rows], fontsize=6)
    figure.axes[0].legend(fontsize=6)
    figure.suptitle("Classes, equally common: real (left) and simulated (right)", fontsize=9)
    return figure


def _range(region: Mapping[str, Any]) -> str:
    if region["low"] is None:
        return f"<{region['high']:g}"
    return f">{region['low']:g}" if region["high"] is None else f"{region['low']:g}"
