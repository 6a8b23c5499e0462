"""The columns of FITS binary tables."""

import re

import numpy as np
from jaxtyping import Shaped

from taonet.errors import InputError
from taonet.io.fits_scan import HduRun, count_card, number_card, scale_values

_CELLS = {"L": "S1", "B": "u1", "I": ">i2", "J": ">i4", "K": ">i8", "E": ">f4", "D": ">f8"}
_CELL_BYTES = {"A": 1, "L": 1, "B": 1, "I": 2, "J": 4, "K": 8, "E": 4, "D": 8} | {
    "C": 8,
    "M": 16,
    "P": 8,
    "Q": 16,
}
_TFORM = re.compile(r"\s*(\d*)([A-Z])")


def columns_of(run: HduRun) -> dict[str, Shaped[np.ndarray, "row ..."]]:
    """Decode the columns of a binary table, by name.

    Text loses its trailing blanks; what is not ASCII in it is read as UTF-8, else as Latin-1.
    Columns of bits, complex numbers and variable length are left out.

    Raises
    ------
    InputError
        If the columns do not fit into a row.
    """
    width, rows = _table_shape(run)
    columns: dict[str, Shaped[np.ndarray, "row ..."]] = {}
    offset = 0
    for i in range(1, count_card(run, "TFIELDS") + 1):
        repeat, code = _tform(run, i)
        size = -(-repeat // 8) if code == "X" else repeat * _CELL_BYTES[code]
        if offset + size > width:
            raise InputError(
                f"column {i} does not fit into a row of {width} bytes",
                where=run.location,
                got=size,
            )
        if size and (code == "A" or code in _CELLS):
            body = run.source[run.start + offset : run.start + rows * width]
            name = str(run.header.get(f"TTYPE{i}", f"col{i}"))
            columns[name] = _column(_cells(body, code, repeat, (rows, width)), code, i, run)
        offset += size
    return columns


def _table_shape(run: HduRun) -> tuple[int, int]:
    if run.kind != "BINTABLE" or len(run.shape) != 2:
        raise InputError("not a binary table", where=run.location, got=run.kind)
    return run.shape[1], run.shape[0]


def _tform(run: HduRun, i: int) -> tuple[int, str]:
    text = run.header.get(f"TFORM{i}")
    match = _TFORM.match(str(text))
    if not match or match[2] not in {*_CELL_BYTES, "X"} or len(match[1]) > 9:
        raise InputError(f"TFORM{i} is not a column format", where=run.location, got=text)
    return int(match[1] or 1), match[2]


def _cells(
    body: bytes, code: str, repeat: int, table: tuple[int, int]
) -> Shaped[np.ndarray, "row ..."]:
    rows, width = table
    dtype = np.dtype(f"S{repeat}" if code == "A" else _CELLS[code])
    if repeat == 1 or code == "A":
        return np.ndarray((rows,), dtype, body or None, 0, (width,))
    return np.ndarray((rows, repeat), dtype, body or None, 0, (width, dtype.itemsize))


def _column(
    cells: Shaped[np.ndarray, "row ..."], code: str, i: int, run: HduRun
) -> Shaped[np.ndarray, "row ..."]:
    if code == "L":
        return np.asarray(cells == b"T")
    if code != "A":
        zero = number_card(run, f"TZERO{i}", 0)
        return scale_values(cells, zero, number_card(run, f"TSCAL{i}", 1))
    return np.array([_text(cell.split(b"\0")[0]) for cell in cells.tolist()], dtype=np.str_)


def _text(cell: bytes) -> str:
    try:
        return cell.decode("utf-8").rstrip(" ")
    except UnicodeDecodeError:
        return cell.decode("latin-1").rstrip(" ")
