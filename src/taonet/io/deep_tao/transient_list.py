"""The Catalina survey's list of transients: labels, and when and how bright they were found.

A table of text with tabs, one row an entry, whose last column is a free label that often names the
magnitude of the counterpart in older images ("SN SDSS mag 22,2", "SN mag >21").
"""

import csv
import re
from pathlib import Path

import numpy as np
import pandas as pd

from taonet.errors import InputError
from taonet.types import AnyPath

FIRST_COLUMN, LAST_COLUMN = "#CRTS ID", "Classification"
DATE, MAG, LABEL = 3, 4, -1
"""Places of the columns that are read."""

BELOW_LIMIT_MAG = 0.5
"""A counterpart listed as ">22" is taken to be so much fainter: a guess."""

FLARES_AND_ASTEROIDS = {"Flare", "Flare?", "Ast", "Ast?"}

KINDS = {
    "high proper motion": "HPM",
    "SN/CV": "SN/CV|CV/SN",
    "SN?": "SN",
    "CV?": "CV",
    "RR Lyrae": "RRL",
    "long-period variable": "Mira|LPV|Carb|OH|AGB|YSO",
    "variable": "[Vv]ar|Nova",
}
"""What is recognised within OTHER, by how labels begin; the rest is "Unknown"."""

MJD_OF_1970 = 40587


def is_transient_list(path: AnyPath) -> bool:
    """Return whether a file is a list of transients, by its first line."""
    if Path(path).suffix != ".tsv":
        return False
    with Path(path).open(encoding="utf-8", errors="replace") as file:
        names = file.readline().rstrip("\n").split("\t")
    return names[0] == FIRST_COLUMN and names[-1] == LAST_COLUMN


def read_transient_list(path: AnyPath) -> pd.DataFrame:
    """Read the list.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    DataFrame
        ``class_name`` of the image release (empty: in none of its classes), ``kind`` within it,
        ``mag`` and ``mjd`` of the discovery, ``counterpart_mag``; NaN where unknown.

    Raises
    ------
    InputError
        If it is no such list.
    """
    if not is_transient_list(path):
        do = f"its first line names columns from {FIRST_COLUMN!r} to {LAST_COLUMN!r}"
        raise InputError("no list of transients", where=path, do=do)
    with Path(path).open(encoding="utf-8") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
    labels = [row[LABEL].strip() for row in rows]
    return pd.DataFrame(
        {
            "class_name": [class_of(label) for label in labels],
            "kind": [kind_of(label) for label in labels],
            "mag": [float(row[MAG]) if row[MAG] else np.nan for row in rows],
            "mjd": [mjd_of(row[DATE]) for row in rows],
            "counterpart_mag": [counterpart_mag(label) for label in labels],
        }
    )


def mjd_of(date: str) -> float:
    """Return the MJD of a date.

    Examples
    --------
    >>> round(mjd_of("20120828.38"), 2)
    56167.38
    """
    month = np.datetime64(f"{date[:4]}-{date[4:6]}-01").astype("datetime64[D]").astype(int)
    return float(month) + MJD_OF_1970 + float(date[6:]) - 1


def class_of(label: str) -> str:
    """Return the class of the image release that a label belongs to, empty if none.

    SN and CV are these labels alone, BZ is Blazar with and without a question mark, AGN is every
    label with AGN in it, OTHER is the rest but flares and asteroids.

    Examples
    --------
    >>> [class_of(label) for label in ("SN mag >21", "SN/AGN", "blazar?", "SN?", "Flare")]
    ['SN', 'AGN', 'BZ', 'OTHER', '']
    """
    if "AGN" in label.upper():
        return "AGN"
    first = label.split()[0] if label else ""
    if first.lower() in ("blazar", "blazar?"):
        return "BZ"
    if first in FLARES_AND_ASTEROIDS:
        return ""
    return first if first in ("SN", "CV") else "OTHER"


def kind_of(label: str) -> str:
    """Return what an entry is listed as within its class.

    Examples
    --------
    >>> [kind_of(label) for label in ("SN mag >21", "SN/AGN", "blazar?", "SN?", "HPM LHS 103")]
    ['SN', 'SN/AGN', 'Blazar?', 'SN?', 'high proper motion']
    """
    class_name = class_of(label)
    if class_name == "AGN":
        return _kind_of_nucleus(label.split()[0].upper())
    if class_name == "BZ":
        return "Blazar?" if label.split()[0].endswith("?") else "Blazar"
    if class_name == "OTHER":
        return next((kind for kind, begins in KINDS.items() if re.match(begins, label)), "Unknown")
    return class_name


def _kind_of_nucleus(first: str) -> str:
    if "/" in first:
        return "SN/AGN" if "SN" in first else "CV/AGN"
    return "AGN?" if first == "AGN?" else "AGN"


def counterpart_mag(label: str) -> float:
    """Return the magnitude of the counterpart that a label names, NaN if none.

    Examples
    --------
    >>> [counterpart_mag(label) for label in ("SN SDSS mag 22,2", "SN mag >21", "SN 2011hl")]
    [22.2, 21.5, nan]
    """
    found = re.search(r"(?:mag\w*|SDSS|DSS|PS1)\s+(>?)\s*(\d{2}(?:[.,]\d+)?)(?!\d)", label)
    if not found:
        return float("nan")
    return float(found[2].replace(",", ".")) + BELOW_LIMIT_MAG * bool(found[1])
