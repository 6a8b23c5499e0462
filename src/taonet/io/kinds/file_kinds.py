"""The kinds of files that sequences of cutouts are read from: the one table of them.

It drives the choices and the help of ``taonet ingest``, and by it ``predict``, ``photometry`` and
``info`` recognise their inputs. (An archive is a folder of our own: see `taonet.io.sources`.)
"""

from pathlib import Path

from taonet.errors import InputError, nearest
from taonet.io.content import head_of, packing_of
from taonet.io.kinds.alerts import ALERTS
from taonet.io.kinds.archive import ARCHIVE
from taonet.io.kinds.arrays import ARRAYS
from taonet.io.kinds.deep_tao import DEEP_TAO
from taonet.io.kinds.fits_cutouts import FITS_CUTOUTS
from taonet.io.kinds.kind import FileKind

FILE_KINDS = (
    DEEP_TAO,
    ARRAYS,
    FITS_CUTOUTS,
    ALERTS,
    ARCHIVE,
)
"""In the order of the help, and in that in which inputs of several kinds are read."""


def find_kind(name: str) -> FileKind:
    """Return a kind by its name.

    Raises
    ------
    InputError
        With the nearest name, if there is none of this name.
    """
    kinds = {kind.name: kind for kind in FILE_KINDS}
    if name not in kinds:
        raise InputError(f"no kind of files {name!r}", do=nearest(name, tuple(kinds)))
    return kinds[name]


def kind_of(file: Path) -> FileKind | None:
    """Return the kind of a file in a folder: by its name, else by its first bytes.

    Returns
    -------
    kind : FileKind or None
        None for anything else, such as hidden files: those belong to programs, or somebody is
        still writing them.
    """
    if is_hidden(file) or not file.is_file():
        return None
    name = file.name.lower()
    for kind in FILE_KINDS:
        if kind.endings and name.endswith(kind.endings):
            return kind
    head = head_of(file)
    return next((kind for kind in FILE_KINDS if _begins(head, kind.first_bytes)), None)


def kind_of_input(file: Path) -> FileKind | None:
    """Return the kind of a file that the user names; it may be hidden, packed or damaged."""
    if kind := kind_of(file):
        return kind
    head = head_of(file)
    for kind in FILE_KINDS:
        is_packed = kind.may_be_packed and is_packed_file(file)
        if is_packed or _begins(head, (*kind.first_bytes, *kind.first_bytes_if_named)):
            return kind
    return None


def is_packed_file(file: Path) -> bool:
    """Return whether a file of no kind known here is packed (tar, zip, …)."""
    return not is_hidden(file) and bool(packing_of(head_of(file)))


def is_hidden(file: Path) -> bool:
    """Return whether a file is hidden by its name."""
    return file.name.startswith(".")


def _begins(head: bytes, first_bytes: tuple[bytes, ...]) -> bool:
    return bool(first_bytes) and head.startswith(first_bytes)
