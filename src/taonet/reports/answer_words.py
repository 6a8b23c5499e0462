"""An answer in words: what it says besides a class."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from taonet.markup import count_words
from taonet.sky.taxonomy import QUIET_CLASS
from taonet.trust.typicality import UNLIKE_BELOW


def answer_words(answer: Mapping[Any, Any], *, n_epochs: int | None = None) -> list[str]:
    """Return what an answer says besides a class, as sentences; none where a table is silent.

    Parameters
    ----------
    answer : mapping
        A row of a prediction table, the last one of an object: see
        `taonet.io.prediction_columns.COLUMNS`; columns may be missing.
    n_epochs : int, optional
        Epochs of the sequence, those that were not read among them.

    Examples
    --------
    >>> answer_words({"detected": True, "snr": 12.3, "unlike": False,
    ...     "typicality": 0.4, "n_ignored": 2, "ignored_reason": "blank: 2"})
    ... # doctest: +NORMALIZE_WHITESPACE
    ['Detected (signal-to-noise 12.3).',
     'Like the objects that the model was calibrated on (typicality 0.400).',
     '2 epochs were not read: blank: 2.']
    """
    sentences = (
        _detection(answer),
        _likeness(answer),
        _members(answer),
        _unread_epochs(answer, n_epochs),
        _mix(answer),
    )
    return [sentence for sentence in sentences if sentence]


def answer_badges(answer: Mapping[Any, Any]) -> list[str]:
    """Return in a word or two each what a reader should not overlook in an answer.

    Examples
    --------
    >>> answer_badges({"detected": False, "unlike": True, "n_ignored": 0})
    ['nothing detected', 'unlike']
    """
    is_so = {
        "nothing detected": _is_stated(answer, "detected") and not answer["detected"],
        "unlike": _is_stated(answer, "unlike") and bool(answer["unlike"]),
        "epochs not read": _number(answer, "n_ignored") > 0,
    }
    return [words for words, holds in is_so.items() if holds]


def _detection(answer: Mapping[Any, Any]) -> str:
    if not _is_stated(answer, "detected"):
        return ""
    snr, first = _number(answer, "snr"), _number(answer, "mjd_detected")
    level = f" (signal-to-noise {snr:.1f})" if math.isfinite(snr) else ""
    if not answer["detected"]:
        ending = "; the answer is non-transient, whatever the probabilities are"
        is_quiet = answer.get("predicted_class") == QUIET_CLASS
        return f"Nothing is detected at the object's place{level}{ending if is_quiet else ''}."
    since = f", first at MJD {first:.2f}" if math.isfinite(first) else ""
    # light curves are of what was seen: nobody noted when, nor how well
    return f"Detected{since}{level}." if since or level else ""


def _likeness(answer: Mapping[Any, Any]) -> str:
    typicality = _number(answer, "typicality")
    if not math.isfinite(typicality):
        return ""
    share = f"typicality {typicality:.3f}"
    is_unlike = answer["unlike"] if _is_stated(answer, "unlike") else typicality < UNLIKE_BELOW
    if is_unlike:
        return (
            f"Unlike the objects that the model was calibrated on ({share}, below {UNLIKE_BELOW}):"
            " its answer is not to be trusted."
        )
    return f"Like the objects that the model was calibrated on ({share})."


def _members(answer: Mapping[Any, Any]) -> str:
    members = answer.get("set")
    if not isinstance(members, tuple | list):
        return ""
    if not members:
        return "The set of classes is empty: the object is typical of none of them."
    if len(members) == 1:
        return f"Only {members[0]} is left in the set of classes."
    return f"The set of classes is {', '.join(members)}: they cannot be told apart yet."


def _unread_epochs(answer: Mapping[Any, Any], n_epochs: int | None) -> str:
    count = _number(answer, "n_ignored")
    if not count > 0:
        return ""
    of_all = f" of {n_epochs}" if n_epochs is not None else ""
    verb = "was" if count == 1 else "were"
    why = f": {answer['ignored_reason']}" if _is_stated(answer, "ignored_reason") else ""
    return f"{count_words(int(count), 'epoch')}{of_all} {verb} not read{why}."


def _mix(answer: Mapping[Any, Any]) -> str:
    if not _is_stated(answer, "prior"):
        return ""
    return f"Probabilities refer to the class mix {answer['prior']}."


def _is_stated(answer: Mapping[Any, Any], name: str) -> bool:
    return name in answer and bool(pd.notna(answer[name]))


def _number(answer: Mapping[Any, Any], name: str) -> float:
    return float(answer[name]) if _is_stated(answer, name) else math.nan
