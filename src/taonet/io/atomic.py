"""Writing so that nothing is ever half-written: work beside the goal, then rename."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from taonet.errors import OutputError

NO_ROOM = "no room left to write"
"""The words of an error about a full disk or quota."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_PLACE = {errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.EEXIST}


ARCHIVE_MARK = "frames.npy"
"""A folder that holds this is an archive: no other file is written into it."""


def refuse_existing(path: Path, *, overwrite: bool, mark: str | None = None) -> None:
    """Refuse to write where something is, or where there is no folder to write in.

    Overwriting replaces like by like only: a file by a file, a folder by a folder of the same
    kind. Whatever else lies there may be somebody's data.

    Parameters
    ----------
    mark : str, optional
        The output is a folder, and one that may be replaced holds a file of this name; without
        it the output is a file.

    Raises
    ------
    OutputError
    """
    _refuse_place(path, is_file=mark is None)
    if not path.exists():
        return
    if not overwrite:
        raise OutputError("exists already", where=path, do="choose another name or use --overwrite")
    if mark is None and path.is_dir():
        raise OutputError("a folder is there, not a file", where=path, do="choose another name")
    if mark is not None and not _replaceable(path, mark):
        raise OutputError(
            "something else is there, which --overwrite does not replace",
            where=path,
            do="choose another name, or remove it yourself",
        )


def _refuse_place(path: Path, *, is_file: bool) -> None:
    if not path.name:
        raise OutputError("not a name to write to", where=path, do="give the output a name")
    parent = path.absolute().parent
    with room_for(path):
        if parent.exists() and not parent.is_dir():
            do = "choose another place"
            raise OutputError("a file is there, not a folder", where=parent, do=do)
        if not parent.is_dir():
            raise OutputError("no such folder", where=parent, do="create it first")
        path.exists()  # a name may be too long, a folder closed
    if is_file and (parent / ARCHIVE_MARK).is_file():
        raise OutputError("a place within an archive", where=path, do="write beside the archive")


def _replaceable(path: Path, mark: str) -> bool:
    return path.is_dir() and ((path / mark).is_file() or not any(path.iterdir()))


@contextmanager
def room_for(path: Path) -> Iterator[None]:
    """Turn a full disk, a quota or a missing permission into one clear line.

    Raises
    ------
    OutputError
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise OutputError(NO_ROOM, where=path, do="free some space and run it again") from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise OutputError(
                "not allowed to write here", where=path, do="choose another place"
            ) from error
        if error.errno in _NO_PLACE and _lies_beside(error.filename, path):
            raise OutputError(
                "cannot be created here", where=path, got=error.strerror, do="choose another place"
            ) from error
        raise


def _lies_beside(name: object, path: Path) -> bool:
    if not isinstance(name, str | Path):
        return False
    return Path(name).absolute().parent in (path.absolute(), *path.absolute().parents)


def make_folder(path: Path) -> None:
    """Make a folder, and those above it, where there is none.

    Raises
    ------
    OutputError
        If a file is in the way, or nothing can be made there.
    """
    refuse_file(path)
    with room_for(path):
        path.mkdir(parents=True, exist_ok=True)


def refuse_file(path: Path) -> None:
    """Refuse a place for a folder where a file is in the way, there or further up.

    Raises
    ------
    OutputError
    """
    with room_for(path):
        for place in (path, *path.absolute().parents):
            if place.exists() and not place.is_dir():
                do = "choose another name"
                raise OutputError("a file is there, not a folder", where=place, do=do)


@contextmanager
def atomic_file(path: Path, *, overwrite: bool = True) -> Iterator[Path]:
    """Yield a path to write to; it becomes ``path`` if all went well and vanishes if not.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with atomic_file(Path(folder) / "f.txt") as temporary:
    ...         _ = temporary.write_text("whole")
    ...     (Path(folder) / "f.txt").read_text()
    'whole'
    """
    refuse_existing(path, overwrite=overwrite)
    with room_for(path):
        handle, name = tempfile.mkstemp(
            dir=path.absolute().parent, prefix=f".{path.name}.", suffix=path.suffix
        )
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            temporary.chmod(0o644)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: Path, *, mark: str, overwrite: bool = False) -> Iterator[Path]:
    """Yield an empty folder to fill; it becomes ``path`` if all went well and vanishes if not.

    ``mark`` names a file by which a folder that may be replaced is known.
    """
    refuse_existing(path, overwrite=overwrite, mark=mark)
    with room_for(path):
        temporary = Path(tempfile.mkdtemp(dir=path.absolute().parent, prefix=f".{path.name}."))
        try:
            yield temporary
            temporary.chmod(0o755)
            replace_folder(temporary, path)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def replace_folder(new: Path, path: Path) -> None:
    """Put a finished folder in the place of an older file or folder, if there is one."""
    if path.is_dir():
        old = Path(tempfile.mkdtemp(dir=path.absolute().parent, prefix=f".{path.name}.old."))
        path.replace(old)
        new.replace(path)
        shutil.rmtree(old)
    else:
        path.unlink(missing_ok=True)
        new.replace(path)
