"""From the answers of a model to rows of the prediction table.

What is said besides a class is decided here, for every model alike: where nothing is detected
nothing changes, and what is not typical is unlike anything that was learnt.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from taonet.io.class_sets import ClassSet
from taonet.io.object_facts import KnownObject
from taonet.io.prediction_columns import column_names, columns_of
from taonet.sky.taxonomy import Taxonomy
from taonet.trust.typicality import UNLIKE_BELOW


@dataclass(frozen=True, kw_only=True, eq=False)
class Answers:
    """What a model answers, row by row.

    Parameters
    ----------
    n_epochs : array (row,)
    mjd_last : array (row,)
        MJD of the last epoch that was read.
    probabilities : array (row, class)
    sets : sequence of tuple, optional
        Class names in label order, or None, for each row.
    typicality : array (row,), optional
    detected : array (row,), optional
        Whether anything is seen so far; all by default.
    snr, mjd_detected : array (row,), optional
    prior : str, optional
        The class mix that the probabilities refer to.
    n_ignored : array (row,), optional
        Epochs that were not read; 0 by default.
    ignored_reason : sequence of str or None, optional
        Why.
    """

    n_epochs: Int[np.ndarray, " row"]
    mjd_last: Float[np.ndarray, " row"]
    probabilities: Float[np.ndarray, "row class"]
    sets: Sequence[ClassSet | None] | None = None
    typicality: Float[np.ndarray, " row"] | None = None
    detected: Bool[np.ndarray, " row"] | None = None
    snr: Float[np.ndarray, " row"] | None = None
    mjd_detected: Float[np.ndarray, " row"] | None = None
    prior: str | None = None
    n_ignored: Int[np.ndarray, " row"] | None = None
    ignored_reason: Sequence[str | None] | None = None


def make_rows(
    objects: KnownObject | Sequence[KnownObject], answers: Answers, *, taxonomy: Taxonomy
) -> pd.DataFrame:
    """Lay out answers as rows of the prediction table.

    Parameters
    ----------
    objects : object, or sequence of objects
        What all rows are about, or each of them.
    answers : Answers
    taxonomy : Taxonomy
        Its classes are those of the probabilities.

    Returns
    -------
    DataFrame
        With the columns of `COLUMNS`, in their order.

    Examples
    --------
    >>> from taonet.io.object_facts import ObjectFacts
    >>> star = ObjectFacts(object_id="a", ra=10.0, dec=-5.0, class_name=None)
    >>> p = np.array([[0.9, 0.1]])
    >>> answers = Answers(n_epochs=np.array([1]), mjd_last=np.array([60000.0]), probabilities=p)
    >>> two = Taxonomy(name="two", classes=("SN", "CV"))
    >>> make_rows(star, answers, taxonomy=two)["predicted_class"].tolist()
    ['SN']
    """
    n = len(answers.n_epochs)
    seen = np.ones(n, bool) if answers.detected is None else answers.detected
    typicality = _or_nan(answers.typicality, n)
    each = objects if isinstance(objects, Sequence) else [objects] * n
    cells: dict[str, Any] = {
        "object_id": _cells([one.object_id for one in each]),
        "ra": np.array([one.ra for one in each], np.float64),
        "dec": np.array([one.dec for one in each], np.float64),
        "class_name": _cells([one.class_name for one in each]),
        "n_epochs": answers.n_epochs,
        "mjd_last": answers.mjd_last,
        "predicted_class": _cells(_predicted_classes(answers, seen, taxonomy)),
        "set": _cells(_sets(answers, seen, taxonomy)),
        "typicality": typicality,
        "mjd_detected": _or_nan(answers.mjd_detected, n),
        "detected": seen,
        "snr": _or_nan(answers.snr, n),
        "unlike": typicality < UNLIKE_BELOW,
        "prior": _cells([answers.prior] * n),
        "n_ignored": np.zeros(n, np.int64) if answers.n_ignored is None else answers.n_ignored,
        "ignored_reason": _cells(answers.ignored_reason or [None] * n),
    }
    cells |= dict(zip(columns_of(taxonomy), answers.probabilities.T, strict=True))
    names = column_names(taxonomy, with_prior=answers.prior is not None)
    return pd.DataFrame({name: cells[name] for name in names})


def _or_nan(values: Float[np.ndarray, " row"] | None, n: int) -> Float[np.ndarray, " row"]:
    return np.full(n, np.nan) if values is None else values


def _predicted_classes(
    answers: Answers, seen: Bool[np.ndarray, " row"], taxonomy: Taxonomy
) -> Sequence[str | None]:
    """Return the class of each row: where nothing is seen, nothing changes, whatever else is said.

    A network has learnt how transients look, and an empty frame looks a little like one.
    """
    most = taxonomy.most_probable(answers.probabilities).tolist()
    quiet = taxonomy.quiet_class
    return [
        name if is_seen or name is None else quiet
        for name, is_seen in zip(most, seen.tolist(), strict=True)
    ]


def _sets(
    answers: Answers, seen: Bool[np.ndarray, " row"], taxonomy: Taxonomy
) -> list[ClassSet | None]:
    """Return the sets, which hold the class of what does not change where nothing is seen."""
    if answers.sets is None:
        return [None] * len(seen)
    return [
        members if is_seen or members is None else _with_quiet_class(members, taxonomy)
        for members, is_seen in zip(answers.sets, seen.tolist(), strict=True)
    ]


def _with_quiet_class(members: ClassSet, taxonomy: Taxonomy) -> ClassSet:
    return tuple(c for c in taxonomy.classes if c in members or c == taxonomy.quiet_class)


def _cells(values: Iterable[object]) -> "pd.Series[Any]":
    # as an array, tuples of equal length would have two axes
    return pd.Series(list(values), dtype="object")
