"""A prediction table in parts, so that one of any length is read in little memory."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from taonet.io.paths import is_path
from taonet.io.prediction_table import VERSION_KEY, prediction_table, read_predictions

ROWS_AT_ONCE: Final = 50_000


def read_prediction_parts(
    given: Any,
    *,
    columns: Collection[str] | None = None,
    objects: Collection[str] | None = None,
    where: object = "the table",
) -> Iterator[pd.DataFrame]:
    """Yield the rows of a prediction table as `taonet.io.prediction_table` reads them, in parts.

    Files of parquet are read so many rows at a time; those of other formats and tables in memory
    are one part.

    Parameters
    ----------
    given : path, DataFrame or astropy Table
    columns : collection of str, optional
        Only those, as far as there are any.
    objects : collection of str, optional
        Only rows of these objects.
    where : object
        What a table in memory is called, for errors.

    Raises
    ------
    InputError
        As `taonet.io.prediction_table.read_predictions`.
    """
    if is_path(given) and _comes_in_parts(Path(given)):
        yield from _parquet_parts(Path(given), columns, objects)
        return
    table = read_predictions(given) if is_path(given) else prediction_table(given, where=where)
    rows = table if objects is None else table[table["object_id"].isin(objects)]
    yield rows if columns is None else rows[[name for name in rows if name in columns]]


def prediction_columns(given: Any, *, where: object = "the table") -> tuple[str, ...]:
    """Return the names of a prediction table's columns; of parquet without reading a row."""
    if is_path(given) and _comes_in_parts(Path(given)):
        return tuple(pq.read_schema(given).names)
    return tuple(map(str, next(read_prediction_parts(given, where=where)).columns))


def _comes_in_parts(path: Path) -> bool:
    if path.suffix.lower() != ".parquet" or not path.is_file():
        return False
    try:
        schema = pq.read_schema(path)
    except pa.ArrowException:
        return False  # what is wrong is said by the reader of whole tables
    # astropy's files have units that count, and pandas' may hold names in their index
    is_plain = b"table_meta_yaml" not in (schema.metadata or {})
    is_ours = len(set(schema.names)) == len(schema.names)
    return is_plain and is_ours and "object_id" in schema.names


def _parquet_parts(
    path: Path, columns: Collection[str] | None, objects: Collection[str] | None
) -> Iterator[pd.DataFrame]:
    with pq.ParquetFile(path) as file:
        names = [n for n in file.schema_arrow.names if columns is None or n in columns]
        for batch in file.iter_batches(batch_size=ROWS_AT_ONCE, columns=names):
            part = _only(pa.Table.from_batches([batch]), objects).to_pandas()
            part.attrs["metadata"] = _version_of(file.schema_arrow)
            yield prediction_table(part, where=path)


def _version_of(schema: pa.Schema) -> dict[str, str]:
    version = (schema.metadata or {}).get(VERSION_KEY.encode())
    return {} if version is None else {VERSION_KEY: version.decode()}


def _only(rows: pa.Table, objects: Collection[str] | None) -> pa.Table:
    """Keep the rows of some objects, before what is in them is taken apart."""
    if objects is None:
        return rows
    names = prediction_table(rows.select(["object_id"]).to_pandas())["object_id"]
    return rows.filter(pa.array(names.isin(objects)))
