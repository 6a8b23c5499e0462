"""Searching inputs and the folders below them for the files of one kind."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from taonet.errors import InputError
from taonet.io.kinds.file_kinds import is_packed_file, kind_of
from taonet.io.kinds.kind import FileKind, InputFiles
from taonet.io.paths import paths_of
from taonet.types import AnyPath

MAX_NAMES = 3
"""Files that are named where some are not read; of the others the number is given."""


def files_below(folder: AnyPath) -> Iterator[Path]:
    """Yield what is in a folder and the folders in it, links to folders included, sorted.

    Folders are not yielded; a folder that several links lead to is entered once.

    Raises
    ------
    InputError
        If a folder cannot be read.
    """
    entered = set()
    for directory, folders, names in os.walk(folder, followlinks=True, onerror=_refuse):
        real = os.path.realpath(directory)
        if real in entered:
            folders.clear()
            continue
        entered.add(real)
        folders.sort()
        yield from (Path(directory, name) for name in sorted(names))


def _refuse(error: OSError) -> None:
    raise InputError("the folder cannot be read", where=error.filename, got=error.strerror)


def select_files(kind: FileKind, paths: AnyPath | Iterable[AnyPath]) -> InputFiles:
    """Return the files of a kind among inputs: those named, and those in the folders named.

    Raises
    ------
    InputError
        If an input does not exist, or there is no file of the kind in any of them.
    """
    inputs = paths_of(paths)
    files: set[Path] = set()
    other_files: list[Path] = []
    for path in inputs:
        if path.is_dir():
            for file in files_below(path):
                (files.add if _is_of(file, kind) else other_files.append)(file)
        elif path.exists():
            files.add(path)
        else:
            raise InputError("no such file or folder", where=path)
    if not files:
        where = ", ".join(map(str, inputs)) or None
        got = remark_on_others(other_files, kind.contents)
        endings = ", ".join(kind.endings)
        raise InputError(f"no {kind.contents} ({endings}) here", where=where, got=got or None)
    return InputFiles(files=tuple(sorted(files)), others=tuple(other_files))


def _is_of(file: Path, kind: FileKind) -> bool:
    own = kind_of(file)
    return own is kind or (own is None and kind.may_be_packed and is_packed_file(file))


def remark_on_others(others: Sequence[Path], contents: str) -> str:
    """Say which files of the folders are not read; empty if there are none."""
    if not others:
        return ""
    names = [printable(path.name) for path in others[:MAX_NAMES]]
    more = ", …" if len(others) > MAX_NAMES else ""
    number = f"{len(others)} file" + "s" * (len(others) > 1)
    return f"{number} of the folder not read: no {contents} ({', '.join(names)}{more})"


def printable(name: str) -> str:
    r"""Return a file's name so that any terminal can show it.

    Examples
    --------
    >>> printable("bad\udcff.avro")
    'bad\\udcff.avro'
    """
    return name.encode("utf-8", "backslashreplace").decode("utf-8")
