"""The user's own FITS cutouts, described by a table.

Such files cannot be recognised by their names or first bytes, so the kind is always named.
"""

from typing import Any

from taonet.errors import InputError
from taonet.io.kinds.kind import FileKind, InputFiles

INGEST_CUTOUTS = "taonet ingest fits DIR --table TABLE"
"""What messages advise for FITS files that are no Deep-TAO files."""


def _open(inputs: InputFiles) -> Any:
    from taonet.io.fits_cutouts import fits_source

    if inputs.table is None:
        raise InputError("fits needs a table", do="give --table T with file, object_id and mjd")
    return fits_source(inputs.files[0], inputs.table, survey=inputs.survey or "mine")


FITS_CUTOUTS = FileKind(
    name="fits",
    usage="DIR --table T",
    help="your own FITS cutouts and a table",
    contents="FITS cutouts",
    open_files=_open,
    options=("survey", "table"),
)
