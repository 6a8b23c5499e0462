"""Tables of light curves that other programs wrote: one row a point."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float

from taonet.errors import InputError
from taonet.io.lightcurves.columns import standard_columns
from taonet.io.lightcurves.mending import Mending, mend_points
from taonet.io.tables import READ, read_table
from taonet.markup import LINE, count_words, shorten
from taonet.sky.flux import ZERO_POINT_MAG, magnitude, magnitude_error
from taonet.sky.position import ARCMINUTE, mean_position


@dataclass(frozen=True, kw_only=True, eq=False)
class UpperLimits:
    """When an object was observed and not detected.

    Parameters
    ----------
    mjd, mag : arrays (limit,)
        The object was fainter than ``mag``.
    band : tuple of str
    """

    mjd: Float[np.ndarray, " limit"]
    mag: Float[np.ndarray, " limit"]
    band: tuple[str, ...]


NO_LIMITS = UpperLimits(mjd=np.zeros(0), mag=np.zeros(0), band=())


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Curve:
    """The points of one object, in order of time.

    Parameters
    ----------
    object_id : str
    class_name : str or None
    mjd, mag, magerr : arrays (point,)
        All finite and errors positive; but of fluxes that are not positive magnitudes are NaN.
    band : tuple of str
        One a point; empty texts where the table names none.
    ra, dec : float
        Degrees, NaN where unknown.
    limits : UpperLimits
    flux, flux_err : arrays (point,), optional
        With a zero point of 25, all finite; of curves that were given in fluxes.
    """

    object_id: str
    class_name: str | None
    mjd: Float[np.ndarray, " point"]
    mag: Float[np.ndarray, " point"]
    magerr: Float[np.ndarray, " point"]
    band: tuple[str, ...] = ()
    ra: float = float("nan")
    dec: float = float("nan")
    limits: UpperLimits = NO_LIMITS
    flux: Float[np.ndarray, " point"] | None = None
    flux_err: Float[np.ndarray, " point"] | None = None

    def __repr__(self) -> str:
        bands = " ".join(sorted(set(self.band) - {""}))
        facts = [self.class_name or "", count_words(len(self.mjd), "point"), bands]
        return shorten(f"<Curve {self.object_id}: {', '.join(filter(None, facts))}>", LINE)


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


def is_table(path: Path) -> bool:
    """Return whether a path is a file that can be read as a table."""
    return path.is_file() and path.suffix.lower() in READ


def light_curves_of(table: pd.DataFrame, *, where: str = "the table") -> LightCurves:
    """Provisional."""
    raise NotImplementedError


def read_light_curves(path: Path) -> LightCurves:
    """Read a table of light curves, one row a point, and correct what can be corrected.

    Raises
    ------
    InputError
        If a column is missing or holds text instead of numbers, times are JD in a column that is
        not called so, an object has two classes, or no point is left.
    """
    points = standard_columns(read_table(path), path, alone=path.stem)
    _check_classes(points.rows, path)
    good, upper, mending = mend_points(points.rows, from_jd=points.from_jd)
    if good.empty:
        raise InputError("no point that can be used", where=path, got=str(mending))
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


def _check_classes(points: pd.DataFrame, path: Path) -> None:
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
            where=path,
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
