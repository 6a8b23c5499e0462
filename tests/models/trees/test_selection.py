"""Settings are chosen by the score out of fold."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedGroupKFold

from models.trees.made import FOREST, a_set
from taonet.errors import InputError
from taonet.models.trees.selection import choose_config
from taonet.models.trees.trees import GRID, BoostedConfig, ForestConfig


def test_the_better_settings_are_chosen_and_copies_stay_together():
    features, label = a_set()
    poor = BoostedConfig(rounds=1, learning_rate=1e-6, leaves=2)
    choice = choose_config((poor, FOREST), features, label, seed=0)
    assert choice.config == FOREST
    assert choice.macro_f1[1] > choice.macro_f1[0]
    # labels that mean nothing look learnable only where copies are on both sides
    noise = np.random.default_rng(9).integers(2, size=100)
    doubled, twice = np.tile(features[:100], (2, 1)), np.tile(noise, 2)
    torn = choose_config((FOREST,), doubled, twice, seed=0)
    whole = choose_config((FOREST,), doubled, twice, groups=np.tile(np.arange(100), 2), seed=0)
    assert torn.macro_f1[0] > 0.7
    assert whole.macro_f1[0] < 0.65


def test_there_must_be_something_to_choose_from():
    features, label = a_set(classes=2)
    with pytest.raises(InputError, match="no settings"):
        choose_config((), features, label, seed=0)
    label[:] = 0
    label[0] = 1
    with pytest.raises(InputError, match="too few objects of a class"):
        choose_config(GRID, features, label, seed=0)
    assert len(GRID) == 4


def test_scores_are_those_of_scikit_learn_out_of_fold_and_the_first_of_equals_wins():
    features, label = a_set()
    config, groups = ForestConfig(trees=5), np.arange(len(label)) // 2
    choice = choose_config((config, config), features, label, groups=groups, seed=3)
    assert choice.config is config
    assert choice.macro_f1[0] == choice.macro_f1[1]
    folds = StratifiedGroupKFold(2, shuffle=True, random_state=3)
    predicted = np.empty_like(label)
    for train, test in folds.split(features, label, groups):
        assert not set(groups[train]) & set(groups[test])
        forest = RandomForestClassifier(
            5, max_features="sqrt", class_weight="balanced_subsample", random_state=3
        ).fit(features[train].astype(np.float32), label[train])
        predicted[test] = forest.predict_proba(features[test].astype(np.float32)).argmax(axis=1)
    assert choice.macro_f1[0] == pytest.approx(f1_score(label, predicted, average="macro"))
