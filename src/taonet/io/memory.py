"""Sequences in memory as a source, beside those that files and archives make."""

from collections.abc import Iterable, Iterator, Sized
from typing import Any

from taonet.errors import InputError
from taonet.io.items import ItemResult, SequenceSource
from taonet.io.object_list import ObjectList
from taonet.sky.sequence import ImageSequence


def memory_source(sequences: Iterable[Any]) -> SequenceSource:
    """Return the source of sequences in memory, or of a generator of them.

    Parameters
    ----------
    sequences : iterable of ImageSequence
        A generator can be read once; its number of items is not known.

    Raises
    ------
    InputError
        While it is read, at the first thing that is no sequence.
    """

    def read(done: frozenset[str]) -> Iterator[ItemResult]:
        for one in sequences:
            if not isinstance(one, ImageSequence):
                raise InputError(
                    "not a sequence of cutouts",
                    got=f"an object of type {type(one).__name__}",
                    do="make one with taonet.ImageSequence.from_frames(name, frames, mjd)",
                )
            if one.object_id not in done:
                yield ItemResult(item=one.object_id, sequence=one)

    return SequenceSource(
        kind="memory",
        survey=sequences.survey if isinstance(sequences, ObjectList) else "",
        signature="",
        count=len(sequences) if isinstance(sequences, Sized) else None,
        read=read,
        simulated=isinstance(sequences, ObjectList) and sequences.simulated,
    )
