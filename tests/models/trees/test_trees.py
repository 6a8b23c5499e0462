"""Trees, and what is saved of them: the same answers, whatever is missing."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

from models.trees.made import BOOSTED, BOTH, FOREST, a_set
from taonet.errors import InputError
from taonet.models.trees.trees import BoostedConfig, ForestConfig, Trees, measured_rows
from taonet.trust.prior import Prior


def test_the_classifiers_are_those_of_scikit_learn():
    features, label = a_set()
    single = features.astype(np.float32)
    forest = RandomForestClassifier(30, class_weight="balanced_subsample", random_state=1)
    boosted = HistGradientBoostingClassifier(
        max_iter=12, learning_rate=0.06, max_leaf_nodes=15, min_samples_leaf=15,
        l2_regularization=5, max_features=0.4, class_weight="balanced", random_state=1,
    )  # fmt: skip
    for config, other in ((FOREST, forest), (BOOSTED, boosted)):
        trees = Trees(config, n_classes=3, seed=1)
        trees.fit(features, label)
        expected = other.fit(single, label).predict_proba(single)
        np.testing.assert_allclose(trees.probabilities(features), expected, atol=1e-12)


@BOTH
def test_answers_span_the_taxonomy_and_what_was_not_measured_gets_the_class_mix(config):
    features, label = a_set(classes=2)
    features[-40:] = np.nan
    trees = Trees(config, n_classes=4, seed=1)
    trees.fit(features, 1 + label)
    found = trees.probabilities(features)
    mix = np.bincount(1 + label, minlength=4) / len(label)
    np.testing.assert_allclose(found[-40:], np.tile(mix, (40, 1)))
    assert (found[:-40, [0, 3]] == 0).all()
    assert not measured_rows(features)[-40:].any()
    trees.fit(features, 1 + label, class_mix=np.array([0.1, 0.2, 0.3, 0.4]))
    np.testing.assert_allclose(trees.probabilities(features)[-1], [0.1, 0.2, 0.3, 0.4])


@BOTH
def test_the_same_seed_grows_the_same_trees(config):
    features, label = a_set()
    found = []
    for seed, threads in ((1, 1), (1, 2), (2, 1)):
        trees = Trees(config, n_classes=3, seed=seed, threads=threads)
        trees.fit(features, label)
        found.append(trees.probabilities(features))
    np.testing.assert_array_equal(found[0], found[1])
    assert not np.allclose(found[0], found[2])


def test_trees_of_nothing_are_refused():
    features, label = a_set()
    trees = Trees(FOREST, n_classes=3, seed=0)
    with pytest.raises(InputError, match="two classes at least"):
        trees.fit(features, np.zeros_like(label))
    with pytest.raises(InputError, match="0 objects"):
        trees.fit(np.full_like(features, np.nan), label)


@pytest.mark.parametrize("config", [ForestConfig(trees=60), BoostedConfig(rounds=40)])
def test_answers_speak_of_the_mix_that_trees_say_they_learnt(config):
    def objects(n, mix, seed):
        rng = np.random.default_rng(seed)
        label = rng.choice(3, n, p=mix)
        return np.diag([1.5, 1.2, 1.0])[label] + rng.normal(0, 1, (n, 3)), label

    uneven = (0.7, 0.2, 0.1)
    trees = Trees(config, n_classes=3, seed=1)
    trees.fit(*objects(3000, uneven, 0))
    even = isinstance(config, BoostedConfig)
    np.testing.assert_allclose(trees.learnt_mix, (1 / 3,) * 3 if even else uneven, atol=0.02)
    for mix in (trees.learnt_mix, (0.1, 0.3, 0.6)):
        features, label = objects(4000, mix, 1)
        given = dict(zip("ABC", mix, strict=True))
        prior = Prior.from_shares(given, tuple("ABC"), trees.learnt_mix.tolist())
        plain = trees.probabilities(features)
        said = prior.restate(plain)
        # what trees say is not calibrated, so that their means are near the mix only
        np.testing.assert_allclose(said.mean(axis=0), mix, atol=0.06)
        lost = [-np.log(np.maximum(p[np.arange(4000), label], 1e-3)).mean() for p in (said, plain)]
        assert lost[0] <= lost[1] - (0.1 if mix is not trees.learnt_mix else 0)
