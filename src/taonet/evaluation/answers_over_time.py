"""What a report says of answers over time: how early, how steady, how trustworthy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from taonet.evaluation.calibration import ece_by_epochs
from taonet.evaluation.conformal import coverage_table
from taonet.evaluation.early import kept_after_nights, stability
from taonet.sky.taxonomy import Taxonomy

RESAMPLES: Final = 200


@dataclass(frozen=True, kw_only=True, eq=False)
class OverTime:
    """Tables about one method's answers after each epoch.

    Parameters
    ----------
    nights : DataFrame or None
        `kept_after_nights`; None where first detections are not known.
    stable : mapping
        Medians and means of `stability` over objects.
    calibration : DataFrame
        `ece_by_epochs`.
    coverage : DataFrame or None
        `coverage_table`; None without sets.
    undetected : int
        Objects without a first detection.
    """

    nights: pd.DataFrame | None
    stable: Mapping[str, float]
    calibration: pd.DataFrame
    coverage: pd.DataFrame | None
    undetected: int

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-able form."""
        tables = {
            "by_nights": self.nights,
            "coverage": self.coverage,
            "calibration": self.calibration,
        }
        known = {name: t.to_dict("records") for name, t in tables.items() if t is not None}
        return {**known, "stability": dict(self.stable), "undetected": self.undetected}


def over_time(
    table: pd.DataFrame,
    taxonomy: Taxonomy,
    *,
    detected: Mapping[str, float] | None = None,
    seed: int = 0,
) -> OverTime | None:
    """Put the tables together; None where a method answers once an object, or without times.

    Parameters
    ----------
    detected : mapping, optional
        MJD of the first detection, by object.
    """
    if not table["object_id"].duplicated().any() or "mjd_last" not in table:
        return None
    found = stability(table, taxonomy)
    known = {name: mjd for name, mjd in (detected or {}).items() if mjd == mjd}
    seen = found["object_id"].isin(known)
    nights = None
    if seen.any():
        nights = kept_after_nights(table, known, taxonomy, n_bootstrap=RESAMPLES, seed=seed)
    sets = "set" in table and table["set"].notna().all()
    return OverTime(
        nights=nights,
        stable={
            "never_changed": float((found["flips"] == 0).mean()),
            "mean_flips": float(found["flips"].mean()),
            "median_stable_epochs": float(found["stable_epochs"].median()),
            "median_stable_days": float(found["stable_days"].median()),
        },
        calibration=ece_by_epochs(table, taxonomy, n_bootstrap=RESAMPLES, seed=seed),
        coverage=coverage_table(table, taxonomy) if sets else None,
        undetected=int((~seen).sum()) if detected is not None else 0,
    )
