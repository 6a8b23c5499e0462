"""What came in and cannot be used: kept with its reason, counted by reason, listed in a file."""

import json
import os
import tempfile
import weakref
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from taonet.errors import TaoNetError
from taonet.io.atomic import atomic_file
from taonet.types import AnyPath

IN_MEMORY = 1_000_000
"""Bytes of a list of rejections that are held in memory; longer ones go to a temporary file."""

MOST_KINDS = 4
"""Reasons named in a summary; the list in the file has all."""


@dataclass(frozen=True, kw_only=True)
class Rejection:
    """Something that came in and is not used.

    Parameters
    ----------
    source : str
        The item (file, object) that it is, or that it is part of.
    reason : str
        In one line: where, what, what was met.
    kind : str
        The reason without particulars; rejections are counted by it.
    part : bool
        True for a frame, packet or row of an item whose rest is used.
    """

    source: str
    reason: str
    kind: str = ""
    part: bool = False

    @classmethod
    def from_error(cls, source: str, error: TaoNetError, *, part: bool = False) -> "Rejection":
        """Keep an error as a reason."""
        return cls(source=source, reason=str(error), kind=error.what, part=part)

    @property
    def line(self) -> str:
        """As a line of JSON."""
        return json.dumps(asdict(self)) + "\n"

    def __str__(self) -> str:
        return self.reason if self.source in self.reason else f"{self.source}: {self.reason}"


@runtime_checkable
class RejectionHandler(Protocol):
    """What is called with each object, or part of one, that cannot be used, and the reason."""

    def __call__(self, source: str, error: TaoNetError, *, part: bool = False) -> None:
        """Keep, report or raise it."""


def count_kinds(path: AnyPath, *, part: bool) -> Counter[str]:
    """Count the rejections listed in a file by kind: whole items, or parts of items."""
    path = Path(path)
    with path.open(encoding="utf-8") as lines:
        listed = (Rejection(**json.loads(line)) for line in lines)
        return Counter(one.kind or one.reason for one in listed if one.part is part)


def summarise_kinds(kinds: Mapping[str, int], *, most: int = MOST_KINDS) -> str:
    """Say how many rejections there are of each kind, the most frequent first.

    Parameters
    ----------
    most : int
        Kinds to name; of the others only the number is given.

    Examples
    --------
    >>> summarise_kinds({"no such file": 2, "a stamp holds no bytes": 3})
    '3 × a stamp holds no bytes, 2 × no such file'
    """
    ordered = sorted(kinds.items(), key=lambda kind: -kind[1])
    parts = [f"{count} × {kind}" for kind, count in ordered[:most]]
    n_others = sum(count for _, count in ordered[most:])
    return ", ".join([*parts, f"{n_others} × other reasons"] if n_others else parts)


def first_reason(path: AnyPath) -> str:
    """Return the first reason listed in a file, in full; empty where there is none."""
    path = Path(path)
    with path.open(encoding="utf-8") as lines:
        return next((str(Rejection(**json.loads(line))) for line in lines), "")


def remark_lines(remarks: Mapping[str, int]) -> list[str]:
    """Return a line for each remark, with the number of objects if there are several.

    Examples
    --------
    >>> remark_lines({"column 'x' is not used": 1, "frames turned": 12})
    ["note: column 'x' is not used", 'note: frames turned (12 objects)']
    """
    return [
        f"note: {what}" + (f" ({count} objects)" if count > 1 else "")
        for what, count in remarks.items()
    ]


class Ledger:
    """Rejections as they come: counted by kind, and listed without growing the memory.

    Examples
    --------
    >>> ledger = Ledger()
    >>> ledger.add(Rejection(source="a.fits", reason="a.fits: empty file", kind="empty file"))
    >>> ledger.items, ledger.parts, str(ledger.first)
    (Counter({'empty file': 1}), Counter(), 'a.fits: empty file')
    """

    def __init__(self) -> None:
        self.items: Counter[str] = Counter()
        self.parts: Counter[str] = Counter()
        self.first: Rejection | None = None
        # it lives as long as the ledger, and vanishes with it
        self._lines = tempfile.SpooledTemporaryFile(  # noqa: SIM115
            IN_MEMORY, "w+", encoding="utf-8"
        )
        weakref.finalize(self, self._lines.close)

    def add(self, rejection: Rejection) -> None:
        """Count and list one."""
        kinds = self.parts if rejection.part else self.items
        kinds[rejection.kind or rejection.reason] += 1
        if self.first is None or (self.first.part and not rejection.part):
            self.first = rejection
        self._lines.write(rejection.line)

    def __iter__(self) -> Iterator[Rejection]:
        """Yield the rejections in the order they came."""
        self._lines.seek(0)
        yield from (Rejection(**json.loads(line)) for line in self._lines)
        self._lines.seek(0, os.SEEK_END)

    def write(self, path: AnyPath) -> None:
        """Write the list, or remove an older one where there is nothing to list.

        Raises
        ------
        OutputError
        """
        path = Path(path)
        if self.first is None:
            path.unlink(missing_ok=True)
            return
        self._lines.seek(0)
        with atomic_file(path) as temporary, temporary.open("w", encoding="utf-8") as stream:
            stream.writelines(self._lines)
