"""Figures of simulated beside real objects."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from taonet.reports.notebook_figure import NotebookFigure
from taonet.reports.palette import ACCENT, SECOND, figure_style, mute_axes

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
