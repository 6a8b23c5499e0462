"""A last answer in words: the class, and what is said besides it."""

from typing import Any

import numpy as np
import pandas as pd

from taonet.markup import count_words


def answer_words(row: "pd.Series[Any]") -> list[str]:
    """Return what an answer says besides a class, as sentences; none where a table is silent.

    Parameters
    ----------
    row : Series
        A row of a prediction table, the last one of an object: see
        `taonet.io.prediction_columns.COLUMNS`.

    Examples
    --------
    >>> answer_words(pd.Series({"detected": True, "snr": 12.3, "unlike": False,
    ...     "typicality": 0.4, "n_ignored": 2, "ignored_reason": "blank: 2"}))
    ... # doctest: +NORMALIZE_WHITESPACE
    ['Detected (signal-to-noise 12.3).',
     'Like the objects that the model was calibrated on (typicality 0.400).',
     '2 epochs were not read: blank: 2.']
    """
    sentences = (_detection(row), _likeness(row), _unread_epochs(row))
    return [sentence for sentence in sentences if sentence]


def answer_badges(row: "pd.Series[Any]") -> list[str]:
    """Return in a word or two each what a reader should not overlook in an answer.

    Examples
    --------
    >>> answer_badges(pd.Series({"detected": False, "unlike": True, "n_ignored": 0}))
    ['nothing detected', 'unlike']
    """
    is_so = {
        "nothing detected": _is_stated(row, "detected") and not row["detected"],
        "unlike": _is_stated(row, "unlike") and bool(row["unlike"]),
        "epochs not read": _number(row, "n_ignored") > 0,
    }
    return [words for words, holds in is_so.items() if holds]


def set_words(row: "pd.Series[Any]") -> str:
    """Return the set of classes of an answer as a sentence, or nothing where none was fitted.

    Examples
    --------
    >>> set_words(pd.Series({"set": ("SN", "CV")})), set_words(pd.Series({"set": ()}))
    ('Set: SN, CV.', 'Set: empty, typical of no class.')
    """
    members = row.get("set")
    if not isinstance(members, tuple):
        return ""
    return f"Set: {', '.join(members) or 'empty, typical of no class'}."


def _detection(row: "pd.Series[Any]") -> str:
    if not _is_stated(row, "detected"):
        return ""
    snr = _number(row, "snr")
    level = f" (signal-to-noise {snr:.1f})" if np.isfinite(snr) else ""
    if row["detected"]:
        return f"Detected{level}."
    return f"Nothing is detected at the object's place{level}."


def _likeness(row: "pd.Series[Any]") -> str:
    typicality = _number(row, "typicality")
    if not np.isfinite(typicality) or not _is_stated(row, "unlike"):
        return ""
    how = "Unlike" if row["unlike"] else "Like"
    return f"{how} the objects that the model was calibrated on (typicality {typicality:.3f})."


def _unread_epochs(row: "pd.Series[Any]") -> str:
    count = _number(row, "n_ignored")
    if not np.isfinite(count):
        return ""
    if not count:
        return "All epochs were read."
    why = f": {row['ignored_reason']}" if _is_stated(row, "ignored_reason") else ""
    return f"{count_words(int(count), 'epoch')} {'was' if count == 1 else 'were'} not read{why}."


def _is_stated(row: "pd.Series[Any]", name: str) -> bool:
    return name in row and bool(pd.notna(row[name]))


def _number(row: "pd.Series[Any]", name: str) -> float:
    return float(row[name]) if _is_stated(row, name) else float("nan")
