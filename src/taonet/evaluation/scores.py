"""Scores of prediction tables, each with an interval over objects.

`taonet.evaluation.metric_table` defines the scores.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Int

from taonet.errors import InputError
from taonet.evaluation.intervals import LEVEL, Interval
from taonet.evaluation.metric_table import COMPARED, OVERALL, PER_CLASS
from taonet.evaluation.resampling import Resamples, resample
from taonet.evaluation.scored_rows import (
    check_predictions,
    final_rows,
    groups_of_rows,
    labels_of,
    probabilities_of,
    rows_at,
)
from taonet.sky.taxonomy import Taxonomy


@dataclass(frozen=True, kw_only=True, eq=False)
class Scores:
    """The scores of a set of answers, one an object.

    Parameters
    ----------
    taxonomy : Taxonomy
    n_objects : int
    support : dict
        Number of objects of each class, in label order.
    absent : tuple of str
        Classes without an object: they have no score and no part in the macro means.
    per_class : dict
        By class present: the scores of `taonet.evaluation.metric_table.CLASS_METRICS`.
    numbers : dict
        The scores of all classes together, those of `taonet.evaluation.metric_table.OVERALL`.
    confusion : array (true, predicted)
        Numbers of objects.
    n_bootstrap, seed : int
        How the intervals were drawn.
    """

    taxonomy: Taxonomy
    n_objects: int
    support: dict[str, int]
    absent: tuple[str, ...]
    per_class: dict[str, dict[str, Interval]]
    numbers: dict[str, Interval]
    confusion: Int[np.ndarray, "true predicted"]
    n_bootstrap: int
    seed: int

    def overall(self, name: str) -> Interval:
        """Return one of the scores of all classes together, by name.

        Raises
        ------
        InputError
            If there is no such score.
        """
        _check_metric(name)
        return self.numbers[name]

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-able form."""
        return {
            "taxonomy": self.taxonomy.name,
            "classes": list(self.taxonomy.classes),
            "n_objects": self.n_objects,
            "support": dict(self.support),
            "absent": list(self.absent),
            **{name: number.to_dict() for name, number in self.numbers.items()},
            "per_class": {
                name: {score: number.to_dict() for score, number in numbers.items()}
                for name, numbers in self.per_class.items()
            },
            "confusion": self.confusion.tolist(),
            "bootstrap": {"resamples": self.n_bootstrap, "level": LEVEL, "seed": self.seed},
        }


def score(table: pd.DataFrame, taxonomy: Taxonomy, *, n_bootstrap: int = 1000, seed: int) -> Scores:
    """Score the last answer about each object.

    Parameters
    ----------
    table : DataFrame
        A prediction table; each object's row with most epochs counts.
    n_bootstrap : int
        Resamples of the objects behind each 95 % interval; see `resampling.resample`.
    seed : int
        Of the resamples.

    Raises
    ------
    InputError
        If the table cannot be scored; see `check_predictions`.

    Examples
    --------
    >>> two = Taxonomy(name="two", classes=("SN", "NON"))
    >>> table = pd.DataFrame({"object_id": ["a", "b"], "class_name": ["SN", "NON"],
    ...                       "n_epochs": 3, "p_SN": [0.9, 0.6], "p_NON": [0.1, 0.4]})
    >>> score(table, two, n_bootstrap=10, seed=0).overall("macro_recall").value
    0.5
    """
    resamples = resamples_of(table, taxonomy, n_bootstrap=n_bootstrap, seed=seed)
    return scores_of(table, taxonomy, resamples, seed=seed)


def resamples_of(
    table: pd.DataFrame, taxonomy: Taxonomy, *, n_bootstrap: int = 1000, seed: int
) -> Resamples:
    """Check a table and score its last answers and their resamples; the work behind `score`.

    Raises
    ------
    InputError
        If the table cannot be scored.
    """
    check_predictions(table, taxonomy)
    rows = final_rows(table)
    return resample(
        labels_of(rows, taxonomy),
        probabilities_of(rows, taxonomy),
        n_bootstrap=n_bootstrap,
        seed=seed,
        groups=groups_of_rows(rows),
    )


def scores_of(
    table: pd.DataFrame, taxonomy: Taxonomy, resamples: Resamples, *, seed: int
) -> Scores:
    """Return the scores of a table whose resamples are known."""
    rows = final_rows(table)
    confusion = _confusion(rows, taxonomy)
    support = dict(zip(taxonomy.classes, confusion.sum(axis=1).tolist(), strict=True))
    return Scores(
        taxonomy=taxonomy,
        n_objects=len(rows),
        support=support,
        absent=tuple(name for name, n in support.items() if n == 0),
        per_class={
            name: {metric: resamples.interval(metric, label) for metric in PER_CLASS}
            for label, name in enumerate(taxonomy.classes)
            if support[name]
        },
        numbers={name: resamples.interval(name) for name in OVERALL},
        confusion=confusion,
        n_bootstrap=len(resamples.drawn["accuracy"]),
        seed=seed,
    )


def score_difference(
    table_a: pd.DataFrame,
    table_b: pd.DataFrame,
    taxonomy: Taxonomy,
    *,
    metric: str = "macro_recall",
    n_bootstrap: int = 1000,
    seed: int,
) -> Interval:
    """Return the score of the first table minus that of the second, on the same objects.

    The bootstrap is paired: each resample draws the same objects from both, so what makes an
    object hard for both methods cancels (Efron & Tibshirani 1993, ch. 8).

    Parameters
    ----------
    metric : str
        A score of all classes together, such as ``macro_f1``.

    Raises
    ------
    InputError
        If the tables contain different objects or cannot be scored.
    """
    _check_metric(metric)
    check_same_objects(table_a, table_b)
    a, b = (
        resamples_of(table, taxonomy, n_bootstrap=n_bootstrap, seed=seed)
        for table in (table_a, table_b)
    )
    return difference_of(a, b, metric)


def difference_of(a: Resamples, b: Resamples, metric: str) -> Interval:
    """Return the difference of two sets of resamples drawn with one seed from one set of objects.

    The caller must make sure of that; `score_difference` and `check_same_objects` check it.
    """
    _check_metric(metric)
    return a.minus(b, metric)


def check_same_objects(table_a: pd.DataFrame, table_b: pd.DataFrame) -> None:
    """Refuse to compare two tables on different objects or with different truths.

    Raises
    ------
    InputError
    """
    truths = [dict(zip(t["object_id"], t["class_name"], strict=True)) for t in (table_a, table_b)]
    first, second = (set(truth) for truth in truths)
    if first != second:
        got = f"{len(first - second)} only in the first, {len(second - first)} only in the second"
        raise InputError(
            "the two tables contain different objects",
            where="comparison",
            got=got,
            do="compare methods on the same objects or not at all",
        )
    one, other = (groups_of_rows(final_rows(table)) for table in (table_a, table_b))
    if (one != other).any():
        raise InputError("the two tables disagree about the groups of objects", where="comparison")
    if truths[0] != truths[1]:
        raise InputError("the two tables disagree about the true classes", where="comparison")


def scores_by_epochs(
    table: pd.DataFrame,
    taxonomy: Taxonomy,
    epochs: Iterable[int],
    *,
    n_bootstrap: int = 300,
    seed: int = 0,
) -> pd.DataFrame:
    """Score predictions after each number of epochs, always on the same objects.

    Parameters
    ----------
    epochs : iterable of int
        Numbers of epochs; see `rows_at` for which row of an object counts.

    Returns
    -------
    DataFrame
        One row a number of epochs: ``n_epochs``, the scores that are compared (``macro_recall``
        and ``macro_f1``), each with ``_low`` and ``_high``, and ``n_objects``, below the full
        number only where objects have no answer that early.

    Raises
    ------
    InputError
        If the table cannot be scored, or no object has an answer by then.
    """
    check_predictions(table, taxonomy)
    rows = []
    for n_epochs in epochs:
        answers = rows_at(table, n_epochs)
        if answers.empty:
            raise InputError("no answer that early", where="scores by epochs", got=n_epochs)
        resamples = resamples_of(answers, taxonomy, n_bootstrap=n_bootstrap, seed=seed)
        row: dict[str, float] = {"n_epochs": n_epochs, "n_objects": len(answers)}
        for metric in COMPARED:
            row |= resamples.interval(metric.name).to_row(metric.name)
        rows.append(row)
    return pd.DataFrame(rows).astype({"n_epochs": int, "n_objects": int})


def _confusion(rows: pd.DataFrame, taxonomy: Taxonomy) -> Int[np.ndarray, "true predicted"]:
    n = len(taxonomy.classes)
    predicted = probabilities_of(rows, taxonomy).argmax(axis=1)
    cells = labels_of(rows, taxonomy) * n + predicted
    return np.bincount(cells, minlength=n * n).reshape(n, n)


def _check_metric(name: str) -> None:
    if name not in OVERALL:
        raise InputError(f"unknown score {name!r}", do=f"known scores: {', '.join(OVERALL)}")
