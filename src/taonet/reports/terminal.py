"""Earliness, calibration and sets of predictions, as text for a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

from taonet.evaluation.comparison import align_columns
from taonet.evaluation.intervals import Interval
from taonet.evaluation.metric_table import BY_NAME


def trust_lines(scores: Mapping[str, Any]) -> list[str]:
    """Lay out the first method's scores over time as lines; none if it has no such scores.

    Parameters
    ----------
    scores : mapping
        By method, the primary first; its ``over_time`` as `AnswersOverTime.to_dict` has it.
    """
    primary, ours = next(iter(scores.items()))
    over_time = ours.get("over_time")
    if over_time is None:
        return []
    return [
        *_epoch_lines(primary, over_time),
        *_night_lines(over_time.get("by_nights", [])),
        *_goal_lines(over_time["goals"]),
    ]


def _epoch_lines(primary: str, over_time: Mapping[str, Any]) -> list[str]:
    coverage = over_time.get("coverage", [])
    classes = list(dict.fromkeys(row["class_name"] for row in coverage))
    sizes = {row["n_epochs"]: row for row in over_time.get("set_sizes", [])}
    typical = {row["n_epochs"]: row for row in over_time.get("typicality", [])}
    by_class = {(row["n_epochs"], row["class_name"]): row for row in coverage}
    head = [f"{primary} after epochs", "objects", BY_NAME["ece"].words]
    head += [f"coverage {name}" for name in classes]
    head += ["classes in a set"] * bool(sizes) + ["typicality below 0.05"] * bool(typical)
    rows = [head]
    for step in over_time["calibration"]:
        k = step["n_epochs"]
        row = [str(k or "all"), str(step["n_objects"]), str(Interval.from_row(step, "ece"))]
        row += [
            str(Interval.from_row(by_class[k, name], "coverage")) if (k, name) in by_class else "–"
            for name in classes
        ]
        row += [str(Interval.from_row(sizes[k], "set_size"))] if sizes else []
        row += [str(Interval.from_row(typical[k], "atypical"))] if typical else []
        rows.append(row)
    who = "After n epochs: predictions of the objects that have so many; all: last predictions."
    return ["", *align_columns(rows), who]


def _night_lines(nights: Sequence[Mapping[str, Any]]) -> list[str]:
    if not nights:
        return []
    rows = [["nights from the first detection", "objects", "macro F1", "share of the final one"]]
    for row in nights:
        cells = [str(Interval.from_row(row, "macro_f1")), str(Interval.from_row(row, "kept"))]
        rows.append([str(row["nights"] or "all"), str(row["n_objects"]), *cells])
    return ["", *align_columns(rows)]


def _goal_lines(goals: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = [
        [goal["name"], goal["asked"], goal["found"], "met" if goal["met"] else "MISSED"]
        for goal in goals
    ]
    if not goals:
        return []
    return ["", *align_columns([["goal for shipped models", "", "measured", ""], *rows])]
