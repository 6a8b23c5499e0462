"""The answers about one object: probabilities after every epoch, or as bars where there is one."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from taonet.errors import InputError
from taonet.evaluation.scored_rows import WHERE, probabilities_of, sets_of
from taonet.io.prediction_columns import classes_of, columns_of
from taonet.reports.notebook_figure import NotebookFigure
from taonet.reports.palette import (
    FAINT,
    INK,
    class_colours,
    escape_math,
    figure_style,
    mute_axes,
    set_mjd_axis,
)
from taonet.sky.taxonomy import Taxonomy

LEAST_LABELLED: Final = 0.06
"""A class of less probability than this has no room for its name."""

AFTER_LAST: Final = 0.06
"""The last answer is drawn beyond its epoch for this share of the time before."""

NAMED: Final = 3
"""So many objects are named in an error."""


@figure_style
def answers_figure(
    rows: pd.DataFrame, taxonomy: Taxonomy | None = None, *, title: str = ""
) -> NotebookFigure:
    """Draw the probabilities of one object after every epoch; of one answer alone, bars.

    An answer holds from its epoch, marked at the top, until the next one. The first detection is
    marked where the table knows it.

    Parameters
    ----------
    rows : DataFrame
        The object's rows of a prediction table. Without ``mjd_last`` they are drawn against the
        number of epochs.
    taxonomy : Taxonomy, optional
        The classes drawn, by default those that the table gives probabilities of.
    title : str
        The object's name and true class by default. The answer stands below it.

    Raises
    ------
    InputError
        If there is no row, rows are of several objects or of two methods, or probabilities of a
        class are missing.
    """
    taxonomy = taxonomy or table_taxonomy(rows)
    rows = rows_of_one(rows, taxonomy)
    figure = NotebookFigure(figsize=(9, 4.2), layout="constrained")
    axes = mute_axes(figure.add_subplot(), grid="none")
    if len(rows) == 1:
        figure.set_size_inches(6.4, 1.2 + 0.34 * len(taxonomy.classes))
        Bars(axes, taxonomy).set_values(probabilities_of(rows, taxonomy)[0])
    elif "mjd_last" in rows and rows["mjd_last"].notna().all():
        _draw_by_time(axes, rows, taxonomy)
    else:
        draw_by_epochs(axes, rows, taxonomy)
    axes.set_title(escape_math(title or _default_title(rows)), pad=30)
    axes.annotate(
        escape_math(describe_answer(rows, taxonomy)),
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, 12),
        textcoords="offset points",
        fontsize=11,
    )
    return figure


def table_taxonomy(table: pd.DataFrame) -> Taxonomy:
    """Return the classes that a table gives probabilities of.

    Raises
    ------
    InputError
        If there is none: it is no prediction table.
    """
    classes = classes_of(table)
    if not classes:
        do = "give a table that taonet predict made, or one with a column p_CLASS for every class"
        raise InputError("not a prediction table", got="no column p_CLASS", do=do)
    return Taxonomy(name=WHERE, classes=classes)


def rows_about(object_id: str, table: pd.DataFrame) -> tuple[pd.DataFrame, Taxonomy]:
    """Return the rows of a table about an object, and the classes of the table.

    Raises
    ------
    InputError
        If it is no prediction table, or has no row of the object.
    """
    taxonomy = table_taxonomy(table)
    if "object_id" not in table:
        raise InputError("columns are missing", where=WHERE, got="no object_id")
    rows = table[table["object_id"] == object_id]
    if rows.empty:
        others = format_names(table["object_id"].drop_duplicates().tolist())
        raise InputError(f"no predictions of {object_id}", where=WHERE, got=others or "no rows")
    return rows_of_one(rows, taxonomy), taxonomy


def rows_of_one(rows: pd.DataFrame, taxonomy: Taxonomy) -> pd.DataFrame:
    """Return the rows of a table about one object, in order of the number of epochs.

    Raises
    ------
    InputError
        If there is no row, a column is missing, rows are of several objects, or an object has two
        answers for one number of epochs.
    """
    needed = ["object_id", "n_epochs", *columns_of(taxonomy)]
    missing = [name for name in needed if name not in rows]
    if missing:
        raise InputError("columns are missing", where=WHERE, got=", ".join(missing))
    if rows.empty:
        raise InputError("no predictions to draw", where=WHERE, got="no rows")
    names = rows["object_id"].drop_duplicates().tolist()
    if len(names) > 1:
        raise InputError(
            "predictions of one object can be drawn",
            where=WHERE,
            got=f"{len(names)} objects: {format_names(names)}",
            do=f"choose one, such as object_id={names[0]!r}",
        )
    if rows["n_epochs"].duplicated().any():
        what = "the object has two answers for one number of epochs"
        raise InputError(what, where=f"{WHERE}, {names[0]}", do="draw one method at a time")
    return rows.sort_values("n_epochs").reset_index(drop=True)


def format_names(names: Sequence[object]) -> str:
    """Return the first few of many names.

    Examples
    --------
    >>> format_names(["a", "b", "c", "d"])
    'a, b, c …'
    """
    return ", ".join(map(str, names[:NAMED])) + " …" * (len(names) > NAMED)


def describe_answer(rows: pd.DataFrame, taxonomy: Taxonomy) -> str:
    """Return the last answer about an object in a line.

    Examples
    --------
    >>> rows = pd.DataFrame({"n_epochs": [7], "p_SN": 0.9, "p_CV": 0.1, "set": [("SN",)]})
    >>> describe_answer(rows, Taxonomy(name="two", classes=("SN", "CV")))
    'after 7 epochs: SN 0.90  ·  set: SN'
    """
    last = rows.iloc[-1:]
    probabilities = probabilities_of(last, taxonomy)
    best = taxonomy.most_probable(probabilities)[0]
    count = int(last["n_epochs"].iloc[0])
    answer = "no answer" if best is None else f"{best} {probabilities[0].max():.2f}"
    parts = [f"after {count} epoch{'s' if count > 1 else ''}: {answer}"]
    if "set" in last and last["set"].notna().all():
        parts.append(f"set: {', '.join(sets_of(last)[0]) or 'empty, typical of no class'}")
    return "  ·  ".join(parts)


def draw_by_epochs(axes: Axes, rows: pd.DataFrame, taxonomy: Taxonomy) -> None:
    """Draw the probabilities, one above the other, against the number of epochs."""
    n_epochs = rows["n_epochs"].to_numpy(np.float64)
    middle = (n_epochs[1:] + n_epochs[:-1]) / 2
    edges = np.concatenate([[n_epochs[0] - 0.5], middle, [n_epochs[-1] + 0.5]])
    probabilities = probabilities_of(rows, taxonomy)
    _stack(axes, edges, probabilities, class_colours(taxonomy))
    _label_classes(axes, probabilities, taxonomy, probabilities[-1] > LEAST_LABELLED)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=10, min_n_ticks=1))
    axes.set_xlabel("epochs seen")


def _draw_by_time(axes: Axes, rows: pd.DataFrame, taxonomy: Taxonomy) -> None:
    mjd = rows["mjd_last"].to_numpy(np.float64)
    after = AFTER_LAST * (mjd[-1] - mjd[0]) or 1.0
    probabilities = probabilities_of(rows, taxonomy)
    _stack(axes, np.append(mjd, mjd[-1] + after), probabilities, class_colours(taxonomy))
    ever = (np.nan_to_num(probabilities) > LEAST_LABELLED).any(axis=0)
    _label_classes(axes, probabilities, taxonomy, ever)
    set_mjd_axis(axes)
    axes.plot(
        mjd,
        np.full(len(mjd), 1.02),
        "|",
        color=FAINT,
        markersize=5,
        clip_on=False,
        transform=axes.get_xaxis_transform(),
    )
    _mark_detection(axes, rows)


def _mark_detection(axes: Axes, rows: pd.DataFrame) -> None:
    if "mjd_detected" not in rows or not np.isfinite(rows["mjd_detected"].iloc[-1]):
        return
    mjd = float(rows["mjd_detected"].iloc[-1])
    axes.axvline(mjd, color=INK, linewidth=1.2, linestyle=(0, (4, 3)))
    low, high = axes.get_xlim()
    is_right = mjd > (low + high) / 2
    axes.annotate(
        "first detection",
        (mjd, 0.03),
        xytext=(-5 if is_right else 5, 0),
        textcoords="offset points",
        ha="right" if is_right else "left",
        fontsize=10,
        bbox={"boxstyle": "square,pad=0.25", "facecolor": "white", "alpha": 0.8, "linewidth": 0},
    )


def _stack(
    axes: Axes,
    edges: Float[np.ndarray, " edge"],
    probabilities: Float[np.ndarray, "row class"],
    colours: Mapping[str, str],
) -> None:
    base = np.zeros(len(probabilities))
    for colour, p in zip(colours.values(), probabilities.T, strict=True):
        axes.stairs(base + p, edges, baseline=base, fill=True, color=colour, linewidth=0, alpha=0.9)
        base = base + p
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.5, 1])
    axes.spines[:].set_visible(False)
    axes.set_ylabel("probability")


def _label_classes(
    axes: Axes,
    probabilities: Float[np.ndarray, "row class"],
    taxonomy: Taxonomy,
    labelled: Bool[np.ndarray, " class"],
) -> None:
    """Write classes with their last probability beside where the last answer ends.

    What is too thin to be told by its place has its colour before it.
    """
    last = np.nan_to_num(probabilities[-1])
    middle = np.cumsum(last) - last / 2
    colours = class_colours(taxonomy)
    heights = _space_out(middle[labelled], gap=LEAST_LABELLED)
    for k, y in zip(np.flatnonzero(labelled).tolist(), heights.tolist(), strict=True):
        name = taxonomy.classes[k]
        is_thin = last[k] <= LEAST_LABELLED
        if is_thin:
            axes.plot(
                1.012, y, "s", transform=axes.transAxes, clip_on=False, color=colours[name], ms=6
            )
        axes.annotate(
            f"{escape_math(name)} {last[k]:.2f}",
            (1, y),
            xycoords="axes fraction",
            xytext=(14 if is_thin else 7, 0),
            textcoords="offset points",
            va="center",
            color=INK,
            fontweight="bold" if last[k] == last.max() else "normal",
        )


def _space_out(heights: Float[np.ndarray, " n"], *, gap: float) -> Float[np.ndarray, " n"]:
    """Return rising heights at least ``gap`` apart, moved as little as one sweep each way can."""
    spaced = heights.copy()
    for i in range(1, len(spaced)):
        spaced[i] = max(spaced[i], spaced[i - 1] + gap)
    highest = max(1.0, gap * (len(spaced) - 1))
    for i in range(len(spaced) - 1, -1, -1):
        spaced[i] = min(spaced[i], highest)
        highest = spaced[i] - gap
    return spaced


class Bars:
    """One answer as horizontal bars, each class in its colour, in label order from the top.

    Parameters
    ----------
    axes : Axes
        Filled by it.
    taxonomy : Taxonomy
    """

    def __init__(self, axes: Axes, taxonomy: Taxonomy) -> None:
        names = [escape_math(name) for name in taxonomy.classes]
        places = np.arange(len(names))
        colours = list(class_colours(taxonomy).values())
        self.bars = axes.barh(places, np.zeros(len(names)), color=colours, height=0.72, alpha=0.9)
        self.numbers = [axes.text(0, y, "", va="center", fontsize=10) for y in places.tolist()]
        axes.set_yticks(places, names)
        axes.set(xlim=(0, 1.16), xticks=[], ylim=(len(names) - 0.5, -0.5))
        axes.spines[:].set_visible(False)

    def set_values(self, probabilities: Float[np.ndarray, " class"]) -> None:
        """Let the bars be as long as the probabilities; those that are not known have none."""
        for value, bar, number in zip(probabilities, self.bars, self.numbers, strict=True):
            is_known = bool(np.isfinite(value))
            bar.set_width(float(value) if is_known else 0.0)
            number.set_x(bar.get_width() + 0.02)
            number.set_text(f"{value:.2f}" if is_known else "–")


def _default_title(rows: pd.DataFrame) -> str:
    name, truth = rows["object_id"].iloc[0], rows.get("class_name", pd.Series([None])).iloc[0]
    return f"{name}  ·  true class {truth}" if isinstance(truth, str) else str(name)
