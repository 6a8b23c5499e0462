"""Choosing the settings of trees by cross-validation within the training rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedGroupKFold

from taonet.errors import InputError
from taonet.models.trees.trees import Trees, TreesConfig


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What was chosen, and the scores behind it.

    Parameters
    ----------
    config : ForestConfig or BoostedConfig
    macro_f1 : tuple of float
        Of every candidate, in the order given.
    """

    config: TreesConfig
    macro_f1: tuple[float, ...]


def choose_config(
    candidates: Sequence[TreesConfig],
    features: Float[np.ndarray, "n feature"],
    label: Int[np.ndarray, " n"],
    *,
    groups: Int[np.ndarray, " n"] | None = None,
    folds: int = 2,
    seed: int,
) -> Choice:
    """Return the candidate with the best macro F1 out of fold; the first of equals.

    Parameters
    ----------
    candidates : sequence of ForestConfig or BoostedConfig
    features, label
        Training rows, and only those.
    groups : array (n,), optional
        Rows of one number stay in one fold: redrawn copies of an object, say.
    folds : int
        The published search has two.

    Raises
    ------
    InputError
        If there is nothing to choose from, or fewer objects of a class than folds.
    """
    if not candidates:
        raise InputError("no settings to choose from")
    if np.bincount(label)[np.unique(label)].min() < folds:
        raise InputError("too few objects of a class to choose settings", do="leave out the grid")
    groups = np.arange(len(label)) if groups is None else groups
    parts = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    rounds = list(parts.split(features, label, groups))
    scores = []
    for config in candidates:
        predicted = np.empty(len(label), np.int64)
        for train, test in rounds:
            trees = Trees(config, n_classes=int(label.max()) + 1, seed=seed)
            trees.fit(features[train], label[train])
            predicted[test] = trees.probabilities(features[test]).argmax(axis=1)
        scores.append(float(f1_score(label, predicted, average="macro")))
    return Choice(config=candidates[int(np.argmax(scores))], macro_f1=tuple(scores))
