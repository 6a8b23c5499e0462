"""Prediction tables: what a network says of each object after every epoch."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, Int

from taonet.data.batches import Batch, Example, example_of
from taonet.data.measured import Measured
from taonet.data.transforms import turned
from taonet.errors import InputError
from taonet.models.bundle import Bundle
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy

FRAMES_AT_ONCE = 2048


def prediction_rows(
    sequence: ImageSequence,
    mjd: Float[np.ndarray, " epoch"],
    probabilities: Float[np.ndarray, "epoch class"],
    taxonomy: Taxonomy,
) -> pd.DataFrame:
    """Lay out the answers about one object as rows of the prediction table.

    Parameters
    ----------
    mjd : array (epoch,)
        Of the epochs that were read; blank ones do not count.
    probabilities : array (epoch, class)
    """
    n = len(mjd)
    classes = np.array(taxonomy.classes, dtype=object)
    rows: dict[str, object] = {
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
    # conformal sets come with calibration; until a bundle has thresholds there is none to state
    rows["set"] = pd.array([None] * n, dtype="object")
    return pd.DataFrame(rows)


def predict(
    bundle: Bundle,
    sequences: Iterable[ImageSequence],
    *,
    measured: Iterable[Measured | None] | None = None,
    turns: int = 1,
) -> Iterator[pd.DataFrame]:
    """Yield the prediction rows of each object, in the order given.

    Every frame passes through the CNN once (``turns`` times where turned copies are averaged),
    whatever the number of epochs answered for; memory grows with the longest few sequences.

    Parameters
    ----------
    measured : iterable, optional
        What is known of the readable epochs of each sequence, where it was measured beforehand.
    turns : int
        Average the answers over this many of the eight turns and flips.

    Raises
    ------
    InputError
        If a sequence is not what the model reads.
    """
    waiting: list[tuple[ImageSequence, Example]] = []
    for sequence, known in zip(sequences, measured or repeat(None), strict=False):
        waiting.append((sequence, readable_example(bundle, sequence, measured=known)))
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
    measured: Measured | None = None,
) -> Example:
    """Prepare a sequence for a bundle's network; see `taonet.data.batches.example_of`.

    Raises
    ------
    InputError
        If the cutouts are smaller than those the network was trained on, or nothing can be read.
    """
    if min(sequence.frames.shape[-2:]) < bundle.frame_px:
        raise InputError(
            "the cutouts are too small for this model",
            where=f"sequence {sequence.object_id}",
            got=f"{sequence.frames.shape[-2:]} pixels, not {bundle.frame_px}",
        )
    return example_of(sequence, bundle.reading, epochs=epochs, measured=measured)


@torch.inference_mode()
def answers(
    bundle: Bundle, examples: Sequence[Example], *, turns: int = 1
) -> list[Float[np.ndarray, "_ class"]]:
    """Return the probabilities after every epoch of each example."""
    total: torch.Tensor | None = None
    for which in range(turns):
        batch = Batch.of([_turned(example, which) for example in examples])
        probabilities = torch.softmax(bundle.network(batch) / bundle.temperature, dim=-1)
        total = probabilities if total is None else total + probabilities
    if total is None:
        raise InputError("turns must be at least 1", got=turns)
    mean = (total / turns).double().numpy()
    return [mean[i, : len(example.mjd)] for i, example in enumerate(examples)]


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
        yield prediction_rows(sequence, example.mjd, probabilities, bundle.taxonomy)
