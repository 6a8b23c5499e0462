"""What is kept of a verb that was interrupted, and how to go on."""

from collections.abc import Sequence
from typing import Final

GOES_ON: Final = ("demo", "encoder", "fetch", "ingest", "simulate", "train")
"""Verbs that keep what is finished."""

BEGINS_ANEW: Final = ("demo", "ingest", "simulate")
"""Of those, the ones that discard what is finished if --overwrite is given."""

RESUMPTION: Final = "what is finished is kept, and the same command goes on from there"
ANEW: Final = "with --overwrite the same command begins anew"
NOTHING: Final = "nothing was written; run the same command again"
PICTURES: Final = "only pictures were written; run the same command again"


def describe_interruption(words: Sequence[str]) -> str:
    """Say in a line what is kept of an interrupted command and how to go on.

    Parameters
    ----------
    words : sequence of str
        What followed ``taonet``.

    Examples
    --------
    >>> describe_interruption(["predict", "ztf-sim", "night.avro", "-o", "p.csv"])
    'interrupted; nothing was written; run the same command again'
    """
    return f"interrupted; {_describe_outcome(words)}"


def _describe_outcome(words: Sequence[str]) -> str:
    verb = next((word for word in words if not word.startswith("-")), "")
    if verb == "photometry" and any(word.startswith("--figures") for word in words):
        return PICTURES
    if verb not in GOES_ON or (verb == "simulate" and _keeps_nothing(words)):
        return NOTHING
    if verb in BEGINS_ANEW and "--overwrite" in words:
        return ANEW
    return RESUMPTION


def _keeps_nothing(words: Sequence[str]) -> bool:
    # tables of light curves and comparisons are whole or not there; `inject` and surveys go on
    return "--light-curves-only" in words or words[1:2] == ["check"]
