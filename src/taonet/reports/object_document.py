"""One object as a document of plain values: what pages, the API and other programs show of it.

Names are those of the prediction table. Numbers are its numbers, never rounded; what is not known
is None, since JSON has no NaN.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from taonet.io.prediction_columns import classes_of
from taonet.reports.legend import class_words
from taonet.reports.object_links import object_links
from taonet.reports.object_words import ignored_reasons, object_sentences, quality_words
from taonet.reports.packed_frames import PackedFrames
from taonet.reports.palette import class_colours
from taonet.sky.bands import sort_bands
from taonet.sky.lightcurve import LightCurve
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy

MODEL = "taonet_model"
"""In the metadata of a table: the model that answered."""


def object_document(
    rows: pd.DataFrame,
    *,
    sequence: ImageSequence | None = None,
    packed: PackedFrames | None = None,
    curve: LightCurve | None = None,
    survey: str = "",
    simulated: bool = False,
) -> dict[str, Any]:
    """Return what is known of one object as a document that JSON can hold.

    Parameters
    ----------
    rows : DataFrame
        The rows of the prediction table about the object, one a number of epochs; its classes are
        those of the document. There may be none, if there is a sequence.
    sequence : ImageSequence, optional
        The object's cutouts.
    packed : PackedFrames, optional
        The same as whole numbers, see `taonet.reports.packed_frames.pack_frames`: the document
        says how to read them, and does not hold them.
    curve : LightCurve, optional
        What was measured in the cutouts.
    survey : str
    simulated : bool

    Returns
    -------
    dict
        ``object_id``, ``class_name``, ``ra``, ``dec``, ``survey``, ``classes``, ``model``,
        ``simulated``, ``epochs``, ``answers``, ``frames``, ``light_curve``, ``sentences``,
        ``links``.
    """
    answers = [_answer(row) for row in _by_epochs(rows).to_dict("records")]
    last = answers[-1] if answers else None
    facts = _facts(rows, sequence)
    return {
        **facts,
        "survey": survey,
        "classes": class_list(classes_of(rows)),
        "model": rows.attrs.get("metadata", {}).get(MODEL),
        "simulated": simulated,
        "epochs": [] if sequence is None else _epochs(sequence, last),
        "answers": answers,
        "frames": None if packed is None else packed.describe(),
        "light_curve": {} if curve is None else curve_points(curve),
        "sentences": object_sentences(
            last, n_epochs=None if sequence is None else len(sequence), simulated=simulated
        ),
        "links": object_links(
            facts["object_id"], ra=_or_nan(facts["ra"]), dec=_or_nan(facts["dec"])
        ),
    }


def class_list(classes: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the name of each class, what it stands for and its colour, in label order.

    Examples
    --------
    >>> class_list(("SN",))
    [{'name': 'SN', 'words': 'supernova', 'colour': '#D55E00'}]
    """
    if not classes:
        return []
    colours = class_colours(Taxonomy(name="", classes=classes))
    return [{"name": name, "words": class_words(name), "colour": colours[name]} for name in classes]


def plain_value(value: Any) -> Any:
    """Return a cell as JSON has it: None for what is missing or not finite.

    Examples
    --------
    >>> [plain_value(v) for v in (np.float64("nan"), np.int64(3), ("SN",), None, True)]
    [None, 3, ['SN'], None, True]
    """
    if isinstance(value, tuple | list):
        return [plain_value(one) for one in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return None if value is None or value is pd.NaT or value is pd.NA else value


def _by_epochs(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values("n_epochs", kind="stable") if "n_epochs" in rows else rows


ANSWER = (
    "n_epochs",
    "mjd_last",
    "predicted_class",
    "set",
    "typicality",
    "mjd_detected",
    "detected",
    "snr",
    "unlike",
    "prior",
    "n_ignored",
    "ignored_reason",
)
"""Columns that an answer repeats, beside the probabilities."""


def _answer(row: Mapping[Any, Any]) -> dict[str, Any]:
    p = {name[2:]: plain_value(value) for name, value in row.items() if str(name)[:2] == "p_"}
    return {name: plain_value(row.get(name)) for name in ANSWER} | {"p": p}


def _facts(rows: pd.DataFrame, sequence: ImageSequence | None) -> dict[str, Any]:
    """Return the name, class and position: what the table states, else what the sequence does."""
    row = rows.iloc[0].to_dict() if len(rows) else {}
    facts = {name: plain_value(row.get(name)) for name in ("object_id", "class_name", "ra", "dec")}
    if sequence is None:
        return facts
    own = {name: plain_value(getattr(sequence, name)) for name in facts}
    return {name: own[name] if value is None else value for name, value in facts.items()}


def _epochs(sequence: ImageSequence, last: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    reasons = ignored_reasons(sequence, None if last is None else last["ignored_reason"])
    return [
        {
            "index": i,
            "mjd": float(sequence.mjd[i]),
            "band": sequence.band[i],
            "seeing_fwhm_px": plain_value(sequence.seeing_fwhm_px[i]),
            "zero_point_mag": plain_value(sequence.zero_point_mag[i]),
            "quality": quality_words(int(sequence.quality[i])),
            "is_read": reasons[i] is None,
            "ignored_reason": reasons[i],
        }
        for i in range(len(sequence))
    ]


def curve_points(curve: LightCurve) -> dict[str, list[dict[str, Any]]]:
    """Return the points of a light curve, band by band from blue to red, as JSON has them.

    Parameters
    ----------
    curve : LightCurve
        Measured in the object's cutouts: ``index`` is that of the epoch.
    """
    columns = {
        "mjd": curve.mjd,
        "flux": curve.flux,
        "flux_error": curve.flux_err,
        "mag": curve.mag,
        "mag_error": curve.magerr,
        "limiting_mag": curve.limiting_mag,
    }
    points: dict[str, list[dict[str, Any]]] = {band: [] for band in sort_bands(curve.band)}
    for i, band in enumerate(curve.band):
        values = {name: plain_value(column[i]) for name, column in columns.items()}
        points[band].append({"index": i, **values})
    return points


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
