"""Calibration error, temperatures and sets, held against MAPIE, scikit-learn and crepes."""

import numpy as np
import pytest
from crepes import ConformalClassifier
from mapie.metrics.calibration import expected_calibration_error
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator

from evaluation.honest import EPOCHS, THREE, draw
from taonet.evaluation.calibration_by_epochs import ece
from taonet.evaluation.scored_rows import labels_of, probabilities_of
from taonet.training.fit_sets import fit_thresholds
from taonet.training.fit_temperature import apply_temperature, fit_temperature


@pytest.fixture(scope="module")
def table():
    return draw(2500, seed=1, mix=(3, 1, 2), sureness=2.5)


@pytest.mark.parametrize("n_epochs", [1, 5, 20])
def test_the_calibration_error_is_that_of_mapie(table, n_epochs):
    rows = table[table["n_epochs"] == n_epochs]
    said = probabilities_of(rows, THREE)
    right = (said.argmax(axis=1) == labels_of(rows, THREE)).astype(int)
    # it counts the edges of bins
    theirs = expected_calibration_error(
        right, said.max(axis=1), num_bins=11, split_strategy="uniform"
    )
    assert ece(rows, THREE, n_bootstrap=2, seed=0).value == pytest.approx(theirs, abs=1e-9)


class Logits(ClassifierMixin, BaseEstimator):
    """A classifier whose logits are what it is given."""

    def fit(self, _X, y):
        self.classes_ = np.unique(y)
        return self

    def decision_function(self, X):
        return X

    def predict(self, X):
        return self.classes_[X.argmax(axis=1)]


@pytest.mark.parametrize("n_epochs", [1, 5, 20])
def test_the_temperature_is_that_of_scikit_learn(table, n_epochs):
    # as many of each class: scikit-learn does not weigh them
    order = table.groupby(["n_epochs", "class_name"]).cumcount()
    table = table[order < 400]
    rows = table[table["n_epochs"] == n_epochs]
    logits, truth = np.log(np.maximum(probabilities_of(rows, THREE), 1e-7)), labels_of(rows, THREE)
    network = FrozenEstimator(Logits().fit(logits, truth))
    theirs = CalibratedClassifierCV(network, method="temperature").fit(logits, truth)
    ours = probabilities_of(apply_temperature(rows, THREE, fit_temperature(table, THREE)), THREE)
    np.testing.assert_allclose(ours, theirs.predict_proba(logits), atol=2e-3)


@pytest.mark.parametrize("level", [0.8, 0.9, 0.95])
@pytest.mark.parametrize("n_epochs", [1, 5, 20])
def test_sets_are_the_mondrian_ones_of_crepes(table, n_epochs, level):
    thresholds = fit_thresholds(table, THREE, level=level)
    assert thresholds.epochs == EPOCHS
    rows = table[table["n_epochs"] == n_epochs]
    truth, said = labels_of(rows, THREE), probabilities_of(rows, THREE)
    of_the_truth = 1 - said[np.arange(len(truth)), truth]
    theirs = ConformalClassifier().fit(of_the_truth, bins=truth)
    new = draw(500, seed=2, sureness=2.5)
    new = new[new["n_epochs"] == n_epochs]
    said, n = probabilities_of(new, THREE), new["n_epochs"].to_numpy()
    ours = thresholds.members(said, n)
    for label in range(3):
        bins = np.full(len(said), label)
        chance = theirs.predict_p(1 - said[:, [label]], bins=bins, all_classes=True,
                                  smoothing=False)  # fmt: skip
        # the chance that one of the class is as odd: a set leaves out what is below 1 − level
        np.testing.assert_array_equal(ours[:, label], chance[:, 0] > 1 - level + 1e-12)
