"""What is known of one object besides its class, in plain sentences."""

import re
from collections.abc import Mapping
from typing import Any

from taonet.reports.answer_words import answer_words
from taonet.sky.cutout import Quality
from taonet.sky.sequence import ImageSequence

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
    if answer is None:
        lines = ["No model has answered about this object."]
    else:
        lines = answer_words(answer, n_epochs=n_epochs)
    if n_epochs is None:
        lines.append("There are no cutouts of this object here; open its archive to see them.")
    if simulated:
        lines.append("The object is simulated.")
    return lines
