"""Which files there are below a folder, and what each of them is for us."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from taonet.errors import InputError
from taonet.io.content import AVRO, FITS, head_of, is_confluent, packing_of

ALERTS, DEEP_TAO, ARRAYS, PACKED = "alerts", "deep-tao", "arrays", "packed"
"""The kinds of files: see `kind_of`."""

FITS_SUFFIXES = (".fits", ".fits.gz", ".fits.fz")
MOST_NAMES = 3
"""Files that are named where some are not read; of the others the number is given."""


@dataclass(frozen=True, kw_only=True)
class FileSelection:
    """Files to read, and those of the same folders that are something else.

    Parameters
    ----------
    files : tuple of Path
        Sorted; each once.
    others : tuple of Path
    """

    files: tuple[Path, ...]
    others: tuple[Path, ...] = ()

    @property
    def remarks(self) -> tuple[str, ...]:
        """Say which files are not read, if there are any."""
        if not self.others:
            return ()
        names = [printable(path.name) for path in self.others[:MOST_NAMES]]
        more = ", …" if len(self.others) > MOST_NAMES else ""
        number = f"{len(self.others)} file" + "s" * (len(self.others) > 1)
        return (f"{number} of the folder not read: no alert packets ({', '.join(names)}{more})",)


def files_below(folder: Path) -> Iterator[Path]:
    """Yield what is in a folder and the folders in it, links to folders included, sorted.

    Folders are not yielded; a folder that several links lead to is entered once.

    Raises
    ------
    InputError
        If a folder cannot be looked into.
    """
    entered = set()
    for here, folders, names in os.walk(folder, followlinks=True, onerror=_refuse):
        real = os.path.realpath(here)
        if real in entered:
            folders.clear()
            continue
        entered.add(real)
        folders.sort()
        yield from (Path(here, name) for name in sorted(names))


def _refuse(error: OSError) -> None:
    raise InputError("the folder cannot be read", where=error.filename, got=error.strerror)


def kind_of(file: Path) -> str:
    """Tell what a file is by its name, and where that does not tell, by its first bytes.

    Returns
    -------
    kind : str
        One of `ALERTS`, `DEEP_TAO`, `ARRAYS`, `PACKED`, or empty for anything else, such as
        hidden files: those belong to programs, or somebody is still writing them.
    """
    name = file.name.lower()
    if name.startswith(".") or not file.is_file():
        return ""
    if name.endswith(".avro"):
        return ALERTS
    if name.endswith(FITS_SUFFIXES):
        return DEEP_TAO
    if name.endswith(".npz"):
        return ARRAYS
    head = head_of(file)
    if head.startswith(AVRO):
        return ALERTS
    return PACKED if packing_of(head) else ""


def kind_of_input(file: Path) -> str:
    """Tell what a file is that the user names by itself, be it hidden or not quite readable."""
    if kind := kind_of(file):
        return kind
    head = head_of(file)
    if head.startswith(AVRO) or is_confluent(head):
        return ALERTS
    return DEEP_TAO if head.startswith(FITS) else ""


def select_alert_files(
    paths: Sequence[Path], *, read_elsewhere: frozenset[str] = frozenset()
) -> FileSelection:
    """Return the alert files among inputs: those named, and those in the folders named.

    Files packed into one (tar, zip, …) are among them, so that each is set aside with its reason.

    Parameters
    ----------
    read_elsewhere : frozenset of str
        Kinds of files that are not to be mentioned as not read.

    Raises
    ------
    InputError
        If an input does not exist, or there is no alert file in any of them.
    """
    files: set[Path] = set()
    others: list[Path] = []
    for path in paths:
        if path.is_dir():
            for file in files_below(path):
                kind = kind_of(file)
                if kind in (ALERTS, PACKED):
                    files.add(file)
                elif kind not in read_elsewhere:
                    others.append(file)
        elif path.exists():
            files.add(path)
        else:
            raise InputError("no such file or folder", where=path)
    lot = FileSelection(files=tuple(sorted(files)), others=tuple(others))
    if not lot.files:
        where = ", ".join(str(path) for path in paths)
        raise InputError("no Avro files", where=where, got="; ".join(lot.remarks) or None)
    return lot


def printable(name: str) -> str:
    r"""Return a file's name so that any terminal can show it.

    Examples
    --------
    >>> printable("bad\udcff.avro")
    'bad\\udcff.avro'
    """
    return name.encode("utf-8", "backslashreplace").decode("utf-8")
