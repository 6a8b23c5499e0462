"""Trees on the features of light curves: a random forest, or boosted ones.

The random forest follows the published recipe (MANTRA, arXiv 2006.13163): its grid is `GRID`,
searched by `taonet.models.trees.selection`. Features are held in single precision from the start,
so that the saved trees (ONNX knows single precision only) see the same numbers as the grown ones.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from jaxtyping import Bool, Float, Float32, Int
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

from taonet.errors import InputError, nearest
from taonet.settings import settings_of
from taonet.types import Natural, NotNegative, Positive, Share


@dataclass(frozen=True, kw_only=True)
class ForestConfig:
    """Settings of a random forest; the defaults are the better half of the published grid.

    Parameters
    ----------
    trees : int
    max_features : str
        Features tried at each split: ``sqrt`` or ``log2`` of their number.
    """

    trees: Natural = 700
    max_features: Literal["sqrt", "log2"] = "sqrt"


@dataclass(frozen=True, kw_only=True)
class BoostedConfig:
    """Settings of gradient-boosted trees.

    Parameters
    ----------
    rounds : int
        Each adds one tree a class.
    learning_rate : float
    leaves : int
        Most leaves a tree.
    leaf_objects : int
        Fewest objects a leaf.
    l2 : float
        Regularisation of the leaves' values.
    features : float
        Share of the features tried at each split.
    """

    rounds: Natural = 120
    learning_rate: Positive = 0.06
    leaves: Natural = 15
    leaf_objects: Natural = 15
    l2: NotNegative = 5.0
    features: Share = 0.4


TreesConfig = ForestConfig | BoostedConfig

GRID: Final = tuple(
    ForestConfig(trees=trees, max_features=tried)
    for trees in (200, 700)
    for tried in ("sqrt", "log2")
)
"""The published grid of the random forest."""

KINDS: Final[Mapping[str, type[TreesConfig]]] = {"forest": ForestConfig, "boosted": BoostedConfig}

LARGEST: Final = np.float32(1e30)
"""Features are cut here: their squares need not fit, but sums of two must."""

MISSING: Final = np.float32(-1e31)
"""Stands for a missing feature in a forest, below every real one."""


class UnmeasuredError(InputError):
    """Too few objects have a feature for trees to learn from."""


class Trees:
    """Trees whose probabilities always span the whole taxonomy.

    An object without a single feature (its curve is too short to be measured) is left out of
    training, and get the class mix of the training set as their answer. A single missing feature
    lies below every real value in a forest, so that a tree can test whether it was measured at
    all; boosted trees learn at each split where the missing ones go.

    Parameters
    ----------
    config : ForestConfig or BoostedConfig
    n_classes : int
        Of the taxonomy; a class never met in training has probability 0.
    threads : int
        They never change the result.
    """

    def __init__(self, config: TreesConfig, *, n_classes: int, seed: int, threads: int = 1) -> None:
        self.config = config
        self.n_classes = n_classes
        self.class_mix: Float[np.ndarray, " class"] = np.full(n_classes, 1 / n_classes)
        self.learnt_mix = self.class_mix
        self.classifier = _classifier(config, seed, threads)

    def fit(
        self,
        features: Float[np.ndarray, "n feature"],
        label: Int[np.ndarray, " n"],
        *,
        class_mix: Float[np.ndarray, " class"] | None = None,
        weight: Float[np.ndarray, " n"] | None = None,
    ) -> None:
        """Grow the trees, every class counting as much as any other where they split.

        Parameters
        ----------
        features : array (object, feature)
            NaN where not measured.
        label : array (object,)
        class_mix : array (class,), optional
            Share of each class; that of ``label`` by default. Give it where objects are repeated.
        weight : array (object,), optional
            How much each row counts among those of its class; alike by default.

        Raises
        ------
        UnmeasuredError
            If no object has a feature, or all that have one are of one class.
        """
        measured = measured_rows(features)
        classes = np.unique(label[measured])
        if len(classes) < 2:
            what = "trees need measured objects of two classes at least"
            got = f"{measured.sum()} of {len(label)} objects, of {len(classes)} classes"
            raise UnmeasuredError(what, got=got, do="most features need 10 epochs of an object")
        mix = np.bincount(label, minlength=self.n_classes) / len(label)
        self.class_mix = mix if class_mix is None else class_mix
        rows = prepare_features(features[measured], self.config)
        # boosted trees must see one value of a feature, if only to learn that it separates nothing
        rows[:, np.isnan(rows).all(axis=0)] = 0
        own = None if weight is None else weight[measured]
        self.classifier.fit(rows, label[measured], sample_weight=own)
        self.learnt_mix = self._mix_of(label[measured])

    def _mix_of(self, label: Int[np.ndarray, " n"]) -> Float[np.ndarray, " class"]:
        """Return the class mix that answers refer to once trees grew on objects of these labels.

        A forest's leaves hold objects of one class, so weights move its splits and not its votes:
        those are of the mix it grew on. Leaves of boosted trees are sums over weighted objects.
        """
        counts = np.bincount(label, minlength=self.n_classes)
        counts = counts if isinstance(self.config, ForestConfig) else np.minimum(counts, 1)
        return np.asarray(counts / counts.sum())

    @property
    def classes(self) -> Int[np.ndarray, " known"]:
        """Labels met in training, in order: the columns of the classifier's answers."""
        return np.asarray(self.classifier.classes_, np.int64)

    def probabilities(
        self, features: Float[np.ndarray, "n feature"]
    ) -> Float[np.ndarray, "n {self.n_classes}"]:
        """Return one probability a class."""
        return complete_probabilities(
            features,
            lambda rows: self.classifier.predict_proba(prepare_features(rows, self.config)),
            classes=self.classes,
            class_mix=self.class_mix,
        )


def measured_rows(features: Float[np.ndarray, "n feature"]) -> Bool[np.ndarray, " n"]:
    """Return which objects have at least one feature."""
    return np.asarray(np.isfinite(features).any(axis=1))


def prepare_features(
    features: Float[np.ndarray, "n feature"], config: TreesConfig
) -> Float32[np.ndarray, "n feature"]:
    """Return features as trees of this kind read them: single precision, cut at `LARGEST`."""
    single = np.clip(features, -LARGEST, LARGEST).astype(np.float32)
    if isinstance(config, ForestConfig):
        # the saved form of a forest knows no missing value
        single[np.isnan(single)] = MISSING
    return np.asarray(single)


def complete_probabilities(
    features: Float[np.ndarray, "n feature"],
    ask: Callable[[Float[np.ndarray, "m feature"]], Float[np.ndarray, "m known"]],
    *,
    classes: Int[np.ndarray, " known"],
    class_mix: Float[np.ndarray, " class"],
) -> Float[np.ndarray, "n class"]:
    """Predict the objects that have features; the others get the class mix.

    Parameters
    ----------
    ask : function
        From features to the probabilities of ``classes``.
    """
    probabilities = np.tile(class_mix.astype(np.float64), (len(features), 1))
    rows = np.flatnonzero(measured_rows(features))
    if len(rows):
        probabilities[rows] = 0
        probabilities[np.ix_(rows, classes)] = ask(features[rows])
    return probabilities


def kind_of(config: TreesConfig) -> str:
    """Return the name of a kind of trees, as in `KINDS`."""
    return next(name for name, kind in KINDS.items() if isinstance(config, kind))


def config_of(kind: str, settings: Mapping[str, Any]) -> TreesConfig:
    """Return the settings that `kind_of` and `dataclasses.asdict` laid out.

    Raises
    ------
    InputError
        If there is no such kind of trees.
    ConfigError
        If a setting is not understood.
    """
    if kind not in KINDS:
        raise InputError("no such kind of trees", got=kind, do=nearest(kind, KINDS))
    return settings_of(settings, KINDS[kind], where=f"settings of a {kind}", as_stored=True)


def _classifier(config: TreesConfig, seed: int, threads: int) -> Any:
    if isinstance(config, ForestConfig):
        return RandomForestClassifier(
            n_estimators=config.trees,
            max_features=config.max_features,
            class_weight="balanced_subsample",
            random_state=seed,
            n_jobs=threads,
        )
    return HistGradientBoostingClassifier(
        max_iter=config.rounds,
        learning_rate=config.learning_rate,
        max_leaf_nodes=config.leaves,
        min_samples_leaf=config.leaf_objects,
        l2_regularization=config.l2,
        max_features=config.features,
        class_weight="balanced",
        early_stopping=False,
        random_state=seed,
    )
