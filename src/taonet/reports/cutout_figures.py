"""The cutouts of a sequence: a row for each channel, a column for each of some epochs."""

from typing import Any, Final

import numpy as np
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from taonet.reports.notebook_figure import NotebookFigure
from taonet.reports.palette import FAINT, INK, clip_text, escape_math, figure_style
from taonet.reports.stretch import stretch_channel
from taonet.sky.pictures import DIFFERENCE, shown_epochs
from taonet.sky.sequence import ImageSequence

PANEL, GAP = 1.36, 0.07
LEFT, RIGHT, ABOVE, BELOW = 0.42, 0.15, 0.95, 0.15
"""Inches: cutouts are square, so that the figure is as large as they need."""

LEAST_WIDTH: Final = 4.4
"""Inches, for the title."""

CHARACTERS_AN_INCH: Final = 8
"""Of the title."""

TICK_COLOUR: Final = "#FFB000"


@figure_style
def cutouts_figure(sequence: ImageSequence, *, title: str = "") -> NotebookFigure:
    """Draw cutouts of a sequence with their dates, a row for each channel.

    At most eight usable epochs are shown, evenly spaced in time. Each channel has one stretch for
    all epochs; differences are blue where there is less light than in the template and orange
    where there is more. Two ticks point at the object. Rows of the arrays go up; which way is
    north is not known. Pixels without data are hatched.

    Parameters
    ----------
    sequence : ImageSequence
    title : str
        The object's name and class by default.
    """
    epochs = shown_epochs(sequence)
    n_rows, n_columns = len(sequence.channels), len(epochs)
    width = max(LEAST_WIDTH, LEFT + RIGHT + n_columns * (PANEL + GAP) - GAP)
    height = ABOVE + BELOW + n_rows * (PANEL + GAP) - GAP
    figure = NotebookFigure(figsize=(width, height))
    for row, channel in enumerate(sequence.channels):
        cutouts = stretch_channel(sequence, epochs, channel)
        for column in range(n_columns):
            left = LEFT + column * (PANEL + GAP)
            bottom = height - ABOVE - PANEL - row * (PANEL + GAP)
            axes = figure.add_axes((left / width, bottom / height, PANEL / width, PANEL / height))
            cutouts.draw(axes, column)
            point_at_object(axes, cutouts.images.shape[1:], channel)
            if row == 0:
                axes.set_title(
                    _date(sequence, epochs, column),
                    fontsize=9,
                    fontweight="normal",
                    loc="center",
                    linespacing=1.3,
                )
            if column == 0:
                axes.set_ylabel(escape_math(channel), fontsize=11)
    _write_title(figure, sequence, len(epochs), title)
    return figure


def point_at_object(axes: Axes, shape: tuple[int, ...], channel: str) -> None:
    """Draw two ticks that point at the central pixel and leave what lies around it free."""
    y, x = (size // 2 for size in shape)
    inner, outer = max(2.5, 0.13 * min(shape)), max(4.5, 0.24 * min(shape))
    style: dict[str, Any] = {
        "color": INK if channel == DIFFERENCE else TICK_COLOUR,
        "linewidth": 1.3,
    }
    axes.plot([x + inner, x + outer], [y, y], **style)
    axes.plot([x, x], [y + inner, y + outer], **style)
    axes.set(xlim=(-0.5, shape[1] - 0.5), ylim=(-0.5, shape[0] - 0.5))


def format_days(days: Float[np.ndarray, " shown"]) -> list[str]:
    """Return days as text, with as few decimals as tell them apart, at most three.

    Examples
    --------
    >>> format_days(np.array([0.0, 12.3, 40.0])), format_days(np.array([0.0, 0.04, 1.1]))
    (['0', '12', '40'], ['0.00', '0.04', '1.10'])
    """
    different = len(np.unique(days))
    enough = (d for d in range(3) if len(np.unique(days.round(d))) == different)
    decimals = next(enough, 3)
    return [f"{day:.{decimals}f}" for day in days]


def _date(sequence: ImageSequence, epochs: Int[np.ndarray, " shown"], column: int) -> str:
    mjd = sequence.mjd[epochs]
    day, band = format_days(mjd - sequence.mjd[0])[column], sequence.band[epochs[column]]
    second = f"{escape_math(band)}, day {day}" if band else f"day {day}"
    return f"MJD {mjd[column]:.2f}\n{second}"


def _write_title(figure: Figure, sequence: ImageSequence, n_shown: int, title: str) -> None:
    default = f"{sequence.object_id}  ·  {sequence.class_name}"
    name = title or (default if sequence.class_name else sequence.object_id)
    width, height = figure.get_size_inches()
    figure.suptitle(
        escape_math(clip_text(name, int(CHARACTERS_AN_INCH * (width - LEFT)))),
        x=LEFT / width,
        y=1 - 0.12 / height,
        ha="left",
        va="top",
        fontsize=13,
        fontweight="bold",
    )
    if n_shown < len(sequence):
        figure.text(
            LEFT / width,
            1 - 0.37 / height,
            f"{n_shown} of {len(sequence)} epochs",
            va="top",
            fontsize=9,
            color=FAINT,
        )
