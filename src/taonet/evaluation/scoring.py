"""Every score of a set of answers, for many resamples at once.

A resample of objects is a row of weights (how much each object counts), so one pass over sorted
answers scores all resamples: nothing is drawn, sorted or counted twice.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from jaxtyping import Float, Int

from taonet.evaluation.calibration_error import Gaps
from taonet.evaluation.smoothing import UnseenObjects

PER_CLASS: Final = ("precision", "recall", "f1", "max_f1")
"""Scores of each class."""

OVERALL: Final = (
    "macro_precision",
    "macro_recall",
    "macro_f1",
    "macro_max_f1",
    "spread_f1",
    "spread_max_f1",
    "accuracy",
    "brier",
    "log_loss",
    "ece",
)
"""Scores of all classes together."""

ScoreArrays = Mapping[str, Float[np.ndarray, "..."]]
"""By score: an array (resample,), or (resample, class) for those of each class."""

_ByClass = Float[np.ndarray, "_ class"]


class Scoring:
    """What scoring needs of the answers, worked out once for all resamples."""

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
        """Score resamples.

        ``gaps`` are the mean gaps by bin, which the ECE is made of; ``chosen_f1`` is the max F1 of
        each class without what is unseen.
        """
        confusion = (weight @ self.cell).reshape(-1, self.n_classes, self.n_classes)
        seen = weight.sum(axis=1)
        extra = unseen.all_right + unseen.all_missed
        total = seen + extra
        per_class, for_means = scores_of_classes(confusion, unseen)
        per_class["max_f1"], for_means["max_f1"], chosen_f1 = self._max_f1(weight, unseen)
        support = confusion.sum(axis=2)
        losses = (
            weight @ self.losses
            + unseen.all_right[:, None] * self.loss_right
            + unseen.all_missed[:, None] * self.loss_missed
        ) / total[:, None]
        hits = np.trace(confusion, axis1=1, axis2=2) + unseen.all_right
        return {
            **per_class,
            **{f"macro_{name}": np.nanmean(for_means[name], axis=1) for name in PER_CLASS},
            "weighted_f1": np.nansum(for_means["f1"] * support, axis=1) / seen,
            "spread_f1": np.nanstd(for_means["f1"], axis=1),
            "spread_max_f1": np.nanstd(for_means["max_f1"], axis=1),
            "accuracy": hits / total,
            "brier": losses[:, 0],
            "log_loss": losses[:, 1],
            "gaps": self.gaps(weight, unseen),
            "chosen_f1": chosen_f1,
        }

    def _max_f1(
        self, weight: Float[np.ndarray, "resample object"], unseen: UnseenObjects
    ) -> tuple[_ByClass, _ByClass, _ByClass]:
        best = np.full((3, len(weight), self.n_classes), np.nan)
        for label, (order, last, positive) in enumerate(self.curves):
            if not positive.any():
                continue
            ordered = weight[:, order]
            hits = np.cumsum(ordered * positive[order], axis=1)[:, last]
            chosen = np.cumsum(ordered, axis=1)[:, last]
            support = hits[:, -1:]
            f1 = 2 * hits / (support + chosen)
            place = f1.argmax(axis=1)[:, None]
            best[2, :, label] = np.take_along_axis(f1, place, 1)[:, 0]
            hit, said = (np.take_along_axis(found, place, 1)[:, 0] for found in (hits, chosen))
            parts = (
                (unseen.right, unseen.missed, unseen.wrong),
                (unseen.mean_right, unseen.mean_missed, unseen.mean_wrong),
            )
            for k, part in enumerate(parts):
                right, missed, wrong = (each[:, label] for each in part)
                both = support[:, 0] + said + 2 * right + missed + wrong
                best[k, :, label] = 2 * (hit + right) / both
        return best[0], best[1], best[2]


def scores_of_classes(
    confusion: Float[np.ndarray, "resample true predicted"], unseen: UnseenObjects
) -> tuple[dict[str, _ByClass], dict[str, _ByClass]]:
    """Return precision, recall and F1 of each class: for itself, and to be averaged over classes.

    A class that is met but never predicted scores 0; one that is not met has no score.
    """
    found = _confusion_scores(confusion, unseen.right, unseen.missed, unseen.wrong)
    means = (unseen.mean_right, unseen.mean_missed, unseen.mean_wrong)
    return found, _confusion_scores(confusion, *means)


def _confusion_scores(
    confusion: Float[np.ndarray, "resample true predicted"],
    right: _ByClass,
    missed: _ByClass,
    wrong: _ByClass,
) -> dict[str, _ByClass]:
    met = confusion.sum(axis=2) > 0
    hits = np.diagonal(confusion, axis1=1, axis2=2) + right
    support = confusion.sum(axis=2) + right + missed
    chosen = confusion.sum(axis=1) + right + wrong
    found = {
        "precision": hits / np.where(chosen > 0, chosen, 1),
        "recall": hits / np.where(met, support, 1),
        "f1": 2 * hits / np.where(met, support + chosen, 1),
    }
    return {name: np.where(met, score, np.nan) for name, score in found.items()}


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
) -> Float[np.ndarray, "object 2"]:
    """Return the Brier score and the log-loss of each answer."""
    off = probabilities - np.eye(probabilities.shape[1])[truth]
    chosen = probabilities[np.arange(len(truth)), truth]
    log_loss = -np.log(np.maximum(chosen, np.finfo(np.float64).eps))
    return np.stack([(off**2).sum(axis=1), log_loss], axis=1)
