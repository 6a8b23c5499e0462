"""Every score of a set of answers, for many bootstrap resamples at once.

A resample of objects is a row of weights (how often each object was drawn), so one pass over
sorted answers scores all resamples: nothing is drawn, sorted or counted twice.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.special import ndtr, ndtri

from taonet.errors import InputError

ECE_BINS = 10
"""Equal-width bins of the highest probability, for the ECE and the reliability diagram."""

LEVEL = 0.95
"""Coverage of every interval."""

PER_CLASS = ("precision", "recall", "f1", "max_f1")
"""Scores of each class."""

OVERALL = (
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

_CHUNK = 2_000_000  # weights held at once: 16 MB

Scored = Mapping[str, Float[np.ndarray, "..."]]
"""By score: an array (resample,), or (resample, class) for those of each class."""


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A number and its 95 % bootstrap interval.

    Parameters
    ----------
    value, low, high : float
    """

    value: float
    low: float
    high: float

    def to_dict(self) -> dict[str, float | None]:
        """Return a JSON-able form: None where there is no number."""
        numbers = {"value": self.value, "low": self.low, "high": self.high}
        return {name: x if np.isfinite(x) else None for name, x in numbers.items()}

    def __format__(self, spec: str) -> str:
        spec = spec or ".3f"
        return f"{self.value:{spec}} [{self.low:{spec}}, {self.high:{spec}}]"


@dataclass(frozen=True, kw_only=True, eq=False)
class Resamples:
    """The scores of a set of answers and of its bootstrap resamples.

    Parameters
    ----------
    point : mapping
        By score, arrays ``(1,)`` or ``(1, class)``: what the answers themselves score.
    drawn : mapping
        The same for every resample: ``(resample,)`` or ``(resample, class)``.
    ece_by_chance : float
        See `error_by_chance`.
    """

    point: Scored
    drawn: Scored
    ece_by_chance: float

    def interval(self, name: str, label: int | None = None) -> Interval:
        """Return one score with its interval; ``label`` picks the class of a per-class one."""
        point, drawn = self.point[name][0], self.drawn[name]
        if name == "ece":
            return error_interval(float(point), drawn, chance=self.ece_by_chance)
        if label is None:
            return interval(float(point), drawn)
        return interval(float(point[label]), drawn[:, label])


def resample(
    truth: Int[np.ndarray, " object"],
    probabilities: Float[np.ndarray, "object class"],
    *,
    n_bootstrap: int,
    seed: int,
) -> Resamples:
    """Score a set of answers and its bootstrap resamples.

    Objects are drawn with replacement, whatever their class (no strata: the class mix of a
    sample is itself a matter of chance). A class that a resample happens to miss has no score
    in it and is left out of its macro means. The same seed and number of objects give the same
    draws, so that two methods answering for the same objects are compared pair by pair.
    """
    if n_bootstrap < 1:
        raise InputError("a bootstrap needs at least one resample", got=n_bootstrap)
    scoring = _Scoring(truth, probabilities)
    chunks = [scoring(weight) for weight in weights(len(truth), n_bootstrap, seed=seed)]
    drawn = {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}
    return Resamples(
        point=scoring(np.ones((1, len(truth)))),
        drawn=drawn,
        ece_by_chance=error_by_chance(probabilities),
    )


def weights(
    n_objects: int, n_bootstrap: int, *, seed: int
) -> Iterator[Float[np.ndarray, "resample {n_objects}"]]:
    """Yield how often each object is drawn in each resample, in chunks of bounded memory."""
    rng = np.random.default_rng(seed)
    at_once = max(1, _CHUNK // n_objects)
    for start in range(0, n_bootstrap, at_once):
        n = min(at_once, n_bootstrap - start)
        drawn = rng.integers(n_objects, size=(n, n_objects)) + n_objects * np.arange(n)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=n * n_objects)
        yield counts.reshape(n, n_objects).astype(np.float64)


def interval(value: float, drawn: Float[np.ndarray, " resample"]) -> Interval:
    """Return the bias-corrected percentile interval (Efron 1981, Can. J. Stat. 9, 139).

    Resamples of few objects look less calibrated (ECE) and more separable (max F1) than the
    sample they are drawn from; the correction shifts the percentiles back. Resamples without a
    score (NaN) do not count.
    """
    known = drawn[np.isfinite(drawn)]
    if not len(known):
        return Interval(value=value, low=float("nan"), high=float("nan"))
    below = np.mean(known < value) + np.mean(known == value) / 2
    edge = 0.5 / len(known)
    shift = ndtri(np.clip(below, edge, 1 - edge))
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(known, ndtr(2 * shift + ndtri([tail, 1 - tail])))
    return Interval(value=value, low=float(low), high=float(high))


def error_interval(
    value: float, drawn: Float[np.ndarray, " resample"], *, chance: float
) -> Interval:
    """Return the pivotal interval of a calibration error (Davison & Hinkley 1997, ch. 5.2).

    A resample has the chance of the sample and its own, so it looks less calibrated still, often
    in every draw; percentiles, corrected or not, then miss the truth. As much as resamples lie
    above the sample, the sample is taken to lie above the truth. The interval is stretched to the
    number itself, and to 0 where honest answers would look as bad.

    Parameters
    ----------
    chance : float
        From `error_by_chance`.
    """
    tail = (1 - LEVEL) / 2
    low, high = 2 * value - np.quantile(drawn, [1 - tail, tail])
    low = 0.0 if value <= chance else max(0.0, float(low))
    return Interval(value=value, low=low, high=max(value, float(high)))


def error_by_chance(probabilities: Float[np.ndarray, "object class"]) -> float:
    """Return the calibration error that perfectly honest answers stay below, 19 times in 20.

    Each bin's gap is then a normal number of known variance (Bröcker & Smith 2007, Weather and
    Forecasting 22, 651); its size is half-normal, and sizes add up.
    """
    top = probabilities.max(axis=1)
    variance = np.bincount(confidence_bins(probabilities), top * (1 - top)) / len(top) ** 2
    mean = np.sqrt(2 * variance / np.pi).sum()
    return float(mean + ndtri(LEVEL) * np.sqrt((variance * (1 - 2 / np.pi)).sum()))


def wilson(hits: int, n: int) -> tuple[float, float, float]:
    """Return a share and its 95 % interval (Wilson 1927, J. Am. Stat. Assoc. 22, 209).

    It is sane for few objects and for shares near 0 or 1.
    """
    z2 = 1.96**2
    share = hits / n
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = 1.96 * np.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return share, float(centre - half), float(centre + half)


def confidence_bins(
    probabilities: Float[np.ndarray, "object class"],
) -> Int[np.ndarray, " object"]:
    """Return the bin of each answer's highest probability: ``ECE_BINS`` of equal width."""
    top = probabilities.max(axis=1)
    return np.asarray(np.minimum((top * ECE_BINS).astype(np.int64), ECE_BINS - 1))


class _Scoring:
    """What scoring needs of the answers, worked out once for all resamples."""

    def __init__(
        self, truth: Int[np.ndarray, " object"], probabilities: Float[np.ndarray, "object class"]
    ) -> None:
        self.n_classes = probabilities.shape[1]
        predicted = probabilities.argmax(axis=1)
        self.cell = np.eye(self.n_classes**2)[truth * self.n_classes + predicted]
        self.means = np.stack([_brier(truth, probabilities), _log_loss(truth, probabilities)], 1)
        gap = (predicted == truth) - probabilities.max(axis=1)
        self.bin_gap = np.eye(ECE_BINS)[confidence_bins(probabilities)] * gap[:, None]
        self.curves = [
            (*_descending(probabilities[:, label]), truth == label)
            for label in range(self.n_classes)
        ]

    def __call__(self, weight: Float[np.ndarray, "resample object"]) -> Scored:
        total = weight.sum(axis=1)
        confusion = (weight @ self.cell).reshape(-1, self.n_classes, self.n_classes)
        brier, log_loss = (weight @ self.means / total[:, None]).T
        per_class = _from_confusion(confusion)
        per_class["max_f1"] = self._max_f1(weight)
        return {
            **per_class,
            **{f"macro_{name}": np.nanmean(per_class[name], axis=1) for name in PER_CLASS},
            "weighted_f1": np.nansum(per_class["f1"] * confusion.sum(axis=2), axis=1) / total,
            "spread_f1": np.nanstd(per_class["f1"], axis=1),
            "spread_max_f1": np.nanstd(per_class["max_f1"], axis=1),
            "accuracy": np.trace(confusion, axis1=1, axis2=2) / total,
            "brier": brier,
            "log_loss": log_loss,
            "ece": np.abs(weight @ self.bin_gap).sum(axis=1) / total,
        }

    def _max_f1(
        self, weight: Float[np.ndarray, "resample object"]
    ) -> Float[np.ndarray, "resample class"]:
        best = np.full((len(weight), self.n_classes), np.nan)
        for label, (order, last, positive) in enumerate(self.curves):
            ordered = weight[:, order]
            hits = np.cumsum(ordered * positive[order], axis=1)
            chosen = np.cumsum(ordered, axis=1)[:, last]
            met = hits[:, -1] > 0
            f1 = 2 * hits[met][:, last] / (hits[met, -1:] + chosen[met])
            best[met, label] = f1.max(axis=1)
        return best


def _descending(
    values: Float[np.ndarray, " object"],
) -> tuple[Int[np.ndarray, " object"], Int[np.ndarray, " threshold"]]:
    # a threshold cannot cut between equal probabilities: only the last of each run counts
    order = np.argsort(-values, kind="stable")
    ordered = values[order]
    last = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
    return order, last


def _from_confusion(
    confusion: Float[np.ndarray, "resample true predicted"],
) -> dict[str, Float[np.ndarray, "resample class"]]:
    support, chosen = confusion.sum(axis=2), confusion.sum(axis=1)
    hits = np.diagonal(confusion, axis1=1, axis2=2)
    # a class that is met but never predicted scores 0; one that is not met has no score
    found = {
        "precision": hits / np.maximum(chosen, 1),
        "recall": hits / np.maximum(support, 1),
        "f1": 2 * hits / np.maximum(chosen + support, 1),
    }
    return {name: np.where(support > 0, score, np.nan) for name, score in found.items()}


def _brier(
    truth: Int[np.ndarray, " object"], probabilities: Float[np.ndarray, "object class"]
) -> Float[np.ndarray, " object"]:
    off = probabilities - np.eye(probabilities.shape[1])[truth]
    return np.asarray((off**2).sum(axis=1))


def _log_loss(
    truth: Int[np.ndarray, " object"], probabilities: Float[np.ndarray, "object class"]
) -> Float[np.ndarray, " object"]:
    chosen = probabilities[np.arange(len(truth)), truth]
    return np.asarray(-np.log(np.maximum(chosen, np.finfo(np.float64).eps)))
