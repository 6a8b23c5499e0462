"""How early and how trustworthy answers are, as text for a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

from taonet.evaluation.comparison import align_columns


def trust_lines(scores: Mapping[str, Any]) -> list[str]:
    """Lay out what is known of the first method's answers over time; nothing if that is nothing.

    Parameters
    ----------
    scores : mapping
        By method, the primary first; its ``over_time`` as `OverTime.to_dict` has it.
    """
    primary, ours = next(iter(scores.items()))
    found = ours.get("over_time")
    if found is None:
        return []
    return [
        *_epoch_lines(primary, found),
        *_night_lines(found.get("by_nights", [])),
        *_goal_lines(found["goals"]),
    ]


def _epoch_lines(primary: str, found: Mapping[str, Any]) -> list[str]:
    coverage = found.get("coverage", [])
    classes = list(dict.fromkeys(row["class_name"] for row in coverage))
    sizes = {row["n_epochs"]: row for row in found.get("set_sizes", [])}
    typical = {row["n_epochs"]: row for row in found.get("typicality", [])}
    by_class = {(row["n_epochs"], row["class_name"]): row for row in coverage}
    head = [f"{primary} after epochs", "objects", "ECE"]
    head += [f"sets hold {name}" for name in classes]
    head += ["classes in a set"] * bool(sizes) + ["typicality < 0.05"] * bool(typical)
    rows = [head]
    for step in found["calibration"]:
        k = step["n_epochs"]
        row = [str(k or "all"), str(step["n_objects"]), _format_number(step, "ece")]
        row += [
            _format_number(by_class[k, name], "coverage") if (k, name) in by_class else "–"
            for name in classes
        ]
        row += [_format_number(sizes[k], "set_size")] if sizes else []
        row += [_format_number(typical[k], "atypical")] if typical else []
        rows.append(row)
    who = "After so many epochs: answers about the objects that have so many; all: last answers."
    return ["", *align_columns(rows), who]


def _night_lines(nights: Sequence[Mapping[str, Any]]) -> list[str]:
    if not nights:
        return []
    rows = [["nights from the first detection", "objects", "macro F1", "share of the last"]]
    for row in nights:
        cells = [_format_number(row, "macro_f1"), _format_number(row, "kept")]
        rows.append([str(row["nights"] or "all"), str(row["n_objects"]), *cells])
    return ["", *align_columns(rows)]


def _goal_lines(goals: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = [
        [goal["name"], goal["asked"], goal["found"], "met" if goal["met"] else "MISSED"]
        for goal in goals
    ]
    return (
        ["", *align_columns([["asked of shipped models", "", "found", ""], *rows])] if goals else []
    )


def _format_number(row: Mapping[str, Any], name: str) -> str:
    return f"{row[name]:.3f} [{row[f'{name}_low']:.3f}, {row[f'{name}_high']:.3f}]"
