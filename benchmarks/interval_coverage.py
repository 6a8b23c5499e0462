"""How often do the intervals of scores hold the truth? ``python interval_coverage.py``.

Answers with known chances of being right are simulated for test sets like those that are scored,
and the intervals that hold the true score are counted. Two methods answer for the same objects:
each object is hard for both, and where both are wrong they mostly name the same class. Prints a
line for each case and score; ± is the binomial standard error, and <-- marks what is not 0.92–0.98.
"""

import argparse
import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache, partial
from itertools import product

import numpy as np
from jaxtyping import Float, Int
from scipy.special import ndtr
from scipy.stats import beta

from taonet.evaluation.bootstrap_weights import UnseenObjects
from taonet.evaluation.calibration_error import ECE_BINS
from taonet.evaluation.intervals import Interval
from taonet.evaluation.resampling import resample
from taonet.evaluation.scores import difference_of
from taonet.evaluation.scoring import Scoring

COUNTS = {
    "hits": (46, 56, 38, 243),
    "ztf": (60, 17, 7, 37, 204, 37, 0),
    "crts": (315, 235, 127, 70, 56, 88, 194, 315),
}
"""Objects of each class: the sequences of HiTS that are tested; real alerts with a label; the test
rows of the published CRTS tables."""

VALUES = (0.5, 0.9, 0.96, 0.985)
"""True macro recalls of the better method."""

SURENESS = ((1.0, 1.0), (1.5, 1.0), (3.0, 1.5))
"""By how much each method is too sure: the power that odds are raised to; 1 is honest."""

UNEVEN = (1.0, 0.6, 1.4, 0.8, 1.2, 1.0, 0.6, 1.4)
"""How the classes' errors differ from the mean: some classes are hard."""

WORSE = 1.3
"""Errors of the second method, in those of the first."""

METHOD_CORRELATION = 0.8
"""Correlation of the normal numbers behind the two methods' confidence, and behind their luck."""

COMPARED = ("macro_recall", "macro_f1", "ece")

OTHERS = ("accuracy", "brier", "log_loss", "macro_max_f1")
"""Scores whose intervals are counted too; what is true of the last three, `MANY` objects say."""

MANY = 300_000


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is simulated.

    Parameters
    ----------
    counts : str
        Key of `COUNTS`.
    value : float
        Macro recall of the first method.
    sureness : pair of float
        See `SURENESS`.
    """

    counts: str
    value: float
    sureness: tuple[float, float] = (1.0, 1.0)

    @property
    def sizes(self) -> Int[np.ndarray, " class"]:
        return np.array(COUNTS[self.counts])

    def recalls(self, method: int) -> Float[np.ndarray, " class"]:
        """Return the true recall of each class; the mean over those present is the value."""
        present = self.sizes > 0
        uneven = np.array(UNEVEN[: len(self.sizes)])
        uneven /= uneven[present].mean()
        return 1 - (1 - self.value) * uneven * (WORSE if method else 1) ** (self.value > 0.5)


@cache
def confusions(n_classes: int) -> Float[np.ndarray, "true predicted"]:
    """Return what a wrong answer names: mostly a class near by."""
    apart = np.abs(np.subtract.outer(np.arange(n_classes), np.arange(n_classes)))
    chance = np.where(apart > 0, 0.5**apart, 0)
    return chance / chance.sum(axis=1, keepdims=True)


def chance_of_right(
    rank: Float[np.ndarray, " n"], recall: Float[np.ndarray, " n"], n_classes: int
) -> Float[np.ndarray, " n"]:
    """Return how probable it is that answers are right, by their rank in a class of some recall."""
    least = 1 / n_classes + 0.01
    mean = np.clip((recall - least) / (1 - least), 0.02, 1)
    return least + (1 - least) * beta.ppf(rank, 2 * mean, 2 * (1 - mean))


def said_confidence(
    chance: Float[np.ndarray, " n"], sureness: float, n_classes: int
) -> Float[np.ndarray, " n"]:
    """Return the highest probability that is stated where the answer is right with some chance."""
    others = (1 - chance) / (n_classes - 1)
    return chance**sureness / (chance**sureness + (n_classes - 1) * others**sureness)


@cache
def truths(case: Case, method: int) -> dict[str, float]:
    """Return what a method scores on a sample without end."""
    sizes, recalls = case.sizes, case.recalls(method)
    n_classes = len(sizes)
    present = sizes > 0
    right = np.zeros(n_classes)
    bins = np.zeros(ECE_BINS)
    ranks = (np.arange(100_000) + 0.5) / 100_000
    for label in np.flatnonzero(present):
        chance = chance_of_right(ranks, recalls[label], n_classes)
        said = said_confidence(chance, case.sureness[method], n_classes)
        right[label] = chance.mean()
        which = np.minimum((said * ECE_BINS).astype(int), ECE_BINS - 1)
        gap = np.bincount(which, chance - said, ECE_BINS) / len(ranks)
        bins += gap * sizes[label] / sizes.sum()
    confusion = np.diag(right) + (1 - right)[:, None] * confusions(n_classes)
    confusion *= sizes[:, None]
    f1 = 2 * np.diag(confusion) / np.maximum(confusion.sum(0) + confusion.sum(1), 1e-9)
    label, answers = simulate(case, np.random.default_rng(17), MANY)
    scored = Scoring(label, answers[method])(np.ones((1, MANY)), UnseenObjects.empty(n_classes))
    rare = rarest(case)
    return {
        **{name: float(scored[name][0]) for name in OTHERS},
        "macro_recall": float(right[present].mean()),
        "macro_f1": float(f1[present].mean()),
        "accuracy": float(np.diag(confusion).sum() / sizes.sum()),
        "ece": float(np.abs(bins).sum()),
        "rarest recall": float(right[rare]),
        "rarest f1": float(f1[rare]),
    }


def rarest(case: Case) -> int:
    """Return the label of the class with the fewest objects."""
    return int(np.where(case.sizes > 0, case.sizes, np.inf).argmin())


def simulate(
    case: Case, rng: np.random.Generator, count: int | None = None
) -> tuple[Int[np.ndarray, " object"], list[Float[np.ndarray, "object class"]]]:
    """Return true labels, and what two methods answer for the same objects."""
    n_classes, total = len(case.sizes), count or int(case.sizes.sum())
    truth = rng.choice(n_classes, size=total, p=case.sizes / case.sizes.sum())
    covariance = [[1, METHOD_CORRELATION], [METHOD_CORRELATION, 1]]
    ranks, luck = (ndtr(rng.multivariate_normal([0, 0], covariance, total).T) for _ in range(2))
    named = rng.random(total)
    answers = []
    for method in range(2):
        chance = chance_of_right(ranks[method], case.recalls(method)[truth], n_classes)
        said = said_confidence(chance, case.sureness[method], n_classes)
        named = np.where(rng.random(total) < METHOD_CORRELATION, named, rng.random(total))
        wrong = (confusions(n_classes).cumsum(axis=1)[truth] < named[:, None]).sum(axis=1)
        predicted = np.where(luck[method] < chance, truth, np.minimum(wrong, n_classes - 1))
        answer = np.repeat((1 - said[:, None]) / (n_classes - 1), n_classes, axis=1)
        answer[np.arange(total), predicted] = said
        answers.append(answer)
    return truth, answers


def intervals(case: Case, seed: int, n_bootstrap: int) -> dict[str, Interval]:
    """Return the intervals of one simulated test set."""
    # other cases are other samples: what does not depend on sureness may be pooled
    entropy = [seed, *(round(100 * sure) for sure in case.sureness)]
    truth, answers = simulate(case, np.random.default_rng(entropy))
    first, second = (
        resample(truth, answer, n_bootstrap=n_bootstrap, seed=seed) for answer in answers
    )
    alone = {name: first.interval(name) for name in (*COMPARED, *OTHERS)}
    rare = {f"rarest {name}": first.interval(name, rarest(case)) for name in ("recall", "f1")}
    apart = {f"{name} difference": difference_of(first, second, name) for name in COMPARED}
    return {**alone, **rare, **apart}


def measure(case: Case, *, repeats: int, n_bootstrap: int) -> dict[str, dict[str, float]]:
    """Return by score: truth, share of intervals that hold it, that lie above and below; width."""
    one, other = truths(case, 0), truths(case, 1)
    expected = {**one, **{f"{name} difference": one[name] - other[name] for name in COMPARED}}
    found = [intervals(case, seed, n_bootstrap) for seed in range(repeats)]
    result = {}
    for name in found[0]:
        low = np.array([each[name].low for each in found])
        high = np.array([each[name].high for each in found])
        above, below = np.mean(low > expected[name] + 1e-12), np.mean(high < expected[name] - 1e-12)
        result[name] = {
            "truth": expected[name],
            "held": float(1 - above - below),
            "above": float(above),
            "below": float(below),
            "width": float(np.mean(high - low)),
        }
    return result


def cases() -> Iterator[Case]:
    for counts, value, sureness in product(COUNTS, VALUES, SURENESS):
        yield Case(counts=counts, value=value, sureness=sureness)


def main() -> None:
    """Simulate all cases and print how often intervals hold the truth."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=1000)
    parser.add_argument("--resamples", type=int, default=400)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--counts", nargs="*", default=list(COUNTS), choices=list(COUNTS))
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    chosen = [case for case in cases() if case.counts in given.counts]
    work = partial(measure, repeats=given.repeats, n_bootstrap=given.resamples)
    print("counts value sureness score truth held ± above below width")
    with ProcessPoolExecutor(given.workers) as pool:
        for case, found in zip(chosen, pool.map(work, chosen), strict=True):
            if given.json:
                print(json.dumps({**asdict(case), "found": found}), flush=True)
                continue
            for name, n in found.items():
                error = np.sqrt(n["held"] * (1 - n["held"]) / given.repeats)
                mark = "" if 0.92 <= n["held"] <= 0.98 else " <--"
                print(f"{case.counts:5}{case.value:6}  {case.sureness}  {name:24}{n['truth']:7.4f}"
                      f"{n['held']:7.3f} ± {error:.3f}{n['above']:7.3f}{n['below']:7.3f}"
                      f"{n['width']:8.4f}{mark}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
