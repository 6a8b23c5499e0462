"""Cells of a table as words or as numbers, whatever another program stored them as."""

import re
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from jaxtyping import Bool

from taonet.errors import InputError
from taonet.sky.plain_values import mjd_of_dates

EMPTY: Final = ("", "nan", "na", "n/a", "#n/a", "null", "none", "nat", "<na>", "--", "-", "...")
"""What stands in a column of numbers where there is none, in small letters."""

_WHOLE_FLOAT = re.compile(r"[+-]?\d+\.0*")
_POWER_OF_TEN = re.compile(r"[+-]?\d(\.\d+)?e\+?\d+", re.IGNORECASE)
_SHOWN_BYTES = re.compile(r"b(['\"])(.*)\1", re.DOTALL)


def words(column: "pd.Series[Any]", where: object) -> "pd.Series[Any]":
    """Return a column of names as text without blanks around it; None where a cell is empty.

    Bytes are decoded and whole numbers that became floats are whole again, so that one object has
    one name in all formats.

    Raises
    ------
    InputError
        If the names are floats that have lost digits.

    Examples
    --------
    >>> words(pd.Series([101.0, np.nan]), "t.csv").tolist()
    ['101', None]
    >>> words(pd.Series([b"SN\\0\\0", b"NA "]), "t.csv").tolist()
    ['SN', 'NA']
    """
    place = f"{where}, column {column.name!r}"
    codes, values = pd.factorize(np.asarray(column.astype(object), dtype=object))
    texts = _whole_names(_decode_all([_text(value) for value in values]), place)
    small = column.dtype in (np.float32, np.float16)
    _check_digits(list(values), 2**24 if small else 2**53, place)
    names = np.array([*(text or None for text in texts), None], dtype=object)
    return pd.Series(names[codes], index=column.index, name=column.name, dtype=object)


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, float | np.floating) and float(value).is_integer():
        value = int(value)
    return str(value).strip(" \t\r\n\0")


def _decode_all(texts: Sequence[str]) -> Sequence[str]:
    # pandas writes bytes into text files as b'SN'
    matches = [_SHOWN_BYTES.fullmatch(text) for text in texts]
    return [match.group(2) for match in matches if match] if texts and all(matches) else texts


def _whole_names(texts: Sequence[str], place: str) -> Sequence[str]:
    filled = [text for text in texts if text]
    if filled and all(_POWER_OF_TEN.fullmatch(t) and float(t) > 2**53 for t in filled):
        raise _lost_digits(place, filled[0])
    if not filled or not all(map(_WHOLE_FLOAT.fullmatch, filled)):
        return texts
    if max(abs(float(text)) for text in filled) > 2**53:
        raise _lost_digits(place, filled[0])
    return [text.split(".")[0] for text in texts]


def _check_digits(values: Sequence[object], most: int, place: str) -> None:
    floats = [float(v) for v in values if isinstance(v, float | np.floating)]
    if max(map(abs, floats), default=0) > most:
        raise _lost_digits(place, max(floats))


def _lost_digits(place: str, got: object) -> InputError:
    return InputError(
        "names are floats, which do not hold so many digits",
        where=place,
        got=got,
        do="store them as text or whole numbers",
    )


def numbers_and_text(
    column: "pd.Series[Any]",
) -> tuple["pd.Series[float]", Bool[np.ndarray, " row"]]:
    """Return a column as float64, and in which rows text stands where a number belongs.

    Points in time become MJD.
    """
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return _mjd(column), np.zeros(len(column), bool)
    if column.dtype == object or isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object).map(lambda v: v.decode() if isinstance(v, bytes) else v)
    numbers = pd.to_numeric(column, errors="coerce")
    values = numbers.astype("Float64").to_numpy(np.float64, na_value=np.nan)
    text = np.zeros(len(column), bool)
    unclear = np.flatnonzero(np.isnan(values) & column.notna().to_numpy())
    if len(unclear) and not pd.api.types.is_numeric_dtype(column.dtype):
        cells = column.iloc[unclear].astype(str).str.strip(" \0").str.lower()
        text[unclear] = ~cells.isin(EMPTY).to_numpy()
    return pd.Series(values, index=column.index, name=column.name), text


def numbers(column: "pd.Series[Any]", where: object) -> "pd.Series[float]":
    """Return a column as float64, NaN where a cell is empty.

    Raises
    ------
    InputError
        If text stands where a number belongs.
    """
    values, text = numbers_and_text(column)
    if text.any():
        raise text_cells_error(column, text, where)
    return values


def text_cells_error(
    column: "pd.Series[Any]", text: Bool[np.ndarray, " row"], where: object
) -> InputError:
    """Return the error that names the text in place of a number."""
    return InputError(
        f"text in a number column, in {text.sum()} of {len(column)} rows",
        where=f"{where}, column {column.name!r}",
        got=repr(str(column[text].iloc[0]).strip()),
        do="leave the cell empty where there is no number",
    )


def _mjd(column: "pd.Series[Any]") -> "pd.Series[float]":
    moments = pd.to_datetime(column, utc=True).dt.tz_localize(None).astype("datetime64[ns]")
    mjd = mjd_of_dates(moments.to_numpy())
    return pd.Series(mjd, index=column.index, name=column.name)
