"""Tables of light curves that other programs wrote: one row a point."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from taonet.errors import InputError
from taonet.io.lightcurves.columns import standard_columns
from taonet.io.lightcurves.mending import Mending, mend_points
from taonet.io.tables import READ, read_table, table_in_memory
from taonet.markup import LINE, count_words, shorten
from taonet.sky.bands import plain_band, sort_bands
from taonet.sky.flux import ZERO_POINT_MAG, flux_of, magnitude, magnitude_error
from taonet.sky.plain_values import (
    plain_angle,
    plain_fluxes,
    plain_mjd,
    plain_numbers,
    plain_words,
    unit_zero_point,
)
from taonet.sky.position import ARCMINUTE, mean_position
from taonet.sky.sequence import check_lengths, check_mjd
from taonet.types import AnyPath


@dataclass(frozen=True, kw_only=True, eq=False)
class UpperLimits:
    """When an object was observed and not detected.

    Parameters
    ----------
    mjd, mag : arrays (limit,)
        The object was fainter than ``mag``.
    band : tuple of str

    Raises
    ------
    InputError
        If lengths differ, or times are no MJD.
    """

    # of what may be anything that `taonet.sky.plain_values` knows, the array is what it becomes
    mjd: Float[np.ndarray, " limit"] | Any
    mag: Float[np.ndarray, " limit"] | Any
    band: tuple[str, ...] | Any

    def __post_init__(self) -> None:
        where = "upper limits"
        mjd = plain_mjd(self.mjd, where=where)
        mag = plain_numbers(self.mag, "mag", name="mag", where=where)
        columns = {"mjd": mjd, "mag": mag, "band": plain_words(self.band, mjd.size)}
        check_lengths(columns, mjd.size, of="limit", where=where)
        check_mjd(mjd, where=where)
        for name, values in columns.items():
            object.__setattr__(self, name, values)


NO_LIMITS = UpperLimits(mjd=np.zeros(0), mag=np.zeros(0), band=())


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Curve:
    """The points of one object, in order of time.

    It may be made of astropy's times and quantities, masked arrays, lists or pandas Series, and
    holds plain arrays.

    Parameters
    ----------
    object_id : str
    class_name : str or None
    mjd, mag, magerr : arrays (point,)
        Of tables all finite and errors positive; but of fluxes that are not positive magnitudes
        are NaN. What a mask covers is NaN, and no feature is made of it.
    band : tuple of str
        One a point; empty texts where the table names none. One word stands for all points.
    ra, dec : float
        Degrees, NaN where unknown.
    limits : UpperLimits
    flux, flux_err : arrays (point,), optional
        With a zero point of 25, of curves that were given in fluxes. Those in janskys and the like
        are brought to it.

    Raises
    ------
    InputError
        If lengths differ, times decrease or are no MJD, or a unit is that of another quantity.
    """

    # of what may be anything that `taonet.sky.plain_values` knows, the array is what it becomes
    object_id: str
    class_name: str | None
    mjd: Float[np.ndarray, " point"] | Any
    mag: Float[np.ndarray, " point"] | Any
    magerr: Float[np.ndarray, " point"] | Any
    band: tuple[str, ...] | Any = ()
    ra: float | Any = float("nan")
    dec: float | Any = float("nan")
    limits: UpperLimits = NO_LIMITS
    flux: Float[np.ndarray, " point"] | Any | None = None
    flux_err: Float[np.ndarray, " point"] | Any | None = None

    def __post_init__(self) -> None:
        where = f"light curve {self.object_id}"
        mjd = plain_mjd(self.mjd, where=where)
        columns: dict[str, Any] = {
            "mjd": mjd,
            "mag": plain_numbers(self.mag, "mag", name="mag", where=where),
            "magerr": plain_numbers(self.magerr, "mag", name="magerr", where=where),
            **self._calibrated_fluxes(where),
        }
        band = plain_words(self.band, mjd.size)
        check_lengths(columns | ({"band": band} if band else {}), mjd.size, of="point", where=where)
        check_mjd(mjd, where=where)
        if np.any(np.diff(mjd) < 0):
            raise InputError("times decrease", where=where, do="sort the points by time")
        place = {one: plain_angle(getattr(self, one), name=one, where=where) for one in _PLACE}
        for name, values in {**columns, "band": band, **place}.items():
            object.__setattr__(self, name, values)

    def _calibrated_fluxes(self, where: str) -> dict[str, Float[np.ndarray, " point"]]:
        if self.flux is None and self.flux_err is None:
            return {}
        if self.flux is None or self.flux_err is None:
            raise InputError("only one of flux and flux_err", where=where, do="give both")
        flux, flux_err, unit = plain_fluxes(self.flux, self.flux_err, where=where)
        zero_point = unit_zero_point(unit)
        if zero_point is not None:
            scale = flux_of(np.array(zero_point), ZERO_POINT_MAG)
            flux, flux_err = flux * scale, flux_err * scale
        return {"flux": flux, "flux_err": flux_err}

    def __repr__(self) -> str:
        bands = " ".join(sorted(set(self.band) - {""}))
        facts = [self.class_name or "", count_words(len(self.mjd), "point"), bands]
        return shorten(f"<Curve {self.object_id}: {', '.join(filter(None, facts))}>", LINE)


_PLACE = ("ra", "dec")


@dataclass(frozen=True, kw_only=True, eq=False)
class LightCurves:
    """A table of light curves as it was read.

    Parameters
    ----------
    curves : tuple of Curve
        In order of object.
    without_points : tuple of str
        Objects of which no point can be used.
    mending : Mending
        What was left out or corrected.
    remarks : mapping
        What else the user should know, with the number of objects it is true of.
    """

    curves: tuple[Curve, ...]
    mending: Mending
    without_points: tuple[str, ...] = field(default=())
    remarks: Mapping[str, int] = field(default_factory=dict)


def is_table(path: AnyPath) -> bool:
    """Return whether a path is a file that can be read as a table."""
    path = Path(path)
    return path.is_file() and path.suffix.lower() in READ


def read_light_curves(path: AnyPath) -> LightCurves:
    """Read a table of light curves, one row a point, and correct what can be corrected.

    Raises
    ------
    InputError
        If a column is missing or holds text instead of numbers, times are JD in a column that is
        not called so, an object has two classes, or no point is left.
    """
    path = Path(path)
    return _light_curves(read_table(path), path, alone=path.stem)


def light_curves_of(
    table: Any, *, where: object = "the table", object_id: str = "light curve"
) -> LightCurves:
    """Return the light curves of a table in memory: those that it would give from a file.

    Parameters
    ----------
    table : DataFrame, or astropy Table, QTable or TimeSeries
        One row a point. Columns of Time, SkyCoord and Quantity are understood; what is masked is
        missing. It is not changed.
    where : object
        What the table is called, for errors.
    object_id : str
        The name of the object where no column names one.

    Raises
    ------
    InputError
        As `read_light_curves`.

    Examples
    --------
    >>> points = {"id": ["a", "a"], "mjd": [58001.0, 58000.0], "mag": [18.5, 18.0]}
    >>> curves = light_curves_of(pd.DataFrame({**points, "magerr": 0.1})).curves
    >>> curves[0].mag
    array([18. , 18.5])
    """
    return _light_curves(table_in_memory(table, where=where), where, alone=object_id)


def _light_curves(table: pd.DataFrame, where: object, *, alone: str) -> LightCurves:
    points = standard_columns(table, where, alone=alone)
    _check_classes(points.rows, where)
    good, upper, mending = mend_points(points.rows, from_jd=points.from_jd)
    if good.empty:
        raise InputError("no point that can be used", where=where, got=str(mending))
    left_out = set(points.rows["object_id"].dropna()) - set(good["object_id"])
    curves, spread = _curves(good, upper)
    remarks = dict.fromkeys(points.remarks, 1)
    if spread:
        remarks["positions of one object lie more than an arcminute apart"] = spread
    return LightCurves(
        curves=curves,
        mending=mending,
        without_points=tuple(sorted(left_out)),
        remarks=remarks,
    )


def bands_of(curves: Iterable[Curve]) -> tuple[str, ...]:
    """Return the plain names of all bands of some curves, from blue to red.

    A band that the table does not name is called by an empty text.
    """
    named = (curve.band or ("",) * len(curve.mjd) for curve in curves)
    return sort_bands(plain_band(name) for names in named for name in names)


def curve_table(curves: Sequence[Curve]) -> pd.DataFrame:
    """Lay out light curves as a table that `light_curves_of` reads back, one row a point.

    Upper limits are left out. Curves that were given in fluxes keep these if all were.
    """
    in_fluxes = all(curve.flux is not None for curve in curves)
    return pd.concat([_point_rows(curve, in_fluxes) for curve in curves], ignore_index=True)


def _point_rows(curve: Curve, in_fluxes: bool) -> pd.DataFrame:
    names = ("flux", "flux_err") if in_fluxes else ("mag", "magerr")
    rows = pd.DataFrame({"mjd": curve.mjd, **{name: getattr(curve, name) for name in names}})
    facts = {"object_id": curve.object_id, "class_name": curve.class_name}
    if in_fluxes:
        rows["zero_point_mag"] = ZERO_POINT_MAG
    else:
        rows = rows[np.isfinite(curve.mag)]
    band = pd.Series(curve.band or [""] * len(curve.mjd), dtype=object)[rows.index]
    return rows.assign(**facts, ra=curve.ra, dec=curve.dec, band=band)


def _check_classes(points: pd.DataFrame, where: object) -> None:
    if "class_name" not in points:
        return
    pairs = points[["object_id", "class_name"]].dropna().drop_duplicates()
    torn = pairs[pairs.duplicated("object_id", keep=False)]
    if len(torn):
        first = torn["object_id"].iloc[0]
        names = " and ".join(torn.loc[torn["object_id"] == first, "class_name"])
        count = torn["object_id"].nunique()
        raise InputError(
            f"{count} object{'s' if count > 1 else ''} of more than one class",
            where=where,
            got=f"{first}: {names}",
            do="give every object one class",
        )


def _curves(points: pd.DataFrame, upper: pd.DataFrame) -> tuple[tuple[Curve, ...], int]:
    """Return the curves, and of how many the positions do not agree."""
    limits = {name: _limits(rows) for name, rows in _rows_by_object(upper)}
    curves, spread = [], 0
    for name, rows in _rows_by_object(points):
        ra, dec, distance = mean_position(rows["ra"].to_numpy(), rows["dec"].to_numpy())
        spread += distance > ARCMINUTE
        curves.append(_curve(name, rows, limits.get(name, NO_LIMITS), (ra % 360, dec)))
    return tuple(curves), spread


def _rows_by_object(points: pd.DataFrame) -> Sequence[tuple[str, pd.DataFrame]]:
    # rows of one object lie together: slices, not copies
    if points.empty:
        return []
    names = points["object_id"].to_numpy()
    starts = np.flatnonzero(np.append(True, names[1:] != names[:-1]))
    ends = np.append(starts[1:], len(names))
    return [(names[a], points.iloc[a:b]) for a, b in zip(starts, ends, strict=True)]


def _curve(
    object_id: str, rows: pd.DataFrame, limits: UpperLimits, place: tuple[float, float]
) -> Curve:
    values = {name: rows[name].to_numpy() for name in _BRIGHT if name in rows}
    if "flux" in values:
        values["mag"] = magnitude(values["flux"], ZERO_POINT_MAG)
        values["magerr"] = magnitude_error(values["flux"], values["flux_err"])
    return Curve(
        object_id=object_id,
        class_name=_known_class(rows),
        mjd=rows["mjd"].to_numpy(),
        **values,
        band=_bands(rows),
        ra=place[0],
        dec=place[1],
        limits=limits,
    )


_BRIGHT = ("mag", "magerr", "flux", "flux_err")


def _known_class(rows: pd.DataFrame) -> str | None:
    known = rows["class_name"].dropna().tolist() if "class_name" in rows else []
    return str(known[0]) if known else None


def _limits(rows: pd.DataFrame) -> UpperLimits:
    mjd, mag = rows["mjd"].to_numpy(), rows["limiting_mag"].to_numpy()
    return UpperLimits(mjd=mjd, mag=mag, band=_bands(rows))


def _bands(rows: pd.DataFrame) -> tuple[str, ...]:
    if "band" not in rows:
        return ("",) * len(rows)
    return tuple(rows["band"].fillna("").tolist())
