"""The prediction table: what its columns are, and how it is made, written and read.

A row holds what is known about one object after so many epochs. Networks and trees write the same
columns in the same order. To be scored a table needs only the required ones, so that anybody's can
be.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from taonet.errors import InputError
from taonet.io.class_sets import decode_sets, encode_set
from taonet.io.prediction_columns import COLUMNS, classes_of, is_prediction_table
from taonet.io.tables import read_table, table_in_memory, write_parts
from taonet.types import AnyPath

SCHEMA_VERSION: Final = 2
"""Of tables written here; those before there were versions are of version 0."""

VERSION_KEY: Final = "taonet_schema_version"
"""Where parquet, ECSV and VOTable files say the version; csv has no place for it."""


_TEXTS: Final = tuple(column.name for column in COLUMNS if column.dtype == "text")

_ARROW: Final = {
    "text": pa.string(),
    "bool": pa.bool_(),
    "int64": pa.int64(),
    "float64": pa.float64(),
    "set": pa.list_(pa.string()),
}


def _cells(values: Iterable[object], index: pd.Index | None = None) -> "pd.Series[Any]":
    # as an array, tuples of equal length would have two axes
    return pd.Series(list(values), index=index, dtype="object")


def write_predictions(
    parts: pd.DataFrame | Iterable[pd.DataFrame],
    path: AnyPath,
    *,
    metadata: Mapping[str, str] = MappingProxyType({}),
    overwrite: bool = False,
) -> int:
    """Write a prediction table, whole or as its parts come; return the number of rows.

    Sets are a list column in parquet and JSON lists in the other formats. Without any row nothing
    is written. See `taonet.io.tables.write_parts`.

    Parameters
    ----------
    metadata : mapping
        What else the file states about itself, such as the model that answered; csv states nothing.

    Raises
    ------
    OutputError
        If the suffix is none of .parquet, .csv, .ecsv, .vot, or the file exists.
    """
    path = Path(path)
    tables = [parts] if isinstance(parts, pd.DataFrame) else parts
    if path.suffix != ".parquet":
        tables = map(_with_text_sets, tables)
    return write_parts(
        tables,
        path,
        types={column.name: _ARROW[column.dtype] for column in COLUMNS},
        metadata={**metadata, VERSION_KEY: str(SCHEMA_VERSION)},
        units={column.name: column.unit for column in COLUMNS if column.unit},
        overwrite=overwrite,
    )


def _with_text_sets(part: pd.DataFrame) -> pd.DataFrame:
    if "set" not in part:
        return part
    return part.assign(set=_cells(map(encode_set, part["set"]), part.index))


def read_predictions(path: AnyPath) -> pd.DataFrame:
    """Read a prediction table, ours of any version or anybody else's.

    Sets become tuples of class names, or None. A table of anything else is returned as it is.

    Raises
    ------
    InputError
        If it cannot be read, is of a newer version, or its sets name other classes.
    """
    path = Path(path)
    table = read_table(path, text=_TEXTS)
    is_parquet = path.suffix.lower() == ".parquet" and "set" in pq.read_schema(path).names
    if is_parquet and _has_version_0_sets(table):
        # an empty text is no name, so that as a word it would be missing
        cells = pq.read_table(path, columns=["set"]).column("set").to_pylist()
        return _with_sets(table, path, cells=cells)
    return _with_sets(table, path)


def prediction_table(table: Any, *, where: object = "the table") -> pd.DataFrame:
    """Return a prediction table in memory as `read_predictions` returns it from a file.

    Parameters
    ----------
    table : DataFrame, or astropy Table
        It is not changed.
    where : object
        What the table is called, for errors.

    Raises
    ------
    InputError
        As `read_predictions`.

    Examples
    --------
    >>> rows = pd.DataFrame({"object_id": [7], "n_epochs": 3, "p_SN": 1.0, "set": ['["SN"]']})
    >>> prediction_table(rows)[["object_id", "set"]].values.tolist()
    [['7', ('SN',)]]
    """
    own = table_in_memory(table, where=where, text=_TEXTS)
    if isinstance(table, pd.DataFrame) and "set" in table and _has_version_0_sets(own):
        return _with_sets(own, where, cells=table["set"].tolist())
    return _with_sets(own, where)


def _with_sets(
    table: pd.DataFrame, where: object, *, cells: Sequence[object] | None = None
) -> pd.DataFrame:
    """Return a prediction table with sets as tuples, any other table as it is.

    Parameters
    ----------
    cells : sequence, optional
        Those that hold sets, where empty ones differ from missing ones.
    """
    if not is_prediction_table(table):
        return table
    _check_version(table, where)
    if "set" not in table:
        return table
    sets = table["set"] if cells is None else _cells(cells, table.index)
    if cells is None and _has_version_0_sets(table):
        # text formats wrote an empty set and a missing one alike
        sets = sets.fillna("")
    try:
        decoded = decode_sets(sets, classes_of(table))
    except InputError as error:
        place = f"{where}, {error.where}"
        raise InputError(error.what, where=place, got=error.got, do=error.do) from error
    return table.assign(set=_cells(decoded, table.index))


def _has_version_0_sets(table: pd.DataFrame) -> bool:
    """Return whether sets are names with blanks between."""
    cells = table.get("set", ())
    return any(isinstance(cell, str) and not cell.startswith(("[", "(")) for cell in cells)


def _check_version(table: pd.DataFrame, where: object) -> None:
    version = str(table.attrs.get("metadata", {}).get(VERSION_KEY, 0))
    if not version.isdigit() or int(version) > SCHEMA_VERSION:
        raise InputError(
            "a prediction table of a newer version of taonet",
            where=where,
            got=f"schema version {version}",
            do="upgrade taonet",
        )
