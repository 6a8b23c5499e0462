"""Baselines for the network, and controls that show what parts of its input reveal.

Every control predicts the same held-out objects as the network.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import cached_property

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from taonet.data.augment import change_each_light
from taonet.data.frame_encodings import FrameEncodings
from taonet.data.reading import Example, Reading, Sequences, find_inputs
from taonet.data.sequence_inputs import SequenceInputs
from taonet.evaluation.controls import (
    forest_probabilities,
    length_features,
    majority_probabilities,
    times_features,
)
from taonet.experiment.plan import Experiment
from taonet.io.prediction_rows import Answers, make_rows
from taonet.models.answers import compute_answers
from taonet.models.bundle import Bundle
from taonet.models.preparation import prepare_example
from taonet.models.trees.trees import Trees, UnmeasuredError, measured_rows
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy

FOREST = "forest on published"
BOOSTED = "boosted trees on modern"
IN_CONTEXT = "boosted trees in context"

READ = {
    FOREST: ("published.",),
    BOOSTED: ("modern.",),
    IN_CONTEXT: ("modern.", "context."),
}
"""How the columns begin that each kind of trees reads, of `taonet.features.early.early_features`.

On purpose not every set of features: these are the methods that TAO-Net is compared with."""

MASKED = "host and field masked"

AT_ONCE = 32
"""Sequences in a batch of the controls."""

DESCRIPTIONS = {
    "TAO-Net": "the network, on the whole sequence",
    FOREST: "random forest on the 30 published features of light curves measured in the same "
    "pixels of the same objects (forced photometry; an aperture in cutouts below 32 pixels); "
    "curves of fewer than 10 points have no such features",
    BOOSTED: "gradient-boosted trees on modern features of the same light curves",
    IN_CONTEXT: "gradient-boosted trees on the same features and on features of host and field "
    "from the same pixels",
    "times alone": "random forest on the times of observation: what the cadence alone reveals",
    "length alone": "random forest on the number of epochs",
    "one random frame": "the same network, given one randomly chosen frame",
    "shuffled order": "the same network, given all frames in random order",
    "mean image": "the same network, given the mean of the frames as one frame",
    MASKED: "the same network, given empty sky in place of the mean frame: what the flux at the "
    "object's position alone reveals",
    "majority class": "the share of each class in training, for every object",
}


def final_table(
    sequences: Iterable[ImageSequence],
    reading: Reading,
    probabilities: Float[np.ndarray, "object class"],
    taxonomy: Taxonomy,
) -> pd.DataFrame:
    """Return a prediction table with one row an object, after its last epoch."""
    rows = []
    for sequence, answer in zip(sequences, probabilities, strict=True):
        last = np.array([len(reading.epochs_of(sequence))])
        rows.append(_rows_after(sequence, reading, last, answer[None], taxonomy))
    return pd.concat(rows, ignore_index=True)


def _rows_after(
    sequence: ImageSequence,
    reading: Reading,
    counts: Int[np.ndarray, " count"],
    probabilities: Float[np.ndarray, "count class"],
    taxonomy: Taxonomy,
) -> pd.DataFrame:
    """Return the prediction rows of an object after some numbers of epochs."""
    mjd = sequence.mjd[reading.epochs_of(sequence)[counts - 1]]
    answers = Answers(n_epochs=counts, mjd_last=mjd, probabilities=probabilities)
    return make_rows(sequence, answers, taxonomy=taxonomy)


def tree_table(
    features: pd.DataFrame,
    experiment: Experiment,
    train: Int[np.ndarray, " n"],
    test: Int[np.ndarray, " m"],
    *,
    method: str,
) -> pd.DataFrame:
    """Train trees on some objects and predict others, after few and after all epochs.

    Predictions after the last epoch come from trees trained on whole light curves, as published
    ones were; earlier ones from trees trained on the beginnings of light curves too, in which an
    object has the same weight however many beginnings it has.

    Parameters
    ----------
    features : DataFrame
        Of all objects: see `taonet.features.early.early_features`.
    train, test : arrays
        Indices of objects in the archive.
    method : str
        Of `READ`.

    Returns
    -------
    DataFrame
        A prediction table; after each number of epochs of the recipe at which any object has
        features, and after the last.
    """
    archive, taxonomy = experiment.archive, experiment.taxonomy
    index = {name: i for i, name in enumerate(archive.objects["object_id"])}
    columns = [c for c in map(str, features) if c.startswith(READ[method])]
    owner = features["object_id"].map(index).to_numpy(np.int64)
    counts = features["n_epochs"].to_numpy(np.int64)
    values = features[columns].to_numpy(np.float64)
    is_complete = _is_last(features)
    probabilities = np.zeros((len(features), len(taxonomy.classes)))
    for trained, tested in ((is_complete, is_complete), (np.ones_like(is_complete), ~is_complete)):
        own, other = trained & np.isin(owner, train), tested & np.isin(owner, test)
        trees = _grow_trees(experiment, method, values[own], owner[own])
        probabilities[other] = trees.probabilities(values[other])
    is_answered = is_complete | _is_step_measured(counts, values)
    rows = []
    for i in test.tolist():
        own = is_answered & (owner == i)
        rows.append(
            _rows_after(archive[i], experiment.reading, counts[own], probabilities[own], taxonomy)
        )
    return pd.concat(rows, ignore_index=True)


def _is_step_measured(
    counts: Int[np.ndarray, " row"], values: Float[np.ndarray, "row feature"]
) -> Bool[np.ndarray, " row"]:
    """Return whether any object has features after as many epochs as each row."""
    return np.isin(counts, counts[measured_rows(values)])


def _is_last(features: pd.DataFrame) -> Bool[np.ndarray, " row"]:
    last = features.groupby("object_id")["n_epochs"].transform("max")
    return np.asarray(features["n_epochs"] == last)


def tree_tables(
    features: pd.DataFrame,
    experiment: Experiment,
    train: Int[np.ndarray, " n"],
    test: Int[np.ndarray, " m"],
) -> dict[str, pd.DataFrame]:
    """Return the predictions of each kind of trees in `READ`; see `tree_table`.

    Kinds without a training object that has features, because light curves are too short, are left
    out; all are if nothing was measured.
    """
    tables: dict[str, pd.DataFrame] = {}
    if features.empty:
        return tables
    for method in READ:
        try:
            tables[method] = tree_table(features, experiment, train, test, method=method)
        except UnmeasuredError:
            continue
    return tables


def tree_notes(
    features: pd.DataFrame, tables: Mapping[str, pd.DataFrame], objects: Collection[str]
) -> list[str]:
    """Return notes on trees that were left out, and on objects without features.

    Parameters
    ----------
    features : DataFrame
        As for `tree_table`.
    tables : mapping
        Predictions by method.
    objects : collection of str
        The objects of the experiment.
    """
    if features.empty:
        return ["No trees were trained, as the recipe has it: nothing stands beside the network."]
    own = features[features["object_id"].isin(set(objects))]
    complete = own[_is_last(own)]
    notes = []
    for method, begin in READ.items():
        columns = [c for c in map(str, features) if c.startswith(begin)]
        short = int((~measured_rows(complete[columns].to_numpy(np.float64))).sum())
        if method not in tables:
            why = f"{short} of {len(complete)} objects have too few epochs for its features"
            notes.append(f"Left out: {method}, for which no training object has features; {why}.")
        elif short:
            what = "too few epochs for its features and get the mix of classes"
            notes.append(f"{method}: {short} of {len(complete)} objects have {what}.")
    return notes


def _grow_trees(
    experiment: Experiment,
    method: str,
    values: Float[np.ndarray, "row feature"],
    owner: Int[np.ndarray, " row"],
) -> Trees:
    """Grow trees on rows of features, of which an object may have several."""
    recipe, n_classes = experiment.recipe, len(experiment.taxonomy.classes)
    config = recipe.forest if method == FOREST else recipe.boosted
    trees = Trees(config, n_classes=n_classes, seed=recipe.seed, threads=2)
    label = experiment.label
    class_mix = np.bincount(label[np.unique(owner)], minlength=n_classes) / len(np.unique(owner))
    weight = 1 / np.bincount(owner)[owner]
    trees.fit(values, label[owner], class_mix=class_mix, weight=weight)
    return trees


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
    """Return the predictions from times alone, length alone and the class mix alone."""
    predictions = {"majority class": majority_probabilities(label[train], len(test), n_classes)}
    for name, measure in (("times alone", times_features), ("length alone", length_features)):
        features = [measure(mjd) for mjd in mjds]
        predictions[name] = forest_probabilities(
            [features[i] for i in train],
            label[train],
            [features[i] for i in test],
            n_classes,
            seed=seed,
            trees=trees,
        )
    return predictions


def pixel_controls(
    bundle: Bundle,
    sequences: Sequences,
    test: Int[np.ndarray, " m"],
    *,
    turns: int,
    seed: int,
) -> dict[str, Float[np.ndarray, "m class"]]:
    """Return what the same network predicts when its input is altered.

    Predictions are averaged over as many turned copies as the network's own.
    """
    changes: dict[str, Change] = {
        "one random frame": _draw_frame,
        "shuffled order": _shuffle_order,
        "mean image": _average_frames,
    }
    if bundle.reading.deep_px:
        changes[MASKED] = _mask_surroundings
    predictions: dict[str, list[Float[np.ndarray, " class"]]] = {name: [] for name in changes}
    for chunk in np.array_split(test, max(1, len(test) // AT_ONCE)):
        test_sequences = [_TestSequence(bundle, sequences, i) for i in chunk.tolist()]
        for name, change in changes.items():
            rngs = (np.random.default_rng([seed, i]) for i in chunk.tolist())
            examples = [change(one, rng) for one, rng in zip(test_sequences, rngs, strict=True)]
            predictions[name] += [
                answer.probabilities[-1]
                for answer in compute_answers(bundle, examples, turns=turns)
            ]
    return {name: np.stack(rows) for name, rows in predictions.items()}


class _TestSequence:
    """A sequence of a test, of which some epochs can be shown in some order."""

    def __init__(self, bundle: Bundle, sequences: Sequences, index: int) -> None:
        self._bundle = bundle
        self._sequence = sequences[index]
        self._precomputed = find_inputs(sequences, index)
        self.n_epochs = len(bundle.reading.epochs_of(self._sequence))

    @cached_property
    def whole_example(self) -> Example:
        """The sequence as it was."""
        return self._prepare(precomputed=self._precomputed)

    def take_epochs(self, epochs: Int[np.ndarray, " shown"]) -> Example:
        """Return the epochs in the order given, with running means and encodings of these alone."""
        precomputed = self._precomputed
        if precomputed is not None:
            encoded = self._encode_alone(precomputed.encoded, epochs)
            precomputed = replace(precomputed, deep=None, encoded=encoded)
        return self._prepare(epochs=epochs, precomputed=precomputed)

    def _encode_alone(
        self, encoded: FrameEncodings | None, epochs: Int[np.ndarray, " shown"]
    ) -> FrameEncodings | None:
        """Encode some epochs as if there were no others: a frame's mean would show them."""
        encode = self._bundle.encode
        if encoded is None or encode is None:
            return encoded
        readable = self._sequence.take(self._bundle.reading.epochs_of(self._sequence))
        return encoded.replace_epochs(epochs, encode(readable, epochs))

    def _prepare(
        self,
        *,
        epochs: Int[np.ndarray, " shown"] | None = None,
        precomputed: SequenceInputs | None = None,
    ) -> Example:
        reading, frame_px = self._bundle.reading, self._bundle.frame_px
        return prepare_example(
            self._sequence,
            reading,
            frame_px=frame_px,
            epochs=epochs,
            precomputed=precomputed,
            encode=self._bundle.encode,
        ).example


Change = Callable[[_TestSequence, np.random.Generator], Example]


def _draw_frame(sequence: _TestSequence, rng: np.random.Generator) -> Example:
    return sequence.take_epochs(rng.integers(sequence.n_epochs, size=1))


def _shuffle_order(sequence: _TestSequence, rng: np.random.Generator) -> Example:
    # pictures change places, times stay where they are
    changed = sequence.take_epochs(rng.permutation(sequence.n_epochs))
    return replace(changed, days=sequence.whole_example.days, mjd=sequence.whole_example.mjd)


def _mask_surroundings(sequence: _TestSequence, _: np.random.Generator) -> Example:
    return replace(sequence.whole_example, deep=np.zeros_like(sequence.whole_example.deep))


def _average_frames(sequence: _TestSequence, _: np.random.Generator) -> Example:
    whole, first = sequence.whole_example, sequence.take_epochs(np.zeros(1, np.int64))
    mean = {
        name: getattr(whole, name).mean(axis=0, keepdims=True) for name in ("images", "conditions")
    }
    return replace(first, **mean, light=_mean_light(whole.light), deep=whole.deep[-1:])


def _mean_light(light: Float[np.ndarray, "epoch number"]) -> Float[np.ndarray, "one number"]:
    """Return the weighted means of flux and of place and their errors, if there are any."""
    return change_each_light(light, _mean_of_kind) if light.shape[1] else light[:1]


def _mean_of_kind(light: Float[np.ndarray, "epoch five"]) -> Float[np.ndarray, "one five"]:
    numbers = []
    for first, error in ((0, 1), (2, 4)):
        weight = light[:, error] ** -2.0
        means = weight @ light[:, first:error] / weight.sum()
        numbers += [*means.tolist(), weight.sum() ** -0.5]
    return np.array([numbers], np.float32)
