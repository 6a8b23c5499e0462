"""Which objects are most worth a label: those that the model is unsure of or has not met."""

from typing import Any, Final

import numpy as np
from jaxtyping import Bool, Float, Shaped

from taonet.reports.object_document import plain_value

ATYPICAL: Final = 0.1
"""Typicality from which an object counts as met before; below it, the lower the more worth."""


def label_worth(
    entropy: Float[np.ndarray, " object"], typicality: Float[np.ndarray, " object"]
) -> Float[np.ndarray, " object"]:
    """Return how much a label is worth, from 0 to 1.

    The larger of two numbers: how open the answer is, and how far the object's typicality lies
    below a tenth.

    Examples
    --------
    >>> label_worth(np.array([0.2, 0.2, 0.9]), np.array([0.5, 0.01, np.nan])).tolist()
    [0.2, 0.9, 0.9]
    """
    strange = np.clip(1 - np.nan_to_num(typicality, nan=ATYPICAL) / ATYPICAL, 0, 1)
    return np.asarray(np.maximum(np.nan_to_num(entropy), strange))


def label_queue(
    columns: dict[str, Shaped[np.ndarray, " object"]], limit: int
) -> list[dict[str, Any]]:
    """Return the objects without a label that are most worth one, with the reason.

    Objects at whose place nothing is detected come last: there is nothing to look at.

    Parameters
    ----------
    columns : mapping
        Of `taonet.web.session.Session.objects`.
    limit : int
        How many.
    """
    worth = label_worth(columns["entropy"], columns["typicality"])
    open_ones: Bool[np.ndarray, " object"] = np.array(
        [label is None for label in columns["label"]], bool
    )
    rank = np.where(columns["detected"].astype(bool), worth, worth - 2)
    order = np.argsort(-rank, kind="stable")
    chosen = order[open_ones[order]][:limit]
    return [_entry(columns, worth, number) for number in chosen.tolist()]


def _entry(
    columns: dict[str, Shaped[np.ndarray, " object"]],
    worth: Float[np.ndarray, " object"],
    number: int,
) -> dict[str, Any]:
    entropy, typicality = (float(columns[name][number]) for name in ("entropy", "typicality"))
    strange = typicality < ATYPICAL and 1 - typicality / ATYPICAL >= np.nan_to_num(entropy)
    reason = "untypical: unlike what was learnt" if strange else "uncertain: several classes fit"
    names = ("object_id", "predicted_class", "probability", "entropy", "typicality", "detected")
    entry = {name: plain_value(columns[name][number]) for name in names}
    return {**entry, "worth": float(worth[number]), "reason": reason}
