"""Predictions in memory: a prediction table that shows itself in one line, or in a notebook."""

import math
from html import escape
from typing import Any

import pandas as pd

from taonet.io.paths import path_of
from taonet.io.prediction_columns import classes_of
from taonet.io.prediction_table import write_predictions
from taonet.markup import CELL, LINE, count_words, shorten
from taonet.types import AnyPath

MOST_SHOWN = 12
"""Objects that a notebook shows; the table holds all."""

BAR_PX = 90


class Predictions(pd.DataFrame):
    """A prediction table: one row an object and number of epochs seen.

    ===================  ==========================================================================
    ``object_id``        name of the object
    ``ra``, ``dec``      position, J2000 degrees
    ``class_name``       the true class, missing where it is not known
    ``n_epochs``         number of epochs (of light curves: points) that were read
    ``mjd_last``         MJD of the last of them
    ``p_CLASS``          probability of each class; their sum is 1
    ``predicted_class``  the most probable class; where nothing is detected NON, or missing if the
                         model has no such class
    ``set``              classes that contain the true one at the stated rate (90 % for those that
                         ship); missing where the model is not calibrated
    ``typicality``       share of the calibration objects that are at least as unlike the others, 0
                         to 1: low means unlike anything that was calibrated on; NaN without it
    ``mjd_detected``     MJD of the first detection, NaN until then and for trees
    ``detected``         whether anything is seen at the object's place so far
    ``snr``              by how much the sum of the frames so far stands out there
    ``unlike``           whether the object is unlike those calibrated on: typicality below 0.05
    ``prior``            the class mix that probabilities refer to, where one was given
    ``n_ignored``        number of epochs so far that were not read; of the last answer, of all
    ``ignored_reason``   why, such as "from MJD 57081 on: 4; blank: 1"; missing where there are none
    ===================  ==========================================================================

    It is a DataFrame like any other, and whatever is selected from it is a plain one; only the
    whole table shows itself as a summary: in one line, or in a notebook the last answer about each
    of its first objects. ``attrs["metadata"]`` names the model.
    """

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that it gives probabilities of, in label order."""
        return classes_of(self)

    def write(self, path: AnyPath, *, overwrite: bool = False) -> None:
        """Write the table as ``taonet predict`` does: .parquet, .csv, .ecsv or .vot.

        Raises
        ------
        OutputError
            If the suffix is another, or the file exists.
        """
        known = self.attrs.get("metadata", {})
        write_predictions(self, path_of(path), metadata=known, overwrite=overwrite)

    def last_answers(self) -> pd.DataFrame:
        """Return the last answer about each object, one row an object."""
        table = pd.DataFrame(self)
        if "n_epochs" in table:
            table = table.sort_values("n_epochs", kind="stable")
        return table.groupby("object_id", sort=False).tail(1).sort_index()

    def __repr__(self) -> str:
        final = self.last_answers()
        answers = final.get("predicted_class", pd.Series(dtype=object))
        said = ", ".join(f"{name} {n}" for name, n in answers.value_counts().items())
        head = f"{count_words(len(final), 'object')}, {count_words(len(self), 'row')}"
        return shorten(f"<Predictions: {head}; {said}>" if said else f"<Predictions: {head}>", LINE)

    def _repr_html_(self) -> str:
        final = self.last_answers()
        hidden = len(final) - MOST_SHOWN
        rows = "".join(self._row_html(row) for row in final.head(MOST_SHOWN).to_dict("records"))
        names = ("object", "epochs", "last answer", "probability", "set", "typicality")
        head = "".join(f"<th style='{CELL}'>{name}</th>" for name in names)
        more = f"<div>… and {count_words(hidden, 'more object')}</div>" if hidden > 0 else ""
        title = f"<b>Predictions: {count_words(len(final), 'object')}</b>, "
        title += f"{count_words(len(self), 'row')}, one an object and number of epochs"
        table = f"<table style='margin:4px 0'><tr>{head}</tr>{rows}</table>"
        return f"<div>{title}{table}{more}</div>"

    def _row_html(self, row: dict[Any, Any]) -> str:
        answer = row.get("predicted_class")
        p = row.get(f"p_{answer}", math.nan)
        bar = f"<div style='width:{BAR_PX * p:.0f}px;height:6px;background:#0B5CAD'></div>"
        cells = [
            escape(str(row["object_id"])),
            escape(str(row.get("n_epochs", ""))),
            f"<b>{escape(str(answer))}</b>" if isinstance(answer, str) else "–",
            f"{p:.2f}{bar}" if math.isfinite(p) else "–",
            escape(_set_text(row.get("set"))),
            f"{row.get('typicality', math.nan):.2f}".replace("nan", "–"),
        ]
        return "<tr>" + "".join(f"<td style='{CELL}'>{cell}</td>" for cell in cells) + "</tr>"


def _set_text(members: object) -> str:
    """Return a set in words: an empty one is an answer, a missing one is none."""
    if not isinstance(members, tuple):
        return "–"
    return " ".join(members) or "empty"
