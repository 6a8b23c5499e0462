"""Resampled scores: Wilson's interval against scipy, and the laws of pairs."""

import numpy as np
import pytest
from scipy.stats import binomtest

from evaluation.made import made_table, truth_and_p
from taonet.errors import InputError
from taonet.evaluation.resampling import calibration_error, resample, wilson_interval


@pytest.mark.parametrize(("hits", "n"), [(0, 7), (3, 7), (7, 7), (61, 240)])
def test_shares_have_the_wilson_interval_of_scipy(hits, n):
    theirs = binomtest(hits, n).proportion_ci(method="wilson")
    share, low, high = wilson_interval(hits, n)
    assert share == hits / n
    # 1.96 stands for 1.959964
    assert (low, high) == pytest.approx((theirs.low, theirs.high), abs=1e-4)


def test_a_difference_is_that_of_paired_draws_and_changes_its_sign():
    (truth, p), (_, q) = (truth_and_p(made_table(60, skill=skill)) for skill in (1.5, 0.8))
    one, other = (resample(truth, said, n_bootstrap=80, seed=2) for said in (p, q))
    gap, back = one.minus(other, "macro_f1"), other.minus(one, "macro_f1")
    assert gap.value == pytest.approx(
        one.interval("macro_f1").value - other.interval("macro_f1").value
    )
    assert (gap.value, gap.low, gap.high) == pytest.approx((-back.value, -back.high, -back.low))
    drawn = one.drawn["macro_f1"] - other.drawn["macro_f1"]
    assert (gap.low, gap.high) == pytest.approx(np.quantile(drawn, [0.025, 0.975]))


def test_the_calibration_error_alone_is_that_among_all_scores():
    truth, p = truth_and_p(made_table(50))
    every = resample(truth, p, n_bootstrap=60, seed=5).interval("ece")
    alone = calibration_error(truth, p, groups=np.arange(50), n_bootstrap=60, seed=5)
    assert alone.to_dict() == pytest.approx(every.to_dict())


def test_without_a_resample_there_is_no_interval():
    truth, p = truth_and_p(made_table(8))
    with pytest.raises(InputError, match="bootstrap"):
        resample(truth, p, n_bootstrap=0, seed=0)
