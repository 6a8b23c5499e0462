"""Mending light curves: which points cannot be used, and how many of each kind there were."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from taonet.io.lightcurves.times import EARLIEST_MJD, LATEST_MJD
from taonet.sky.unknown import MAGNITUDE, known_numbers

BRIGHTEST_OF_LIMITS: Final = -5.0
"""A magnitude of −20.5 without an error is a limit of 20.5, as old survey files have it."""


@dataclass(frozen=True, kw_only=True)
class Mending:
    """What was wrong with a table of light curves; every row left out is counted once.

    Parameters
    ----------
    rows : int
        Of the table as it was.
    nameless : int
        Rows without an object.
    flagged : int
        Rows that the table itself flags as not to be used.
    text : int
        Rows with a word where a number belongs.
    not_a_number, infinite : int
        Rows without a time, a brightness or an error, or with −999 and the like in its place;
        rows with an infinite one.
    impossible_times : int
        Rows before MJD 9000 (1883) or after 100000 (2132).
    not_detected : int
        Rows without a detection: magnitudes or errors of 99 and the like, limits such as
        ``>16.5``, and rows without a brightness but with a limiting magnitude.
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
    flagged: int = 0
    text: int = 0
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
    def dropped_rows(self) -> int:
        """Rows that are no point of a light curve."""
        kinds = (
            self.nameless, self.flagged, self.text, self.not_a_number, self.infinite,
            self.impossible_times, self.not_detected, self.bad_errors, self.repeated,
        )  # fmt: skip
        return sum(kinds)

    def __str__(self) -> str:
        """Return what was corrected in one line; empty where nothing was."""
        lost = {
            "without an object": self.nameless,
            "flagged as not to be used": self.flagged,
            "with a word where a number belongs": self.text,
            "with a value that is not a number, or stands for none": self.not_a_number,
            "with an infinite value": self.infinite,
            "with an impossible time (before MJD 9000 or after 100000)": self.impossible_times,
            "not detected (magnitudes of 99, limits and the like)": self.not_detected,
            "with an error that is not positive": self.bad_errors,
            "repeated exactly": self.repeated,
        }
        parts = [f"{count} {what}" for what, count in lost.items() if count]
        lines = (
            [f"{self.dropped_rows} of {self.rows} rows dropped: {', '.join(parts)}"]
            if parts
            else []
        )
        if self.upper_limits:
            lines.append(f"{self.upper_limits} kept as upper limits")
        if self.unsorted_objects:
            lines.append(f"{self.unsorted_objects} objects sorted by time")
        if self.from_jd:
            lines.append("JD turned into MJD = JD - 2400000.5")
        return "; ".join(lines)


def mend_points(
    points: pd.DataFrame, *, from_jd: bool = False
) -> tuple[pd.DataFrame, pd.DataFrame, Mending]:
    """Leave out what is no point of a light curve, and sort the rest.

    Parameters
    ----------
    points : DataFrame
        As `taonet.io.lightcurves.columns.standard_columns` returns them.

    Returns
    -------
    points, upper_limits : DataFrame
        In order of object and time; the limits have a finite ``mjd`` and ``limiting_mag``.
    summary : Mending
    """
    clean, counts = points, {}
    upper = points.iloc[:0]
    for reason, test in REASONS.items():
        bad = test(clean)
        counts[reason] = int(bad.sum())
        if reason == "not_detected":
            upper = _upper_limits(clean[bad])
        clean = clean[~bad]
    summary = Mending(
        rows=len(points),
        **counts,
        upper_limits=len(upper),
        unsorted_objects=_unsorted_objects(clean),
        from_jd=from_jd,
    )
    order = ["object_id", "mjd"]
    return (
        clean.sort_values(order, kind="stable", ignore_index=True),
        upper.sort_values(order, kind="stable", ignore_index=True),
        summary,
    )


def _nameless_rows(points: pd.DataFrame) -> Bool[np.ndarray, " point"]:
    return points["object_id"].isna().to_numpy()


def _flagged_rows(points: pd.DataFrame) -> Bool[np.ndarray, " point"]:
    return points["flagged"].to_numpy(bool)


def _text_rows(points: pd.DataFrame) -> Bool[np.ndarray, " point"]:
    return points["text"].to_numpy(bool)


def _non_detections(points: pd.DataFrame) -> Bool[np.ndarray, " point"]:
    values = _measurements(points).to_numpy()[:, 1:]
    if "flux" in points:
        is_limit = _has_limit(points) | points["limit"].to_numpy(bool)
        return np.asarray(np.isnan(values[:, 0]) & is_limit)
    # 99, 99.999, −99 and 999, as magnitude or as error, mean "not detected"
    stated = np.isfinite(values) & np.isnan(known_numbers(values, MAGNITUDE))
    unseen = np.isnan(values[:, 0]) & _has_limit(points)
    return np.asarray(
        stated.any(axis=1) | unseen | points["limit"].to_numpy(bool) | _negative_limits(points)
    )


def _negative_limits(points: pd.DataFrame) -> Bool[np.ndarray, " point"]:
    """Return where a limit is written as its negative, without an error."""
    if "mag" not in points:
        return np.zeros(len(points), bool)
    below = points["mag"].to_numpy() < BRIGHTEST_OF_LIMITS
    return np.asarray(below & ~(points["magerr"].to_numpy() > 0))


def _has_limit(points: pd.DataFrame) -> Bool[np.ndarray, " point"]:
    limit = _limits(points)
    return np.asarray(np.isfinite(known_numbers(limit, MAGNITUDE)))


def _limits(points: pd.DataFrame) -> Float[np.ndarray, " point"]:
    limit = np.full(len(points), np.nan)
    if "limiting_mag" in points:
        limit = points["limiting_mag"].to_numpy(np.float64)
    if "mag" not in points:
        return limit
    mag = points["mag"].to_numpy(np.float64)
    limit = np.where(points["limit"].to_numpy(bool) & np.isnan(limit), mag, limit)
    return np.where(_negative_limits(points) & np.isnan(limit), -mag, limit)


def _measurements(points: pd.DataFrame) -> pd.DataFrame:
    values = ["flux", "flux_err"] if "flux" in points else ["mag", "magerr"]
    return points[["mjd", *values]]


def _nan_values(points: pd.DataFrame) -> Bool[np.ndarray, " point"]:
    return np.asarray(_measurements(points).isna().any(axis=1))


def _infinite_values(points: pd.DataFrame) -> Bool[np.ndarray, " point"]:
    return np.asarray(np.isinf(_measurements(points)).any(axis=1))


def _impossible_times(points: pd.DataFrame) -> Bool[np.ndarray, " point"]:
    return np.asarray((points["mjd"] < EARLIEST_MJD) | (points["mjd"] > LATEST_MJD))


def _bad_errors(points: pd.DataFrame) -> Bool[np.ndarray, " point"]:
    return np.asarray(_measurements(points).iloc[:, 2] <= 0)


def _repeated_rows(points: pd.DataFrame) -> Bool[np.ndarray, " point"]:
    columns = [c for c in ("object_id", *_measurements(points).columns, "band") if c in points]
    return np.asarray(points.duplicated(columns))


REASONS: Final = {
    "nameless": _nameless_rows,
    "flagged": _flagged_rows,
    "text": _text_rows,
    "not_detected": _non_detections,
    "not_a_number": _nan_values,
    "infinite": _infinite_values,
    "impossible_times": _impossible_times,
    "bad_errors": _bad_errors,
    "repeated": _repeated_rows,
}
"""Why a row is no point, in the order in which rows are tested: the first reason counts."""


def _upper_limits(points: pd.DataFrame) -> pd.DataFrame:
    timed = np.isfinite(points["mjd"].to_numpy()) & ~_impossible_times(points)
    limits: pd.DataFrame = points.assign(limiting_mag=_limits(points)).loc[
        timed & _has_limit(points)
    ]
    columns = [c for c in ("object_id", "mjd", "limiting_mag", "band") if c in limits]
    return limits.drop_duplicates(columns)


def _unsorted_objects(points: pd.DataFrame) -> int:
    before = points.groupby("object_id", sort=False)["mjd"].diff()
    return int(points.loc[before < 0, "object_id"].nunique())
