"""Tables in the formats that astronomers open: parquet, csv, ecsv, vot."""

import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from taonet.errors import InputError, OutputError
from taonet.io.arrow_tables import frame_in_memory, read_parquet_table
from taonet.io.astropy_tables import degrees_of, frame_of, read_astropy_table
from taonet.io.atomic import atomic_file, refuse_existing
from taonet.io.cells import words
from taonet.io.column_names import NAMES, WORDS, plain
from taonet.io.kinds.fits_cutouts import INGEST_CUTOUTS
from taonet.io.text_tables import read_text_table
from taonet.sky.array_parts import is_of
from taonet.types import AnyPath

SUFFIXES = (".parquet", ".csv", ".ecsv", ".vot")
"""Formats that are written."""

TEXT_SUFFIXES = (".csv", ".tsv", ".txt", ".dat")

READ = (*SUFFIXES, *TEXT_SUFFIXES[1:], ".votable")
"""Formats that are read, in any case."""

TABLES = (*READ, ".xml", ".json")
"""Files that are tables by their name, whether they can be read here or not."""

ROWS_AT_ONCE = 20_000
_ASTROPY = {".ecsv": "ascii.ecsv", ".vot": "votable", ".votable": "votable"}


def write_table(
    table: pd.DataFrame,
    path: AnyPath,
    *,
    metadata: Mapping[str, str] = MappingProxyType({}),
    units: Mapping[str, str] = MappingProxyType({}),
    overwrite: bool = False,
) -> None:
    """Write a table in the format that the suffix names, all or nothing.

    Parameters
    ----------
    units : mapping
        Units of columns by name, as astropy writes them; for ECSV and VOTable.
    metadata : mapping
        What ECSV and VOTable files state about themselves.

    Raises
    ------
    OutputError
        If the suffix is none of .parquet, .csv, .ecsv, .vot, or the file exists.
    """
    path = Path(path)
    check_suffix(path)
    with atomic_file(path, overwrite=overwrite) as temporary:
        if path.suffix == ".parquet":
            table.to_parquet(temporary, index=False)
        elif path.suffix == ".csv":
            table.to_csv(temporary, index=False)
        else:
            _write_astropy(table, temporary, _ASTROPY[path.suffix], metadata, units)


def write_parts(
    parts: Iterable[pd.DataFrame],
    path: AnyPath,
    *,
    types: Mapping[str, pa.DataType] = MappingProxyType({}),
    metadata: Mapping[str, str] = MappingProxyType({}),
    units: Mapping[str, str] = MappingProxyType({}),
    overwrite: bool = False,
) -> int:
    """Write a table that comes in parts, all or nothing; return the number of rows.

    Parquet and csv are written as the parts come, in constant memory; the other formats know
    no parts and are put together first. Without any row nothing is written.

    Parameters
    ----------
    parts : iterable of DataFrame
        Of the same columns.
    types : mapping
        Types of columns in parquet by name; of the others numbers keep theirs, the rest is text.
    metadata : mapping
        What the file states about itself, in the formats that have a place for it: all but csv.
    units : mapping
        As for `write_table`.

    Raises
    ------
    OutputError
        As `write_table`.
    """
    path = Path(path)
    check_suffix(path)
    refuse_existing(path, overwrite=overwrite)
    if path.suffix not in (".parquet", ".csv"):
        tables = list(parts)
        if tables:
            table = pd.concat(tables, ignore_index=True)
            write_table(table, path, metadata=metadata, units=units, overwrite=overwrite)
        return sum(len(part) for part in tables)
    rows = 0
    try:
        with atomic_file(path, overwrite=overwrite) as temporary:
            merged = _merge_parts(parts)
            if path.suffix == ".parquet":
                rows = _write_parquet_parts(merged, temporary, types, metadata)
            else:
                rows = _write_csv_parts(merged, temporary)
            if not rows:
                raise _NothingToWrite
    except _NothingToWrite:
        return 0
    return rows


class _NothingToWrite(Exception):  # noqa: N818 - not an error, only a way out
    pass


def _merge_parts(parts: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    # one row group an object would make a slow file
    waiting: list[pd.DataFrame] = []
    rows = 0
    for part in parts:
        waiting.append(part)
        rows += len(part)
        if rows >= ROWS_AT_ONCE:
            yield pd.concat(waiting, ignore_index=True)
            waiting, rows = [], 0
    if waiting:
        yield pd.concat(waiting, ignore_index=True)


def _write_parquet_parts(
    parts: Iterator[pd.DataFrame],
    path: Path,
    types: Mapping[str, pa.DataType],
    metadata: Mapping[str, str],
) -> int:
    rows = 0
    writer = None
    try:
        for part in parts:
            if writer is None:
                schema = _schema(part, types).with_metadata(dict(metadata))
                writer = pq.ParquetWriter(path, schema)
            writer.write_table(pa.Table.from_pandas(part, writer.schema, preserve_index=False))
            rows += len(part)
    finally:
        if writer is not None:
            writer.close()
    return rows


def _schema(part: pd.DataFrame, types: Mapping[str, pa.DataType]) -> pa.Schema:
    return pa.schema([(str(name), types.get(str(name)) or _type(part[name])) for name in part])


def _type(column: "pd.Series[Any]") -> pa.DataType:
    # text that is missing throughout the first part is still text
    numeric = pd.api.types.is_numeric_dtype(column)
    return pa.from_numpy_dtype(column.dtype) if numeric else pa.string()


def _write_csv_parts(parts: Iterator[pd.DataFrame], path: Path) -> int:
    rows = 0
    with path.open("w", newline="") as stream:
        for part in parts:
            part.to_csv(stream, index=False, header=rows == 0)
            rows += len(part)
    return rows


def check_suffix(path: AnyPath) -> None:
    """Refuse a file name whose format is not known, before any work is done.

    Raises
    ------
    OutputError
    """
    path = Path(path)
    if path.suffix not in SUFFIXES:
        raise OutputError(
            "unknown table format", where=path, do=f"name it with one of {', '.join(SUFFIXES)}"
        )


def refuse_table(path: AnyPath) -> None:
    """Refuse a file that is a table by its name where files of images are expected.

    Raises
    ------
    InputError
        With what to do with a table.
    """
    path = Path(path)
    if path.suffix.lower() in TABLES and path.is_file():
        raise InputError(
            "a table, not images",
            where=path,
            do=f"if it describes FITS cutouts: {INGEST_CUTOUTS} -o ARCHIVE;"
            " if it holds light curves: a model of trees reads it",
        )


def read_table(path: AnyPath, *, text: Collection[str] = ()) -> pd.DataFrame:
    """Read a table in the format that the suffix names.

    Columns of names (`taonet.io.column_names.WORDS`) are text in every format, None where a cell
    is empty: ``007``, ``NA`` and ``90`` stay what they are. Positions with a unit become degrees,
    moments in time MJD; see `taonet.io.astropy_tables`. A named pandas index is a column. Lists
    in parquet become tuples. What a file says of itself is in ``attrs["metadata"]``.

    Parameters
    ----------
    text : collection of str
        More columns that are text even where a file shows numbers; small letters, compared
        whatever the case.

    Raises
    ------
    InputError
        If it is missing or is not what its suffix says, a column is there twice, or names of
        objects are floats that have lost digits.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError("a folder, not a table" if path.is_dir() else "no such file", where=path)
    suffix = path.suffix.lower()
    if suffix not in READ:
        raise InputError("unknown table format", where=path, do=f"use one of {', '.join(READ)}")
    text_columns = WORDS | set(text)
    with _one_error(f"not a readable {suffix} table", path):
        return _plain_columns(_read(path, suffix, text_columns), text_columns, path)


def is_table_in_memory(given: object) -> bool:
    """Return whether something is a table that `table_in_memory` takes."""
    return isinstance(given, pd.DataFrame) or is_of(given, "astropy.table", "Table")


def table_in_memory(
    table: Any, *, where: object = "the table", text: Collection[str] = ()
) -> pd.DataFrame:
    """Return a table in memory as `read_table` returns it from a file; it is not changed.

    Parameters
    ----------
    table : DataFrame, or astropy Table, QTable or TimeSeries
        Columns of Time, SkyCoord and Quantity are understood; what is masked is missing.
    where : object
        What the table is called, for errors.
    text : collection of str
        As for `read_table`.

    Raises
    ------
    InputError
        If it is no table, a column is there twice, names of objects are floats that have lost
        digits, or units are none of a position or a time.
    """
    text_columns = WORDS | set(text)
    with _one_error("not a readable table", where):
        if isinstance(table, pd.DataFrame):
            own = frame_in_memory(table, text_columns, where)
        elif is_of(table, "astropy.table", "Table"):
            own = frame_of(table, where)
        else:
            do = "give a pandas DataFrame or an astropy Table"
            raise InputError("no table", where=where, got=type(table).__name__, do=do)
        return _plain_columns(own, text_columns, where)


@contextmanager
def _one_error(what: str, where: object) -> Iterator[None]:
    try:
        yield
    except InputError:
        raise
    except Exception as error:  # every reader has its own family of errors
        raise InputError(what, where=where, got=error) from error


def _plain_columns(table: pd.DataFrame, text: Collection[str], where: object) -> pd.DataFrame:
    return _with_degrees(_with_words(table, text, where))


def _read(path: Path, suffix: str, text: Collection[str]) -> pd.DataFrame:
    if suffix == ".parquet":
        return read_parquet_table(path, text)
    if suffix in TEXT_SUFFIXES:
        return read_text_table(path, text)
    return read_astropy_table(path, _ASTROPY[suffix])


def _with_words(table: pd.DataFrame, text: Collection[str], where: object) -> pd.DataFrame:
    attrs = {"units": {}, **table.attrs}
    for name in table.columns:
        if plain(name) in text and not _holds_lists(table[name]):
            try:
                table[name] = words(table[name], where)
            except InputError:
                # another column may name the objects
                if plain(name) in NAMES["object_id"][:1]:
                    raise
    table.attrs.update(attrs)
    return table


def _holds_lists(column: "pd.Series[Any]") -> bool:
    return column.dtype == object and any(isinstance(cell, tuple) for cell in column)


def _with_degrees(table: pd.DataFrame) -> pd.DataFrame:
    """Turn positions that are written as hours or degrees, minutes and seconds into degrees."""
    for name in table.columns:
        role = next((r for r in ("ra", "dec") if plain(name) in NAMES[r]), None)
        if role and not pd.api.types.is_numeric_dtype(table[name].dtype):
            table[name] = degrees_of(table[name], table.attrs["units"].get(str(name), ""), role)
    return table


def _write_astropy(
    table: pd.DataFrame,
    path: Path,
    kind: str,
    metadata: Mapping[str, str],
    units: Mapping[str, str],
) -> None:
    from astropy.table import Table

    frame = table.copy()
    for name in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[name]):
            frame[name] = frame[name].fillna("").astype(str)
            _check_letters(frame[name], kind)
    with warnings.catch_warnings():
        # VOTable makes IDs of names that hold blanks; names stay as they are
        warnings.simplefilter("ignore")
        content = Table.from_pandas(frame)
        for name in set(units) & set(content.colnames):
            content[name].unit = units[name]
        if kind == "votable":
            _write_votable(content, path, metadata)
        else:
            content.meta.update(metadata)
            content.write(path, format=kind, overwrite=True)


def _write_votable(content: Any, path: Path, metadata: Mapping[str, str]) -> None:
    from astropy.io.votable import from_table, writeto
    from astropy.io.votable.tree import Param

    document = from_table(content)
    (only,) = document.iter_tables()
    for name, value in metadata.items():
        attributes = {"name": name, "datatype": "char", "arraysize": "*", "value": value}
        only.params.append(Param(document, **attributes))
    writeto(document, str(path))


def _check_letters(column: "pd.Series[str]", kind: str) -> None:
    # what XML has no letters for, no reader opens
    strange = column[column.str.contains(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", regex=True)]
    if kind == "votable" and len(strange):
        raise OutputError(
            "a VOTable cannot hold a control character",
            where=f"column {column.name!r}",
            got=repr(strange.iloc[0]),
            do="write .parquet or .csv",
        )
