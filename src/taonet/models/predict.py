"""Prediction tables: what a network says of each object after every epoch."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import Any

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, Int

from taonet.data.batches import Batch, Example, example_of
from taonet.data.measured import Known
from taonet.data.transforms import turned
from taonet.errors import InputError
from taonet.models.bundle import Bundle
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy
from taonet.trust import Thresholds

FRAMES_AT_ONCE = 2048


def prediction_rows(
    sequence: ImageSequence,
    mjd: Float[np.ndarray, " epoch"],
    probabilities: Float[np.ndarray, "epoch class"],
    taxonomy: Taxonomy,
    thresholds: Thresholds | None = None,
) -> pd.DataFrame:
    """Lay out the answers about one object as rows of the prediction table.

    Parameters
    ----------
    mjd : array (epoch,)
        Of the epochs that were read; blank ones do not count.
    probabilities : array (epoch, class)
    thresholds : Thresholds, optional
        For the column ``set``, the classes in the set with spaces between; empty without.
    """
    n = len(mjd)
    classes = np.array(taxonomy.classes, dtype=object)
    rows: dict[str, Any] = {
        "object_id": [sequence.object_id] * n,
        "ra": np.full(n, sequence.ra),
        "dec": np.full(n, sequence.dec),
        "class_name": pd.array([sequence.class_name] * n, dtype="object"),
        "n_epochs": np.arange(1, n + 1),
        "mjd_last": mjd,
    }
    for i, name in enumerate(taxonomy.classes):
        rows[f"p_{name}"] = probabilities[:, i]
    rows["predicted_class"] = classes[probabilities.argmax(axis=1)]
    sets = [None] * n if thresholds is None else thresholds.sets(probabilities, rows["n_epochs"])
    rows["set"] = pd.array(sets, dtype="object")
    return pd.DataFrame(rows)


def predict(
    bundle: Bundle,
    sequences: Iterable[ImageSequence],
    *,
    known: Iterable[Known | None] | None = None,
    turns: int = 1,
) -> Iterator[pd.DataFrame]:
    """Yield the prediction rows of each object, in the order given.

    Every frame passes through the CNN once (``turns`` times where turned copies are averaged),
    whatever the number of epochs answered for; memory grows with the longest few sequences.

    Parameters
    ----------
    known : iterable, optional
        What was worked out of the readable epochs of each sequence beforehand.
    turns : int
        Average the answers over this many of the eight turns and flips.

    Raises
    ------
    InputError
        If a sequence is not what the model reads.
    """
    prepared = (
        (sequence, readable_example(bundle, sequence, known=beforehand))
        for sequence, beforehand in zip(sequences, known or repeat(None), strict=False)
    )
    yield from predict_prepared(bundle, prepared, turns=turns)


def predict_prepared(
    bundle: Bundle, prepared: Iterable[tuple[ImageSequence, Example]], *, turns: int = 1
) -> Iterator[pd.DataFrame]:
    """Yield the prediction rows of objects whose sequences were made ready; see `predict`.

    Of the sequences only name, place and class are read.
    """
    waiting: list[tuple[ImageSequence, Example]] = []
    for sequence, example in prepared:
        waiting.append((sequence, example))
        if sum(len(example.mjd) for _, example in waiting) >= FRAMES_AT_ONCE:
            yield from _answers(bundle, waiting, turns)
            waiting = []
    if waiting:
        yield from _answers(bundle, waiting, turns)


def readable_example(
    bundle: Bundle,
    sequence: ImageSequence,
    *,
    epochs: Int[np.ndarray, " shown"] | None = None,
    known: Known | None = None,
) -> Example:
    """Prepare a sequence for a bundle's network; see `taonet.data.batches.example_of`.

    Raises
    ------
    InputError
        If the cutouts are smaller than those the network was trained on, or nothing can be read.
    """
    check_size(sequence, bundle.frame_px)
    return example_of(sequence, bundle.reading, epochs=epochs, known=known)


def check_size(sequence: ImageSequence, frame_px: int) -> None:
    """Refuse cutouts smaller than those a network was trained on.

    Raises
    ------
    InputError
    """
    if min(sequence.frames.shape[-2:]) < frame_px:
        raise InputError(
            "the cutouts are too small for this model",
            where=f"sequence {sequence.object_id}",
            got=f"{sequence.frames.shape[-2:]} pixels, not {frame_px}",
        )


@torch.inference_mode()
def answers(
    bundle: Bundle, examples: Sequence[Example], *, turns: int = 1
) -> list[Float[np.ndarray, "_ class"]]:
    """Return the probabilities after every epoch of each example, calibrated if the bundle is."""
    total: torch.Tensor | None = None
    for which in range(turns):
        batch = Batch.of([_turned(example, which) for example in examples])
        probabilities = torch.softmax(bundle.network(batch), dim=-1)
        total = probabilities if total is None else total + probabilities
    if total is None:
        raise InputError("turns must be at least 1", got=turns)
    mean = (total / turns).double().numpy()
    found = [mean[i, : len(example.mjd)] for i, example in enumerate(examples)]
    if bundle.trust is None:
        return found
    warmth = bundle.trust.temperature
    return [warmth.apply(answer, np.arange(1, len(answer) + 1)) for answer in found]


def _turned(example: Example, which: int) -> Example:
    if which == 0:
        return example
    pictures = {
        name: np.ascontiguousarray(turned(getattr(example, name), which))
        for name in ("images", "deep")
    }
    return Example(**{**vars(example), **pictures})


def _answers(
    bundle: Bundle, waiting: Sequence[tuple[ImageSequence, Example]], turns: int
) -> Iterator[pd.DataFrame]:
    found = answers(bundle, [example for _, example in waiting], turns=turns)
    for (sequence, example), probabilities in zip(waiting, found, strict=True):
        thresholds = None if bundle.trust is None else bundle.trust.thresholds
        yield prediction_rows(
            sequence, example.mjd, probabilities, bundle.taxonomy, thresholds=thresholds
        )
