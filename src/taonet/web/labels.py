"""Labels that people give: a file that is only ever appended to, apart from any machine's answers.

One line of JSON for each label: the object, the class, who said so, and when (UTC). Taking a label
back is a line as well, without a class. Several programs may write to one file: each line is
written at once, under a lock, and what others wrote is read before anything is answered.
"""

import csv
import io
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO, Final

from taonet.errors import InputError
from taonet.io.atomic import refuse_existing, room_for
from taonet.types import AnyPath

LONGEST_NAME: Final = 80
"""Characters of a person's name."""

NAMES: Final = ("object_id", "class_name", "labelled_by", "labelled_at")
"""Columns of the exported table; `taonet ingest --labels` reads the first two."""


@dataclass(frozen=True, kw_only=True)
class Label:
    """What a person said about an object.

    Parameters
    ----------
    object_id : str
    label : str or None
        A class; None where the person took a label back.
    name : str
        Who said so.
    time : str
        When, UTC, as ISO 8601 writes it.
    """

    object_id: str
    label: str | None
    name: str
    time: str


def utc_now() -> datetime:
    """Return the time now."""
    return datetime.now(UTC)


class LabelFile:
    """The labels of a file, which need not exist yet.

    Parameters
    ----------
    path : str or Path
    clock : function
        Returns the time in UTC.

    Raises
    ------
    OutputError
        If nothing can be written there.
    InputError
        If the file holds something else.
    """

    def __init__(self, path: AnyPath, *, clock: Callable[[], datetime] = utc_now) -> None:
        self.path, self.clock = Path(path), clock
        refuse_existing(self.path, overwrite=True)
        self._labels: dict[tuple[str, str], Label] = {}
        self._position = 0
        self._is_ours = False
        self._guard = Lock()
        self._read_more()

    def add(self, object_id: str, label: str | None, *, name: str) -> Label:
        """Note what a person says about an object.

        Parameters
        ----------
        label : str or None
            None takes the person's label back.
        name : str

        Raises
        ------
        InputError
            If the name is none.
        OutputError
            If it cannot be written.
        """
        new = Label(
            object_id=object_id,
            label=label,
            name=check_name(name),
            time=self.clock().isoformat(timespec="seconds"),
        )
        line = json.dumps(asdict(new), ensure_ascii=False).encode() + b"\n"
        with self._guard, room_for(self.path), self.path.open("ab+") as file, _lock(file):
            _append_line(file, line)
        self._read_more()
        return new

    @property
    def length(self) -> int:
        """How many bytes of the file are known: it grows with every label, whoever gives it."""
        self._read_more()
        return self._position

    def current(self) -> list[Label]:
        """Return what holds now: of each person the last label about each object, oldest first."""
        self._read_more()
        return [one for one in self._labels.values() if one.label is not None]

    def by_object(self) -> dict[str, Label]:
        """Return the last label about each object, whoever gave it."""
        return {one.object_id: one for one in self.current()}

    def to_csv(self) -> str:
        """Return the last label about each object as a table that ``taonet ingest`` reads."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(NAMES)
        for one in self.by_object().values():
            writer.writerow((one.object_id, one.label, one.name, one.time))
        return text.getvalue()

    def _read_more(self) -> None:
        """Read the lines that were written since the last time, here or by others."""
        with self._guard:
            if not self.path.exists():
                self._labels, self._position = {}, 0
                return
            with self.path.open("rb") as file:
                if file.seek(0, os.SEEK_END) < self._position:
                    # somebody wrote the file anew
                    self._labels, self._position = {}, 0
                file.seek(self._position)
                whole, _, _ = file.read().rpartition(b"\n")
            self._position += len(whole) + 1 if whole else 0
            for line in whole.splitlines():
                self._take(line)

    def _take(self, line: bytes) -> None:
        if not line.strip():
            return
        try:
            label = Label(**json.loads(line))
        except (ValueError, TypeError) as error:
            if self._is_ours:
                # cut off when a program was killed: the other lines are good
                return
            do = "give another file with --labels"
            raise InputError("not a file of labels", where=self.path, do=do) from error
        self._is_ours = True
        # the last one comes last
        key = (label.object_id, label.name)
        self._labels.pop(key, None)
        self._labels[key] = label


def check_name(name: str) -> str:
    """Return a person's name without blanks at its ends.

    Raises
    ------
    InputError
        If it is empty, too long, or holds characters that do not print.
    """
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        do = f"give a name of at most {LONGEST_NAME} letters"
        raise InputError("a label needs the name of the person", do=do)
    return name


def _append_line(file: BinaryIO, line: bytes) -> None:
    """Append a line; what a killed program left half-written becomes a line of its own."""
    end = file.seek(0, os.SEEK_END)
    if end:
        file.seek(end - 1)
        if file.read(1) != b"\n":
            line = b"\n" + line
    file.write(line)
    file.flush()
    os.fsync(file.fileno())


@contextmanager
def _lock(file: Any) -> Iterator[None]:
    """Keep other programs from writing meanwhile, where the system can."""
    try:
        import fcntl
    except ImportError:  # pragma: no cover - not on Windows, where appending has to do
        yield
        return
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
