"""Prediction tables: what a network says of each object after every epoch."""

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from typing import Any

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, Int

from taonet.data.batches import Batch
from taonet.data.epoch_photometry import SequenceInputs
from taonet.data.reading import Example, Reading, example_of
from taonet.data.transforms import turn_images
from taonet.errors import InputError
from taonet.io.tally import Tally
from taonet.models.bundle import Bundle
from taonet.parallel import map_in_order
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy
from taonet.trust.prior import LEARNT_MIX, Prior, equal_shares, learnt_shares
from taonet.trust.trust import Thresholds, Trust

FRAMES_AT_ONCE = 2048

DETECTED = 5.0
"""Signal-to-noise of a detection: of a flux measured with what was known by then."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """What a network says of one object after each epoch.

    Parameters
    ----------
    probabilities : array (epoch, class)
        Calibrated if the bundle is.
    features : array (epoch, feature)
        What they were made from.
    typicality : array (epoch,)
        See `taonet.trust.typicality`; NaN if the bundle is not calibrated.
    """

    probabilities: Float[np.ndarray, "epoch class"]
    features: Float[np.ndarray, "epoch feature"]
    typicality: Float[np.ndarray, " epoch"]


def prediction_rows(
    sequence: ImageSequence,
    mjd: Float[np.ndarray, " epoch"],
    probabilities: Float[np.ndarray, "epoch class"],
    taxonomy: Taxonomy,
    thresholds: Thresholds | None = None,
    *,
    typicality: Float[np.ndarray, " epoch"] | None = None,
    detected: Float[np.ndarray, " epoch"] | None = None,
    prior: Prior | None = None,
) -> pd.DataFrame:
    """Lay out the answers about one object as rows of the prediction table.

    Parameters
    ----------
    mjd : array (epoch,)
        Of the epochs that were read; blank ones do not count.
    probabilities : array (epoch, class)
    thresholds : Thresholds, optional
        For the column ``set``, the classes in the set with spaces between; empty without.
    typicality : array (epoch,), optional
        Share of calibration objects that lie as far out; NaN without.
    detected : array (epoch,), optional
        For the column ``mjd_detected``: the first detection, NaN before; NaN without.
    prior : Prior, optional
        The class mix that probabilities are restated for, named in the column ``prior``. Sets go
        by what they were before, without the classes that cannot be.
    """
    n = len(mjd)
    n_epochs = np.arange(1, n + 1)
    sets = [None] * n if thresholds is None else thresholds.sets(probabilities, n_epochs)
    if prior is not None:
        probabilities, sets = prior.restate(probabilities), prior.possible_sets(sets)
    rows: dict[str, Any] = {
        "object_id": [sequence.object_id] * n,
        "ra": np.full(n, sequence.ra),
        "dec": np.full(n, sequence.dec),
        "class_name": pd.array([sequence.class_name] * n, dtype="object"),
        "n_epochs": n_epochs,
        "mjd_last": mjd,
    }
    for i, name in enumerate(taxonomy.classes):
        rows[f"p_{name}"] = probabilities[:, i]
    rows["predicted_class"] = taxonomy.most_probable(probabilities)
    rows["set"] = pd.array(sets, dtype="object")
    rows["typicality"] = np.full(n, np.nan) if typicality is None else typicality
    rows["mjd_detected"] = np.full(n, np.nan) if detected is None else detected
    if prior is not None:
        rows["prior"] = str(prior)
    return pd.DataFrame(rows)


def predict(
    bundle: Bundle,
    sequences: Iterable[ImageSequence],
    *,
    known: Iterable[SequenceInputs | None] | None = None,
    turns: int = 1,
    prior: Mapping[str, float] | None = None,
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
    prior : mapping, optional
        How common each class is among the objects, as shares or counts; see `prior_of`.

    Raises
    ------
    InputError
        If a sequence is not what the model reads, or the prior is none for its classes.
    """
    mix = None if prior is None else prior_of(bundle, prior)
    prepared = (
        (sequence, readable_example(bundle, sequence, known=beforehand))
        for sequence, beforehand in zip(sequences, known or repeat(None), strict=False)
    )
    yield from predict_examples(bundle, prepared, turns=turns, prior=mix)


def prior_of(bundle: Bundle, given: Mapping[str, object]) -> Prior:
    """Return a class mix that the probabilities of a bundle can be restated for.

    They speak of the mix that the network learnt from: batches with as many objects of each class,
    whatever the archive (`taonet.data.batches.training_batches`); a temperature leaves that alone.
    A bundle that does not say which classes it met, of an older version, met all.

    Raises
    ------
    InputError
        If it is none for the classes of the bundle.
    """
    classes = bundle.taxonomy.classes
    equal = {LEARNT_MIX: equal_shares(classes, classes)}
    return Prior.from_shares(given, classes, learnt_shares({**equal, **bundle.facts}, classes))


def predict_examples(
    bundle: Bundle,
    prepared: Iterable[tuple[ImageSequence, Example]],
    *,
    turns: int = 1,
    prior: Prior | None = None,
) -> Iterator[pd.DataFrame]:
    """Yield the prediction rows of objects whose sequences were made ready; see `predict`.

    Of the sequences only name, place and class are read.
    """
    answered = predict_with_features(bundle, prepared, turns=turns, prior=prior)
    yield from (rows for rows, _ in answered)


def predict_with_features(
    bundle: Bundle,
    prepared: Iterable[tuple[ImageSequence, Example]],
    *,
    turns: int = 1,
    prior: Prior | None = None,
) -> Iterator[tuple[pd.DataFrame, Float[np.ndarray, "row feature"]]]:
    """Yield the rows of each object and what the network made them from; see `predict_examples`."""
    waiting: list[tuple[ImageSequence, Example]] = []
    for sequence, example in prepared:
        waiting.append((sequence, example))
        if sum(len(example.mjd) for _, example in waiting) >= FRAMES_AT_ONCE:
            yield from _predict_batch(bundle, waiting, turns, prior)
            waiting = []
    if waiting:
        yield from _predict_batch(bundle, waiting, turns, prior)


def readable_example(
    bundle: Bundle,
    sequence: ImageSequence,
    *,
    epochs: Int[np.ndarray, " shown"] | None = None,
    known: SequenceInputs | None = None,
) -> Example:
    """Prepare a sequence for a bundle's network; see `taonet.data.batches.example_of`.

    Epochs in a band that the network does not know are left out, with a warning.

    Raises
    ------
    InputError
        If the cutouts are smaller than those the network was trained on, or nothing can be read.
    """
    check_size(sequence, bundle.frame_px)
    example = example_of(sequence, bundle.reading, epochs=epochs, known=known)
    if left_out := list(bundle.reading.unknown_band_errors(sequence).values()):
        warnings.warn(f"{len(left_out)} × left out: {left_out[0]}", stacklevel=2)
    return example


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
def compute_answers(bundle: Bundle, examples: Sequence[Example], *, turns: int = 1) -> list[Answer]:
    """Return what the network says of each example, averaged over turned copies."""
    if turns < 1:
        raise InputError("turns must be at least 1", got=turns)
    network = bundle.network
    said: list[torch.Tensor] = []
    features: list[torch.Tensor] = []
    for which in range(turns):
        batch = Batch.from_examples([_turn_example(example, which) for example in examples])
        embedding = batch.pad(network.encode(batch))
        features.append(network.remember(embedding, batch.pad(batch.days)))
        said.append(torch.softmax(network.head(features[-1]), dim=-1))
    probabilities, remembered = (
        (sum(parts[1:], parts[0]) / turns).double().numpy() for parts in (said, features)
    )
    lengths = [len(example.mjd) for example in examples]
    return [
        _apply_trust(bundle.trust, probabilities[i, :n], remembered[i, :n])
        for i, n in enumerate(lengths)
    ]


def _apply_trust(
    trust: Trust | None,
    probabilities: Float[np.ndarray, "epoch class"],
    features: Float[np.ndarray, "epoch feature"],
) -> Answer:
    n_epochs = np.arange(1, len(features) + 1)
    typical = np.full(len(features), np.nan)
    if trust is not None:
        probabilities = trust.temperature.apply(probabilities, n_epochs)
        if trust.typicality is not None:
            typical = trust.typicality.evaluate(features, n_epochs)
    return Answer(probabilities=probabilities, features=features, typicality=typical)


def _turn_example(example: Example, which: int) -> Example:
    if which == 0:
        return example
    pictures = {
        name: np.ascontiguousarray(turn_images(getattr(example, name), which))
        for name in ("images", "deep")
    }
    return Example(**{**vars(example), **pictures})


def _predict_batch(
    bundle: Bundle,
    waiting: Sequence[tuple[ImageSequence, Example]],
    turns: int,
    prior: Prior | None,
) -> Iterator[tuple[pd.DataFrame, Float[np.ndarray, "row feature"]]]:
    found = compute_answers(bundle, [example for _, example in waiting], turns=turns)
    thresholds = None if bundle.trust is None else bundle.trust.thresholds
    for (sequence, example), answer in zip(waiting, found, strict=True):
        rows = prediction_rows(
            sequence,
            example.mjd,
            answer.probabilities,
            bundle.taxonomy,
            thresholds=thresholds,
            typicality=answer.typicality,
            detected=_first_detection(example) if bundle.reading.measured else None,
            prior=prior,
        )
        yield rows, answer.features


def _first_detection(example: Example) -> Float[np.ndarray, " epoch"]:
    """Return when the object was first detected, NaN as long as it was not.

    A host in the aperture counts as light of the object.
    """
    clear = np.flatnonzero(example.light[:, 0] >= DETECTED * example.light[:, 1])
    when = np.full(len(example.mjd), np.nan)
    if len(clear):
        when[clear[0] :] = example.mjd[clear[0]]
    return when


def predict_sequences(
    bundle: Bundle,
    sequences: Iterable[ImageSequence],
    tally: Tally,
    *,
    workers: int = 1,
    prior: Prior | None = None,
) -> Iterator[pd.DataFrame]:
    """Yield the prediction rows of each object; what the network cannot read is put aside."""
    ready = prepare_examples(bundle, sequences, tally, workers=workers)
    turns = int(bundle.facts.get("turns", 1))
    return predict_examples(bundle, ready, turns=turns, prior=prior)


def prepare_examples(
    bundle: Bundle, sequences: Iterable[ImageSequence], tally: Tally, *, workers: int = 1
) -> Iterator[tuple[ImageSequence, Example]]:
    """Yield what the network reads of each object; what it cannot read is put aside.

    An epoch in a band that it does not know costs itself, not the object.
    Of the sequences only one frame is left.
    """
    make = partial(_prepare_example, bundle.reading, bundle.frame_px)
    return _set_aside_unreadable(map_in_order(make, sequences, workers=workers), tally)


def _prepare_example(
    reading: Reading, frame_px: int, sequence: ImageSequence
) -> tuple[ImageSequence, Example | InputError, list[InputError]]:
    """Return what the network reads of a sequence, or why it cannot, and which epochs it cannot.

    Of the frames only one is left.
    """
    named = sequence.take(np.zeros(1, np.int64))
    try:
        check_size(sequence, frame_px)
        example = example_of(sequence, reading)
        return named, example, list(reading.unknown_band_errors(sequence).values())
    except InputError as error:
        return named, error, []


def _set_aside_unreadable(
    made: Iterable[tuple[ImageSequence, Example | InputError, list[InputError]]], tally: Tally
) -> Iterator[tuple[ImageSequence, Example]]:
    for sequence, example, left_out in made:
        for error in left_out:
            tally.reject(sequence.object_id, error, part=True)
        if isinstance(example, InputError):
            tally.reject(sequence.object_id, example)
        else:
            yield sequence, example
