"""Scores of measurements whose faults are known."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from taonet.sky.psf import moffat
from taonet.sky.sequence import ImageSequence
from taonet.studies.planted_star_scores import (
    find_unit,
    measure_aperture,
    measure_forced,
    measure_planting,
    ranges_of,
    score_plantings,
    weighted_median,
)
from taonet.studies.planted_stars import Planting

N = 300


def planting_of(seed):
    """Give a truth; the frames are not looked at."""
    snr = np.exp(np.random.default_rng(seed).uniform(np.log(3), np.log(300), N))
    frames = np.random.default_rng(seed).normal(size=(N, 1, 5, 5))
    sequence = ImageSequence.from_frames(f"s{seed}", frames, 59000.0 + np.arange(N))
    return Planting(sequence=sequence, flux=7 * snr, flux_err=np.full(N, 7.0), snr=snr)


def _tell(answer, planting, rng, _sequence):
    return answer(planting, rng)


def scores_of(answer, *, is_steady=False):
    """Score a method that is told the truth, over six sequences."""
    tables = []
    for seed in range(6):
        planting = planting_of(seed)
        rng = np.random.default_rng(100 + seed)
        told = partial(_tell, answer, planting, rng)
        table = measure_planting(planting, {"told": told}, is_steady=is_steady)
        tables.append(table.assign(camera="made", group=seed))
    return score_plantings(pd.concat(tables), n_bootstrap=100).set_index("range")


def honest(planting, rng):
    return 0.3 * (planting.flux + planting.flux_err * rng.normal(size=N)), 0.3 * planting.flux_err


def test_an_honest_measurement_in_another_unit_has_no_fault():
    scores = scores_of(honest)
    assert scores.index.tolist() == ["3-5", "5-10", "10-30", "30-100", "100-300"]
    assert scores["n"].sum() == 6 * N and (scores["n"] == scores["measured"]).all()
    np.testing.assert_allclose(scores["scatter"], 1, atol=0.2)
    np.testing.assert_allclose(scores["pull_spread"], 1, atol=0.2)
    np.testing.assert_allclose(scores["slope"].iloc[1:], 1, atol=0.15)
    assert (scores["scatter_low"] < scores["scatter"]).all()
    assert abs(scores["bias_percent"].loc["100-300"]) < 0.5


def test_shrunk_light_has_a_slope_below_one_and_stated_errors_are_judged():
    def shrunk(planting, rng):
        flux, error = honest(planting, rng)
        faint = planting.snr < 10
        return np.where(faint, 0.3 * 7 * (6 + 0.4 * (planting.snr - 6)), flux), error / 2

    scores = scores_of(shrunk)
    assert scores["slope"].loc["3-5"] == pytest.approx(0.4, abs=0.05)
    assert scores["slope"].loc["30-100"] == pytest.approx(1, abs=0.1)
    assert scores["pull_spread"].loc["30-100"] == pytest.approx(2, abs=0.4)


def test_what_was_not_measured_is_counted():
    def lame(planting, rng):
        flux, error = honest(planting, rng)
        return np.where(planting.snr < 5, np.nan, flux), error

    scores = scores_of(lame)
    assert scores["measured"].loc["3-5"] == 0 and np.isnan(scores["scatter"].loc["3-5"])
    assert scores["measured"].loc["5-10"] == scores["n"].loc["5-10"]


def test_a_steady_star_is_a_range_of_its_own_without_slope():
    scores = scores_of(honest, is_steady=True)
    assert scores.index.tolist() == ["steady"] and np.isnan(scores["slope"].iloc[0])


def test_the_unit_is_that_of_bright_epochs():
    planting = planting_of(1)
    flux = np.where(planting.snr > 30, 2.0, 5.0) * planting.flux
    assert find_unit(planting, flux) == pytest.approx(2)
    assert np.isnan(find_unit(planting, np.full(N, np.nan)))


def test_ends_belong_to_the_outer_ranges():
    assert ranges_of(np.array([2.9, 5.0, 301.0])) == ["3-5", "5-10", "100-300"]


def test_weighted_medians_are_those_of_repeated_values():
    rng = np.random.default_rng(1)
    values, times = rng.normal(size=41), rng.integers(0, 5, (20, 41))
    own = weighted_median(values, times.astype(float))
    for median, n in zip(own, times, strict=True):
        repeated = np.sort(np.repeat(values, n))
        assert median == repeated[(len(repeated) - 1) // 2]


def test_both_methods_measure_a_changing_star():
    rng, flux = np.random.default_rng(1), np.geomspace(2000, 30_000, 20)
    stars = moffat(41, fwhm_px=2.5, x=10, y=12) + moffat(41, fwhm_px=2.5, x=31, y=28)
    frames = 3e4 * stars + flux[:, None, None] * moffat(41, fwhm_px=2.5)
    frames = frames + rng.normal(100, 5, frames.shape)
    sequence = ImageSequence.from_frames("made", frames[:, None], 59000.0 + np.arange(20))
    for measure in (measure_forced, measure_aperture):
        measured, error = measure(sequence)
        np.testing.assert_allclose(measured / measured[-1], flux / flux[-1], rtol=0.15)
        assert (error > 0).all()
