"""Fluxes or magnitudes: which of a table's columns is read, and in which unit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Float

from taonet.io.column_names import plain
from taonet.io.lightcurves.surveys import ZERO_POINTS, SurveyTable
from taonet.sky.flux import POGSON, ZERO_POINT_MAG, flux_of
from taonet.sky.plain_values import unit_zero_point
from taonet.sky.unknown import FLUX_SENTINELS, MAGNITUDE, known_numbers
from taonet.sky.unknown import ZERO_POINT_MAG as ZERO_POINTS_KNOWN

LARGEST_FLUX: Final = 1e18

ALIKE_MAG: Final = 0.02
"""Fluxes and magnitudes whose zero points scatter less belong together."""

Values = Float[np.ndarray, " row"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Brightness:
    """How bright each row is.

    Parameters
    ----------
    values : mapping
        ``flux`` and ``flux_err`` with a zero point of 25, or ``mag`` and ``magerr``.
    unused : tuple of str
        Which of our columns were not used.
    remarks : tuple of str
    """

    values: Mapping[str, Values]
    unused: tuple[str, ...] = ()
    remarks: tuple[str, ...] = field(default=())


def brightness_of(
    ours: pd.DataFrame,
    roles: Mapping[str, str],
    *,
    survey: SurveyTable | None,
    units: Mapping[str, str],
) -> Brightness:
    """Return how bright each row is: by its flux where its unit is known, for it may be negative.

    Parameters
    ----------
    ours : DataFrame
        Numbers under our names.
    roles : mapping
        What they are called in the table.
    units : mapping
        Of the table's columns, as far as it states them.
    """
    if "sign" in ours and "mag" in roles and "magerr" in roles:
        return _signed_fluxes(ours)
    if not {"flux", "flux_err"} <= set(roles) or _more_magnitudes(ours):
        unused = ("flux", "flux_err", "zero_point_mag")
        return Brightness(values=_columns(ours, "mag", "magerr"), unused=unused)
    zero_point, remarks = _zero_points(ours, roles, survey, units)
    if zero_point is None:
        return Brightness(
            values=_columns(ours, "mag", "magerr"),
            unused=("flux", "flux_err"),
            remarks=("magnitudes are used, as fluxes beside them have no known unit",),
        )
    unit = flux_of(zero_point, ZERO_POINT_MAG)
    flux, flux_err = _known_fluxes(ours)
    return Brightness(
        values={"flux": flux * unit, "flux_err": flux_err * unit},
        # magnitudes of the same light add nothing
        unused=("mag", "magerr"),
        remarks=remarks,
    )


def _more_magnitudes(ours: pd.DataFrame) -> bool:
    if not {"mag", "magerr"} <= set(ours.columns):
        return False
    return int(ours["mag"].notna().sum()) > int(ours["flux"].notna().sum())


def _columns(ours: pd.DataFrame, *names: str) -> dict[str, Values]:
    return {name: ours[name].to_numpy(np.float64) for name in names}


def _known_fluxes(ours: pd.DataFrame) -> tuple[Values, Values]:
    flux, flux_err = _columns(ours, "flux", "flux_err").values()
    known = (
        (np.abs(flux) < LARGEST_FLUX) & (flux_err < LARGEST_FLUX) & ~np.isin(flux, FLUX_SENTINELS)
    )
    # −99 with an error of −99
    known &= ~((flux == flux_err) & (flux < 0))
    return np.where(known | np.isinf(flux), flux, np.nan), flux_err


def _zero_points(
    ours: pd.DataFrame,
    roles: Mapping[str, str],
    survey: SurveyTable | None,
    units: Mapping[str, str],
) -> tuple[Values | None, tuple[str, ...]]:
    """Return the magnitude of one unit of each row's flux; None if magnitudes are better."""
    everywhere = np.ones(len(ours))
    if "zero_point_mag" in ours:
        return known_numbers(ours["zero_point_mag"].to_numpy(), ZERO_POINTS_KNOWN), ()
    stated = _stated_zero_point(roles["flux"], survey, units)
    if stated is not None:
        return stated * everywhere, ()
    if "mag" in roles:
        implied = _implied_zero_points(ours)
        # magnitudes that contradict the fluxes are used instead, if their errors are known
        if implied is not None or "magerr" in ours:
            return implied, ()
    remark = (
        f"fluxes have no zero point: magnitudes are instrumental, of zero point {ZERO_POINT_MAG:g}"
    )
    return ZERO_POINT_MAG * everywhere, (remark,)


def _stated_zero_point(
    column: str, survey: SurveyTable | None, units: Mapping[str, str]
) -> float | None:
    if survey and survey.zero_point_mag is not None:
        return survey.zero_point_mag
    if plain(column).split("_")[-1] in ZERO_POINTS:
        return ZERO_POINTS[plain(column).split("_")[-1]]
    return _unit_zero_point(units[column]) if column in units else None


def _unit_zero_point(text: str) -> float | None:
    from astropy import units

    return unit_zero_point(units.Unit(text, parse_strict="silent"))


def _implied_zero_points(ours: pd.DataFrame) -> Values | None:
    """Return the zero points that lie between fluxes and the magnitudes beside them, by band."""
    flux = ours["flux"].to_numpy(np.float64)
    mag = known_numbers(ours["mag"].to_numpy(np.float64), MAGNITUDE)
    with np.errstate(invalid="ignore", divide="ignore"):
        between = mag + 2.5 * np.log10(np.where(flux > 0, flux, np.nan))
    if not np.isfinite(between).any():
        return np.full(len(ours), ZERO_POINT_MAG) if not np.isfinite(mag).any() else None
    by = ours["band"].fillna("") if "band" in ours else pd.Series("", index=ours.index)
    by_band = pd.Series(between, index=ours.index).groupby(by)
    usual = by_band.transform("median").to_numpy(np.float64)
    off = np.abs(between - usual)
    return usual if np.nanquantile(off, 0.9) < ALIKE_MAG else None


def _signed_fluxes(ours: pd.DataFrame) -> Brightness:
    """Return the fluxes of differences: magnitudes are of |flux|, the sign is in isdiffpos."""
    mag = known_numbers(ours["mag"].to_numpy(np.float64), MAGNITUDE)
    flux = ours["sign"].to_numpy(np.float64) * flux_of(mag, ZERO_POINT_MAG)
    flux_err = np.abs(flux) * ours["magerr"].to_numpy(np.float64) / POGSON
    remark = "magnitudes are those of differences: fluxes below zero where isdiffpos says so"
    return Brightness(
        values={"flux": flux, "flux_err": flux_err},
        unused=("flux", "flux_err", "zero_point_mag"),
        remarks=(remark,),
    )
