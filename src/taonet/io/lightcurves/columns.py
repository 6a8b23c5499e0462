"""The columns of light-curve tables under our names, by whatever names other programs gave them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from taonet.errors import InputError
from taonet.io.cells import numbers_and_text, text_cells_error, words
from taonet.io.column_names import NAMES, TEXT, plain
from taonet.io.lightcurves.fluxes import Brightness, brightness_of
from taonet.io.lightcurves.surveys import SurveyTable, flagged_rows, is_true, survey_of
from taonet.io.lightcurves.times import Times, times_of
from taonet.sky.position import known_positions

MOST_TEXT: Final = 0.5
"""Share of a column's cells; where more are words, it is no column of numbers."""

UNNEEDED: Final = ("ra", "dec", "limiting_mag")
"""Columns of numbers that a point does not need."""

_LIMIT = re.compile(r"\s*([<>])\s*(\d+\.?\d*)\s*")

_MAY_NAME_OBJECTS = re.compile(
    r"(.*_)?(id|name|object|obj|source|src|star|target|event|sn|oid)|.*(id|name)"
)
_OF_FRAMES = re.compile(r"(image|exp|exposure|frame|field|camera|instrument|telescope|obs|ccd).*")


@dataclass(frozen=True, kw_only=True, eq=False)
class Points:
    """A table of light curves under our names.

    Parameters
    ----------
    rows : DataFrame
        One row a point: ``object_id``, ``mjd``; ``flux`` and ``flux_err`` with a zero point of 25,
        or ``mag`` and ``magerr``; ``band``, ``limiting_mag``, ``ra``, ``dec``, ``class_name`` where
        the table has them; and what is known of a row as True or False: ``flagged`` (not to be
        used), ``limit`` (an upper limit), ``text`` (a word where a number belongs).
    remarks : tuple of str
        What the user should know of how the table was read.
    from_jd : bool
        Times were JD.
    """

    rows: pd.DataFrame
    remarks: tuple[str, ...] = ()
    from_jd: bool = False


def standard_columns(table: pd.DataFrame, where: object, *, alone: str) -> Points:
    """Return a table's columns under our names, numbers as float64 and words as text.

    Parameters
    ----------
    table : DataFrame
        One row a point, columns named as in `NAMES`, in any case; as
        `taonet.io.tables.read_table` returns it.
    where : object
        The file, for errors.
    alone : str
        The name of the object where no column names one.

    Raises
    ------
    InputError
        If there is no row, a column is missing or holds words where numbers belong, or times are
        no MJD.
    """
    columns = _by_plain_name(table, where)
    if table.empty:
        raise InputError("an empty table", where=where, got="no rows")
    survey = survey_of(columns)
    roles = _roles(table, columns, survey)
    times = times_of(table, columns, where, first=survey.time if survey else None)
    _check_errors(roles, table, where)
    remarks = [f"read as a table of {survey.name}"] if survey else []
    ours, text = _rows(table, roles, times, where)
    _set_bands(ours, survey)
    light = brightness_of(ours, roles, survey=survey, units=table.attrs.get("units", {}))
    ours["flagged"], flag_columns = flagged_rows(table, columns, survey)
    if "object_id" not in ours:
        _check_single_object(table, columns, roles, where)
        ours["object_id"] = alone
        whose = ", the file's name" if isinstance(where, Path) else ""
        remarks.append(f"no column names objects: all rows are of {alone!r}{whose}")
    used = {*(roles[role] for role in roles if role not in light.unused), times.column}
    remarks += [*light.remarks, *times.remarks, *_position_remarks(table, roles)]
    remarks += _unused_columns(table, {*used, *flag_columns})
    ours["text"] = text | times.text
    return Points(
        rows=_replace_brightness(ours, light), remarks=tuple(remarks), from_jd=times.from_jd
    )


def _by_plain_name(table: pd.DataFrame, where: object) -> dict[str, str]:
    columns: dict[str, str] = {}
    for column in map(str, table.columns):
        if plain(column) in columns:
            do = "keep one of them, or give them different names"
            got = f"{columns[plain(column)]!r} and {column!r}"
            raise InputError("two columns of one name", where=where, got=got, do=do)
        columns[plain(column)] = column
    return columns


def _roles(
    table: pd.DataFrame, columns: Mapping[str, str], survey: SurveyTable | None
) -> dict[str, str]:
    """Return the column of the table that holds each of ours."""
    special = dict(survey.columns) if survey else {}
    roles = {}
    for role, others in NAMES.items():
        candidates = (special[role],) if role in special else others
        filled = [n for n in candidates if n in columns and table[columns[n]].notna().any()]
        present = filled or [n for n in candidates if n in columns]
        if present:
            roles[role] = columns[present[0]]
    if "mag" not in roles and "flux" in roles and "magerr" in roles:
        # a plain `error` is that of whatever brightness stands beside it
        roles.setdefault("flux_err", roles.pop("magerr"))
    return roles


def _check_errors(roles: Mapping[str, str], table: pd.DataFrame, where: object) -> None:
    of_flux = "flux" in roles and ("flux_err" in roles or "mag" not in roles)
    for role in ("flux", "flux_err") if of_flux else ("mag", "magerr"):
        if role not in roles:
            got = ", ".join(map(str, table.columns))
            do = f"name it one of {', '.join(NAMES[role][:8])}"
            raise InputError(f"no column {role!r}", where=where, got=got, do=do)


def _rows(
    table: pd.DataFrame, roles: Mapping[str, str], times: Times, where: object
) -> tuple[pd.DataFrame, Bool[np.ndarray, " row"]]:
    ours = pd.DataFrame({"mjd": times.mjd.to_numpy()}, index=table.index)
    ours["limit"] = _limit_flags(table, roles)
    text = np.zeros(len(table), bool)
    for role, name in roles.items():
        if role in TEXT:
            ours[role] = words(table[name], where)
        elif role == "mag":
            ours[role], bad = _magnitudes(table[name], ours)
            text |= _bad_cells(table[name], bad, where)
        elif role not in ("is_limit", "positive"):
            ours[role], bad = numbers_and_text(table[name])
            bad = _bad_cells(table[name], bad, where)
            # without a place or a limit a point is still a point
            text |= bad if role not in UNNEEDED else False
    _bad_cells(table[times.column], times.text, where)
    if "positive" in roles:
        ours["sign"] = _signs(table[roles["positive"]])
    for one in ("ra", "dec"):
        ours[one] = ours.get(one, np.nan)
    ours["ra"], ours["dec"] = known_positions(ours["ra"].to_numpy(), ours["dec"].to_numpy())
    return ours, text


def _signs(column: "pd.Series[Any]") -> Float[np.ndarray, " row"]:
    sign = np.where(is_true(column), 1.0, -1.0)
    return np.where(words(column, "").isna(), np.nan, sign)


def _limit_flags(table: pd.DataFrame, roles: Mapping[str, str]) -> Bool[np.ndarray, " row"]:
    if "is_limit" not in roles:
        return np.zeros(len(table), bool)
    return is_true(table[roles["is_limit"]])


def _magnitudes(
    column: "pd.Series[Any]", ours: pd.DataFrame
) -> tuple["pd.Series[float]", Bool[np.ndarray, " row"]]:
    """Read magnitudes; limits such as ``>16.5`` are marked in ``ours``."""
    values, text = numbers_and_text(column)
    limit = ours["limit"].to_numpy(bool).copy()
    for row in np.flatnonzero(text).tolist():
        match = _LIMIT.fullmatch(str(column.iloc[row]))
        if match:
            # "<" is fainter in some catalogues and brighter in others: not detected, but no limit
            values.iloc[row] = float(match[2]) if match[1] == ">" else np.nan
            limit[row], text[row] = True, False
    ours["limit"] = limit
    return values, text


def _bad_cells(
    column: "pd.Series[Any]", text: Bool[np.ndarray, " row"], where: object
) -> Bool[np.ndarray, " row"]:
    if text.sum() > MOST_TEXT * max(int(column.notna().sum()), 1):
        raise text_cells_error(column, text, where)
    return text


def _set_bands(ours: pd.DataFrame, survey: SurveyTable | None) -> None:
    if survey and survey.bands and "band" in ours:
        codes = set(ours["band"].dropna())
        if codes <= set(survey.bands):
            ours["band"] = ours["band"].map(survey.bands)


def _check_single_object(
    table: pd.DataFrame, columns: Mapping[str, str], roles: Mapping[str, str], where: object
) -> None:
    """Refuse to make one object of a table whose objects may be named by an unknown column."""
    for name, column in columns.items():
        if column in roles.values() or not _MAY_NAME_OBJECTS.fullmatch(name):
            continue
        if not _OF_FRAMES.fullmatch(name) and 1 < table[column].nunique() < len(table):
            raise InputError(
                "no column 'object_id'",
                where=where,
                got=f"a column {column!r} of {table[column].nunique()} names",
                do=f"name the column of objects one of {', '.join(NAMES['object_id'][:4])}",
            )


def _position_remarks(table: pd.DataFrame, roles: Mapping[str, str]) -> list[str]:
    counts = {
        roles[role]: int(numbers_and_text(table[roles[role]])[1].sum())
        for role in UNNEEDED
        if role in roles
    }
    return [f"column {name!r}: {n} words are taken as unknown" for name, n in counts.items() if n]


def _unused_columns(table: pd.DataFrame, used: set[str]) -> list[str]:
    unused = [str(name) for name in table.columns if str(name) not in used]
    return [f"columns not used: {', '.join(unused)}"] if unused else []


def _replace_brightness(ours: pd.DataFrame, light: Brightness) -> pd.DataFrame:
    gone = ("mag", "magerr", "flux", "flux_err", "zero_point_mag", "sign")
    rows = ours.drop(columns=[name for name in gone if name in ours])
    rows[list(light.values)] = pd.DataFrame(light.values, index=rows.index)
    return rows
