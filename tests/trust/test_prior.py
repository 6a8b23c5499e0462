"""Restated probabilities: Bayes' rule by hand, and honest answers about skies of another mix."""

import numpy as np
import pytest

from evaluation.honest import EPOCHS, THREE, draw, with_sets
from taonet.errors import InputError
from taonet.evaluation.coverage import coverage_table
from taonet.evaluation.scored_rows import final_rows, labels_of, probabilities_of
from taonet.io.prediction_columns import columns_of
from taonet.training.fit_sets import fit_thresholds
from taonet.training.fit_temperature import apply_temperature, fit_temperature
from taonet.trust.prior import Prior, equal_shares, learnt_shares

AB = ("A", "B")


def prior(learnt=(0.5, 0.5), **given):
    return Prior.from_shares(given, tuple(given), learnt)


def test_bayes_rule_by_hand():
    # likelihoods 0.2/0.5 and 0.8/0.5: of ten objects nine are of A
    found = prior(A=0.9, B=0.1).restate(np.array([[0.2, 0.8]]))
    np.testing.assert_allclose(found, [[0.18 / 0.26, 0.08 / 0.26]])
    # what was learnt from 4 : 1 has likelihoods 0.2/0.8 and 0.8/0.2
    found = prior(A=0.9, B=0.1, learnt=(0.8, 0.2)).restate(np.array([[0.2, 0.8]]))
    np.testing.assert_allclose(found, [[0.225 / 0.625, 0.4 / 0.625]])


def test_the_learnt_mix_changes_nothing_and_mixes_follow_one_another():
    said = np.random.default_rng(0).dirichlet((1, 1, 1), 50)
    first = Prior.from_shares({"A": 1, "B": 2, "C": 7}, THREE.classes, (1 / 3,) * 3)
    same = Prior.from_shares({"A": 1, "B": 2, "C": 7}, THREE.classes, first.shares)
    back = Prior.from_shares({"A": 5, "B": 5, "C": 5}, THREE.classes, first.shares)
    np.testing.assert_allclose(same.restate(said), said)
    np.testing.assert_allclose(back.restate(first.restate(said)), said)


def test_what_is_not_known_stays_so_and_what_cannot_be_is_left_out():
    said = np.array([[np.nan, np.nan, np.nan], [1.0, 0.0, 0.0], [0.5, 0.25, 0.25]])
    found = Prior.from_shares({"A": 0, "B": 3, "C": 1}, THREE.classes, (1 / 3,) * 3)
    restated = found.restate(said)
    assert np.isnan(restated[0]).all()
    # no class that can be was given a chance: the shares are all that is known
    np.testing.assert_allclose(restated[1:], [[0, 0.75, 0.25], [0, 0.75, 0.25]])
    sets = [None, ("A",), (), ("A", "B"), ("C",)]
    assert found.possible_sets(sets) == [None, (), (), ("B",), ("C",)]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"A": 1}, "classes without a share .got B. — .*B=0"),
        ({"A": 1, "B": 1, "Bee": 1}, "no such class of this model .got 'Bee'."),
        ({"A": 1, "B": -0.1}, "share of B is not a number from 0 on .got -0.1."),
        ({"A": "many", "B": 1}, "share of A .*got 'many'"),
        ({"A": None, "B": 1}, "share of A .*got None"),
        ({"A": np.nan, "B": 1}, "share of A"),
        ({"A": np.inf, "B": 1}, "share of A"),
        ({"A": 0, "B": 0}, "shares of all classes are 0"),
    ],
)
def test_what_is_no_class_mix_is_refused(given, said):
    with pytest.raises(InputError, match=said):
        Prior.from_shares(given, AB, (0.5, 0.5))


def test_a_class_that_was_never_learnt_cannot_be_common():
    with pytest.raises(InputError, match=r"learnt from no object of class B .*B=0"):
        Prior.from_shares({"A": 1, "B": 1}, AB, (1.0, 0.0))
    assert Prior.from_shares({"A": 1, "B": 0}, AB, (1.0, 0.0)).shares == (1.0, 0.0)


def test_counts_are_shares_and_it_is_said():
    assert prior(A=30, B=10).note.endswith("B=0.25, the numbers given divided by their sum 40")
    assert prior(A=0.75, B=0.25).note.endswith("class mix A=0.75 B=0.25")


def test_a_bundle_says_what_it_learnt():
    with pytest.raises(InputError, match="does not say which class mix it learnt"):
        learnt_shares({}, AB)
    assert learnt_shares({"learnt_mix": {"B": 0.9, "A": 0.1}}, AB) == (0.1, 0.9)
    assert equal_shares(["A"], AB) == {"A": 1.0, "B": 0.0}
    more = {"A": 1.0, "B": 0.0, "C": 0.0}
    for wrong in ({"A": 1.0}, {"A": 0.5, "B": 0.4}, more, [0.5, 0.5], "x"):
        with pytest.raises(InputError, match=r"facts.learnt_mix: no share for each class"):
            learnt_shares({"learnt_mix": wrong}, AB)


def surprise(rows):
    said = probabilities_of(rows, THREE)
    return -np.log(said[np.arange(len(rows)), labels_of(rows, THREE)])


def error(said, truth):
    """Return the calibration error in ten bins of confidence, by hand."""
    sure, right = said.max(axis=1), said.argmax(axis=1) == truth
    cell = np.minimum((sure * 10).astype(int), 9)
    return np.abs(np.bincount(cell, sure - right, 10)).sum() / len(said)


def test_restated_answers_are_honest_about_a_sky_of_another_mix():
    mix = (10, 1, 4)
    bundle = fit_temperature(draw(6000, seed=1, sureness=2.0), THREE)
    sky = apply_temperature(draw(6000, seed=2, mix=mix, sureness=2.0), THREE, bundle)
    given = Prior.from_shares(dict(zip("ABC", mix, strict=True)), THREE.classes, (1 / 3,) * 3)
    restated = given.restate(probabilities_of(sky, THREE))
    told = sky.assign(**dict(zip(columns_of(THREE), restated.T, strict=True)))
    rng = np.random.default_rng(3)
    for k in (1, 3, 8):
        plain, new = sky[sky["n_epochs"] == k], told[told["n_epochs"] == k]
        said, truth = probabilities_of(new, THREE), labels_of(new, THREE)
        share = np.bincount(truth) / len(truth)
        # the mean of what is said is the mix of the sky
        np.testing.assert_allclose(said.mean(axis=0), share, atol=0.02)
        assert np.abs(probabilities_of(plain, THREE).mean(axis=0) - share).max() > 0.03
        drawn = (rng.random((300, len(said), 1)) > said.cumsum(axis=1)).sum(axis=2)
        chance = np.quantile([error(said, honest) for honest in drawn], 0.995)
        # the temperature itself wanders a little
        assert error(said, truth) < chance + 0.01
        assert error(said, truth) < error(probabilities_of(plain, THREE), truth)
        gain = surprise(plain) - surprise(new)
        assert gain.mean() > 4 * gain.std() / np.sqrt(len(gain))


def test_sets_keep_their_promise_to_each_class_under_any_prior():
    thresholds = fit_thresholds(draw(6000, seed=1), THREE)
    mix = (10, 1, 4)
    sky = with_sets(draw(6000, seed=2, mix=mix), thresholds)
    given = Prior.from_shares(dict(zip("ABC", mix, strict=True)), THREE.classes, (1 / 3,) * 3)
    assert given.possible_sets(sky["set"].tolist()) == sky["set"].tolist()
    without = Prior.from_shares({"A": 1, "B": 0, "C": 1}, THREE.classes, (1 / 3,) * 3)
    fewer = sky.assign(set=without.possible_sets(sky["set"].tolist()))
    both = fewer[fewer["class_name"] != "B"]
    assert not any("B" in members for members in fewer["set"])
    for table in (sky, both):
        found = coverage_table(table, THREE, EPOCHS)
        slack = np.sqrt(0.09 / 2000 + 0.09 / found["n_objects"])
        assert (found["coverage"] > 0.9 - 4 * slack).all(), found
    assert len(final_rows(both)) == (final_rows(sky)["class_name"] != "B").sum()
