"""The columns of light-curve tables, by whatever names other programs gave them."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from taonet.errors import InputError
from taonet.sky.flux import ZERO_POINT_MAG, magnitude, magnitude_error

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "object_id": ("object_id", "id", "oid", "objectid", "masterid", "name"),
    "mjd": ("mjd", "time", "t", "date"),
    "jd": ("jd",),
    "mag": ("mag", "magnitude"),
    "magerr": ("magerr", "mag_err", "error", "err", "magnitude_error"),
    "flux": ("flux",),
    "flux_err": ("flux_err", "fluxerr", "flux_error"),
    "zero_point_mag": ("zero_point_mag", "zero_point", "zeropoint", "zp"),
    "band": ("band", "filter"),
    "limiting_mag": ("limiting_mag", "limmag", "maglim", "diffmaglim"),
    "ra": ("ra", "ra_deg"),
    "dec": ("dec", "dec_deg"),
    "class_name": ("class_name", "label", "class"),
}
"""What the columns are called elsewhere, whatever the case; the first name is ours."""

TEXT: Final = ("object_id", "band", "class_name")

JD_MINUS_MJD: Final = 2_400_000.5

JULIAN: Final = 2_000_000
"""No MJD is as large as this; every JD of a telescope is larger."""

EXACT_IN_DOUBLES: Final = 2**53


def our_columns(table: pd.DataFrame, where: object) -> pd.DataFrame:
    """Return a table's columns under our names, numbers as float64 and words as text.

    Parameters
    ----------
    table : DataFrame
        One row a point, columns named as in `NAMES`, in any case.
    where : object
        The file, for errors.

    Returns
    -------
    DataFrame
        ``object_id``, ``mjd``, ``mag``, ``magerr`` and, where the table has them, ``band``,
        ``limiting_mag``, ``ra``, ``dec``, ``class_name``. Where there are no magnitudes they come
        from the fluxes, NaN where the flux is not positive. Times of a column ``jd`` are MJD.

    Raises
    ------
    InputError
        If there is no row, a column is missing, a number column holds text, or times of a column
        that claims to be MJD are JD.
    """
    names = _found(table)
    _check_needed(names, table, where)
    if table.empty:
        raise InputError("an empty table", where=where, got="no rows")
    ours = pd.DataFrame(
        {
            name: _words(table[theirs], where) if name in TEXT else _numbers(table[theirs], where)
            for name, theirs in names.items()
        }
    )
    if "mjd" in ours:
        _check_times(ours["mjd"], f"{where}, column {names['mjd']!r}")
    else:
        ours["mjd"] = ours["jd"] - JD_MINUS_MJD
    if "mag" not in ours:
        ours = _with_magnitudes(ours)
    unused = ["jd", "flux", "flux_err", "zero_point_mag"]
    return ours.drop(columns=[name for name in unused if name in ours])


def _found(table: pd.DataFrame) -> dict[str, str]:
    there = {str(column).lower(): str(column) for column in table.columns}
    found = {}
    for ours, others in NAMES.items():
        name = next((there[other] for other in others if other in there), None)
        if name is not None:
            found[ours] = name
    if "mag" not in found and "flux" in found and "magerr" in found:
        # a plain `error` is that of whatever brightness stands beside it
        found.setdefault("flux_err", found.pop("magerr"))
    return found


def _check_needed(names: Mapping[str, str], table: pd.DataFrame, where: object) -> None:
    needed = ["object_id", "mjd", "mag", "magerr"]
    if "jd" in names:
        needed.remove("mjd")
    if "mag" not in names and "flux" in names:
        needed[-2:] = ["flux", "flux_err"]
    for ours in needed:
        if ours not in names:
            raise InputError(
                f"no column {ours!r}",
                where=where,
                got=", ".join(map(str, table.columns)),
                do=f"name it one of {', '.join(NAMES[ours])}",
            )


def _numbers(column: "pd.Series[float]", where: object) -> "pd.Series[float]":
    numbers = pd.to_numeric(column, errors="coerce").astype(np.float64)
    text = column[numbers.isna() & column.notna()].astype(str).str.strip()
    text = text[~text.str.lower().isin(["", "nan"])]
    if len(text):
        raise InputError(
            f"text in a number column, in {len(text)} of {len(column)} rows",
            where=f"{where}, column {column.name!r}",
            got=repr(text.iloc[0]),
            do="leave the cell empty where there is no number",
        )
    return numbers


def _words(column: "pd.Series[Any]", where: object) -> "pd.Series[Any]":
    if pd.api.types.is_float_dtype(column.dtype):
        column = _whole(column, where)
    words = column.astype("string").str.strip()
    return words.mask(words == "").astype(object)


def _whole(column: "pd.Series[Any]", where: object) -> "pd.Series[Any]":
    # whole numbers beside an empty cell arrive as floats; long ones have lost digits by then
    if (column.abs() > EXACT_IN_DOUBLES).any():
        raise InputError(
            "names are floats, which do not hold so many digits",
            where=f"{where}, column {column.name!r}",
            got=column.max(),
            do="store them as text or whole numbers",
        )
    return column.astype("Int64") if (column.dropna() % 1 == 0).all() else column


def _check_times(mjd: "pd.Series[float]", where: str) -> None:
    julian = mjd[np.isfinite(mjd) & (mjd > JULIAN)]
    if len(julian):
        raise InputError(
            f"{len(julian)} of {len(mjd)} times look like JD, not MJD",
            where=where,
            got=f"{julian.max():.3f}",
            do="use MJD = JD - 2400000.5, or name the column jd",
        )


def _with_magnitudes(points: pd.DataFrame) -> pd.DataFrame:
    flux, flux_err = points["flux"].to_numpy(), points["flux_err"].to_numpy()
    zero_point = np.full(len(points), ZERO_POINT_MAG)
    if "zero_point_mag" in points:
        zero_point = points["zero_point_mag"].to_numpy()
    return points.assign(mag=magnitude(flux, zero_point), magerr=magnitude_error(flux, flux_err))
