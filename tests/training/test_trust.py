"""Temperature, conformal sets and early answers, on tables whose truth is known by construction."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from evaluation.honest import EPOCHS, THREE, draw, draw_archive, with_sets
from taonet.errors import InputError
from taonet.evaluation.calibration_by_epochs import ece, ece_by_epochs
from taonet.evaluation.coverage import coverage_table, set_sizes
from taonet.evaluation.early import rows_since_detection, scores_by_nights, stability
from taonet.evaluation.resampling import resample
from taonet.evaluation.scored_rows import (
    final_rows,
    labels_of,
    probabilities_of,
    rows_passing,
)
from taonet.training.fit_sets import LEAST_OBJECTS, _class_threshold, fit_thresholds
from taonet.training.fit_temperature import apply_temperature, fit_temperature, undo_temperature
from taonet.trust.trust import Temperature, Thresholds, Trust


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


@pytest.mark.parametrize("level", [0.8, 0.9])
def test_sets_hold_the_truth_as_often_as_they_promise_in_every_class(level):
    thresholds = fit_thresholds(draw(6000, seed=1), THREE, level=level)
    shifted = with_sets(draw(6000, seed=2, mix=(1, 5, 2)), thresholds)
    found = coverage_table(shifted, THREE, EPOCHS)
    assert len(found) == 3 * (len(EPOCHS) + 1)
    # calibration and test both wander: about 2000 and 700 objects
    slack = binom.std(found["n_objects"], level) / found["n_objects"] + 0.007
    assert (abs(found["coverage"] - level) < 4 * slack).all(), found


@pytest.fixture(scope="module")
def archives():
    return draw_archive(6000, seed=1), draw_archive(6000, seed=2)


def held_by(thresholds, table):
    """Return whether the set of each row holds its truth."""
    inside = thresholds.members(probabilities_of(table, THREE), table["n_epochs"].to_numpy())
    return inside[np.arange(len(table)), labels_of(table, THREE)]


def test_sets_hold_for_all_objects_that_pass_each_number_of_epochs_not_only_for_knots(archives):
    calibration, test = archives
    thresholds = fit_thresholds(calibration, THREE)
    of_class = calibration.groupby(["n_epochs", "class_name"]).size()
    test = test.assign(held=held_by(thresholds, test))
    checked = 0
    for (k, name), own in test.groupby(["n_epochs", "class_name"]):
        if k <= thresholds.epochs[-1]:
            # the slack is four times the scatter of as many calibration and test objects
            slack = 4 * np.sqrt(0.09 / of_class[k, name] + 0.09 / len(own)) + 0.01
            assert abs(own["held"].mean() - 0.9) < slack, (k, name)
            checked += 1
    assert checked > 3 * 60
    near = test[test["n_epochs"].between(32, 60)]
    assert near.groupby("class_name")["held"].mean().between(0.87, 0.93).all()


def test_last_answers_and_those_beyond_the_longest_knot_are_held_at_least_as_often(archives):
    calibration, test = archives
    thresholds = fit_thresholds(calibration, THREE)
    last = final_rows(test)
    assert (last["n_epochs"] > thresholds.epochs[-1]).sum() > 100
    beyond = test[test["n_epochs"] > thresholds.epochs[-1]]
    # little more than a hundred objects of a class tell the last threshold: ± 3 points
    for rows, least in ((last, 0.89), (beyond, 0.9 - 3 * 0.03)):
        held = rows.assign(held=held_by(thresholds, rows)).groupby("class_name")["held"].mean()
        assert (held > least).all()


def test_the_coverage_table_has_what_passes_and_what_is_last(archives):
    calibration, test = archives
    few = test[test["object_id"].isin(test["object_id"].unique()[:600])]
    found = coverage_table(with_sets(few, fit_thresholds(calibration, THREE)), THREE, (10, 41))
    passing = found[found["n_epochs"] == 41]
    longest = few.groupby("object_id")["n_epochs"].max()
    assert passing["n_objects"].sum() == (longest >= 41).sum()
    assert found.loc[found["n_epochs"] == 0, "n_objects"].sum() == 600
    assert rows_passing(few[few["n_epochs"] != 41], 41)["n_epochs"].eq(40).all()


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


def test_a_class_that_ends_early_keeps_its_last_threshold_while_others_go_on():
    table = draw(1500, seed=1)
    short = table[(table["class_name"] != "C") | (table["n_epochs"] <= 5)]
    found = fit_thresholds(short, THREE)
    assert found.epochs == EPOCHS
    values = dict(zip(found.epochs, np.array(found.values).T[2], strict=True))
    assert len({values[k] for k in (5, 8, 12, 20, 30)}) == 1
    assert found.values == tuple(
        (*row[:2], values[k])
        for k, row in zip(EPOCHS, fit_thresholds(table, THREE).values, strict=True)
    )


def test_final_answers_alone_calibrate_nothing():
    last = final_rows(draw_archive(300, seed=1))
    with pytest.raises(InputError, match="answers of at least 200 objects after every epoch"):
        fit_temperature(last, THREE)


def test_sets_shrink_as_more_is_seen():
    thresholds = fit_thresholds(draw(3000, seed=1), THREE)
    table = with_sets(draw(3000, seed=2), thresholds)
    sizes = coverage_table(table, THREE, EPOCHS)
    mean = sizes[sizes["n_epochs"] > 0].groupby("n_epochs")["set_size"].mean()
    assert (mean.diff().dropna() < 0.01).all()
    assert mean.iloc[0] > 2 > mean.iloc[-1]
    together = set_sizes(table, EPOCHS).set_index("n_epochs")
    named = sum(map(len, table.loc[table["n_epochs"] == 8, "set"]))
    assert together.at[8, "set_size"] == pytest.approx(named / 3000)


def test_between_knots_sets_go_by_both_and_beyond_by_the_last():
    thresholds = fit_thresholds(draw(3000, seed=1), THREE)
    p = np.tile([[0.4, 0.35, 0.25]], (3, 1))
    sets = thresholds.sets(p, np.array([30, 31, 5000]))
    assert sets[0] == sets[1] == sets[2]


def test_a_class_with_too_few_objects_is_named():
    table = draw(1000, seed=1, mix=(10, 10, 1))
    with pytest.raises(InputError, match=r"too few calibration objects.*C \d+"):
        fit_thresholds(table, THREE)


def test_sets_are_refused_one_object_short_of_enough():
    table = draw(600, seed=1)
    of_c = table.loc[table["class_name"] == "C", "object_id"].unique()
    assert len(of_c) > LEAST_OBJECTS
    enough = table[~table["object_id"].isin(of_c[LEAST_OBJECTS:])]
    few = table[~table["object_id"].isin(of_c[LEAST_OBJECTS - 1 :])]
    assert fit_thresholds(enough, THREE).epochs == EPOCHS
    with pytest.raises(InputError, match=rf"too few .*got C {LEAST_OBJECTS - 1}\b"):
        fit_thresholds(few, THREE)


def test_the_threshold_is_the_tenth_smallest_of_ninety_nine():
    # (99 + 1) / 10 = 10, though 1 - 0.9 in floating point is below a tenth
    p = np.random.default_rng(0).permutation(np.arange(1, 100)) / 100
    assert _class_threshold(p, 0.9) == 0.10
    assert _class_threshold(p[p != 0.99], 0.9) == 0.09
    assert _class_threshold(p[:5], 0.9) == 0.0


def test_undoing_a_temperature_gives_back_what_was_said():
    table = draw(200, seed=3)
    warmth = Temperature(epochs=(1, 30), values=(0.7, 2.5))
    honest = apply_temperature(table, THREE, warmth)
    assert not np.allclose(honest["p_A"], table["p_A"])
    plain = probabilities_of(undo_temperature(honest, THREE, warmth), THREE)
    said = probabilities_of(table, THREE)
    np.testing.assert_allclose(plain, said, atol=2e-7 / 0.7)


def test_the_error_is_the_one_that_scores_state():
    rows = final_rows(draw(400, seed=5, sureness=2))
    truth, said = labels_of(rows, THREE), probabilities_of(rows, THREE)
    both = resample(truth, said, n_bootstrap=40, seed=3).interval("ece")
    assert ece(rows, THREE, n_bootstrap=40, seed=3).to_dict() == pytest.approx(both.to_dict())


@pytest.mark.parametrize("sureness", [1.0, 2.5])
def test_intervals_of_the_error_hold_the_error_of_many_objects(sureness):
    many = draw(60_000, seed=100, sureness=sureness)
    truth = ece(many[many["n_epochs"] == 8], THREE, n_bootstrap=1, seed=0).value
    pool = draw(40_000, seed=7, sureness=sureness)
    pool, held = pool[pool["n_epochs"] == 8], 0
    for seed in range(40):
        found = ece(pool[1000 * seed : 1000 * (seed + 1)], THREE, n_bootstrap=200, seed=seed)
        held += found.low <= truth <= found.high
        assert found.low <= found.value <= found.high
    # 0.92 of many more: the bound is met by chance in one of a thousand where it is 0.75
    assert held >= 34


def test_long_and_short_objects_are_calibrated_each_by_their_own_number():
    def cut(table, seed):
        objects = table["object_id"].unique()
        last = np.random.default_rng(seed).choice([5, 12, 30], len(objects))
        return table[
            table["n_epochs"] <= table["object_id"].map(dict(zip(objects, last, strict=True)))
        ]

    thresholds = fit_thresholds(cut(draw(6000, seed=1), 1), THREE)
    ends = final_rows(with_sets(cut(draw(6000, seed=2), 2), thresholds))
    for (_, name), own in ends.groupby(["n_epochs", "class_name"]):
        held = np.mean([name in members for members in own["set"]])
        assert abs(held - 0.9) < 4 * np.sqrt(0.09 / len(own) + 0.09 / 650), name


def test_no_level_outside_nought_and_one():
    with pytest.raises(InputError, match="level"):
        fit_thresholds(draw(1000, seed=1), THREE, level=1.0)


def test_nights_are_counted_from_the_detection_and_exposures_of_a_night_are_one():
    mjd = [0.0, 0.01, 5.0, 5.01, 9.0, 30.0]
    table = pd.DataFrame({"object_id": "a", "n_epochs": range(1, 7), "mjd_last": mjd})
    rows = rows_since_detection(table, {"a": 5.01})
    assert rows["n_epochs"].tolist() == [4, 5, 6]
    assert rows["night"].tolist() == [1, 2, 3]
    assert rows["days"].tolist() == pytest.approx([0, 3.99, 24.99])
    assert rows_since_detection(table, {}).empty


def test_what_is_kept_grows_to_all_of_it():
    table = draw(500, seed=4)
    detected = dict.fromkeys(table["object_id"].unique()[:400], 105.0)
    kept = scores_by_nights(table, detected, THREE, (1, 3, 5), n_bootstrap=50)
    assert kept["n_objects"].eq(400).all()
    assert kept["nights"].tolist() == [1, 3, 5, 0]
    assert kept["kept"].iloc[-1] == 1
    assert kept["kept"].is_monotonic_increasing
    with pytest.raises(InputError, match="ever detected"):
        scores_by_nights(table, {}, THREE)


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
