"""A source of sequences: items of known number, each a sequence or the reason why not."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from taonet.io.rejection import Rejection
from taonet.sky.sequence import ImageSequence


@dataclass(frozen=True, kw_only=True)
class ItemResult:
    """The result of reading one item of a source.

    Parameters
    ----------
    item : str
        Its name within the source.
    sequence : ImageSequence or None
    rejection : Rejection or None
        Why there is no sequence.
    parts : tuple of Rejection
        What was set aside within it: single frames, packets, rows.
    remarks : tuple of str
        What the user should know of the sequence, without particulars: remarks are counted.
    """

    item: str
    sequence: ImageSequence | None = None
    rejection: Rejection | None = None
    parts: tuple[Rejection, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SequenceSource:
    """A set of items that can be read as sequences.

    Parameters
    ----------
    kind, survey : str
    simulated : bool
    signature : str
        A hash of what is read; the same for the same inputs.
    count : int or None
        Number of items; None where it is not known beforehand.
    read : function
        Given the items to skip, yields a `ItemResult` for each of the others.
    remarks : tuple of str
        What the user should know of the input as a whole.
    """

    kind: str
    survey: str
    signature: str
    count: int | None
    read: Callable[[frozenset[str]], Iterator[ItemResult]] = field(repr=False)
    simulated: bool = False
    remarks: tuple[str, ...] = ()


def signature_of(files: Sequence[Path]) -> str:
    """Return a hash that identifies a set of files without reading them.

    It is made of their names, sizes and times of change.
    """
    digest = hashlib.sha256()
    for file in files:
        state = file.stat() if file.exists() else None
        stamp = (str(file.absolute()), state and state.st_size, state and state.st_mtime_ns)
        digest.update(repr(stamp).encode())
    return digest.hexdigest()
