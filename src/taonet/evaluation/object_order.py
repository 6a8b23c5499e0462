"""Which objects of a prediction table are shown, and in which order, where no truth is known."""

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd

from taonet.io.prediction_columns import columns_of
from taonet.sky.taxonomy import Taxonomy

KEPT: Final = (
    "object_id",
    "n_epochs",
    "class_name",
    "detected",
    "typicality",
    "unlike",
    "n_ignored",
)
"""Columns of a last answer that are kept of every object, as far as a table has them."""

ORDER: Final = ("place", "confidence", "typicality", "object_id")
"""What objects are sorted by."""

NO_ANSWER: Final = ""
"""Kind of the objects whose last answer names no class."""


def last_answers(parts: Iterable[pd.DataFrame], taxonomy: Taxonomy) -> pd.DataFrame:
    """Return the last answer about each object of a table that comes in parts.

    Memory grows with the number of objects, not with that of rows; an object may be in several
    parts.

    Returns
    -------
    DataFrame
        One row an object: those of `KEPT` that the table has; ``kind``, the class that is answered
        (`NO_ANSWER` without one); ``confidence``, its probability, NaN without one.
    """
    lasts = [_last_rows(_summarise(part, taxonomy)) for part in parts if len(part)]
    return _last_rows(pd.concat(lasts, ignore_index=True)) if lasts else pd.DataFrame()


def choose_objects(last: pd.DataFrame, taxonomy: Taxonomy, *, most: int) -> pd.DataFrame:
    """Return the first objects of each kind: by class in label order, confidence, typicality.

    Parameters
    ----------
    last : DataFrame
        From `last_answers`.
    most : int
        Objects of each kind.

    Returns
    -------
    DataFrame
        Rows of ``last``; equal ones in the order of their names.
    """
    order = {name: place for place, name in enumerate(taxonomy.classes)}
    place = last["kind"].map(order).fillna(len(order))
    typicality = last.get("typicality", pd.Series(np.nan, index=last.index))
    keys = pd.DataFrame(
        {
            "place": place,
            "confidence": -last["confidence"],
            "typicality": -typicality,
            "object_id": last["object_id"],
        }
    )
    ordered = last.loc[keys.sort_values(list(ORDER), na_position="last", kind="stable").index]
    return ordered.groupby("kind", sort=False).head(most).reset_index(drop=True)


def answered_class(rows: pd.DataFrame, taxonomy: Taxonomy) -> "pd.Series[str]":
    """Return the class that each row of a table answers: the most probable one if it states none.

    `NO_ANSWER` where a table states none of the taxonomy's, or probabilities are not known.
    """
    best = taxonomy.most_probable(rows[columns_of(taxonomy)].to_numpy(np.float64))
    kind = rows.get("predicted_class", pd.Series(best, index=rows.index, dtype="object"))
    return kind.where(kind.isin(taxonomy.classes), NO_ANSWER)


def _summarise(part: pd.DataFrame, taxonomy: Taxonomy) -> pd.DataFrame:
    probabilities = part[columns_of(taxonomy)].to_numpy(np.float64)
    kind = answered_class(part, taxonomy)
    label = kind.map({name: i for i, name in enumerate(taxonomy.classes)}).fillna(-1).to_numpy(int)
    confidence = np.where(label < 0, np.nan, probabilities[np.arange(len(part)), label])
    own = part[[name for name in KEPT if name in part]]
    return own.assign(kind=kind, confidence=confidence)


def _last_rows(rows: pd.DataFrame) -> pd.DataFrame:
    ordered = rows.sort_values("n_epochs", kind="stable")
    return ordered.drop_duplicates("object_id", keep="last").sort_index().reset_index(drop=True)
