"""Mending light curves: which points cannot be used, and how many of each kind there were."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Bool

NOT_DETECTED_MAG: Final = 90.0
"""No star is as bright or as faint as this; 99, 99.999, −99 and 999 say "not detected"."""


@dataclass(frozen=True, kw_only=True)
class Mending:
    """What was wrong with a table of light curves; every row left out is counted once.

    Parameters
    ----------
    rows : int
        Of the table as it was.
    nameless : int
        Rows without an object.
    not_a_number, infinite : int
        Rows without a time, magnitude or error; rows with an infinite one.
    impossible_times : int
        Rows before MJD 0 (1858).
    not_detected : int
        Rows that say so: magnitudes or errors of 99 and the like, and rows without a magnitude
        but with a limiting one.
    upper_limits : int
        How many of those are kept as upper limits.
    bad_errors : int
        Rows whose error is not positive.
    repeated : int
        Rows that repeat another one exactly.
    unsorted_objects : int
        Objects whose points were not in order of time.
    from_jd : bool
        Times were JD.
    """

    rows: int
    nameless: int = 0
    not_a_number: int = 0
    infinite: int = 0
    impossible_times: int = 0
    not_detected: int = 0
    upper_limits: int = 0
    bad_errors: int = 0
    repeated: int = 0
    unsorted_objects: int = 0
    from_jd: bool = False

    @property
    def dropped(self) -> int:
        """Rows that are no point of a light curve."""
        kinds = (
            self.nameless, self.not_a_number, self.infinite, self.impossible_times,
            self.not_detected, self.bad_errors, self.repeated,
        )  # fmt: skip
        return sum(kinds)

    def __str__(self) -> str:
        """Say in one line what was mended; empty where nothing was."""
        lost = {
            "without an object": self.nameless,
            "with a value that is not a number": self.not_a_number,
            "with an infinite value": self.infinite,
            "with an impossible time (before MJD 0)": self.impossible_times,
            "not detected (magnitudes of 99 and the like)": self.not_detected,
            "with an error that is not positive": self.bad_errors,
            "repeated exactly": self.repeated,
        }
        parts = [f"{count} {what}" for what, count in lost.items() if count]
        said = [f"{self.dropped} of {self.rows} rows dropped: {', '.join(parts)}"] if parts else []
        if self.upper_limits:
            said.append(f"{self.upper_limits} kept as upper limits")
        if self.unsorted_objects:
            said.append(f"{self.unsorted_objects} objects sorted by time")
        if self.from_jd:
            said.append("JD turned into MJD = JD - 2400000.5")
        return "; ".join(said)


def mended(
    points: pd.DataFrame, *, from_jd: bool = False
) -> tuple[pd.DataFrame, pd.DataFrame, Mending]:
    """Leave out what is no point of a light curve, and sort the rest.

    Parameters
    ----------
    points : DataFrame
        As `taonet.io.lightcurve_columns.our_columns` returns them.

    Returns
    -------
    points, upper_limits : DataFrame
        In order of object and time; the limits have a finite ``mjd`` and ``limiting_mag``.
    mending : Mending
    """
    kept, counts = points, {}
    upper = points.iloc[:0]
    for reason, test in REASONS.items():
        bad = test(kept)
        counts[reason] = int(bad.sum())
        if reason == "not_detected":
            upper = _upper_limits(kept[bad])
        kept = kept[~bad]
    mending = Mending(
        rows=len(points),
        **counts,
        upper_limits=len(upper),
        unsorted_objects=_unsorted_objects(kept),
        from_jd=from_jd,
    )
    order = ["object_id", "mjd"]
    return (
        kept.sort_values(order, kind="stable", ignore_index=True),
        upper.sort_values(order, kind="stable", ignore_index=True),
        mending,
    )


def _nameless(points: pd.DataFrame) -> Bool[np.ndarray, " point"]:
    return points["object_id"].isna().to_numpy()


def _not_detected(points: pd.DataFrame) -> Bool[np.ndarray, " point"]:
    numbers = points[["mag", "magerr"]].to_numpy()
    said = np.isfinite(numbers) & (np.abs(numbers) >= NOT_DETECTED_MAG)
    return np.asarray(said.any(axis=1) | (np.isnan(numbers[:, 0]) & _limited(points)))


def _limited(points: pd.DataFrame) -> Bool[np.ndarray, " point"]:
    if "limiting_mag" not in points:
        return np.zeros(len(points), bool)
    limit = points["limiting_mag"].to_numpy()
    return np.asarray(np.isfinite(limit) & (np.abs(limit) < NOT_DETECTED_MAG))


def _measured(points: pd.DataFrame) -> pd.DataFrame:
    return points[["mjd", "mag", "magerr"]]


def _not_a_number(points: pd.DataFrame) -> Bool[np.ndarray, " point"]:
    return np.asarray(_measured(points).isna().any(axis=1))


def _infinite(points: pd.DataFrame) -> Bool[np.ndarray, " point"]:
    return np.asarray(np.isinf(_measured(points)).any(axis=1))


def _impossible_times(points: pd.DataFrame) -> Bool[np.ndarray, " point"]:
    return np.asarray(points["mjd"] < 0)


def _bad_errors(points: pd.DataFrame) -> Bool[np.ndarray, " point"]:
    return np.asarray(points["magerr"] <= 0)


def _repeated(points: pd.DataFrame) -> Bool[np.ndarray, " point"]:
    said = [c for c in ("object_id", "mjd", "mag", "magerr", "band") if c in points]
    return np.asarray(points.duplicated(said))


REASONS: Final = {
    "nameless": _nameless,
    "not_detected": _not_detected,
    "not_a_number": _not_a_number,
    "infinite": _infinite,
    "impossible_times": _impossible_times,
    "bad_errors": _bad_errors,
    "repeated": _repeated,
}
"""Why a row is no point, in the order in which it is asked: the first reason counts."""


def _upper_limits(points: pd.DataFrame) -> pd.DataFrame:
    timed = np.isfinite(points["mjd"]) & (points["mjd"] >= 0)
    found: pd.DataFrame = points.loc[timed & _limited(points)]
    said = [c for c in ("object_id", "mjd", "limiting_mag", "band") if c in found]
    return found.drop_duplicates(said)


def _unsorted_objects(points: pd.DataFrame) -> int:
    before = points.groupby("object_id", sort=False)["mjd"].diff()
    return int(points.loc[before < 0, "object_id"].nunique())
