"""Tables as text, by programs and by hand: which separator, which line of names, which comma."""

import csv
import io
import re
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from taonet.errors import InputError
from taonet.io.cells import EMPTY
from taonet.io.column_names import plain

SEPARATORS: Final = (",", ";", "\t", "|")
"""Besides blanks; of two that fit a file alike the first one counts."""

LOOKED_AT: Final = 50
"""Lines that show how numbers are written."""

_NUMBER = re.compile(r"[<>]?\s*[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?")
_DECIMAL_COMMA = re.compile(r"[<>]?\s*[+-]?\d*,\d+([eE][+-]?\d+)?")
_MISSING = sorted({form for word in EMPTY for form in (word, word.upper(), word.capitalize())})


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How a text is a table.

    Parameters
    ----------
    names : tuple of str
        Of the columns.
    separator : str
        A character, or a blank for any number of blanks.
    decimal : str
    lines : list of str
        Those that hold rows.
    """

    names: tuple[str, ...]
    separator: str
    decimal: str
    lines: list[str]


def read_text_table(path: Path, text: Collection[str]) -> pd.DataFrame:
    """Read a text file as a table.

    Names stand in the first line that is no comment, or in the last comment before the rows.
    Columns are parted by commas, semicolons, tabs, bars or blanks; with other separators than the
    comma it may stand for the decimal point. Lines that begin with ``#`` are comments.

    Parameters
    ----------
    text : collection of str
        Columns that hold words, by their `taonet.io.column_names.plain` names: whatever stands
        there is kept as it is.

    Raises
    ------
    InputError
        If it is no text, has no line of names, or a row has more cells than there are names.
    """
    layout = layout_of(_lines(path), path)
    own = [name for name in layout.names if plain(name) in text]
    others = [name for name in layout.names if name not in own]
    with warnings.catch_warnings():
        # what pandas would leave out with a warning is refused
        warnings.simplefilter("error", pd.errors.ParserWarning)
        table: pd.DataFrame = pd.read_csv(
            io.StringIO("\n".join(layout.lines)),
            names=[*layout.names, _BEYOND],
            header=None,
            index_col=False,
            sep=r"\s+" if layout.separator == " " else layout.separator,
            skipinitialspace=True,
            decimal=layout.decimal,
            dtype=dict.fromkeys(own, "str"),
            keep_default_na=False,
            na_values=dict.fromkeys([*others, _BEYOND], _MISSING),
        )
    _check_cells(table.pop(_BEYOND), layout, path)
    table = table.drop(columns=[name for name in others if _is_row_index(table[name])])
    return (
        _convert_decimal_commas(table, layout.decimal, others) if layout.decimal == "," else table
    )


_BEYOND = "cells without a name"


def _lines(path: Path) -> list[str]:
    content = path.read_bytes()
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    if "\0" in text.rstrip("\0"):
        raise InputError("no text, although its name says so", where=path, got="bytes of value 0")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def layout_of(lines: list[str], where: object) -> Layout:
    """Find out how lines of text are a table.

    Raises
    ------
    InputError
        If there is no line of names.

    Examples
    --------
    >>> found = layout_of(["# by hand", "name; mag", "a; 18,5"], "t.csv")
    >>> found.names, found.separator, found.decimal
    (('name', 'mag'), ';', ',')
    """
    comment = ""
    rows: list[str] = []
    for line in lines:
        if line.lstrip().startswith("#"):
            comment = comment if rows else line.lstrip(" #")
        elif line.strip():
            rows.append(line)
    if rows and not _holds_number(rows[0]):
        head, rows = rows[0], rows[1:]
    elif comment and not _holds_number(comment):
        head = comment
    else:
        got = repr(rows[0][:60]) if rows else "an empty file"
        do = "begin it with a line that names the columns"
        raise InputError("no line of column names", where=where, got=got, do=do)
    separator = _separator(head, rows)
    cells = _cells(head, separator)
    if rows and _has_comma_header(head, rows[0]):
        separator, cells = " ", re.split(r"[,\s]+", head.strip(" ,\t"))
    names = tuple(cell.strip() or f"column {i + 1}" for i, cell in enumerate(cells))
    _check_names(names, where)
    return Layout(names=names, separator=separator, decimal=_decimal(rows, separator), lines=rows)


def _has_comma_header(head: str, first: str) -> bool:
    """Return whether commas part the names, and blanks the cells, as in ZTF's forced photometry."""
    names = re.split(r"[,\s]+", head.strip(" ,\t"))
    return "," in head and "," not in first and len(names) == len(first.split()) > 1


def _holds_number(line: str) -> bool:
    cells = re.split(r"[,;|\t]|\s{2,}", line)
    cells = cells if len(cells) > 1 else line.split()
    return any(_NUMBER.fullmatch(cell.strip(" \"'")) for cell in cells)


def _cells(line: str, separator: str) -> list[str]:
    if separator == " ":
        return next(csv.reader([" ".join(line.split())], delimiter=" "), [])
    return next(csv.reader([line.strip("\n")], delimiter=separator, skipinitialspace=True), [])


def _separator(head: str, rows: list[str]) -> str:
    """Return what parts the names and the first row into equally many cells, at best."""
    first = rows[0] if rows else head
    best, most = " ", 0
    for separator in (*SEPARATORS, " "):
        names, cells = (len(_cells(line, separator)) for line in (head, first))
        if (score := 2 * names if names == cells else 0) > most and names > 1:
            best, most = separator, score
    if most:
        return best
    by_count = max(SEPARATORS, key=lambda separator: len(_cells(head, separator)))
    parted = len(_cells(head, by_count)) > 1 and by_count in first
    return by_count if parted or len(head.split()) == 1 else " "


def _decimal(rows: list[str], separator: str) -> str:
    if separator == ",":
        return "."
    cells = [cell.strip() for row in rows[:LOOKED_AT] for cell in _cells(row, separator)]
    points = any(_NUMBER.fullmatch(cell) and "." in cell for cell in cells)
    return "," if not points and any(map(_DECIMAL_COMMA.fullmatch, cells)) else "."


def _check_names(names: tuple[str, ...], where: object) -> None:
    twice = [name for i, name in enumerate(names) if name in names[:i]]
    if twice:
        raise duplicate_column_error(twice[0], where)


def duplicate_column_error(name: str, where: object) -> InputError:
    """Return the error that names the column a table has twice."""
    do = "keep one of them, or give them different names"
    return InputError("a column is there twice", where=where, got=repr(name), do=do)


def _check_cells(beyond: "pd.Series[Any]", layout: Layout, path: Path) -> None:
    # a separator at the end of each row makes an empty cell, which is no harm
    filled = beyond.notna().to_numpy().nonzero()[0]
    if len(filled):
        raise InputError(
            f"{len(filled)} rows have more cells than there are names",
            where=path,
            got=repr(layout.lines[filled[0]][:80]),
            do=f"there are {len(layout.names)} names, parted by {layout.separator!r}",
        )


def _is_row_index(column: "pd.Series[Any]") -> bool:
    """Return whether a column is only what pandas writes for an index without a name."""
    own = re.fullmatch(r"column \d+", str(column.name)) is not None
    empty = bool(column.isna().all())
    return own and (empty or pd.api.types.is_integer_dtype(column.dtype))


def _convert_decimal_commas(
    table: pd.DataFrame, decimal: str, others: Collection[str]
) -> pd.DataFrame:
    # a column with a word in it is text to pandas, and keeps its commas
    for name in [name for name in others if name in table]:
        if not pd.api.types.is_numeric_dtype(table[name].dtype):
            cells = table[name].astype(object)
            table[name] = cells.map(
                lambda cell: (
                    cell.replace(decimal, ".")
                    if isinstance(cell, str) and _DECIMAL_COMMA.fullmatch(cell.strip())
                    else cell
                )
            )
    return table
