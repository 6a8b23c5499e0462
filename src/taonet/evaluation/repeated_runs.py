"""Scores averaged over training runs, with intervals over objects and runs.

The runs differ in what their training draws at random: its objects, or its seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from jaxtyping import Float

from taonet.errors import InputError
from taonet.evaluation.bootstrap_weights import Sample, UnseenObjects
from taonet.evaluation.intervals import Interval, interval
from taonet.evaluation.scored_rows import (
    check_predictions,
    final_rows,
    groups_of_rows,
    labels_of,
    probabilities_of,
)
from taonet.evaluation.scoring import scores_of_classes
from taonet.sky.taxonomy import Taxonomy

ResampleScores = dict[str, Float[np.ndarray, "..."]]
"""By score: (resample,), and of ``recall`` (resample, class)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Resamples:
    """Scores, those of each resample, macro recall by run, and the number of objects."""

    point: ResampleScores
    drawn: ResampleScores
    by_run: tuple[float, ...]
    n_objects: int

    def interval(self, name: str) -> Interval:
        return interval(float(self.point[name][0]), self.drawn[name])


@dataclass(frozen=True, kw_only=True)
class RunScores:
    """Means over training runs.

    Parameters
    ----------
    macro_recall, macro_f1 : Interval
    per_class : dict
        Recall of each class.
    by_run : tuple of float
        Macro recall of each run.
    n_objects : int
        Tested in any run.
    """

    macro_recall: Interval
    macro_f1: Interval
    per_class: dict[str, Interval]
    by_run: tuple[float, ...]
    n_objects: int

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-able form."""
        recall = self.macro_recall.to_dict()
        return {
            "macro_recall": recall["value"],
            "interval": [recall["low"], recall["high"]],
            "macro_f1": self.macro_f1.to_dict(),
            "per_class": {name: number.to_dict() for name, number in self.per_class.items()},
            "by_draw": list(self.by_run),
            "n_objects": self.n_objects,
        }


def score_runs(
    tables: Sequence[pd.DataFrame], taxonomy: Taxonomy, *, n_bootstrap: int = 1000, seed: int
) -> RunScores:
    """Score the last answers of methods that differ in their training objects only.

    Each bootstrap resample picks training runs, and objects as `resampling.resample` does. An
    object that a run trained on is missing from that run's table and counts in the others. A class
    that no run tested has no score and no part in the means.

    Parameters
    ----------
    tables : sequence of DataFrame
        The prediction table of each run.

    Raises
    ------
    InputError
        If there is none, or one cannot be scored.
    """
    resamples = _resample_runs(tables, taxonomy, n_bootstrap, seed)
    recall = resamples.point["recall"][0]
    return RunScores(
        macro_recall=resamples.interval("macro_recall"),
        macro_f1=resamples.interval("macro_f1"),
        per_class={
            name: interval(float(recall[label]), resamples.drawn["recall"][:, label])
            for label, name in enumerate(taxonomy.classes)
            if np.isfinite(recall[label])
        },
        by_run=resamples.by_run,
        n_objects=resamples.n_objects,
    )


def mean_difference(
    tables: Sequence[pd.DataFrame],
    others: Sequence[pd.DataFrame],
    taxonomy: Taxonomy,
    *,
    score: Literal["recall", "f1"] = "recall",
    n_bootstrap: int = 1000,
    seed: int,
) -> Interval:
    """Return the macro recall or F1 of one method minus that of another, run by run.

    Both are scored on the same resamples of runs and objects, so what they share cancels.

    Parameters
    ----------
    tables, others : sequence of DataFrame
        The prediction table of each run, in the same order, of the same objects.

    Raises
    ------
    InputError
        If runs or objects differ.
    """
    if [set(t["object_id"]) for t in tables] != [set(t["object_id"]) for t in others]:
        raise InputError("the runs of two methods differ in number or objects")
    one, other = (
        _resample_runs(method_tables, taxonomy, n_bootstrap, seed)
        for method_tables in (tables, others)
    )
    name = f"macro_{score}"
    value = float(one.point[name][0] - other.point[name][0])
    return interval(value, one.drawn[name] - other.drawn[name])


def _resample_runs(
    tables: Sequence[pd.DataFrame], taxonomy: Taxonomy, n_bootstrap: int, seed: int
) -> _Resamples:
    if not tables:
        raise InputError("there is no run to score")
    for table in tables:
        check_predictions(table, taxonomy)
    finals = [final_rows(table) for table in tables]
    # the first row of an object has its class and group
    objects = final_rows(pd.concat(finals, ignore_index=True).drop_duplicates("object_id"))
    cells = np.stack([_cells(rows, objects["object_id"], taxonomy) for rows in finals])
    n = len(taxonomy.classes)
    sample = Sample(truth=labels_of(objects, taxonomy), groups=groups_of_rows(objects), n_classes=n)
    answers = cells.reshape(len(finals), len(objects), n, n).sum(axis=2)
    predicted = np.where(answers.any(axis=2), answers.argmax(axis=2), n)
    unseen = sample.draw_unseen(n_bootstrap, predicted, seed=seed)
    chunks = [
        _scores(cells, weight, part)
        for weight, part in sample.resamples(n_bootstrap, unseen, seed=seed)
    ]
    ones, none = np.ones((1, len(objects))), UnseenObjects.empty(n)
    scores = [_scores(own[None], ones, none) for own in cells]
    by_run = {name: np.concatenate([own[name] for own in scores]) for name in chunks[0]}
    scatter = _scatter(len(tables), n_bootstrap, seed=seed)
    return _Resamples(
        point=_scores(cells, ones, none),
        drawn={
            name: np.concatenate([chunk[name] for chunk in chunks])
            + scatter @ np.nan_to_num(values - _mean(values))
            for name, values in by_run.items()
        },
        by_run=tuple(by_run["macro_recall"].tolist()),
        n_objects=len(objects),
    )


def _scatter(n_runs: int, n_bootstrap: int, *, seed: int) -> Float[np.ndarray, "resample run"]:
    """Return by how much more or less each run counts: as the mean of so many runs scatters."""
    if n_runs == 1:
        return np.zeros((n_bootstrap, 1))
    normal = np.random.default_rng([seed, 3]).normal(size=(n_bootstrap, n_runs))
    return np.asarray(normal / np.sqrt(n_runs * (n_runs - 1)))


def _mean(values: Float[np.ndarray, "run ..."]) -> Float[np.ndarray, "..."]:
    """Return the mean over runs that have a value; NaN where none has."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    total = np.where(known, values, 0).sum(axis=0)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def _cells(
    rows: pd.DataFrame, names: pd.Series, taxonomy: Taxonomy
) -> Float[np.ndarray, "object cell"]:
    """Return which cell of the confusion matrix each object is in; none where it was not tested."""
    n = len(taxonomy.classes)
    place = {name: i for i, name in enumerate(names)}
    cells = np.zeros((len(names), n * n))
    cell = labels_of(rows, taxonomy) * n + probabilities_of(rows, taxonomy).argmax(axis=1)
    cells[rows["object_id"].map(place).to_numpy(np.int64), cell] = 1
    return cells


def _scores(
    cells: Float[np.ndarray, "run object cell"],
    weight: Float[np.ndarray, "resample object"],
    unseen: UnseenObjects,
) -> ResampleScores:
    """Return recall and F1, averaged over the runs that tested the class, then over classes."""
    n = round(cells.shape[2] ** 0.5)
    scores = [scores_of_classes((weight @ own).reshape(-1, n, n), unseen) for own in cells]
    recall, f1 = (
        np.nanmean(_mean(np.stack([means[name] for _, means in scores])), axis=1)
        for name in ("recall", "f1")
    )
    by_class = _mean(np.stack([itself["recall"] for itself, _ in scores]))
    return {"recall": by_class, "macro_recall": recall, "macro_f1": f1}
