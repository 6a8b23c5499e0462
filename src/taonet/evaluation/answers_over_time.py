"""The scores of predictions over time: earliness, stability, calibration, sets, typicality."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from taonet.evaluation.calibration_by_epochs import ece_by_epochs
from taonet.evaluation.coverage import coverage_table, set_sizes
from taonet.evaluation.early import scores_by_nights, stability
from taonet.evaluation.goals import goals_of
from taonet.evaluation.resampling import wilson_interval
from taonet.evaluation.scored_rows import final_rows, rows_passing, sets_of
from taonet.sky.taxonomy import Taxonomy

RESAMPLES: Final = 200

EPOCHS: Final = (3, 5, 10, 20, 40, 80, 120)
"""Numbers of epochs after which calibration and sets are scored, if objects have so many."""

LEAST_SHARE: Final = 0.1
"""Share of the objects that must have so many epochs for a score after that number."""

ATYPICAL: Final = 0.05
"""Typicality below which an object is called atypical: 5 % of objects like the others are."""


@dataclass(frozen=True, kw_only=True, eq=False)
class AnswersOverTime:
    """Tables of the scores of one method after each number of epochs.

    Parameters
    ----------
    nights : DataFrame or None
        `scores_by_nights`; None where first detections are not known.
    stable : mapping
        Medians and means of `stability` over objects.
    calibration : DataFrame
        `ece_by_epochs`: after each number of epochs, of the objects that have so many, and of each
        object's last answer, as in the tables below. With ``before`` (and ``_low``, ``_high``)
        where the uncalibrated predictions are known.
    coverage, sizes : DataFrame or None
        `coverage_table` and `set_sizes`; None without sets.
    typical : DataFrame or None
        After each number of epochs (0 = the last) the share of objects whose typicality is below
        `ATYPICAL`, ``atypical`` with ``_low`` and ``_high``, and ``n_objects``; None without.
    undetected : int
        Objects without a first detection.
    """

    nights: pd.DataFrame | None
    stable: Mapping[str, float]
    calibration: pd.DataFrame
    coverage: pd.DataFrame | None
    sizes: pd.DataFrame | None
    typical: pd.DataFrame | None
    undetected: int

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-able form."""
        tables = {
            "by_nights": self.nights,
            "calibration": self.calibration,
            "coverage": self.coverage,
            "set_sizes": self.sizes,
            "typicality": self.typical,
        }
        known: dict[str, Any] = {
            name: t.to_dict("records") for name, t in tables.items() if t is not None
        }
        goals = [goal.to_dict() for goal in goals_of(known)]
        more = {"stability": dict(self.stable), "undetected": self.undetected, "goals": goals}
        return {**known, **more}


def score_over_time(
    table: pd.DataFrame,
    taxonomy: Taxonomy,
    *,
    uncalibrated: pd.DataFrame | None = None,
    seed: int = 0,
) -> AnswersOverTime | None:
    """Score predictions over time; None for one answer an object, or predictions without times.

    Parameters
    ----------
    table : DataFrame
        When objects were first detected is read from ``mjd_detected``, if it is there.
    uncalibrated : DataFrame, optional
        The predictions before calibration.
    """
    if not table["object_id"].duplicated().any() or "mjd_last" not in table:
        return None
    stabilities = stability(table, taxonomy)
    detected = _first_detections(table)
    first_detections = {name: mjd for name, mjd in detected.items() if mjd == mjd}
    nights = None
    if first_detections:
        nights = scores_by_nights(
            table, first_detections, taxonomy, n_bootstrap=RESAMPLES, seed=seed
        )
    sets = _has_sets(table)
    epochs = _scored_epochs(table)
    typical = "typicality" in table and table["typicality"].notna().all()
    return AnswersOverTime(
        nights=nights,
        stable={
            "never_changed": float((stabilities["flips"] == 0).mean()),
            "mean_flips": float(stabilities["flips"].mean()),
            "median_stable_epochs": float(stabilities["stable_epochs"].median()),
            "median_stable_days": float(stabilities["stable_days"].median()),
        },
        calibration=_calibration(table, uncalibrated, taxonomy, epochs, seed=seed),
        coverage=coverage_table(table, taxonomy, epochs) if sets else None,
        sizes=set_sizes(table, epochs) if sets else None,
        typical=_atypical_shares(table, epochs) if typical else None,
        undetected=len(stabilities) - len(first_detections) if first_detections else 0,
    )


def _has_sets(table: pd.DataFrame) -> bool:
    return "set" in table and any(sets_of(table))


def _first_detections(table: pd.DataFrame) -> dict[str, float]:
    if "mjd_detected" not in table:
        return {}
    first = table.groupby("object_id")["mjd_detected"].min()
    return {str(name): float(mjd) for name, mjd in first.items()}


def _scored_epochs(table: pd.DataFrame) -> list[int]:
    longest = table.groupby("object_id")["n_epochs"].max()
    return [k for k in EPOCHS if (longest >= k).mean() >= LEAST_SHARE]


def _calibration(
    table: pd.DataFrame,
    uncalibrated: pd.DataFrame | None,
    taxonomy: Taxonomy,
    epochs: Sequence[int],
    *,
    seed: int,
) -> pd.DataFrame:
    errors = ece_by_epochs(table, taxonomy, epochs, n_bootstrap=RESAMPLES, seed=seed)
    if uncalibrated is None:
        return errors
    before = ece_by_epochs(uncalibrated, taxonomy, epochs, n_bootstrap=RESAMPLES, seed=seed)
    numbers = before[["ece", "ece_low", "ece_high"]]
    return errors.join(numbers.rename(columns=lambda name: name.replace("ece", "before")))


def _atypical_shares(table: pd.DataFrame, epochs: Sequence[int]) -> pd.DataFrame:
    parts = {k: rows_passing(table, k) for k in epochs} | {0: final_rows(table)}
    rows = []
    for k, part in parts.items():
        if part.empty:
            continue
        share, low, high = wilson_interval(int((part["typicality"] < ATYPICAL).sum()), len(part))
        numbers = {"atypical": share, "atypical_low": low, "atypical_high": high}
        rows.append({"n_epochs": k, "n_objects": len(part), **numbers})
    return pd.DataFrame(rows)
