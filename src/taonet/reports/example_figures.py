"""Example sequences: the cutouts, above the probabilities after every epoch."""

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure

from taonet.errors import InputError
from taonet.reports.answer_figures import draw_by_epochs
from taonet.reports.notebook_figure import NotebookFigure
from taonet.reports.palette import FAINT, NIGHT, escape_math, figure_style, mute_axes
from taonet.sky.pictures import MAX_CUTOUTS, shown_epochs, stretch_cutouts
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy


@figure_style
def sequence_figure(
    sequence: ImageSequence, rows: pd.DataFrame, taxonomy: Taxonomy, *, title: str = ""
) -> NotebookFigure:
    """Draw cutouts of a sequence above the probabilities after every epoch.

    Parameters
    ----------
    sequence : ImageSequence
        The first channel of at most eight epochs (`taonet.sky.pictures.shown_epochs`) is shown,
        all at one stretch; y points up.
    rows : DataFrame
        The sequence's own rows of the prediction table, one or more.
    taxonomy : Taxonomy
    title : str
        The object's name and class by default.

    Raises
    ------
    InputError
        If there is no row of this sequence.
    """
    rows = rows.sort_values("n_epochs").reset_index(drop=True)
    if rows.empty:
        raise InputError("no predictions to show", where=f"sequence {sequence.object_id}")
    epochs = shown_epochs(sequence, float(rows["mjd_last"].iloc[-1]))
    figure = NotebookFigure(figsize=(10, 4.3), layout="constrained")
    figure.suptitle(escape_math(title) or _title(sequence), x=0.012, ha="left", fontsize=12.5)
    above, below = np.ravel(np.asarray(figure.subfigures(2, 1, height_ratios=[1, 1.7])))
    _show_cutouts(above, sequence, epochs)
    axes = mute_axes(below.subplots(), grid="none")
    draw_by_epochs(axes, rows, taxonomy)
    if len(rows) > 1:
        _mark_epochs(axes, rows, sequence.mjd[epochs])
    return figure


def _show_cutouts(
    figure: SubFigure, sequence: ImageSequence, epochs: Int[np.ndarray, " shown"]
) -> None:
    days = sequence.mjd[epochs] - sequence.mjd[epochs[0]]
    decimals = 0 if len(np.unique(days.round())) == len(days) else 1
    panels = figure.subplots(1, MAX_CUTOUTS)
    for axes in panels:
        axes.set_axis_off()
    for axes, image, day in zip(panels, stretch_cutouts(sequence, epochs), days, strict=False):
        axes.imshow(
            image, cmap=NIGHT, vmin=0, vmax=1, origin="lower", interpolation="none", aspect="equal"
        )
        axes.set_title(
            f"day {day:.{decimals}f}",
            fontsize=9.5,
            fontweight="normal",
            color=FAINT,
            loc="center",
        )


def _mark_epochs(axes: Axes, rows: pd.DataFrame, mjd: Float[np.ndarray, " shown"]) -> None:
    # rows may leave blank epochs out, so the time says how many had been seen
    before = np.searchsorted(rows["mjd_last"].to_numpy(), mjd + 1e-9, side="right")
    at = rows["n_epochs"].to_numpy()[np.maximum(before, 1) - 1]
    axes.plot(
        at,
        np.full(len(at), 1.035),
        "v",
        color=FAINT,
        markersize=6,
        clip_on=False,
        markeredgewidth=0,
    )
    axes.set_xlabel("epochs seen   (▾ shown above)")


def _title(sequence: ImageSequence) -> str:
    truth = f"true class {sequence.class_name}" if sequence.class_name else "class unknown"
    return escape_math(f"{sequence.object_id}  ·  {truth}")
