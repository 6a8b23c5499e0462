"""What a network answers about sequences as they are, and where one thing is different."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from taonet.data.counterfactuals import AS_IS, COUNTERFACTUALS, make_counterfactual
from taonet.errors import InputError
from taonet.io.rejection import RejectionHandler
from taonet.models.model import Model
from taonet.models.predict import predict
from taonet.sky.sequence import ImageSequence

PARTS = ": "
"""Stands between the name of a counterfactual and that of the object."""

COUNTERFACTUAL = "counterfactual"
"""The column that says which one a row is about."""


def counterfactual_answers(
    model: Model,
    sequences: Iterable[ImageSequence],
    *,
    names: Sequence[str] = tuple(COUNTERFACTUALS),
    seed: int,
    turns: int | None = None,
    workers: int = 1,
    on_rejection: RejectionHandler | None = None,
) -> pd.DataFrame:
    """Return the last answers about each object, as it is and under each counterfactual.

    Sequences stream: of each, all counterfactuals are made and answered before the next one is
    read, and only last answers are kept.

    Parameters
    ----------
    model : Bundle
    names : sequence of str
        Keys of `taonet.data.counterfactuals.COUNTERFACTUALS`.
    seed : int
        Of the noise and the faults that are drawn.
    turns, workers
        As for `taonet.models.predict.predict`.
    on_rejection : function, optional
        Called with each sequence, or epoch, that the network cannot read as it is; what holds of it
        holds of all that are made of it. By default they are passed over.

    Returns
    -------
    DataFrame
        A prediction table with a column ``counterfactual``; empty if nothing could be classified.
    """

    def reject(source: str, error: Any, *, part: bool = False) -> None:
        if on_rejection is not None and _split_name(source)[0] == AS_IS:
            on_rejection(source, error, part=part)

    made = _with_counterfactuals(sequences, names, seed)
    rows = []
    for answer in predict(model, made, turns=turns, workers=workers, on_rejection=reject):
        last = answer.tail(1)
        name, object_id = _split_name(last["object_id"].iloc[0])
        rows.append(last.assign(**{"object_id": object_id, COUNTERFACTUAL: name}))
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()


def _with_counterfactuals(
    sequences: Iterable[ImageSequence], names: Sequence[str], seed: int
) -> Iterator[ImageSequence]:
    for sequence in sequences:
        yield sequence
        for name in names:
            try:
                made = make_counterfactual(name, sequence, seed=seed)
            except InputError:  # the cutout is too small for it
                continue
            yield replace(made, object_id=f"{name}{PARTS}{sequence.object_id}")


def _split_name(made_name: str) -> tuple[str, str]:
    """Return the counterfactual and the object that a sequence is named after."""
    name, _, object_id = made_name.partition(PARTS)
    return (name, object_id) if name in COUNTERFACTUALS else (AS_IS, made_name)
