"""Temperatures, on tables whose truth is known by construction, and held against scikit-learn."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator

from evaluation.honest import EPOCHS, THREE, draw, draw_archive
from taonet.errors import InputError
from taonet.evaluation.calibration_by_epochs import ece_by_epochs
from taonet.evaluation.scored_rows import (
    final_rows,
    labels_of,
    probabilities_of,
)
from taonet.training.fit_temperature import apply_temperature, fit_temperature, undo_temperature
from taonet.trust.trust import Temperature


@pytest.fixture(scope="module")
def table():
    return draw(2500, seed=1, mix=(3, 1, 2), sureness=2.5)


class Logits(ClassifierMixin, BaseEstimator):
    """A classifier whose logits are what it is given."""

    def fit(self, X, y):
        self.classes_, self.n_features_in_ = np.unique(y), X.shape[1]
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


@pytest.mark.parametrize("sureness", [0.5, 1.0, 3.0])
def test_the_temperature_finds_how_much_too_sure_a_reader_is(sureness):
    found = fit_temperature(draw(3000, seed=1, sureness=sureness), THREE)
    np.testing.assert_allclose(found.values, sureness, rtol=0.15)
    test = apply_temperature(draw(12_000, seed=2, sureness=sureness), THREE, found)
    assert ece_by_epochs(test, THREE, EPOCHS, n_bootstrap=2)["ece"].max() < 0.015


def test_one_temperature_does_not_fit_every_number_of_epochs():
    early, late = draw(2000, seed=1, sureness=0.5), draw(2000, seed=1, sureness=3.0)
    mixed = pd.concat([early[early["n_epochs"] <= 3], late[late["n_epochs"] > 3]])
    found = fit_temperature(mixed, THREE)
    assert found.at(np.array([2]))[0] < 0.7 < 2.0 < found.at(np.array([20]))[0]


def test_a_temperature_never_changes_the_answer():
    table = draw(200, seed=3)
    said = probabilities_of(table, THREE)
    other = Temperature(epochs=(2, 9), values=(0.3, 4.0)).apply(said, table["n_epochs"].to_numpy())
    np.testing.assert_array_equal(said.argmax(axis=1), other.argmax(axis=1))
    np.testing.assert_allclose(other.sum(axis=1), 1)


def test_few_objects_calibrate_nothing():
    with pytest.raises(InputError, match="too few"):
        fit_temperature(draw(50, seed=1), THREE)


def test_temperatures_go_by_the_objects_that_pass_not_by_those_that_end(archives):
    calibration, _ = archives
    longest = calibration.groupby("object_id")["n_epochs"].transform("max")
    sure = Temperature(epochs=(1,), values=(0.5,))
    too_sure = apply_temperature(calibration, THREE, sure)
    mixed = pd.concat([
        calibration[calibration["n_epochs"] == longest], too_sure[calibration["n_epochs"] < longest]
    ])  # fmt: skip
    found = fit_temperature(mixed, THREE)
    np.testing.assert_allclose(found.at(np.array([25, 30, 35, 40, 45])), 2.0, rtol=0.15)


def test_the_mix_of_the_archive_does_not_move_the_temperature():
    # honest for equal classes: 2 is right however many objects of each there are
    found = fit_temperature(draw(8000, seed=1, mix=(12, 1, 3), sureness=2.0), THREE)
    np.testing.assert_allclose(found.values, 2.0, rtol=0.2)


def test_final_answers_alone_calibrate_nothing():
    last = final_rows(draw_archive(300, seed=1))
    with pytest.raises(InputError, match="answers of at least 200 objects after every epoch"):
        fit_temperature(last, THREE)


def test_undoing_a_temperature_gives_back_what_was_said():
    table = draw(200, seed=3)
    warmth = Temperature(epochs=(1, 30), values=(0.7, 2.5))
    honest = apply_temperature(table, THREE, warmth)
    assert not np.allclose(honest["p_A"], table["p_A"])
    plain = probabilities_of(undo_temperature(honest, THREE, warmth), THREE)
    said = probabilities_of(table, THREE)
    np.testing.assert_allclose(plain, said, atol=2e-7 / 0.7)


def test_copies_of_the_objects_of_a_class_do_not_move_the_temperature():
    table = draw(900, seed=5)
    of_a = table["class_name"] == "A"
    # answers about A are too sure by a factor of three, the others are honest
    sure = Temperature(epochs=(1,), values=(1 / 3,))
    table = pd.concat([apply_temperature(table[of_a], THREE, sure), table[~of_a]])
    own = table[table["class_name"] == "A"]
    copies = [own.assign(object_id=own["object_id"] + f" copy {k}") for k in range(4)]
    plain, repeated = (
        fit_temperature(table, THREE),
        fit_temperature(pd.concat([table, *copies]), THREE),
    )
    np.testing.assert_allclose(repeated.values, plain.values, rtol=1e-4)
    assert max(plain.values) > 1.2
