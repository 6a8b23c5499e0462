"""Bootstrap scores and their intervals."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from taonet.errors import InputError
from taonet.evaluation.bootstrap_weights import Sample, UnseenObjects
from taonet.evaluation.calibration_error import (
    Gaps,
    error_by_chance,
    error_interval,
    true_errors,
)
from taonet.evaluation.intervals import Interval, interval
from taonet.evaluation.scoring import ScoreArrays, Scoring


@dataclass(frozen=True, kw_only=True, eq=False)
class Resamples:
    """The scores of a set of answers and of its bootstrap resamples.

    Parameters
    ----------
    point : mapping
        By score, arrays ``(1,)`` or ``(1, class)``: the scores of the answers themselves.
    drawn : mapping
        The same for every resample: ``(resample,)`` or ``(resample, class)``. Of ``ece`` these are
        possible values of the true error; see
        `taonet.evaluation.calibration_error.true_errors`.
    ece_by_chance : float
        See `taonet.evaluation.calibration_error.error_by_chance`.
    """

    point: ScoreArrays
    drawn: ScoreArrays
    ece_by_chance: float

    def interval(self, name: str, label: int | None = None) -> Interval:
        """Return one score with its interval; ``label`` picks the class of a per-class one."""
        point, resampled = self.point[name][0], self.drawn[name]
        if name == "ece":
            return error_interval(float(point), resampled, chance=self.ece_by_chance)
        if label is None:
            return interval(float(point), resampled)
        return interval(float(point[label]), resampled[:, label])

    def minus(self, other: "Resamples", name: str) -> Interval:
        """Return a score minus that of other answers for the same objects.

        Both must have been drawn with one seed.
        """
        value = float(self.point[name][0] - other.point[name][0])
        ours, theirs = self.drawn[name], other.drawn[name]
        percentiles = interval(value, ours - theirs)
        if name != "ece":
            return percentiles
        # an error that chance explains may be 0, and none is below 0
        high = interval(value, ours - theirs * (not other._by_chance)).high
        low = interval(value, ours * (not self._by_chance) - theirs).low
        return Interval(
            value=value, low=min(low, percentiles.low), high=max(high, percentiles.high)
        )

    @property
    def _by_chance(self) -> bool:
        return bool(self.point["ece"][0] <= self.ece_by_chance)


def resample(
    truth: Int[np.ndarray, " object"],
    probabilities: Float[np.ndarray, "object class"],
    *,
    n_bootstrap: int,
    seed: int,
    groups: Int[np.ndarray, " object"] | None = None,
) -> Resamples:
    """Score a set of answers and its bootstrap resamples.

    Groups of objects are drawn, whatever their classes (no strata: the class mix of a sample is
    itself a matter of chance), and smoothed by what was never seen: see `smoothing`. The same seed
    and objects give the same draws, so that two methods are compared pair by pair.

    Parameters
    ----------
    groups : array (object,), optional
        Objects of one group were sampled together; by default each is alone.
    """
    if n_bootstrap < 1:
        raise InputError("a bootstrap needs at least one resample", got=n_bootstrap)
    sample, scoring = _sample(truth, probabilities, groups), Scoring(truth, probabilities)
    unseen = sample.draw_unseen(n_bootstrap, scoring.predicted, seed=seed)
    chunks = [
        scoring(weight, part) for weight, part in sample.resamples(n_bootstrap, unseen, seed=seed)
    ]
    resampled_scores = {
        name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]
    }
    point = dict(scoring(np.ones((1, len(truth))), UnseenObjects.empty(sample.n_classes)))
    gaps, resampled = point.pop("gaps"), resampled_scores.pop("gaps")
    _correct_max_f1(point, resampled_scores)
    return Resamples(
        point=point,
        drawn={**resampled_scores, "ece": true_errors(gaps[0], resampled)},
        ece_by_chance=error_by_chance(probabilities, sample.groups),
    )


def _correct_max_f1(
    point: dict[str, Float[np.ndarray, "..."]], resampled: dict[str, Float[np.ndarray, "..."]]
) -> None:
    """Subtract from drawn max F1 what choosing thresholds adds, in the sample and each resample.

    The sample is assumed to lie as far above the truth as the resamples lie above the sample.
    """
    best_f1 = point.pop("max_f1_unsmoothed")[0]
    flattery = resampled.pop("max_f1_unsmoothed").mean(axis=0) - best_f1
    resampled["max_f1"] = np.clip(resampled["max_f1"] - 2 * flattery, 0, 1)
    resampled["macro_max_f1"] = np.clip(resampled["macro_max_f1"] - 2 * np.nanmean(flattery), 0, 1)


def calibration_error(
    truth: Int[np.ndarray, " object"],
    probabilities: Float[np.ndarray, "object class"],
    *,
    n_bootstrap: int,
    seed: int,
    groups: Int[np.ndarray, " object"] | None = None,
) -> Interval:
    """Return the calibration error alone: the same as from `resample`."""
    sample = _sample(truth, probabilities, groups)
    gaps, predicted = Gaps(truth, probabilities), probabilities.argmax(axis=1)
    unseen = sample.draw_unseen(n_bootstrap, predicted, seed=seed)
    resampled_gaps = np.concatenate(
        [gaps(weight, part) for weight, part in sample.resamples(n_bootstrap, unseen, seed=seed)]
    )
    mean_gaps = gaps.by_bin.mean(axis=0)
    chance = error_by_chance(probabilities, sample.groups)
    return error_interval(
        float(np.abs(mean_gaps).sum()), true_errors(mean_gaps, resampled_gaps), chance=chance
    )


def _sample(
    truth: Int[np.ndarray, " object"],
    probabilities: Float[np.ndarray, "object class"],
    groups: Int[np.ndarray, " object"] | None,
) -> Sample:
    numbers = np.arange(len(truth)) if groups is None else number_groups(groups)
    return Sample(truth=truth, groups=numbers, n_classes=probabilities.shape[1])


def wilson_interval(hits: float, n: float) -> tuple[float, float, float]:
    """Return a share and its 95 % interval (Wilson 1927, J. Am. Stat. Assoc. 22, 209).

    It holds for few objects and for shares near 0 or 1 too. Of objects that are not independent
    give the numbers that they are worth.
    """
    z2 = 1.96**2
    share = hits / n
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = 1.96 * np.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return share, float(centre - half), float(centre + half)


def number_groups(groups: Int[np.ndarray, " object"]) -> Int[np.ndarray, " object"]:
    """Number groups from 0 on by first appearance, so that draws do not depend on their names.

    Examples
    --------
    >>> number_groups(np.array([7, 3, 7])).tolist()
    [0, 1, 0]
    """
    _, first, number = np.unique(groups, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[number])
