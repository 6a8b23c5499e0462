"""The baseline: a random forest on the published features of light curves.

Light curves are measured from the same pixels of the same objects that the network reads.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int
from sklearn.ensemble import RandomForestClassifier

from taonet.limits import Natural


@dataclass(frozen=True, kw_only=True)
class ForestConfig:
    """Settings of the forest; the defaults are the better half of the published grid.

    Parameters
    ----------
    trees : int
    max_features : str
        Features tried at each split: ``sqrt`` or ``log2``.
    """

    trees: Natural = 700
    max_features: Literal["sqrt", "log2"] = "sqrt"


class Forest:
    """A random forest whose probabilities always span the whole taxonomy.

    Missing features (curves too short to measure) are imputed below every real value, which
    lets a tree ask "was it measured at all?".
    """

    def __init__(self, config: ForestConfig, *, n_classes: int, seed: int) -> None:
        self.n_classes = n_classes
        self._trees = RandomForestClassifier(
            n_estimators=config.trees,
            max_features=config.max_features,
            class_weight="balanced_subsample",
            random_state=seed,
            n_jobs=2,
        )

    def fit(self, features: Float[np.ndarray, "n feature"], label: Int[np.ndarray, " n"]) -> None:
        """Grow the trees."""
        self._trees.fit(_imputed(features), label)

    def probabilities(
        self, features: Float[np.ndarray, "n feature"]
    ) -> Float[np.ndarray, "n class"]:
        """Return one probability a class, zero for classes never met in training."""
        found = np.zeros((len(features), self.n_classes))
        found[:, self._trees.classes_] = self._trees.predict_proba(_imputed(features))
        return found


MISSING = -1e6


def _imputed(features: Float[np.ndarray, "n feature"]) -> Float[np.ndarray, "n feature"]:
    return np.asarray(np.nan_to_num(np.clip(features, -1e5, 1e5), nan=MISSING))
