"""Deep-TAO files: one FITS file an object."""

from typing import Any

from taonet.io.content import FITS
from taonet.io.kinds.kind import FileKind, InputFiles


def _open(inputs: InputFiles) -> Any:
    from taonet.io.deep_tao.source import deep_tao_source

    return deep_tao_source(inputs.files)


DEEP_TAO = FileKind(
    name="deep-tao",
    usage="DIR",
    help="Deep-TAO FITS files, one an object",
    contents="FITS files",
    open_files=_open,
    endings=(".fits", ".fits.gz", ".fits.fz"),
    first_bytes_if_named=(FITS,),
    is_searched=True,
)
