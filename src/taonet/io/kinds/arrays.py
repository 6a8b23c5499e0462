"""Sequences in one npz file of numpy."""

from typing import Any

from taonet.io.kinds.kind import FileKind, InputFiles


def _open(inputs: InputFiles) -> Any:
    from taonet.io.arrays import arrays_source

    return arrays_source(inputs.files[0], survey=inputs.survey or "arrays")


ARRAYS = FileKind(
    name="arrays",
    usage="F.npz",
    help="stamps (object, epoch, [channel,] y, x), mjd, …",
    contents="npz files",
    open_files=_open,
    endings=(".npz",),
    options=("survey",),
)
