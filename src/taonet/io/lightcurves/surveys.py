"""Ready maps for the tables of light curves that people download, used where their marks are there.

Sources: the column descriptions of IRSA's ZTF light curves and of ZTF forced photometry (Masci et
al. 2023, arXiv 2305.16279), of the ATLAS forced photometry server, of ASAS-SN Sky Patrol, of
ALeRCE, of Gaia DR3 (`epoch_photometry`), of PLAsTiCC and of Rubin's data products. Tables of CRTS
and SkyPortal need no map: their columns are known by name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
from jaxtyping import Bool

from taonet.io.cells import numbers_and_text, words
from taonet.io.lightcurves.times import BARYCENTRIC, TimeNames
from taonet.sky.flux import JANSKY_MAG

Flags = Bool[np.ndarray, " row"]
SIX_BANDS: Final = dict(zip("012345", "ugrizy", strict=True))
ZTF_BANDS: Final = {"1": "g", "2": "r", "3": "i"}

ZERO_POINTS: Final[Mapping[str, float]] = {
    "jy": JANSKY_MAG, "mjy": 16.4, "ujy": 23.9, "njy": 31.4,
}  # fmt: skip
"""AB magnitudes of units of flux, as column names end in them."""


@dataclass(frozen=True, kw_only=True)
class SurveyTable:
    """How the tables of one survey differ from what their column names state.

    Parameters
    ----------
    name : str
    marks : tuple of str
        Plain names of columns that only its tables have all of.
    columns : mapping
        By our name: the column that holds it there; empty where none does.
    bands : mapping
        What its codes of bands stand for.
    zero_point_mag : float, optional
        Magnitude of one unit of its flux.
    time : TimeNames, optional
        What its times are, where the name does not show it.
    flags : mapping
        By plain name of a column: which of its values mean that a point must not be used.
    """

    name: str
    marks: tuple[str, ...]
    columns: Mapping[str, str] = field(default_factory=dict)
    bands: Mapping[str, str] = field(default_factory=dict)
    zero_point_mag: float | None = None
    time: TimeNames | None = None
    flags: Mapping[str, Callable[["pd.Series[Any]"], Flags]] = field(default_factory=dict)


def _bit(bit: int) -> Callable[["pd.Series[Any]"], Flags]:
    def flags(column: "pd.Series[Any]") -> Flags:
        values, _ = numbers_and_text(column)
        known = np.nan_to_num(values.to_numpy(), nan=0).astype(np.int64)
        return np.asarray(known & bit != 0)

    return flags


def _not_zero(column: "pd.Series[Any]") -> Flags:
    values, _ = numbers_and_text(column)
    return np.asarray(np.nan_to_num(values.to_numpy(), nan=0) != 0)


def is_true(column: "pd.Series[Any]") -> Flags:
    """Return where a column means yes: true, t, yes, y, or a number above zero."""
    text = words(column, "").astype(str).str.lower()
    values = pd.to_numeric(text, errors="coerce").to_numpy(np.float64)
    return np.asarray(text.isin(["true", "t", "yes", "y"]).to_numpy() | (values > 0))


def _bad_letter(column: "pd.Series[Any]") -> Flags:
    return np.asarray((words(column, "").astype(str).str.upper() == "B").to_numpy())


FLAGS: Final[Mapping[str, Callable[["pd.Series[Any]"], Flags]]] = {
    "catflags": _bit(32768),
    "infobitssci": _bit(1 << 25),
    "rejected_by_photometry": is_true,
    "rejected_by_variability": is_true,
    "variability_flag_g_reject": is_true,
    "variability_flag_bp_reject": is_true,
    "variability_flag_rp_reject": is_true,
}
"""Columns that flag points that must not be used, in any table."""

LETTERS: Final = frozenset("GBU")
"""Of ASAS-SN's column `quality`: good, bad, unknown."""

SURVEY_TABLES: Final = (
    SurveyTable(
        name="ZTF forced photometry",
        marks=("forcediffimflux", "forcediffimfluxunc", "zpdiff"),
        columns={
            "flux": "forcediffimflux", "flux_err": "forcediffimfluxunc",
            "zero_point_mag": "zpdiff", "band": "filter",
        },
    ),
    SurveyTable(name="ZTF", marks=("catflags", "filtercode"), columns={"object_id": "oid"}),
    SurveyTable(
        name="ALeRCE",
        marks=("magpsf", "sigmapsf", "fid"),
        columns={"mag": "magpsf", "magerr": "sigmapsf", "limiting_mag": "diffmaglim"},
        bands=ZTF_BANDS,
    ),
    SurveyTable(name="ALeRCE", marks=("diffmaglim", "fid"), bands=ZTF_BANDS),
    SurveyTable(
        name="ATLAS",
        marks=("ujy", "dujy", "mag5sig"),
        columns={
            "flux": "ujy", "flux_err": "dujy", "band": "f", "limiting_mag": "mag5sig",
            "mag": "", "magerr": "",
        },
        zero_point_mag=ZERO_POINTS["ujy"],
        flags={"err": _not_zero},
    ),
    SurveyTable(
        name="ASAS-SN",
        marks=("camera", "flux", "limit", "fwhm"),
        zero_point_mag=ZERO_POINTS["mjy"],
    ),
    SurveyTable(
        name="Gaia",
        marks=("source_id", "transit_id", "flux", "flux_error"),
        columns={"object_id": "source_id", "flux_err": "flux_error"},
        # times count from 2010 in Gaia's own tables
        time=TimeNames(names=("time",), to_mjd=55_197.0, remark=BARYCENTRIC),
    ),
    SurveyTable(
        name="PLAsTiCC",
        marks=("object_id", "passband", "flux", "flux_err"),
        bands=SIX_BANDS,
        zero_point_mag=27.5,
    ),
    SurveyTable(
        name="Rubin",
        marks=("diaobjectid", "psfflux", "psffluxerr"),
        zero_point_mag=ZERO_POINTS["njy"],
    ),
)  # fmt: skip
"""Tried in order; a table that bears no marks is read by the names of its columns alone."""


def survey_of(columns: Mapping[str, str]) -> SurveyTable | None:
    """Return the survey whose marks a table bears.

    Parameters
    ----------
    columns : mapping
        The columns of the table by their plain names.
    """
    return next((s for s in SURVEY_TABLES if all(mark in columns for mark in s.marks)), None)


def flagged_rows(
    table: pd.DataFrame, columns: Mapping[str, str], survey: SurveyTable | None
) -> tuple[Flags, list[str]]:
    """Return which points must not be used, and the columns that flag them."""
    rules = {**FLAGS, **(survey.flags if survey else {})}
    if "quality" in columns:
        letters = words(table[columns["quality"]], "").dropna().str.upper()
        if len(letters) and letters.isin(LETTERS).all():
            rules["quality"] = _bad_letter
    flagged, used = np.zeros(len(table), bool), []
    for name, rule in rules.items():
        if name in columns:
            flagged |= rule(table[columns[name]])
            used.append(columns[name])
    return flagged, used
