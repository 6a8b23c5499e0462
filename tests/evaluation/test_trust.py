"""Temperature, conformal sets and early answers, on tables whose truth is known by construction."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from evaluation.honest import EPOCHS, THREE, draw, with_sets
from taonet.errors import InputError
from taonet.evaluation.calibration import calibrated, ece_by_epochs, fit_temperature
from taonet.evaluation.conformal import coverage_table, fit_thresholds
from taonet.evaluation.early import kept_after_nights, stability, with_clock
from taonet.evaluation.predictions import probabilities_of
from taonet.trust import Temperature, Thresholds, Trust


@pytest.mark.parametrize("sureness", [0.5, 1.0, 3.0])
def test_the_temperature_finds_how_much_too_sure_a_reader_is(sureness):
    found = fit_temperature(draw(3000, seed=1, sureness=sureness), THREE)
    np.testing.assert_allclose(found.values, sureness, rtol=0.15)
    test = calibrated(draw(3000, seed=2, sureness=sureness), THREE, found)
    assert ece_by_epochs(test, THREE, EPOCHS)["ece"].max() < 0.03


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


@pytest.mark.parametrize("level", [0.8, 0.9])
def test_sets_hold_the_truth_as_often_as_they_promise_in_every_class(level):
    thresholds = fit_thresholds(draw(6000, seed=1), THREE, level=level)
    shifted = with_sets(draw(6000, seed=2, mix=(1, 5, 2)), thresholds)
    found = coverage_table(shifted, THREE, EPOCHS)
    assert len(found) == 3 * (len(EPOCHS) + 1)
    for row in found.itertuples():
        # calibration and test both wander: about 2000 and 700 objects
        slack = binom.std(row.n_objects, level) / row.n_objects + 0.007
        assert abs(row.coverage - level) < 4 * slack, row


def test_sets_shrink_as_more_is_seen():
    thresholds = fit_thresholds(draw(3000, seed=1), THREE)
    sizes = coverage_table(with_sets(draw(3000, seed=2), thresholds), THREE, EPOCHS)
    mean = sizes[sizes["n_epochs"] > 0].groupby("n_epochs")["set_size"].mean()
    assert (mean.diff().dropna() < 0.01).all()
    assert mean.iloc[0] > 2 > mean.iloc[-1]


def test_between_knots_sets_go_by_both_and_beyond_by_the_last():
    thresholds = fit_thresholds(draw(3000, seed=1), THREE)
    p = np.tile([[0.4, 0.35, 0.25]], (3, 1))
    sets = thresholds.sets(p, np.array([30, 31, 5000]))
    assert sets[0] == sets[1] == sets[2]


def test_a_class_with_too_few_objects_is_named():
    table = draw(1000, seed=1, mix=(10, 10, 1))
    with pytest.raises(InputError, match=r"too few calibration objects.*C \d+"):
        fit_thresholds(table, THREE)


def test_no_level_outside_nought_and_one():
    with pytest.raises(InputError, match="level"):
        fit_thresholds(draw(1000, seed=1), THREE, level=1.0)


def test_nights_are_counted_from_the_detection_and_exposures_of_a_night_are_one():
    mjd = [0.0, 0.01, 5.0, 5.01, 9.0, 30.0]
    table = pd.DataFrame({"object_id": "a", "n_epochs": range(1, 7), "mjd_last": mjd})
    rows = with_clock(table, {"a": 5.01})
    assert rows["n_epochs"].tolist() == [4, 5, 6]
    assert rows["night"].tolist() == [1, 2, 3]
    assert rows["days"].tolist() == pytest.approx([0, 3.99, 24.99])
    assert with_clock(table, {}).empty


def test_what_is_kept_grows_to_all_of_it():
    table = draw(500, seed=4)
    detected = dict.fromkeys(table["object_id"].unique()[:400], 105.0)
    kept = kept_after_nights(table, detected, THREE, (1, 3, 5), n_bootstrap=50)
    assert kept["n_objects"].eq(400).all()
    assert kept["nights"].tolist() == [1, 3, 5, 0]
    assert kept["kept"].iloc[-1] == 1
    assert kept["kept"].is_monotonic_increasing
    with pytest.raises(InputError, match="ever detected"):
        kept_after_nights(table, {}, THREE)


def test_flips_and_the_last_change():
    p_a = {"x": [0.9, 0.2, 0.8, 0.7], "y": [0.9, 0.9, 0.9, 0.9]}
    tables = [
        pd.DataFrame({"object_id": name, "class_name": "A", "n_epochs": [1, 2, 3, 4],
                      "mjd_last": [0.0, 2, 7, 9], "p_A": p, "p_B": 1 - np.array(p), "p_C": 0.0})
        for name, p in p_a.items()
    ]  # fmt: skip
    found = stability(pd.concat(tables), THREE).set_index("object_id")
    assert found["flips"].to_dict() == {"x": 2, "y": 0}
    assert found["stable_epochs"].to_dict() == {"x": 3, "y": 1}
    assert found["stable_days"].to_dict() == {"x": 7, "y": 0}
    assert found["right"].all()


def test_trust_survives_json():
    temperature = Temperature(epochs=(1, 9), values=(1.5, 0.9))
    sets = Thresholds(level=0.9, classes=("A", "B"), epochs=(1, 9), values=((0.1, 0.2), (0.3, 0.4)))
    for thresholds in (None, sets):
        trust = Trust(temperature=temperature, thresholds=thresholds, objects=7)
        assert Trust.from_dict(json.loads(json.dumps(trust.to_dict()))) == trust
