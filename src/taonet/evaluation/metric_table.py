"""Every score: its name, its words, its definition and its formula, in one table.

To add a score, add an entry here. The JSON, the terminal, the page, the figures and the comparison
of methods take their scores, words and definitions from this table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float, Int

LEAST_PROBABILITY: Final = float(np.finfo(np.float64).eps)
"""What a smaller probability of the true class counts as in the log-loss, as in scikit-learn."""

# unseen objects may be the same for all resamples: one row for many
ByClass = Float[np.ndarray, "_ class"]
ByResample = Float[np.ndarray, " _"]
ByObject = Float[np.ndarray, " object"]

INTERVALS: Final = (
    "Intervals are 95 % intervals of the score on other objects of the same kind: in each resample "
    "the groups of tested objects are weighted by chance, and half an unseen object that is "
    "answered right and half one that is answered wrong are added, as Jeffreys' prior for a share "
    "does; they cover the choice of test objects, not the variation between trainings."
)
"""How scores are smoothed, and over what their intervals run."""


@dataclass(frozen=True, kw_only=True, eq=False)
class WeightedCounts:
    """What the formulas are given: weighted objects of many resamples at once.

    Parameters
    ----------
    confusion : array (resample, true, predicted)
        Weight of the tested objects, without unseen ones: a formula that takes it mixes it with
        none of the smoothed numbers below.
    class_hits, support, chosen : array (resample, class)
        Weight of the right answers, of the objects of a class, and of the answers that name it,
        with the unseen objects of means over classes.
    means : mapping
        Each score of `CLASS_METRICS`, smoothed for means over classes: arrays (resample, class);
        NaN for a class without objects.
    hits, seen, total : array (resample,)
        Weight of the right answers, with unseen ones; of the tested objects; of these and the
        unseen ones.
    losses : mapping
        Each of `LOSSES`, as a mean over objects: arrays (resample,).
    gaps : array (resample, bin)
        By how much answers are right more often than their confidence, in each bin of confidence:
        see `taonet.evaluation.calibration_error.Gaps`.
    """

    confusion: Float[np.ndarray, "resample true predicted"]
    class_hits: ByClass
    support: ByClass
    chosen: ByClass
    means: Mapping[str, ByClass]
    hits: ByResample
    seen: ByResample
    total: ByResample
    losses: Mapping[str, ByResample]
    gaps: Float[np.ndarray, "resample bin"]


@dataclass(frozen=True, kw_only=True)
class ClassMetric:
    """A score of one class.

    Parameters
    ----------
    name : str
        The key in JSON.
    words : str
        The heading in tables.
    definition : str
        A phrase for the page.
    formula : function, optional
        From the weights of a class's right answers, of its objects, and of the answers that name
        it. None for a score along the precision-recall curve: see
        `taonet.evaluation.scoring`.
    """

    name: str
    words: str
    definition: str
    formula: Callable[[ByClass, ByClass, ByClass], ByClass] | None


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A score of all classes together.

    Parameters
    ----------
    name : str
        The key in JSON.
    words, brief : str
        The heading in tables; a shorter one for differences and early scores, ``words`` if empty.
    definition : str
        A phrase for the page.
    formula : function
    lowest, highest : float
        What the score can be; axes of figures run over it.
    lower_is_better : bool
    in_scores : bool
        Whether `taonet.evaluation.scores.Scores` and its JSON have it; else it is for studies.
    on_page : bool
        Whether the page has a column for it.
    compared : bool
        Whether the terminal and cards have a column for it, and its difference between methods
        and its values after fewer epochs are stated. Methods are sorted by the first such score:
        put a new one after it.
    """

    name: str
    words: str
    definition: str
    formula: Callable[[WeightedCounts], ByResample]
    brief: str = ""
    lowest: float = 0.0
    highest: float = 1.0
    lower_is_better: bool = False
    in_scores: bool = True
    on_page: bool = False
    compared: bool = False

    @property
    def short(self) -> str:
        """The shorter heading."""
        return self.brief or self.words

    def evaluate(self, counts: WeightedCounts) -> ByResample:
        """Return the score of each resample, within what it can be.

        Unseen objects that are missed and answers that wrongly name a class are added each on its
        own, so that a formula of both can end a little beyond.
        """
        return np.asarray(np.clip(self.formula(counts), self.lowest, self.highest))


def _ratio(part: ByClass, total: ByClass) -> ByClass:
    return np.asarray(part / np.where(total > 0, total, 1))


def _mean(name: str) -> Callable[[WeightedCounts], ByResample]:
    return lambda counts: np.asarray(np.nanmean(counts.means[name], axis=1))


def _spread(name: str) -> Callable[[WeightedCounts], ByResample]:
    return lambda counts: np.asarray(np.nanstd(counts.means[name], axis=1))


def _loss(name: str) -> Callable[[WeightedCounts], ByResample]:
    return lambda counts: counts.losses[name]


def _weighted_f1(counts: WeightedCounts) -> ByResample:
    support = counts.confusion.sum(axis=2)
    return np.asarray(np.nansum(counts.means["f1"] * support, axis=1) / counts.seen)


def _brier_loss(
    truth: Int[np.ndarray, " object"], probabilities: Float[np.ndarray, "object class"]
) -> ByObject:
    off = probabilities - np.eye(probabilities.shape[1])[truth]
    return np.asarray((off**2).sum(axis=1))


def _log_loss(
    truth: Int[np.ndarray, " object"], probabilities: Float[np.ndarray, "object class"]
) -> ByObject:
    true = probabilities[np.arange(len(truth)), truth]
    return np.asarray(-np.log(np.maximum(true, LEAST_PROBABILITY)))


LOSSES: Final = {"brier": _brier_loss, "log_loss": _log_loss}
"""What single answers lose, from the true labels and the probabilities."""

CLASS_METRICS: Final = (
    ClassMetric(
        name="precision",
        words="precision",
        definition="share of the answers naming a class that are right",
        formula=lambda hits, _, chosen: _ratio(hits, chosen),
    ),
    ClassMetric(
        name="recall",
        words="recall",
        definition="share of the objects of a class that are answered right",
        formula=lambda hits, support, _: _ratio(hits, support),
    ),
    ClassMetric(
        name="f1",
        words="F1 at arg-max",
        definition="harmonic mean of precision and recall, where the answer is the most probable "
        "class (the arg-max of the probabilities)",
        formula=lambda hits, support, chosen: _ratio(2 * hits, support + chosen),
    ),
    ClassMetric(
        name="max_f1",
        words="max F1",
        definition="highest F1 on the precision-recall curve of a class against the rest, as the "
        "light-curve paper of the same survey prints it (MANTRA, arXiv 2006.13163); the threshold "
        "is chosen on the scored objects themselves, which flatters: do not compare it with F1 at "
        "arg-max",
        formula=None,
    ),
)
"""Scores of each class, at the most probable class where nothing else is stated."""

METRICS: Final = (
    Metric(
        name="macro_precision",
        words="macro precision",
        definition="mean of the precisions of the classes present",
        formula=_mean("precision"),
    ),
    Metric(
        name="macro_recall",
        words="macro recall",
        definition="mean of the recalls of the classes present",
        formula=_mean("recall"),
        on_page=True,
        compared=True,
    ),
    Metric(
        name="macro_f1",
        words="macro F1 at arg-max",
        brief="macro F1",
        definition="mean of the F1 of the classes present, not the F1 of the mean precision and "
        "recall (Opitz & Burst 2019, arXiv 1911.03347)",
        formula=_mean("f1"),
        on_page=True,
        compared=True,
    ),
    Metric(
        name="macro_max_f1",
        words="macro max F1",
        definition="mean of the max F1 of the classes present",
        formula=_mean("max_f1"),
        on_page=True,
    ),
    Metric(
        name="spread_f1",
        words="spread of F1",
        definition="standard deviation of F1 between the classes (divided by their number)",
        formula=_spread("f1"),
    ),
    Metric(
        name="spread_max_f1",
        words="spread of max F1",
        definition="the same of max F1",
        formula=_spread("max_f1"),
    ),
    Metric(
        name="weighted_f1",
        words="weighted F1",
        definition="mean of F1 over objects, each counting with the F1 of its true class",
        formula=_weighted_f1,
        # printed by older papers, but the class mix of the sample decides it
        in_scores=False,
    ),
    Metric(
        name="accuracy",
        words="accuracy",
        definition="share of all answers that are right",
        formula=lambda counts: counts.hits / counts.total,
        on_page=True,
    ),
    Metric(
        name="brier",
        words="Brier score",
        definition="mean over objects of the summed squared differences between probabilities and "
        "truth, from 0 to 2 (Brier 1950, Mon. Weather Rev. 78, 1)",
        formula=_loss("brier"),
        highest=2.0,
        lower_is_better=True,
        on_page=True,
    ),
    Metric(
        name="log_loss",
        words="log-loss",
        definition="mean over objects of −ln of the probability of the true class; where that is "
        "below 2.2e-16 it counts as 2.2e-16, as in scikit-learn",
        formula=_loss("log_loss"),
        highest=float(-np.log(LEAST_PROBABILITY)),
        lower_is_better=True,
        on_page=True,
    ),
    Metric(
        name="ece",
        words="expected calibration error (ECE)",
        brief="ECE",
        definition="mean distance between confidence (the highest "
        "probability) and the share of right answers in ten equal bins of confidence (Guo et al. "
        "2017, arXiv 1706.04599); biased upwards where objects are few, so its interval comes from "
        "inverting a test and begins at 0 where chance alone explains the error",
        formula=lambda counts: np.abs(counts.gaps).sum(axis=1),
        lower_is_better=True,
        on_page=True,
    ),
)
"""Scores of all classes together; those of `Scores` in the order of its JSON."""

PER_CLASS: Final = tuple(metric.name for metric in CLASS_METRICS)
OVERALL: Final = tuple(metric.name for metric in METRICS if metric.in_scores)
"""The names of the scores that `taonet.evaluation.scores.Scores` has."""

ON_PAGE: Final = tuple(metric for metric in METRICS if metric.on_page)
COMPARED: Final = tuple(metric for metric in METRICS if metric.compared)
BY_NAME: Final = {metric.name: metric for metric in METRICS}

EARLY: Final = BY_NAME["macro_f1"]
"""The score by which early answers of several methods are compared in tables."""


def compared_in(scores: Mapping[str, Mapping[str, object]]) -> tuple[Metric, ...]:
    """Return those of `COMPARED` that all methods have; scores of earlier versions may lack one.

    Parameters
    ----------
    scores : mapping
        By method, its scores by name.
    """
    return tuple(m for m in COMPARED if all(m.name in own for own in scores.values()))
