"""What the network has to beat, and what its inputs alone give away.

Every control answers for the same held-out objects as the network.
"""

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from taonet.data.batches import Example, Reading, Sequences
from taonet.evaluation.controls import (
    forest_probabilities,
    length_features,
    majority_probabilities,
    times_features,
)
from taonet.features.published import published_features
from taonet.models.bundle import Bundle
from taonet.models.predict import answers, prediction_rows, readable_example
from taonet.models.trees import ForestConfig, Trees
from taonet.photometry.aperture import aperture_curve
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy

DESCRIPTIONS = {
    "TAO-Net": "the network, on the whole sequence",
    "forest on light curves": "random forest on the 30 published features of light curves "
    "measured with an aperture from the same pixels of the same objects",
    "times alone": "random forest on the times of observation: what the cadence gives away",
    "length alone": "random forest on the number of epochs",
    "one random frame": "the same network, shown one frame drawn at random",
    "shuffled order": "the same network, shown the whole sequence in random order",
    "mean image": "the same network, shown the mean of the frames as one frame",
    "majority class": "the share of each class in training, for every object",
}


def final_table(
    sequences: Iterable[ImageSequence],
    reading: Reading,
    probabilities: Float[np.ndarray, "object class"],
    taxonomy: Taxonomy,
) -> pd.DataFrame:
    """Lay out one answer an object, after its last epoch, as a prediction table."""
    rows = []
    for sequence, answer in zip(sequences, probabilities, strict=True):
        epochs = reading.epochs_of(sequence)
        row = prediction_rows(sequence, sequence.mjd[epochs[-1:]], answer[None], taxonomy)
        rows.append(row.assign(n_epochs=len(epochs)))
    return pd.concat(rows, ignore_index=True)


def light_curve_features(
    sequences: Iterable[ImageSequence], reading: Reading, *, use_times: bool
) -> pd.DataFrame:
    """Measure the published features of each object, from the epochs that the network reads.

    Without times, the number of the epoch stands in for the MJD, in days.
    """
    rows = []
    for sequence in sequences:
        curve = aperture_curve(sequence.take(reading.epochs_of(sequence)))
        mjd = curve.mjd if use_times else np.arange(len(curve.mjd), dtype=np.float64)
        features = published_features(mjd, curve.mag, curve.magerr)
        rows.append({"object_id": sequence.object_id, **features})
    return pd.DataFrame(rows)


def forest_on_light_curves(
    features: pd.DataFrame,
    label: Int[np.ndarray, " object"],
    train: Int[np.ndarray, " n"],
    test: Int[np.ndarray, " m"],
    *,
    config: ForestConfig,
    n_classes: int,
    seed: int,
) -> Float[np.ndarray, "m class"]:
    """Grow the forest on one part of the objects and ask it about another."""
    values = features.drop(columns="object_id").to_numpy(float)
    forest = Trees(config, n_classes=n_classes, seed=seed, threads=2)
    forest.fit(values[train], label[train])
    return forest.probabilities(values[test])


def metadata_controls(
    mjds: list[Float[np.ndarray, " _"]],
    label: Int[np.ndarray, " object"],
    train: Int[np.ndarray, " n"],
    test: Int[np.ndarray, " m"],
    *,
    n_classes: int,
    seed: int,
    trees: int,
) -> dict[str, Float[np.ndarray, "m class"]]:
    """Return what times alone, length alone and nothing at all can tell."""
    found = {"majority class": majority_probabilities(label[train], len(test), n_classes)}
    for name, measure in (("times alone", times_features), ("length alone", length_features)):
        features = [measure(mjd) for mjd in mjds]
        found[name] = forest_probabilities(
            [features[i] for i in train],
            label[train],
            [features[i] for i in test],
            n_classes,
            seed=seed,
            trees=trees,
        )
    return found


def pixel_controls(
    bundle: Bundle,
    sequences: Sequences,
    test: Int[np.ndarray, " m"],
    *,
    turns: int,
    seed: int,
) -> dict[str, Float[np.ndarray, "m class"]]:
    """Return what the same network says when it is not shown the sequence as it was.

    The answers are averaged over as many turned copies as the network's own.
    """
    changes: dict[str, Callable[[Example, np.random.Generator], Example]] = {
        "one random frame": _one_frame,
        "shuffled order": _shuffled,
        "mean image": _mean_image,
    }
    found: dict[str, list[Float[np.ndarray, " class"]]] = {name: [] for name in changes}
    for i in test.tolist():
        example = readable_example(bundle, sequences[i])
        for name, change in changes.items():
            rng = np.random.default_rng([seed, i])
            found[name].append(answers(bundle, [change(example, rng)], turns=turns)[0][-1])
    return {name: np.stack(rows) for name, rows in found.items()}


def _one_frame(example: Example, rng: np.random.Generator) -> Example:
    return _only(example, rng.integers(len(example.mjd), size=1))


def _shuffled(example: Example, rng: np.random.Generator) -> Example:
    # pictures change places, times stay where they are
    order = rng.permutation(len(example.mjd))
    changed = {name: getattr(example, name)[order] for name in ("images", "conditions", "band")}
    return Example(**{**vars(example), **changed})


def _mean_image(example: Example, _: np.random.Generator) -> Example:
    first = _only(example, np.zeros(1, np.int64))
    mean = {
        "images": example.images.mean(axis=0, keepdims=True),
        "conditions": example.conditions.mean(axis=0, keepdims=True),
    }
    return Example(**{**vars(first), **mean})


def _only(example: Example, index: Int[np.ndarray, " some"]) -> Example:
    kept = {name: getattr(example, name)[index] for name in ("images", "conditions", "band", "mjd")}
    return Example(**{**vars(example), **kept, "days": np.zeros(len(index), np.float32)})
