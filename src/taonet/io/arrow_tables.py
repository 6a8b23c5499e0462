"""Tables as parquet holds them: in files, and frames in memory that go through the same types."""

from collections.abc import Collection, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from taonet.io.astropy_tables import read_astropy_table
from taonet.io.column_names import plain
from taonet.io.text_tables import duplicate_column_error


def read_parquet_table(path: Path, text: Collection[str]) -> pd.DataFrame:
    """Read a table of parquet, whoever wrote it.

    Parameters
    ----------
    text : collection of str
        Columns that hold words, by their `taonet.io.column_names.plain` names.

    Raises
    ------
    InputError
        If a column is there twice.
    """
    schema = pq.read_schema(path)
    _refuse_double_names(schema.names, path)
    if b"table_meta_yaml" in (schema.metadata or {}):
        # astropy wrote it, units and all
        return read_astropy_table(path, "parquet")
    table = _frame_of_arrow(pq.read_table(path), text)
    table.attrs["metadata"] = _text_metadata(schema)
    return table


def frame_in_memory(table: pd.DataFrame, text: Collection[str], where: object) -> pd.DataFrame:
    """Return a frame as it would be read from parquet; it is not changed.

    Parameters
    ----------
    text : collection of str
        As for `read_parquet_table`.
    where : object
        What the table is called, for errors.

    Raises
    ------
    InputError
        If a column is there twice.
    """
    own = table.set_axis([str(name) for name in table.columns], axis=1)
    _refuse_double_names(list(own.columns), where)
    own.attrs = {}
    frame = _frame_of_arrow(_arrow_table(own), text)
    # what `read_table` found out about the columns, if the table comes from there
    known = {name: table.attrs.get(name) for name in ("units", "metadata")}
    frame.attrs.update({name: facts for name, facts in known.items() if isinstance(facts, dict)})
    return frame


def _arrow_table(table: pd.DataFrame) -> pa.Table:
    """Return a frame as parquet would hold it; cells of several types in a column become text."""
    for name in table.columns:
        if table[name].dtype == object:
            try:
                pa.array(table[name], from_pandas=True)
            except (pa.ArrowException, OverflowError):
                cells = table[name]
                table = table.assign(**{name: cells.where(cells.isna(), cells.map(str))})
    return pa.Table.from_pandas(table)


def _refuse_double_names(names: Sequence[str], where: object) -> None:
    for i, name in enumerate(names):
        if name in names[:i]:
            raise duplicate_column_error(name, where)


def _frame_of_arrow(content: pa.Table, text: Collection[str]) -> pd.DataFrame:
    table = _with_index(content.to_pandas())
    for field in content.schema:
        column = content.column(field.name)
        if pa.types.is_list(field.type) or pa.types.is_large_list(field.type):
            # arrays in cells have no hash
            cells = [None if cell is None else tuple(cell) for cell in column.to_pylist()]
            table[field.name] = pd.Series(cells, index=table.index, dtype="object")
        # whole numbers beside an empty cell become floats, which hold 15 digits
        if plain(field.name) in text and pa.types.is_integer(field.type) and column.null_count:
            table[field.name] = column.cast(pa.string()).to_pandas().to_numpy()
    return table


def _text_metadata(schema: pa.Schema) -> dict[str, str]:
    metadata = {key: text for key, text in (schema.metadata or {}).items() if key != b"pandas"}
    return {
        key.decode("utf-8", "replace"): text.decode("utf-8", "replace")
        for key, text in metadata.items()
    }


def _with_index(table: pd.DataFrame) -> pd.DataFrame:
    index_names = [name for name in table.index.names if name is not None]
    if not index_names and pd.api.types.is_integer_dtype(table.index.dtype):
        return table.reset_index(drop=True)
    return table.reset_index()
