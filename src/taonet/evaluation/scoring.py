"""Every score of a set of answers, for many resamples at once.

A resample of objects is a row of weights (how much each object counts), so one pass over sorted
answers scores all resamples: nothing is drawn, sorted or counted twice.
`taonet.evaluation.metric_table` defines the scores.
"""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float, Int

from taonet.evaluation.bootstrap_weights import UnseenObjects
from taonet.evaluation.calibration_error import Gaps
from taonet.evaluation.metric_table import (
    CLASS_METRICS,
    LOSSES,
    METRICS,
    ByClass,
    WeightedCounts,
)

ScoreArrays = Mapping[str, Float[np.ndarray, "..."]]
"""By score: an array (resample,), or (resample, class) for those of each class."""


class Scoring:
    """The scores of a set of answers; what does not depend on the weights is computed once."""

    def __init__(
        self, truth: Int[np.ndarray, " object"], probabilities: Float[np.ndarray, "object class"]
    ) -> None:
        self.n_classes = probabilities.shape[1]
        self.predicted = probabilities.argmax(axis=1)
        self.cell = np.eye(self.n_classes**2)[truth * self.n_classes + self.predicted]
        self.gaps = Gaps(truth, probabilities)
        second = np.argsort(-probabilities, axis=1, kind="stable")[:, :2][:, -1]
        self.losses = _losses(truth, probabilities)
        # what a typical answer loses where it is right, and where another class is
        self.loss_right = _losses(self.predicted, probabilities).mean(axis=0)
        self.loss_missed = _losses(second, probabilities).mean(axis=0)
        self.curves = [
            (*_descending_order(probabilities[:, label]), truth == label)
            for label in range(self.n_classes)
        ]

    def __call__(
        self, weight: Float[np.ndarray, "resample object"], unseen: UnseenObjects
    ) -> ScoreArrays:
        """Score resamples: all of `CLASS_METRICS` and `METRICS`.

        ``gaps`` are the mean gaps by bin, which the calibration error is made of;
        ``max_f1_unsmoothed`` is the max F1 of each class without what is unseen.
        """
        confusion = (weight @ self.cell).reshape(-1, self.n_classes, self.n_classes)
        per_class, means = scores_of_classes(confusion, unseen)
        per_class["max_f1"], means["max_f1"], unsmoothed = self._max_f1(weight, unseen)
        counts = self._counts(weight, unseen, confusion, means)
        return {
            **per_class,
            **{metric.name: metric.evaluate(counts) for metric in METRICS},
            "gaps": counts.gaps,
            "max_f1_unsmoothed": unsmoothed,
        }

    def _counts(
        self,
        weight: Float[np.ndarray, "resample object"],
        unseen: UnseenObjects,
        confusion: Float[np.ndarray, "resample true predicted"],
        means: Mapping[str, ByClass],
    ) -> WeightedCounts:
        seen = weight.sum(axis=1)
        extra = unseen.all_right + unseen.all_missed
        total = seen + extra
        losses = (
            weight @ self.losses
            + unseen.all_right[:, None] * self.loss_right
            + unseen.all_missed[:, None] * self.loss_missed
        ) / total[:, None]
        return WeightedCounts(
            confusion=confusion,
            class_hits=np.diagonal(confusion, axis1=1, axis2=2) + unseen.mean_right,
            support=confusion.sum(axis=2) + unseen.mean_right + unseen.mean_missed,
            chosen=confusion.sum(axis=1) + unseen.mean_right + unseen.mean_wrong,
            means=means,
            hits=np.trace(confusion, axis1=1, axis2=2) + unseen.all_right,
            seen=seen,
            total=total,
            losses={name: losses[:, i] for i, name in enumerate(LOSSES)},
            gaps=self.gaps(weight, unseen),
        )

    def _max_f1(
        self, weight: Float[np.ndarray, "resample object"], unseen: UnseenObjects
    ) -> tuple[ByClass, ByClass, ByClass]:
        best = np.full((3, len(weight), self.n_classes), np.nan)
        for label, (order, last, positive) in enumerate(self.curves):
            if not positive.any():
                continue
            ordered = weight[:, order]
            hits = np.cumsum(ordered * positive[order], axis=1)[:, last]
            selected = np.cumsum(ordered, axis=1)[:, last]
            support = hits[:, -1:]
            f1 = 2 * hits / (support + selected)
            place = f1.argmax(axis=1)[:, None]
            best[2, :, label] = np.take_along_axis(f1, place, 1)[:, 0]
            hit, selection = (
                np.take_along_axis(count, place, 1)[:, 0] for count in (hits, selected)
            )
            parts = (
                (unseen.right, unseen.missed, unseen.wrong),
                (unseen.mean_right, unseen.mean_missed, unseen.mean_wrong),
            )
            for k, part in enumerate(parts):
                right, missed, wrong = (each[:, label] for each in part)
                total = support[:, 0] + selection + 2 * right + missed + wrong
                best[k, :, label] = 2 * (hit + right) / total
        return best[0], best[1], best[2]


def scores_of_classes(
    confusion: Float[np.ndarray, "resample true predicted"], unseen: UnseenObjects
) -> tuple[dict[str, ByClass], dict[str, ByClass]]:
    """Return the scores of each class: smoothed for itself, and smoothed for means over classes.

    A class with objects that is never predicted scores 0; one without objects has no score.
    """
    by_class = _confusion_scores(confusion, unseen.right, unseen.missed, unseen.wrong)
    means = (unseen.mean_right, unseen.mean_missed, unseen.mean_wrong)
    return by_class, _confusion_scores(confusion, *means)


def _confusion_scores(
    confusion: Float[np.ndarray, "resample true predicted"],
    right: ByClass,
    missed: ByClass,
    wrong: ByClass,
) -> dict[str, ByClass]:
    met = confusion.sum(axis=2) > 0
    hits = np.diagonal(confusion, axis1=1, axis2=2) + right
    support = confusion.sum(axis=2) + right + missed
    predicted = confusion.sum(axis=1) + right + wrong
    return {
        metric.name: np.where(met, metric.formula(hits, support, predicted), np.nan)
        for metric in CLASS_METRICS
        if metric.formula is not None
    }


def _descending_order(
    values: Float[np.ndarray, " object"],
) -> tuple[Int[np.ndarray, " object"], Int[np.ndarray, " threshold"]]:
    # a threshold cannot cut between equal probabilities: only the last of each run counts
    order = np.argsort(-values, kind="stable")
    ordered = values[order]
    last = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
    return order, last


def _losses(
    truth: Int[np.ndarray, " object"], probabilities: Float[np.ndarray, "object class"]
) -> Float[np.ndarray, "object loss"]:
    """Return what each answer loses, by each of `LOSSES`."""
    return np.stack([loss(truth, probabilities) for loss in LOSSES.values()], axis=1)
