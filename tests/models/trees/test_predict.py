"""Answers of saved trees about light curves: a row each, and what the unmeasured ones get."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.trees.made import saved
from taonet.errors import InputError
from taonet.features.tables import curve_features
from taonet.io.lightcurves.tables import read_light_curves
from taonet.models.trees import predict as module
from taonet.models.trees.bundle import FeatureColumns, load_trees
from taonet.models.trees.predict import check_feature_set, curve_rows, predict_curves
from taonet.models.trees.trees import ForestConfig, Trees
from taonet.trust.prior import Prior

LENGTHS = (15, 12, 3, 14, 20, 13)


@pytest.fixture(scope="module")
def curves(tmp_path_factory):
    """Light curves of two kinds; the third is too short to be measured."""
    rng, parts = np.random.default_rng(0), []
    for i, n in enumerate(LENGTHS):
        mag = 17 + (i % 2) * np.sin(np.arange(n)) + rng.normal(0, 0.05, n)
        columns = {"object_id": f"c{i}", "mjd": 55000.0 + 3 * np.arange(n), "mag": mag}
        parts.append(pd.DataFrame({**columns, "magerr": 0.05, "class_name": "pq"[i % 2]}))
    path = tmp_path_factory.mktemp("curves") / "t.parquet"
    pd.concat(parts).to_parquet(path)
    return read_light_curves(path).curves


@pytest.fixture(scope="module")
def trees(curves, tmp_path_factory):
    features = curve_features(curves, "published")
    label = np.array([0, 1] * 3)
    grown = Trees(ForestConfig(trees=7), n_classes=2, seed=0)
    grown.fit(features.to_numpy(float), label, class_mix=np.array([0.25, 0.75]))
    columns = FeatureColumns(set_name="published", names=tuple(map(str, features.columns)))
    folder = tmp_path_factory.mktemp("trees") / "b"
    return load_trees(saved(grown, folder, features=columns))


def test_each_curve_has_the_row_that_its_features_give(curves, trees):
    rows = pd.concat(predict_curves(trees, iter(curves)), ignore_index=True)
    values = curve_features(curves, "published").to_numpy(float)
    np.testing.assert_allclose(rows[["p_p", "p_q"]], trees.probabilities(values), atol=1e-6)
    assert rows["object_id"].tolist() == [f"c{i}" for i in range(6)]
    assert rows["n_epochs"].tolist() == list(LENGTHS)
    assert rows["mjd_last"].tolist() == [55000.0 + 3 * (n - 1) for n in LENGTHS]
    np.testing.assert_allclose(rows.loc[2, ["p_p", "p_q"]].astype(float), [0.25, 0.75])


def test_how_many_curves_are_measured_at_once_changes_nothing(curves, trees, monkeypatch):
    whole = pd.concat(predict_curves(trees, curves), ignore_index=True)
    monkeypatch.setattr(module, "OBJECTS_AT_ONCE", 2)
    parts = list(predict_curves(trees, curves))
    assert [len(part) for part in parts] == [1] * 6
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole)


def test_the_prior_stands_for_what_was_not_measured_and_restates_the_rest(curves, trees):
    prior = Prior.from_shares({"p": 0.9, "q": 0.1}, ("p", "q"), [0.5, 0.5])
    plain = pd.concat(predict_curves(trees, curves))["p_p"].to_numpy()
    found = pd.concat(predict_curves(trees, curves, prior=prior))
    expected = plain * 9 / (plain * 9 + (1 - plain))
    expected[2] = 0.9
    np.testing.assert_allclose(found["p_p"], expected, atol=1e-6)
    assert set(found["prior"]) == {str(prior)}


def test_features_of_another_version_are_refused(curves, trees):
    with pytest.raises(InputError, match=r"a set of features that is not known here \(got novel"):
        check_feature_set(replace(trees, feature_set="novel"))
    strange = replace(trees, feature_names=(*trees.feature_names[:-1], "novel"))
    with pytest.raises(InputError, match=r"features that are not known here \(got novel"):
        list(predict_curves(strange, curves))


def test_rows_hold_the_answers_they_are_given(curves, trees):
    answers = np.array([[0.2, 0.8], [0.7, 0.3]])
    rows = curve_rows(curves[:2], answers, trees.taxonomy)
    np.testing.assert_array_equal(rows[["p_p", "p_q"]], answers)
    assert rows["predicted_class"].tolist() == ["q", "p"]
