"""Comparison of methods on the same objects, with intervals of their differences.

The bootstrap is paired: each resample draws the same objects for every method, so what makes an
object hard for all of them cancels in a difference (Efron & Tibshirani 1993, ch. 8).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from taonet.errors import InputError
from taonet.evaluation.intervals import Interval
from taonet.evaluation.metric_table import COMPARED, EARLY, compared_in
from taonet.evaluation.resampling import Resamples
from taonet.evaluation.scores import (
    Scores,
    check_same_objects,
    difference_of,
    resamples_of,
    scores_of,
)
from taonet.sky.taxonomy import Taxonomy

MOST_STEPS: Final = 8
"""Numbers of epochs that methods are compared after."""

LEAST_SHARE: Final = 0.5
"""Of the objects; after more epochs than so many of them have, other objects are compared."""


@dataclass(frozen=True, kw_only=True)
class EarlyScores:
    """The scores of a method after a number of epochs, on the objects that have so many.

    Parameters
    ----------
    n_epochs, n_objects : int
    scores, differences : mapping
        Of `taonet.evaluation.metric_table.COMPARED`, and their differences to the primary's.
    """

    n_epochs: int
    n_objects: int
    scores: Mapping[str, Interval]
    differences: Mapping[str, Interval]

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-able form."""
        numbers = {name: number.to_dict() for name, number in self.scores.items()}
        counts = {"n_epochs": self.n_epochs, "n_objects": self.n_objects}
        return {**counts, **numbers, **_difference_columns(self.differences)}


@dataclass(frozen=True, kw_only=True)
class Method:
    """One row of the comparison: a method, its scores, and their differences to the primary's.

    Parameters
    ----------
    name, description : str
    scores : Scores
        Of its last answers.
    differences : mapping
        Of `taonet.evaluation.metric_table.COMPARED`, to the primary's.
    early : tuple of EarlyScores
        After the numbers of epochs of the comparison for which it has early predictions; empty for
        methods without. Those of the primary are all there are.
    """

    name: str
    description: str
    scores: Scores
    differences: Mapping[str, Interval]
    early: tuple[EarlyScores, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-able form: the scores, and their differences to the primary's."""
        early = {"by_epochs": [step.to_dict() for step in self.early]} if self.early else {}
        return {**self.scores.to_dict(), **_difference_columns(self.differences), **early}


def _difference_columns(differences: Mapping[str, Interval]) -> dict[str, Any]:
    return {f"{name}_minus_primary": gap.to_dict() for name, gap in differences.items()}


def compare_methods(
    tables: Mapping[str, pd.DataFrame],
    taxonomy: Taxonomy,
    *,
    primary: str,
    descriptions: Mapping[str, str] | None = None,
    n_bootstrap: int = 1000,
    seed: int,
) -> list[Method]:
    """Score methods on the same objects, after their last epoch and earlier.

    Parameters
    ----------
    tables : mapping
        Prediction tables by method; some may have one row an object.
    primary : str
        The method that the others are compared with.
    descriptions : mapping, optional
        A line on each method.

    Returns
    -------
    list of Method
        In the order of the tables.

    Raises
    ------
    InputError
        If a table cannot be scored, the tables contain different objects, or the primary has
        none.
    """
    if primary not in tables:
        got = f"{primary!r} of {', '.join(tables)}"
        raise InputError("the primary method has no table", where="report", got=got)
    resamples = {
        name: _draw_resamples(name, table, taxonomy, seed=seed, n_bootstrap=n_bootstrap)
        for name, table in tables.items()
    }
    for table in tables.values():
        check_same_objects(tables[primary], table)
    early = _early_scores(tables, taxonomy, primary, seed=seed, n_bootstrap=n_bootstrap)
    return [
        Method(
            name=name,
            description=(descriptions or {}).get(name, ""),
            scores=scores_of(tables[name], taxonomy, own, seed=seed),
            differences=_differences(own, resamples[primary]),
            early=tuple(early.get(name, ())),
        )
        for name, own in resamples.items()
    ]


def shared_steps(tables: Iterable[pd.DataFrame]) -> list[int]:
    """Return the numbers of epochs after which all tables with early predictions have them.

    A table has them after a number of epochs if it has a row for every object with so many;
    numbers that less than half of the objects reach do not count. Of many, those spread evenly in
    their logarithm are returned.

    Examples
    --------
    >>> rows = pd.DataFrame({"object_id": ["a", "a", "b", "b"], "n_epochs": [1, 2, 1, 3]})
    >>> shared_steps([rows])
    [1, 3]
    """
    complete = [_complete_steps(table) for table in tables if table["object_id"].duplicated().any()]
    return _thin_out(sorted(set.intersection(*complete)) if complete else [])


def _compared_steps(growing: Mapping[str, pd.DataFrame], primary: str) -> dict[int, list[str]]:
    """Return the methods that answer after each number of epochs, the primary among them.

    A method whose features need more epochs than the others' is not there from the start.
    """
    complete = {name: _complete_steps(table) for name, table in growing.items()}
    others = [steps for name, steps in complete.items() if name != primary]
    answered = set.union(*others) if others else complete[primary]
    steps = _thin_out(sorted(complete[primary] & answered))
    return {step: [name for name in growing if step in complete[name]] for step in steps}


def _thin_out(steps: list[int]) -> list[int]:
    if len(steps) <= MOST_STEPS:
        return steps
    targets = np.geomspace(steps[0], steps[-1], MOST_STEPS)
    return sorted({min(steps, key=lambda step: abs(step - target)) for target in targets.tolist()})


def _complete_steps(table: pd.DataFrame) -> set[int]:
    last = np.sort(table.groupby("object_id")["n_epochs"].max().to_numpy())
    count = table["n_epochs"].value_counts()
    steps = count.index.to_numpy(np.int64)
    reached = len(last) - np.searchsorted(last, steps)
    is_complete = (count.to_numpy() == reached) & (reached >= LEAST_SHARE * len(last))
    return set(steps[is_complete].tolist())


def _early_scores(
    tables: Mapping[str, pd.DataFrame],
    taxonomy: Taxonomy,
    primary: str,
    *,
    seed: int,
    n_bootstrap: int,
) -> dict[str, list[EarlyScores]]:
    growing = {n: t for n, t in tables.items() if t["object_id"].duplicated().any()}
    scores: dict[str, list[EarlyScores]] = {name: [] for name in growing}
    if primary not in growing:
        return {}
    for step, names in _compared_steps(growing, primary).items():
        rows = _common_rows({name: growing[name] for name in names}, step)
        resamples = {
            name: _draw_resamples(name, part, taxonomy, seed=seed, n_bootstrap=n_bootstrap)
            for name, part in rows.items()
        }
        for name, scored in resamples.items():
            scores[name].append(
                EarlyScores(
                    n_epochs=step,
                    n_objects=len(rows[name]),
                    scores={metric.name: scored.interval(metric.name) for metric in COMPARED},
                    differences=_differences(scored, resamples[primary]),
                )
            )
    return scores


def _common_rows(tables: Mapping[str, pd.DataFrame], step: int) -> dict[str, pd.DataFrame]:
    """Return the rows after a number of epochs of the objects that have one in every table."""
    rows = {name: table[table["n_epochs"] == step] for name, table in tables.items()}
    common = set.intersection(*(set(part["object_id"]) for part in rows.values()))
    return {name: part[part["object_id"].isin(common)] for name, part in rows.items()}


def _differences(resamples: Resamples, primary: Resamples) -> dict[str, Interval]:
    return {metric.name: difference_of(resamples, primary, metric.name) for metric in COMPARED}


def _draw_resamples(
    name: str, table: pd.DataFrame, taxonomy: Taxonomy, *, seed: int, n_bootstrap: int
) -> Resamples:
    try:
        return resamples_of(table, taxonomy, n_bootstrap=n_bootstrap, seed=seed)
    except InputError as error:  # with several tables, say which
        where = f"{name}, {error.where}"
        raise InputError(error.what, where=where, got=error.got, do=error.do) from error


def score_lines(scores: Mapping[str, Any]) -> str:
    """Lay out scores for a terminal: of last answers, their differences, and after fewer epochs.

    Parameters
    ----------
    scores : mapping
        By method, the primary first, as `Method.to_dict` has it.
    """
    primary, ours = next(iter(scores.items()))
    metrics = compared_in(scores)
    head = [f"{ours['n_objects']} objects", *(metric.words for metric in metrics)]
    if len(scores) > 1:
        head += [f"{metric.short} minus {primary}" for metric in metrics]
    rows = [head]
    for name, own in scores.items():
        row = [name, *(f"{Interval.from_dict(own[metric.name])}" for metric in metrics)]
        gaps = [own.get(f"{metric.name}_minus_primary") for metric in metrics]
        if name != primary:
            row += [f"{Interval.from_dict(gap):+.3f}" for gap in gaps if gap]
        rows.append(row)
    left_out = [
        left_out_line(name, values["objects_left_out"])
        for name, values in scores.items()
        if values.get("objects_left_out")
    ]
    return "\n".join([*align_columns(rows), *left_out, *_early_lines(scores)])


def left_out_line(name: str, count: int) -> str:
    """Return a sentence on how many objects of a table are not scored."""
    return f"{name}: {count} more objects are not scored, of no known class or not in every table"


def _early_lines(scores: Mapping[str, Any]) -> list[str]:
    early = {name: own["by_epochs"] for name, own in scores.items() if "by_epochs" in own}
    if not early:
        return []
    primary, *others = early
    gaps = [f"{name} minus {primary}" for name in others]
    rows = [[f"{EARLY.short} after epochs", "objects", primary, *gaps]]
    for ours in early[primary]:
        row = [str(ours["n_epochs"]), str(ours["n_objects"])]
        row += [f"{Interval.from_dict(ours[EARLY.name])}"]
        rows.append([*row, *(_early_gap(early[name], ours["n_epochs"]) for name in others)])
    return ["", *align_columns(rows)]


def _early_gap(steps: Sequence[Mapping[str, Any]], n_epochs: int) -> str:
    """Return the difference to the primary after some epochs; a dash where there is no answer."""
    own = next((step for step in steps if step["n_epochs"] == n_epochs), None)
    return "–" if own is None else f"{Interval.from_dict(own[f'{EARLY.name}_minus_primary']):+.3f}"


def align_columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of cells as lines of text whose columns line up."""
    columns = range(max(map(len, rows)))
    widths = [max(len(row[i]) for row in rows if i < len(row)) for i in columns]
    padded = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        for row in rows
    )
    return [line.rstrip() for line in padded]
