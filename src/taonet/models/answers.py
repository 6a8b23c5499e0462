"""The answers of a network about each object after every epoch."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float

from taonet.data.batches import Batch
from taonet.data.reading import Example
from taonet.data.transforms import turn_images
from taonet.errors import InputError
from taonet.io.class_sets import ClassSet
from taonet.io.prediction_rows import Answers, make_rows
from taonet.models.bundle import Bundle
from taonet.models.preparation import PreparedSequence
from taonet.trust.prior import Prior
from taonet.trust.trust import Trust

FRAMES_AT_ONCE = 2048


@dataclass(frozen=True, kw_only=True, eq=False)
class NetworkAnswer:
    """The answers of a network about one object after each epoch.

    Parameters
    ----------
    probabilities : array (epoch, class)
        Calibrated if the bundle is.
    features : array (epoch, feature)
        What they were made from.
    sets : sequence of tuple or None
        The set of classes after each epoch; None without thresholds.
    typicality : array (epoch,)
        See `taonet.trust.typicality`; NaN if the bundle is not calibrated.
    """

    probabilities: Float[np.ndarray, "epoch class"]
    features: Float[np.ndarray, "epoch feature"]
    sets: Sequence[ClassSet | None]
    typicality: Float[np.ndarray, " epoch"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Prediction:
    """The rows of one object in the prediction table, and what the network made them from.

    Parameters
    ----------
    rows : DataFrame
    features : array (row, feature)
    signature : array (row, number)
        What the frames look like.
    """

    rows: pd.DataFrame
    features: Float[np.ndarray, "row feature"]
    signature: Float[np.ndarray, "row number"]


def predict_examples(
    bundle: Bundle,
    prepared: Iterable[PreparedSequence],
    *,
    turns: int | None = None,
    prior: Prior | None = None,
) -> Iterator[Prediction]:
    """Yield the prediction about each object, in order; see `taonet.models.predict.predict`."""
    turns = turns_of(bundle) if turns is None else turns
    waiting: list[PreparedSequence] = []
    for one in prepared:
        waiting.append(one)
        if sum(len(other.example.mjd) for other in waiting) >= FRAMES_AT_ONCE:
            yield from _predict_batch(bundle, waiting, turns, prior)
            waiting = []
    if waiting:
        yield from _predict_batch(bundle, waiting, turns, prior)


def turns_of(bundle: Bundle) -> int:
    """Return how many turned copies a bundle averages its answers over."""
    return int(bundle.facts.get("turns", 1))


def _predict_batch(
    bundle: Bundle, batch: Sequence[PreparedSequence], turns: int, prior: Prior | None
) -> Iterator[Prediction]:
    outputs = compute_answers(
        bundle,
        [one.example for one in batch],
        turns=turns,
        signatures=[one.signature for one in batch],
    )
    for one, answer in zip(batch, outputs, strict=True):
        restated, sets = answer.probabilities, answer.sets
        if prior is not None:
            restated, sets = prior.restate(restated), prior.possible_sets(sets)
        n_ignored = one.ignored.known_by(one.example.mjd)
        answers = Answers(
            n_epochs=np.arange(1, len(one.example.mjd) + 1),
            mjd_last=one.example.mjd,
            probabilities=restated,
            sets=sets,
            typicality=answer.typicality,
            detected=one.detection.detected,
            snr=one.detection.snr,
            mjd_detected=_first_detection(one),
            prior=None if prior is None else str(prior),
            n_ignored=n_ignored,
            ignored_reason=one.ignored.in_words(n_ignored),
        )
        rows = make_rows(one.facts, answers, taxonomy=bundle.taxonomy)
        yield Prediction(rows=rows, features=answer.features, signature=one.signature)


@torch.inference_mode()
def compute_answers(
    bundle: Bundle,
    examples: Sequence[Example],
    *,
    turns: int = 1,
    signatures: Sequence[Float[np.ndarray, "_ number"]] | None = None,
) -> list[NetworkAnswer]:
    """Return the network's answers about each example, averaged over turned copies.

    Parameters
    ----------
    signatures : sequence of array, optional
        What the frames of each example look like, which typicality takes into account.
    """
    if turns < 1:
        raise InputError("turns must be at least 1", got=turns)
    network = bundle.network
    outputs: list[torch.Tensor] = []
    features: list[torch.Tensor] = []
    for which in range(turns):
        turned = [turn_example(example, which) for example in examples]
        batch = Batch.from_examples(turned).to(network.device)
        embedding = batch.pad(network.encode(batch))
        features.append(network.remember(embedding, batch.pad(batch.days)))
        outputs.append(torch.softmax(network.head(features[-1]), dim=-1))
    probabilities, remembered = (
        (sum(parts[1:], parts[0]) / turns).cpu().double().numpy() for parts in (outputs, features)
    )
    lengths = [len(example.mjd) for example in examples]
    return [
        _apply_trust(
            bundle.trust,
            probabilities[i, :n],
            remembered[i, :n],
            None if signatures is None else signatures[i],
        )
        for i, n in enumerate(lengths)
    ]


def _apply_trust(
    trust: Trust | None,
    probabilities: Float[np.ndarray, "epoch class"],
    features: Float[np.ndarray, "epoch feature"],
    signature: Float[np.ndarray, "epoch number"] | None,
) -> NetworkAnswer:
    n = len(features)
    if trust is None:
        return NetworkAnswer(
            probabilities=probabilities,
            features=features,
            sets=[None] * n,
            typicality=np.full(n, np.nan),
        )
    calibrated = trust.apply(probabilities, features, np.arange(1, n + 1), signature=signature)
    return NetworkAnswer(
        probabilities=calibrated.probabilities,
        features=features,
        sets=calibrated.sets,
        typicality=calibrated.typicality,
    )


def turn_example(example: Example, which: int) -> Example:
    """Return an example with its pictures turned or flipped, in one of eight ways; 0: as it is."""
    if which == 0:
        return example
    pictures = {
        name: np.ascontiguousarray(turn_images(getattr(example, name), which))
        for name in ("images", "deep")
    }
    return Example(**{**vars(example), **pictures})


def _first_detection(one: PreparedSequence) -> Float[np.ndarray, " epoch"]:
    """Return when the object was first detected, NaN as long as it was not."""
    detected, mjd = one.detection.detected, one.example.mjd
    return np.where(detected, mjd[detected.argmax()], np.nan)
