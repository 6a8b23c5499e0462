"""What is known of one object besides its class, in plain sentences."""

import math
import re
from collections.abc import Mapping
from typing import Any

from taonet.markup import count_words
from taonet.sky.cutout import Quality
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import QUIET_CLASS
from taonet.trust.typicality import UNLIKE_BELOW

SPOILT = (Quality.BLANK, Quality.CLIPPED, Quality.HOLE, Quality.STRAY_LIGHT)
"""Reasons of the pixels, the first that applies first; see `taonet.data.reading`."""

_LIMIT = re.compile(r"from MJD (\S+) on")


def quality_words(bits: int) -> list[str]:
    """Return the names of quality bits, as words.

    Examples
    --------
    >>> quality_words(5)
    ['blank', 'mjd repaired']
    """
    return [_word(bit) for bit in Quality if bits & bit]


def _word(bit: Quality) -> str:
    return (bit.name or "").lower().replace("_", " ")


def ignored_reasons(sequence: ImageSequence, stated: str | None) -> list[str | None]:
    """Return for each epoch why it was not read, None where it was.

    Parameters
    ----------
    stated : str or None
        ``ignored_reason`` of the object's last answer: the reasons with their numbers.

    Examples
    --------
    >>> import numpy as np
    >>> some = ImageSequence.from_frames("a", np.zeros((1, 8, 8)), [57000.0], band="i")
    >>> ignored_reasons(some, "blank: 1"), ignored_reasons(some, None)
    (['blank'], [None])
    """
    # a count follows each reason; bands may have colons in their names
    reasons = [part.rpartition(": ")[0] for part in (stated or "").split("; ") if part]
    return [_reason_of(sequence, epoch, reasons) for epoch in range(len(sequence))]


def _reason_of(sequence: ImageSequence, epoch: int, reasons: list[str]) -> str | None:
    bits = int(sequence.quality[epoch])
    for bit in SPOILT:
        if bits & bit and _word(bit) in reasons:
            return _word(bit)
    band = f"band {sequence.band[epoch] or 'not named'}"
    if band in reasons:
        return band
    for reason in reasons:
        match = _LIMIT.fullmatch(reason)
        if match and sequence.mjd[epoch] >= float(match[1]):
            return reason
    return None


def object_sentences(
    answer: Mapping[str, Any] | None, *, n_epochs: int | None, simulated: bool
) -> list[str]:
    """Say what an object's last answer tells besides its class.

    Parameters
    ----------
    answer : mapping or None
        The last row of the prediction table; columns may be missing.
    n_epochs : int or None
        Epochs of the sequence; None where there are no cutouts.
    """
    lines: list[str | None] = []
    if answer is None:
        lines.append("No model has answered about this object.")
    else:
        lines += [_detection(answer), _likeness(answer), _members(answer)]
        lines += [_ignored_epochs(answer, n_epochs), _mix(answer)]
    if n_epochs is None:
        lines.append("There are no cutouts of this object here; open its archive to see them.")
    if simulated:
        lines.append("The object is simulated.")
    return [line for line in lines if line]


def _detection(answer: Mapping[str, Any]) -> str | None:
    detected = answer.get("detected")
    if detected is None:
        return None
    snr = answer.get("snr")
    how = f" (signal-to-noise {snr:.1f})" if _is_number(snr) else ""
    if not detected:
        ending = "; the answer is non-transient, whatever the probabilities are"
        is_quiet = answer.get("predicted_class") == QUIET_CLASS
        return f"Nothing is detected at the object's place{how}{ending if is_quiet else ''}."
    first = answer.get("mjd_detected")
    if not _is_number(first):
        return None
    return f"Detected, first at MJD {first:.2f}{how}."


def _likeness(answer: Mapping[str, Any]) -> str | None:
    typicality = answer.get("typicality")
    if typicality is None or not _is_number(typicality):
        return None
    share = f"typicality {typicality:.3f}"
    if answer.get("unlike", typicality < UNLIKE_BELOW):
        return (
            f"Unlike the objects that the model was calibrated on ({share}, below {UNLIKE_BELOW}):"
            " its answer is not to be trusted."
        )
    return f"Like the objects that the model was calibrated on ({share})."


def _members(answer: Mapping[str, Any]) -> str | None:
    members = answer.get("set")
    if members is None:
        return None
    if not len(members):
        return "The set of classes is empty: the object is typical of none of them."
    if len(members) == 1:
        return f"Only {members[0]} is left in the set of classes."
    return f"The set of classes is {', '.join(members)}: they cannot be told apart yet."


def _ignored_epochs(answer: Mapping[str, Any], n_epochs: int | None) -> str | None:
    count = answer.get("n_ignored")
    if not count:
        return None
    of_all = f" of {n_epochs}" if n_epochs is not None else ""
    verb = "was" if count == 1 else "were"
    reason = answer.get("ignored_reason")
    why = f": {reason}" if reason else ""
    return f"{count_words(int(count), 'epoch')}{of_all} {verb} not read{why}."


def _mix(answer: Mapping[str, Any]) -> str | None:
    prior = answer.get("prior")
    return f"Probabilities refer to the class mix {prior}." if prior else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
