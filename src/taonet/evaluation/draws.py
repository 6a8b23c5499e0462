"""Scores averaged over draws of the training objects, with intervals over objects and draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from jaxtyping import Float

from taonet.errors import InputError
from taonet.evaluation.intervals import Interval, interval
from taonet.evaluation.predictions import (
    check_predictions,
    final_rows,
    labels_of,
    probabilities_of,
)
from taonet.sky.taxonomy import Taxonomy

Resampled = dict[str, Float[np.ndarray, "_ class"]]
"""By score: (resample, class)."""


@dataclass(frozen=True, kw_only=True)
class DrawScores:
    """Means over draws.

    Parameters
    ----------
    macro_recall, macro_f1 : Interval
    per_class : dict
        Recall of each class.
    by_draw : tuple of float
        Macro recall of each draw.
    n_objects : int
        Tested in any draw.
    """

    macro_recall: Interval
    macro_f1: Interval
    per_class: dict[str, Interval]
    by_draw: tuple[float, ...]
    n_objects: int

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-able form."""
        recall = self.macro_recall.to_dict()
        return {
            "macro_recall": recall["value"],
            "interval": [recall["low"], recall["high"]],
            "macro_f1": self.macro_f1.to_dict(),
            "per_class": {name: number.to_dict() for name, number in self.per_class.items()},
            "by_draw": list(self.by_draw),
            "n_objects": self.n_objects,
        }


def score_draws(
    tables: Sequence[pd.DataFrame], taxonomy: Taxonomy, *, n_bootstrap: int = 1000, seed: int
) -> DrawScores:
    """Score the last answers of methods that differ in what they were trained on only.

    Each resample draws draws, and objects: an object that a draw trained on is missing from that
    draw's table and counts in the others.

    Parameters
    ----------
    tables : sequence of DataFrame
        A prediction table each draw.

    Raises
    ------
    InputError
        If there is none, or one cannot be scored.
    """
    point, drawn, by_draw, n_objects = _resampled(tables, taxonomy, n_bootstrap, seed)
    return DrawScores(
        macro_recall=interval(float(point["recall"].mean()), drawn["recall"].mean(axis=1)),
        macro_f1=interval(float(point["f1"].mean()), drawn["f1"].mean(axis=1)),
        per_class={
            name: interval(float(point["recall"][0, label]), drawn["recall"][:, label])
            for label, name in enumerate(taxonomy.classes)
        },
        by_draw=by_draw,
        n_objects=n_objects,
    )


def difference(
    tables: Sequence[pd.DataFrame],
    others: Sequence[pd.DataFrame],
    taxonomy: Taxonomy,
    *,
    score: Literal["recall", "f1"] = "recall",
    n_bootstrap: int = 1000,
    seed: int,
) -> Interval:
    """Return the macro recall or F1 of one method less that of another, draw by draw.

    Both meet the same resamples of draws and objects, so what they share cancels.

    Parameters
    ----------
    tables, others : sequence of DataFrame
        A prediction table each draw, in the same order, of the same objects.

    Raises
    ------
    InputError
        If draws or objects differ.
    """
    if [set(t["object_id"]) for t in tables] != [set(t["object_id"]) for t in others]:
        raise InputError("the draws of two methods differ in number or objects")
    (one, drawn, *_), (other, other_drawn, *_) = (
        _resampled(found, taxonomy, n_bootstrap, seed) for found in (tables, others)
    )
    apart = drawn[score].mean(axis=1) - other_drawn[score].mean(axis=1)
    return interval(float(one[score].mean() - other[score].mean()), apart)


def _resampled(
    tables: Sequence[pd.DataFrame], taxonomy: Taxonomy, n_bootstrap: int, seed: int
) -> tuple[Resampled, Resampled, tuple[float, ...], int]:
    """Return scores, those of each resample, macro recall by draw, and the number of objects."""
    if not tables:
        raise InputError("there is no draw to score")
    for table in tables:
        check_predictions(table, taxonomy)
    finals = [final_rows(table) for table in tables]
    names = sorted(set().union(*(rows["object_id"] for rows in finals)))
    cells = np.stack([_cells(rows, names, taxonomy) for rows in finals])
    ones = np.ones((1, len(names)))
    point = _scores(cells, ones, np.ones((1, len(tables))) / len(tables))
    rng = np.random.default_rng(seed)
    objects = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), n_bootstrap)
    draws = rng.multinomial(len(tables), np.full(len(tables), 1 / len(tables)), n_bootstrap)
    drawn = _scores(cells, objects.astype(float), draws / len(tables))
    by_draw = (float(_scores(own[None], ones, np.ones((1, 1)))["recall"].mean()) for own in cells)
    return point, drawn, tuple(by_draw), len(names)


def _cells(
    rows: pd.DataFrame, names: Sequence[str], taxonomy: Taxonomy
) -> Float[np.ndarray, "object cell"]:
    """Return which cell of the confusion matrix each object is in; none where it was not tested."""
    n = len(taxonomy.classes)
    place = {name: i for i, name in enumerate(names)}
    cells = np.zeros((len(names), n * n))
    cell = labels_of(rows, taxonomy) * n + probabilities_of(rows, taxonomy).argmax(axis=1)
    cells[rows["object_id"].map(place).to_numpy(np.int64), cell] = 1
    return cells


def _scores(
    cells: Float[np.ndarray, "draw object cell"],
    weight: Float[np.ndarray, "resample object"],
    share: Float[np.ndarray, "resample draw"],
) -> Resampled:
    """Return recall and F1 of each class, averaged over draws."""
    n = round(cells.shape[2] ** 0.5)
    found = {name: np.zeros((len(weight), n)) for name in ("recall", "f1")}
    for k, own in enumerate(cells):
        confusion = (weight @ own).reshape(-1, n, n)
        hits = np.diagonal(confusion, axis1=1, axis2=2)
        support, chosen = confusion.sum(axis=2), confusion.sum(axis=1)
        found["recall"] += share[:, k, None] * hits / np.maximum(support, 1)
        found["f1"] += share[:, k, None] * 2 * hits / np.maximum(support + chosen, 1)
    return found
