"""The times of light curves: which column holds them, and what they must not be."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from jaxtyping import Bool

from taonet.errors import InputError
from taonet.io.cells import EMPTY, numbers_and_text
from taonet.sky.plain_values import OF_YEARS

JD_MINUS_MJD: Final = 2_400_000.5

TAI_AHEAD_DAYS: Final = 37 / 86_400
"""Of UTC, since 2017."""

HELIOCENTRIC: Final = "times at the Sun, which differ from ours by up to 8.3 minutes"
BARYCENTRIC: Final = (
    "times at the barycentre, which differ from ours by up to 8.3 minutes, and by 69 s if in TDB"
)


@dataclass(frozen=True, kw_only=True)
class TimeNames:
    """Columns that hold times of one kind.

    Parameters
    ----------
    names : tuple of str
        As `taonet.io.column_names.plain` writes them.
    to_mjd : float
        What to add to have an MJD.
    remark : str
        The remark to make where they are used.
    """

    names: tuple[str, ...]
    to_mjd: float = 0.0
    remark: str = ""


KINDS: Final = (
    TimeNames(names=("mjd", "mjd_utc", "mjdobs", "mjd_obs", "obsmjd", "obs_mjd", "midpointmjd")),
    TimeNames(
        names=("midpointmjdtai", "mjd_tai"),
        to_mjd=-TAI_AHEAD_DAYS,
        remark="times in TAI, 37 s taken off for UTC",
    ),
    TimeNames(names=("jd", "jd_utc", "jdobs", "obsjd", "julian_date"), to_mjd=-JD_MINUS_MJD),
    TimeNames(names=("hmjd", "mhjd"), remark=HELIOCENTRIC),
    TimeNames(names=("hjd", "hjd_utc"), to_mjd=-JD_MINUS_MJD, remark=HELIOCENTRIC),
    TimeNames(names=("bmjd", "mbjd", "mjd_tdb", "bmjd_tdb"), remark=BARYCENTRIC),
    TimeNames(names=("bjd", "bjd_tdb", "bjd_utc"), to_mjd=-JD_MINUS_MJD, remark=BARYCENTRIC),
)
"""The nearest to ours first: an MJD is used before a JD, and that before one at the Sun."""

UNSAID: Final = ("time", "t", "obs_time", "obstime", "epoch_time")
"""Names that do not state what they count: MJD, if the numbers can be."""

DATES: Final = (
    "date", "datetime", "date_time", "date_obs", "obs_date", "obsdate", "dateobs", "ut_date", "utc",
    "timestamp", "observation_date", "isot",
)  # fmt: skip

OF_TESS = "MJD = BTJD + 56999.5 (TESS)"
OF_KEPLER = "MJD = BKJD + 54832.5 (Kepler)"

YEARS: Final = ("year", "years", "decimal_year", "decyear", "jyear", "byear", "yr")

REFUSED: Final[Mapping[str, tuple[str, str]]] = {
    "btjd": ("BTJD, days since JD 2457000", OF_TESS),
    "time_btjd": ("BTJD, days since JD 2457000", OF_TESS),
    "tjd": (
        "TJD, days since JD 2457000 or 2440000.5",
        "MJD = TJD + 56999.5 (TESS), or TJD + 40000 (truncated JD)",
    ),
    "bkjd": ("BKJD, days since JD 2454833", OF_KEPLER),
    "time_bkjd": ("BKJD, days since JD 2454833", OF_KEPLER),
    **dict.fromkeys(YEARS, ("years", OF_YEARS)),
}
"""Times that are not read, by name: what they are, and the formula."""

EARLIEST_MJD: Final = 9000.0
"""1883: the oldest photographic plates are of 1885."""

LATEST_MJD: Final = 100_000.0
"""2132."""

JULIAN: Final = 2_000_000
"""No MJD is as large as this; every JD of a telescope is larger."""

_OFFSET = re.compile(r"(?P<at>[hb]?)jd(_tdb|_utc)?[_-]+(?P<off>24\d{5})(_(?P<part>5))?")


@dataclass(frozen=True, kw_only=True, eq=False)
class Times:
    """Times of a table as MJD.

    Parameters
    ----------
    mjd : Series
        NaN where there is none.
    column : str
        Where they come from.
    text : array (row,)
        Where text stands in place of a time.
    from_jd : bool
    remarks : tuple of str
    """

    mjd: "pd.Series[float]"
    column: str
    text: Bool[np.ndarray, " row"]
    from_jd: bool = False
    remarks: tuple[str, ...] = ()


def is_time(name: str) -> bool:
    """Return whether a column of this plain name holds times in days."""
    is_named = any(name in kind.names for kind in KINDS)
    return is_named or name in UNSAID or _OFFSET.fullmatch(name) is not None


def times_of(
    table: pd.DataFrame,
    columns: Mapping[str, str],
    where: object,
    *,
    first: TimeNames | None = None,
) -> Times:
    """Return the times of a table, from the column that states them best.

    Parameters
    ----------
    columns : mapping
        The columns of the table by their plain names.
    first : TimeNames, optional
        A kind of times that is known to apply, whatever the names are.

    Raises
    ------
    InputError
        If there is no column of times, or what it holds is no MJD or JD: with the formula, where
        it looks like something known.
    """
    kinds = (
        *([first] if first else []),
        *KINDS,
        *_offsets(columns),
        TimeNames(names=UNSAID + DATES),
    )
    candidates = [(columns[name], kind) for kind in kinds for name in kind.names if name in columns]
    if not candidates:
        raise _no_times(table, columns, where)
    # an empty column is of no use, if there is another
    filled = [(name, kind) for name, kind in candidates if table[name].notna().any()]
    name, kind = (filled or candidates)[0]
    if kind is kinds[-1] and _is_text(table[name]):
        return _dates(table[name], where)
    return _days_as_mjd(table[name], kind, where)


def _no_times(table: pd.DataFrame, columns: Mapping[str, str], where: object) -> InputError:
    for name, (what, formula) in REFUSED.items():
        if name in columns:
            place = f"{where}, column {columns[name]!r}"
            return InputError(f"times are {what}, not MJD", where=place, do=f"use {formula}")
    return InputError(
        "no column 'mjd'",
        where=where,
        got=", ".join(map(str, table.columns)),
        do="name it one of mjd, jd, hjd, bjd, time, date",
    )


def _offsets(columns: Mapping[str, str]) -> Sequence[TimeNames]:
    """Return the kinds of times whose names state the subtracted offset, such as HJD-2450000."""
    kinds = []
    for name in columns:
        match = _OFFSET.fullmatch(name)
        if match:
            off = float(match["off"]) + (0.5 if match["part"] else 0.0)
            remark = {"h": HELIOCENTRIC, "b": BARYCENTRIC, "": ""}[match["at"]]
            kinds.append(TimeNames(names=(name,), to_mjd=off - JD_MINUS_MJD, remark=remark))
    return kinds


def _days_as_mjd(column: "pd.Series[Any]", kind: TimeNames, where: object) -> Times:
    values, text = numbers_and_text(column)
    place = f"{where}, column {column.name!r}"
    julian = kind.to_mjd == -JD_MINUS_MJD
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        julian, kind = False, TimeNames(names=kind.names)
    if julian:
        _check_julian(values, place)
        _check_offset(values, place)
    mjd = values + kind.to_mjd
    if not julian:
        _check_mjd(mjd if kind.to_mjd else values, place)
    remarks = (f"column {column.name!r}: {kind.remark}",) if kind.remark else ()
    return Times(mjd=mjd, column=str(column.name), text=text, from_jd=julian, remarks=remarks)


def _is_text(column: "pd.Series[Any]") -> bool:
    values, text = numbers_and_text(column)
    return bool(text.any() and not np.isfinite(values).any())


def _dates(column: "pd.Series[Any]", where: object) -> Times:
    """Return dates written as 2019-01-05 or 2019-01-05T03:04:05 as MJD."""
    cells = column.astype(object).map(lambda v: v.decode() if isinstance(v, bytes) else v)
    cells = cells.map(lambda v: v.strip() if isinstance(v, str) else v)
    moments = pd.to_datetime(cells, format="ISO8601", utc=True, errors="coerce")
    filled = cells.notna() & ~cells.astype(str).str.lower().isin(EMPTY)
    text = (filled & moments.isna()).to_numpy()
    if text.all() or moments.isna().all():
        raise InputError(
            f"text in a number column, in {text.sum()} of {len(column)} rows",
            where=f"{where}, column {column.name!r}",
            got=repr(cells.iloc[0]),
            do="give MJD, or dates such as 2019-01-05T03:04:05",
        )
    mjd, _ = numbers_and_text(pd.Series(moments, index=column.index, name=column.name))
    date_only = cells[~moments.isna()].astype(str).str.fullmatch(r"\d{4}-\d\d-\d\d").any()
    what = (
        "dates without a time of day, taken as midnight" if date_only else "dates turned into MJD"
    )
    remarks = (f"column {column.name!r}: {what}",)
    return Times(mjd=mjd, column=str(column.name), text=text, remarks=remarks)


def _check_julian(jd: "pd.Series[float]", place: str) -> None:
    known = jd[np.isfinite(jd)]
    if len(known) and EARLIEST_MJD < known.median() < LATEST_MJD:
        raise InputError(
            "times look like MJD, not JD",
            where=place,
            got=f"{known.median():.3f}",
            do="name the column mjd, or state the subtracted offset, as in JD-2400000",
        )


def _check_offset(jd: "pd.Series[float]", place: str) -> None:
    known = jd[np.isfinite(jd)]
    if len(known) and 0 < known.median() <= EARLIEST_MJD:
        raise InputError(
            "times are not JD: an offset was subtracted",
            where=place,
            got=f"{known.median():.3f}",
            do="state the offset in the column's name, as in HJD-2450000",
        )


def _check_mjd(mjd: "pd.Series[float]", place: str) -> None:
    known = mjd[np.isfinite(mjd)]
    julian = known[known > JULIAN]
    if not len(known):
        return
    got = f"{known.median():.3f}"
    if known.median() > 1e8:
        what, do = (
            "times look like seconds since 1970, not MJD",
            "use MJD = seconds / 86400 + 40587",
        )
        raise InputError(what, where=place, got=got, do=do)
    if 1.8e7 < known.median() < 2.2e7:
        what, do = "times look like dates written as one number, not MJD", "use MJD"
        raise InputError(what, where=place, got=got, do=do)
    if len(julian):
        raise InputError(
            f"{len(julian)} of {len(mjd)} times look like JD, not MJD",
            where=place,
            got=f"{julian.max():.3f}",
            do="use MJD = JD - 2400000.5, or name the column jd",
        )
    if 0 < known.median() < EARLIEST_MJD:
        raise _too_early(known, place)


def _too_early(mjd: "pd.Series[float]", place: str) -> InputError:
    if ((mjd > 1850) & (mjd < 2150)).all():
        what = "times look like years, or days of TESS, not MJD"
        return InputError(
            what, where=place, got=f"{mjd.median():.3f}", do=f"use {OF_YEARS}, or {OF_TESS}"
        )
    return InputError(
        "times of before 1883 are no MJD",
        where=place,
        got=f"{mjd.median():.3f}",
        do=f"add the MJD of day 0: {OF_TESS}, {OF_KEPLER}",
    )
