"""An archive that was made before: to give its objects other classes, or to take the first few."""

from typing import Any

from taonet.io.kinds.kind import FileKind, InputFiles


def _open(inputs: InputFiles) -> Any:
    from taonet.io.sources import archive_source

    return archive_source(inputs.files[0])


ARCHIVE = FileKind(
    name="archive",
    usage="B --labels L.csv",
    help="an archive again, with a table's classes",
    contents="archives",
    open_files=_open,
)
"""Recognised by no ending: `taonet.io.archive.is_archive` knows archives, which are folders."""
