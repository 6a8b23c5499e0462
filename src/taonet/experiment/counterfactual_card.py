"""The section of a model card on counterfactuals: what the network calls a few of them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from taonet.evaluation.intervals import Interval

WHAT_IF: Final = "If one thing were different"
"""The heading. Cards of runs that asked for no counterfactuals lack the section."""

SHOWN: Final = (
    "dimmed 1 mag",
    "dimmed 2.5 mag",
    "moved 1 px",
    "trail",
    "hole",
    "change frozen",
    "empty sky",
)
"""Of the counterfactuals; the report of the run has all."""

SHARES: Final = ("class_stays", "called_NON", "called_SN", "no_class")
"""Of the scores of each."""


def what_if_facts(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return what the section needs, as JSON-able values.

    Parameters
    ----------
    table : DataFrame
        As from `taonet.experiment.counterfactual_stage.score_answers`.
    """
    rows: list[dict[str, Any]] = [
        {str(name): cell for name, cell in row.items()} for row in table.to_dict("records")
    ]
    return [
        {
            **{name: row[name] for name in ("counterfactual", "expected", "n_objects")},
            **{name: Interval.from_row(row, name).to_dict() for name in SHARES},
        }
        for row in rows
        if row["counterfactual"] in SHOWN
    ]


def what_if_text(facts: Sequence[Mapping[str, Any]]) -> str:
    """Return the section in Markdown, from what `what_if_facts` returns."""
    lines = [
        f"What {facts[0]['n_objects']} of the objects not trained on are called when one thing is "
        "different: shares with 95 % intervals. The report has more.",
        "",
        "| different | expected | class stays | called NON | called SN | no class |",
        "|---|---|---|---|---|---|",
    ]
    for row in facts:
        cells = " | ".join(f"{Interval.from_dict(row[name]):.2f}" for name in SHARES)
        lines.append(f"| {row['counterfactual']} | {row['expected']} | {cells} |")
    return "\n".join(lines)
