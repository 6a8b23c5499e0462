"""Features whose classes trees can tell apart, and trees saved under a name."""

import numpy as np
import pytest

from taonet.models.trees.bundle import FeatureColumns, save_trees
from taonet.models.trees.trees import BoostedConfig, ForestConfig
from taonet.sky.taxonomy import Taxonomy

FOREST = ForestConfig(trees=30)
BOOSTED = BoostedConfig(rounds=12)
BOTH = pytest.mark.parametrize("config", [FOREST, BOOSTED], ids=["forest", "boosted"])
NAMES = ("a", "b", "c", "d")


def a_set(n=300, classes=3, seed=0):
    rng = np.random.default_rng(seed)
    label = rng.integers(classes, size=n)
    features = rng.normal(0, 1, (n, len(NAMES))) * [1, 1e-6, 1e7, 1]
    features[:, 0] += 2 * label
    # values on a grid lie on thresholds, where rounding shows
    features[:, 3] = np.round(features[:, 3] + label, 1)
    return features, label


def with_gaps(features, seed=1):
    holed = features.copy()
    holed[np.random.default_rng(seed).random(features.shape) < 0.2] = np.nan
    holed[:7] = np.nan
    return holed


def saved(trees, path, **changes):
    given = {
        "name": "t",
        "taxonomy": Taxonomy(name="x", classes=tuple("pqrstu")[: trees.n_classes]),
        "features": FeatureColumns(set_name="made", names=tuple(NAMES)),
        "card": "# card",
        **changes,
    }
    save_trees(trees, path, **given)
    return path
