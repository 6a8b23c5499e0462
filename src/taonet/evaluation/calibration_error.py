"""The expected calibration error (ECE) of a sample, and an interval for the true one.

A sample of calibrated answers never has an error of 0, and its resamples have larger errors still:
an error is an absolute value, and absolute values do not cancel. Percentiles of resampled errors
therefore miss the true error. Instead, for each candidate value of the true error, the share of
samples with a smaller error than this one is computed.
"""

from typing import Final

import numpy as np
from jaxtyping import Float, Int
from scipy.special import ndtri

from taonet.evaluation.bootstrap_weights import UnseenObjects
from taonet.evaluation.intervals import LEVEL, Interval, interval

ECE_BINS: Final = 10
"""Equal-width bins of the highest probability, for the ECE and the reliability diagram."""

_STEPS: Final = 20
"""True errors that are tried; twice as many near the sample's own."""


def confidence_bins(
    probabilities: Float[np.ndarray, "object class"],
) -> Int[np.ndarray, " object"]:
    """Return the bin of each answer's highest probability: ``ECE_BINS`` of equal width."""
    top = probabilities.max(axis=1)
    return np.asarray(np.minimum((top * ECE_BINS).astype(np.int64), ECE_BINS - 1))


class Gaps:
    """By how much answers are right more often than their confidence, in each bin of confidence.

    The sizes of these gaps add up to the calibration error.
    """

    def __init__(
        self, truth: Int[np.ndarray, " object"], probabilities: Float[np.ndarray, "object class"]
    ) -> None:
        top = probabilities.max(axis=1)
        inside = np.eye(ECE_BINS)[confidence_bins(probabilities)]
        right = probabilities.argmax(axis=1) == truth
        self.by_bin = inside * (right - top)[:, None]
        # an unseen answer has the confidence of a tested one
        self.share, self.confidence = inside.mean(axis=0), (inside * top[:, None]).mean(axis=0)

    def __call__(
        self, weight: Float[np.ndarray, "resample object"], unseen: UnseenObjects
    ) -> Float[np.ndarray, "resample bin"]:
        """Return the mean gap of each bin; their sizes add up to the error."""
        right, missed = unseen.all_right[:, None], unseen.all_missed[:, None]
        total = weight.sum(axis=1)[:, None] + right + missed
        more = right * (self.share - self.confidence) - missed * self.confidence
        return np.asarray((weight @ self.by_bin + more) / total)


def true_errors(
    gaps: Float[np.ndarray, " bin"], resampled_gaps: Float[np.ndarray, "resample bin"]
) -> Float[np.ndarray, " resample"]:
    """Return possible values of the true error, distributed as the sample suggests.

    The distribution comes from inverting a test (a confidence distribution: Schweder & Hjort
    2002, Scand. J. Stat. 29, 309): the chance that the true error is below *t* is the chance that
    answers with the sample's gaps shrunk to an error of *t* have a larger error than the sample,
    with the scatter of the resamples. If chance alone often gives a larger error, a share of the
    distribution is at 0. Ranks
    are those of the resampled errors, so that two methods' errors stay paired.

    Parameters
    ----------
    gaps : array (bin,)
        Those of the sample; see `Gaps`.
    resampled_gaps : array (resample, bin)
        The same of each resample.
    """
    resampled: Float[np.ndarray, " resample"] = np.abs(resampled_gaps).sum(axis=1)
    error, scatter = float(np.abs(gaps).sum()), resampled_gaps - gaps
    if error == 0:
        return resampled
    spread = float(np.sqrt((scatter**2).sum(axis=1).mean()))
    near = error + spread * np.linspace(-4, 8, 2 * _STEPS)
    candidates = np.unique([0.0, *(error * np.geomspace(0.02, 1, _STEPS)), *near[near > 0]])
    # minus the scatter: where resamples are biased upwards, so is the sample against the truth
    worse = [np.mean(np.abs(t / error * gaps - scatter).sum(axis=1) > error) for t in candidates]
    below = np.maximum.accumulate(worse)
    rank = (np.argsort(np.argsort(resampled, kind="stable"), kind="stable") + 0.5) / len(
        resampled_gaps
    )
    errors = np.interp(rank, below + 1e-12 * np.arange(len(below)), candidates)
    errors = np.where(rank <= below[0], 0.0, errors)
    # an error is never less than the mean gap, whose percentiles hold for few answers too
    least = np.quantile(np.abs(resampled_gaps.sum(axis=1)), rank)
    return np.where(rank > 0.5, np.maximum(errors, least), errors)


def error_interval(
    value: float, resampled: Float[np.ndarray, " resample"], *, chance: float
) -> Interval:
    """Return the interval of a calibration error: from 0 where chance alone explains the error.

    Parameters
    ----------
    resampled : array (resample,)
        From `true_errors`.
    chance : float
        From `error_by_chance`.
    """
    percentiles = interval(value, resampled)
    return Interval(
        value=value, low=0.0 if value <= chance else percentiles.low, high=percentiles.high
    )


def error_by_chance(
    probabilities: Float[np.ndarray, "object class"], groups: Int[np.ndarray, " object"]
) -> float:
    """Return the calibration error that perfectly calibrated answers stay below, 19 times in 20.

    Each bin's gap is then a normal number of known variance (Bröcker & Smith 2007, Weather and
    Forecasting 22, 651); its size is half-normal, and sizes add up. Objects of one group count as
    right or wrong together.
    """
    top = probabilities.max(axis=1)
    place = groups * ECE_BINS + confidence_bins(probabilities)
    # probabilities of few digits may lie a little above 1
    scatter = np.sqrt(np.maximum(top * (1 - top), 0))
    scatter_by_group = np.bincount(place, scatter, (int(groups.max()) + 1) * ECE_BINS)
    variance = (scatter_by_group.reshape(-1, ECE_BINS) ** 2).sum(axis=0) / len(top) ** 2
    mean = np.sqrt(2 * variance / np.pi).sum()
    return float(mean + ndtri(LEVEL) * np.sqrt((variance * (1 - 2 / np.pi)).sum()))
