"""Tables that know their units and moments: ECSV, VOTable, and parquet as astropy writes it.

Positions become degrees and times MJD, or JD in columns that are called so. Units of other
columns are kept in the frame's ``attrs["units"]``, and what a file states about itself in words in
``attrs["metadata"]``.
"""

import contextlib
import re
import warnings
from pathlib import Path
from typing import Any, Final

import pandas as pd

from taonet.errors import InputError
from taonet.io.column_names import NAMES, plain
from taonet.io.lightcurves.times import is_time
from taonet.io.text_tables import duplicate_column_error
from taonet.sky.plain_values import OF_YEARS, utc_of

SPELLED: Final = {"degrees": "deg", "degree": "deg", "days": "d", "hours": "h", "mjd": "d"}
"""Units as they are often written, and as they should be."""

JULIAN_NAMES: Final = ("jd", "hjd", "bjd")
"""A moment in a column whose name begins so is kept as a JD."""


_PARTS = re.compile(r"[+-]?\d{1,3}\s*[:hd° ]\s*\d{1,2}")


def read_astropy_table(path: Path, kind: str) -> pd.DataFrame:
    """Read a table through astropy.

    Parameters
    ----------
    kind : {"ascii.ecsv", "votable", "parquet"}
        Astropy's name of the format.

    Raises
    ------
    InputError
        If a position or a time has a unit that is none of a position or a time.
    """
    from astropy.table import Table

    with warnings.catch_warnings():
        # it warns of whatever is not quite as a standard demands; what cannot be read is an error
        warnings.simplefilter("ignore")
        table = _votable(path) if kind == "votable" else Table.read(path, format=kind)
    return frame_of(table, path)


def frame_of(table: Any, where: object) -> pd.DataFrame:
    """Return a table of astropy as a frame; the table is not changed.

    Parameters
    ----------
    table : Table, QTable or TimeSeries
    where : object
        The file or table, for errors.

    Raises
    ------
    InputError
        If a position or a time has a unit that is none of a position or a time.
    """
    from astropy.table import Table

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # as a plain table its columns can be replaced, the times of a TimeSeries too
        own = Table(table, copy=False)
        _flatten_mixins(own)
        units = _units(own, where)
        frame: pd.DataFrame = own.to_pandas(index=False, use_nullable_int=True)
    frame.attrs["units"] = units
    frame.attrs["metadata"] = {k: v for k, v in own.meta.items() if isinstance(v, str)}
    return frame


def _votable(path: Path) -> Any:
    from astropy.io.votable import parse

    tables = list(parse(path, verify="ignore").iter_tables())
    if len(tables) != 1:
        raise InputError(
            "a VOTable of other than one table", where=path, got=f"{len(tables)} tables"
        )
    names = [field.name for field in tables[0].fields]
    for i, name in enumerate(names):
        if name in names[:i]:
            raise duplicate_column_error(name, path)
    # the IDs that are read otherwise are made of names, with other letters
    table = tables[0].to_table(use_names_over_ids=True)
    table.meta.update({param.name: str(param.value) for param in tables[0].params})
    return table


def _flatten_mixins(table: Any) -> None:
    """Turn moments, positions and quantities into columns of numbers."""
    from astropy.coordinates import SkyCoord
    from astropy.time import TimeBase
    from astropy.units import Quantity

    for name in list(table.colnames):
        column = table[name]
        if isinstance(column, TimeBase):
            table.replace_column(name, _days(column, plain(name)))
        elif isinstance(column, SkyCoord):
            place = column.icrs
            table.remove_column(name)
            for own, angle in (("ra", place.ra), ("dec", place.dec)):
                if own not in table.colnames:
                    table[own] = angle.deg
        elif isinstance(column, Quantity):
            table.replace_column(name, _column(column.value, column.unit))


def _days(moment: Any, name: str) -> Any:
    """Return moments as days in UTC; astropy would make nanoseconds of them."""
    from astropy.table import MaskedColumn
    from astropy.time import Time

    if not isinstance(moment, Time):
        return MaskedColumn(moment.to_value("day"))
    known = utc_of(moment)
    return MaskedColumn(known.jd if name.startswith(JULIAN_NAMES) else known.mjd)


def _column(values: Any, unit: Any) -> Any:
    from astropy.table import MaskedColumn

    return MaskedColumn(values, unit=unit)


def _units(table: Any, where: object) -> dict[str, str]:
    """Turn positions into degrees and times into days; return the units of all other columns."""
    units = {}
    for name in table.colnames:
        column, plain_name = table[name], plain(name)
        if column.unit is None or not str(column.unit).strip():
            continue
        if plain_name in NAMES["ra"] or plain_name in NAMES["dec"]:
            _convert(table, name, "deg", where)
        elif is_time(plain_name):
            _convert(table, name, "d", where)
        elif plain_name in ("seeing_fwhm_px", "zero_point_mag"):
            _convert(table, name, "pix" if plain_name == "seeing_fwhm_px" else "mag", where)
        elif plain_name in (*NAMES["mag"], *NAMES["magerr"], *NAMES["limiting_mag"]):
            _convert_millimagnitudes(table, name)
        units[name] = str(column.unit)
    return units


def _convert(table: Any, name: str, target: str, where: object) -> None:
    from astropy import units

    column = table[name]
    if column.dtype.kind in "SUO":
        return
    unit = units.Unit(
        SPELLED.get(str(column.unit).lower(), str(column.unit)), parse_strict="silent"
    )
    if target == "d" and unit == units.yr:
        do = f"give {OF_YEARS}"
        raise InputError("times are years", where=f"{where}, column {name!r}", got=unit, do=do)
    try:
        scale = (1.0 * unit).to_value(units.Unit(target))
    except (ValueError, TypeError) as error:
        raise InputError(
            "a column of an unknown unit",
            where=f"{where}, column {name!r}",
            got=str(column.unit),
            do=f"give it in {target}",
        ) from error
    if scale != 1:
        table[name] = _column(column.astype(float) * scale, target)


def _convert_millimagnitudes(table: Any, name: str) -> None:
    if str(table[name].unit) == "mmag":
        table[name] = _column(table[name].astype(float) / 1000, "mag")


def degrees_of(column: "pd.Series[Any]", unit: str, role: str) -> "pd.Series[Any]":
    """Return coordinates as degrees where they are text such as ``09:26:21.05``.

    Right ascensions in three parts are hours, as they always are; a unit says otherwise. Text
    that is no such coordinate is left for others to refuse.

    Parameters
    ----------
    role : {"ra", "dec"}

    Examples
    --------
    >>> degrees = degrees_of(pd.Series(["10:00:00", "-"]), "", "ra").tolist()
    >>> round(degrees[0], 6), degrees[1]
    (150.0, '-')
    """
    texts = column.map(lambda v: v.decode() if isinstance(v, bytes) else v).astype(object)
    is_sexagesimal = texts.map(lambda v: isinstance(v, str) and _PARTS.match(v.strip()) is not None)
    if not is_sexagesimal.any():
        return column
    from astropy.coordinates import Angle

    of = "deg" if role == "dec" or unit.startswith("deg") else "hourangle"
    degrees: dict[object, object] = {}
    for text in texts[is_sexagesimal].unique():
        with contextlib.suppress(ValueError):
            degrees[text] = float(Angle(text.strip(), unit=of).deg)
    return texts.map(lambda cell: degrees.get(cell, cell))
