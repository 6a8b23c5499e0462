"""Sets of classes, on tables whose truth is known by construction, and held against crepes."""

import numpy as np
import pytest
from crepes import ConformalClassifier
from scipy.stats import binom

from evaluation.honest import EPOCHS, THREE, draw, with_sets
from taonet.errors import InputError
from taonet.evaluation.coverage import coverage_table
from taonet.evaluation.scored_rows import (
    final_rows,
    labels_of,
    probabilities_of,
)
from taonet.training.fit_sets import LEAST_OBJECTS, _class_threshold, fit_thresholds


@pytest.fixture(scope="module")
def table():
    return draw(2500, seed=1, mix=(3, 1, 2), sureness=2.5)


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


@pytest.mark.parametrize("level", [0.8, 0.9])
def test_sets_hold_the_truth_as_often_as_they_promise_in_every_class(level):
    thresholds = fit_thresholds(draw(6000, seed=1), THREE, level=level)
    shifted = with_sets(draw(6000, seed=2, mix=(1, 5, 2)), thresholds)
    found = coverage_table(shifted, THREE, EPOCHS)
    assert len(found) == 3 * (len(EPOCHS) + 1)
    for row in found.to_dict("records"):
        # calibration and test both wander: about 2000 and 700 objects
        slack = binom.std(row["n_objects"], level) / row["n_objects"] + 0.007
        assert abs(row["coverage"] - level) < 4 * slack, row


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
