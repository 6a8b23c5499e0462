"""Goals for predictions over time, and whether they are met.

The goals are those of the shipped models; nothing is fitted to meet them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from taonet.evaluation.intervals import Interval

ECE_AT_THE_END: Final = 0.03
ECE_AFTER_EPOCHS: Final = 0.05
COVERAGE: Final = (0.88, 0.93)
GOAL_SHARE_OF_FINAL: Final = 0.8
GOAL_NIGHTS: Final = 5
GOAL_OBJECTS: Final = 2000


@dataclass(frozen=True, kw_only=True)
class Goal:
    """One goal, and the measurement.

    Parameters
    ----------
    name : str
    wanted, measured : str
        For people to read; the worst of several measurements.
    met : bool
        Whether the number itself is within the goal; its interval may not be.
    """

    name: str
    wanted: str
    measured: str
    met: bool

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-able form."""
        words = {"asked": self.wanted, "found": self.measured}
        return {"name": self.name, **words, "met": self.met}


def goals_of(over_time: Mapping[str, Any]) -> list[Goal]:
    """Return the goals for predictions over time, as far as these can be judged by their scores.

    Parameters
    ----------
    over_time : mapping
        From `taonet.evaluation.answers_over_time.AnswersOverTime.to_dict`.
    """
    return [
        *_calibration_goals(over_time["calibration"]),
        *_coverage_goals(over_time.get("coverage", [])),
        *_size_goals(over_time.get("set_sizes", [])),
        *_early_goals(over_time.get("by_nights", [])),
    ]


def _calibration_goals(rows: Sequence[Mapping[str, Any]]) -> list[Goal]:
    goals = []
    for at_the_end, name, most in (
        (True, "calibration error at the end", ECE_AT_THE_END),
        (False, "calibration error after fewer epochs", ECE_AFTER_EPOCHS),
    ):
        own = [row for row in rows if (row["n_epochs"] == 0) == at_the_end]
        if own:
            worst = max(own, key=lambda row: float(row["ece"]))
            text = f"{Interval.from_row(worst, 'ece')}{_format_epochs(worst)}"
            met = worst["ece"] <= most
            goals.append(Goal(name=name, wanted=f"≤ {most}", measured=text, met=bool(met)))
    return goals


def _coverage_goals(rows: Sequence[Mapping[str, Any]]) -> list[Goal]:
    low, high = COVERAGE
    goals = _support_goals([row for row in rows if not row["n_epochs"]])
    for at_the_end, name in (
        (True, "90 % sets at the end, in every class"),
        (False, "90 % sets after fewer epochs, in every class"),
    ):
        own = [row for row in rows if (row["n_epochs"] == 0) == at_the_end]
        if not own:
            continue
        least, most = (pick(own, key=lambda row: float(row["coverage"])) for pick in (min, max))
        text = " to ".join(
            f"{Interval.from_row(row, 'coverage')} {row['class_name']}{_format_epochs(row)}"
            for row in (least, most)
        )
        met = low <= least["coverage"] and most["coverage"] <= high
        goals.append(Goal(name=name, wanted=f"{low} to {high}", measured=text, met=bool(met)))
    return goals


def _support_goals(ends: Sequence[Mapping[str, Any]]) -> list[Goal]:
    if not ends:
        return []
    least = min(ends, key=lambda row: int(row["n_objects"]))
    text = f"{least['n_objects']} {least['class_name']}"
    wanted, met = f"≥ {GOAL_OBJECTS}", bool(least["n_objects"] >= GOAL_OBJECTS)
    return [Goal(name="tested objects of each class", wanted=wanted, measured=text, met=met)]


def _size_goals(rows: Sequence[Mapping[str, Any]]) -> list[Goal]:
    """Judge whether sets shrink: with epochs, and at the end against fewer epochs than typical."""
    growing = [row for row in rows if row["n_epochs"]]
    ends = [row for row in rows if not row["n_epochs"]]
    if len(rows) < 2:
        return []
    met = all(later["set_size"] < row["set_size"] for row, later in pairwise(growing))
    for end in ends:
        typical = end.get("typical_epochs", float("inf"))
        earlier = [row["set_size"] for row in growing if row["n_epochs"] < typical]
        met = met and all(end["set_size"] < size for size in earlier)
    text = " → ".join(f"{row['set_size']:.2f}" for row in growing)
    text += "".join(f", {end['set_size']:.2f} at the end" for end in ends)
    return [Goal(name="classes in a set", wanted="fewer with epochs", measured=text, met=bool(met))]


def _early_goals(rows: Sequence[Mapping[str, Any]]) -> list[Goal]:
    name = f"macro F1 kept, {GOAL_NIGHTS} nights from the first detection"
    return [
        Goal(
            name=name,
            wanted=f"≥ {GOAL_SHARE_OF_FINAL}",
            measured=f"{Interval.from_row(row, 'kept')}",
            met=bool(row["kept"] >= GOAL_SHARE_OF_FINAL),
        )
        for row in rows
        if row["nights"] == GOAL_NIGHTS
    ]


def _format_epochs(row: Mapping[str, Any]) -> str:
    return f" after {row['n_epochs']}" if row["n_epochs"] else ""
