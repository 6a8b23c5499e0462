"""Example sequences: the cutouts, above the probabilities after every epoch."""

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import MaxNLocator

from taonet.errors import InputError
from taonet.evaluation.scored_rows import probabilities_of
from taonet.reports.palette import FAINT, INK, class_colours, escape_math, figure_style, mute_axes
from taonet.sky.cutout import sky_and_noise
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy

MAX_CUTOUTS = 8
_GREY = LinearSegmentedColormap.from_list("night", ["#0B0F16", "#5B6675", "#FFFFFF"])


@figure_style
def sequence_figure(sequence: ImageSequence, rows: pd.DataFrame, taxonomy: Taxonomy) -> Figure:
    """Draw cutouts of a sequence above the probabilities after every epoch.

    Parameters
    ----------
    sequence : ImageSequence
        The first channel is shown, at most eight epochs evenly spaced in time, all at one
        stretch; y points up.
    rows : DataFrame
        The sequence's own rows of the prediction table, one or more.
    taxonomy : Taxonomy

    Raises
    ------
    InputError
        If there is no row of this sequence.
    """
    rows = rows.sort_values("n_epochs").reset_index(drop=True)
    if rows.empty:
        raise InputError("no predictions to show", where=f"sequence {sequence.object_id}")
    epochs = shown_epochs(sequence, float(rows["mjd_last"].iloc[-1]))
    figure = Figure(figsize=(10, 4.3), layout="constrained")
    figure.suptitle(_title(sequence), x=0.012, ha="left", fontsize=12.5)
    above, below = np.ravel(np.asarray(figure.subfigures(2, 1, height_ratios=[1, 1.7])))
    _show_cutouts(above, sequence, epochs)
    axes = mute_axes(below.subplots(), grid="none")
    _show_answers(axes, rows, taxonomy)
    _mark_epochs(axes, rows, sequence.mjd[epochs])
    return figure


def shown_epochs(sequence: ImageSequence, mjd_last: float) -> Int[np.ndarray, " shown"]:
    """Pick at most eight usable epochs up to a time, evenly spaced in time, in order."""
    known = np.flatnonzero(sequence.usable & (sequence.mjd <= mjd_last))
    if not len(known):
        known = np.arange(len(sequence))[:1]
    if len(known) <= MAX_CUTOUTS:
        return known
    mjd = sequence.mjd[known]
    remaining, chosen = list(range(len(known))), []
    for target_mjd in np.linspace(mjd[0], mjd[-1], MAX_CUTOUTS):
        nearest = min(remaining, key=lambda i: abs(mjd[i] - target_mjd))
        remaining.remove(nearest)
        chosen.append(nearest)
    return np.asarray(known[np.sort(chosen)])


def stretch_cutouts(
    sequence: ImageSequence, epochs: Int[np.ndarray, " shown"]
) -> Float[np.ndarray, "shown y x"]:
    """Return cutouts between 0 and 1 at one common stretch, so that brightness compares.

    Each frame's sky level is subtracted, as it is not part of the object; then the asinh is taken
    in units of the noise of the whole sequence, and one range serves all: from 2 sigma below the
    sky to the brightest 0.3 % of the pixels shown.
    """
    frames = sequence.pixels[:, 0]
    sky, noise = sky_and_noise(frames)
    usual = np.nanmedian(np.where(sequence.usable, noise, np.nan)) if sequence.usable.any() else 1.0
    scale = usual if usual > 0 else 1.0
    signal = np.arcsinh((frames[epochs] - sky[epochs, None, None]) / (2 * scale))
    finite = signal[np.isfinite(signal)]
    low, high = np.arcsinh(-1.0), np.arcsinh(4.0)
    if len(finite):
        high = max(high, float(np.percentile(finite, 99.7)))
    return np.asarray(np.clip((signal - low) / (high - low), 0, 1), dtype=np.float64)


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
            image, cmap=_GREY, vmin=0, vmax=1, origin="lower", interpolation="none", aspect="equal"
        )
        axes.set_title(
            f"day {day:.{decimals}f}",
            fontsize=9.5,
            fontweight="normal",
            color=FAINT,
            loc="center",
        )


def _show_answers(axes: Axes, rows: pd.DataFrame, taxonomy: Taxonomy) -> None:
    n_epochs = rows["n_epochs"].to_numpy(np.float64)
    middle = (n_epochs[1:] + n_epochs[:-1]) / 2
    edges = np.concatenate([[n_epochs[0] - 0.5], middle, [n_epochs[-1] + 0.5]])
    probabilities = probabilities_of(rows, taxonomy)
    base = np.zeros(len(rows))
    for (name, colour), p in zip(class_colours(taxonomy).items(), probabilities.T, strict=True):
        axes.stairs(base + p, edges, baseline=base, fill=True, color=colour, linewidth=0, alpha=0.9)
        if p[-1] > 0.06:
            y = float(base[-1] + p[-1] / 2)
            axes.annotate(
                f"{escape_math(name)} {p[-1]:.2f}",
                (edges[-1], y),
                xytext=(7, 0),
                textcoords="offset points",
                va="center",
                color=INK,
                fontweight="bold" if p[-1] == probabilities[-1].max() else "normal",
            )
        base = base + p
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.5, 1])
    axes.spines[:].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=10, min_n_ticks=1))
    axes.set_xlabel("epochs seen" + "   (▾ shown above)" * (len(rows) > 1))
    axes.set_ylabel("probability")


def _mark_epochs(axes: Axes, rows: pd.DataFrame, mjd: Float[np.ndarray, " shown"]) -> None:
    # rows may leave blank epochs out, so the time says how many had been seen
    before = np.searchsorted(rows["mjd_last"].to_numpy(), mjd + 1e-9, side="right")
    at = rows["n_epochs"].to_numpy()[np.maximum(before, 1) - 1]
    if len(rows) > 1:
        axes.plot(
            at,
            np.full(len(at), 1.035),
            "v",
            color=FAINT,
            markersize=6,
            clip_on=False,
            markeredgewidth=0,
        )


def _title(sequence: ImageSequence) -> str:
    truth = f"true class {sequence.class_name}" if sequence.class_name else "class unknown"
    return escape_math(f"{sequence.object_id}  ·  {truth}")
