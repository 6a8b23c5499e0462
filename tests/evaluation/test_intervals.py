"""Intervals: how often they hold the truth, what groups and faultless answers do to them."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta

from evaluation.made import FOUR, made_table
from taonet.errors import InputError
from taonet.evaluation.bootstrap_weights import Sample, UnseenObjects
from taonet.evaluation.intervals import interval
from taonet.evaluation.repeated_runs import score_runs
from taonet.evaluation.resampling import resample
from taonet.evaluation.scores import score, score_difference
from taonet.evaluation.scoring import scores_of_classes

HITS = np.repeat(np.arange(4), (46, 56, 38, 243))
"""True labels like those of the HiTS sequences that are tested."""


RARE = np.repeat(np.arange(6), (60, 17, 7, 37, 204, 37))
"""True labels like those of the real ZTF alerts."""


CRTS = np.repeat(np.arange(8), (315, 235, 127, 70, 56, 88, 194, 315))
"""True labels like those of the published tables of CRTS light curves."""


def answers_of(truth: np.ndarray, right: np.ndarray, *, sure: float = 0.9) -> np.ndarray:
    """Return probabilities; a wrong answer names the next class."""
    n = int(truth.max()) + 1
    predicted = np.where(right, truth, (truth + 1) % n)
    p = np.full((len(truth), n), (1 - sure) / (n - 1))
    p[np.arange(len(truth)), predicted] = sure
    return p


def macro_scores(
    truth: np.ndarray, right: np.ndarray, seed: int, n: int = 200
) -> dict[str, tuple[float, np.ndarray]]:
    """Return macro scores and their draws, as `resample` finds them among many others."""
    n_classes = int(truth.max()) + 1
    predicted = np.where(right, truth, (truth + 1) % n_classes)
    cells = np.eye(n_classes**2)[truth * n_classes + predicted]
    sample = Sample(truth=truth, groups=np.arange(len(truth)), n_classes=n_classes)
    unseen = sample.draw_unseen(n, predicted, seed=seed)
    (weight,) = sample.weights(n, seed=seed)
    found = {}
    for name in ("recall", "f1"):
        point, drawn = (
            scores_of_classes((w @ cells).reshape(-1, n_classes, n_classes), more)[1][name]
            for w, more in (
                (np.ones((1, len(truth))), UnseenObjects.empty(n_classes)),
                (weight, unseen),
            )
        )
        found[name] = float(point.mean()), drawn.mean(axis=1)
    return found


def true_f1(truth: np.ndarray, recall: float) -> float:
    """Return the macro F1 of answers that name the next class where they are wrong."""
    count = np.bincount(truth)
    chosen = recall * count + (1 - recall) * np.roll(count, 1)
    return float(np.mean(2 * recall * count / (count + chosen)))


def shares_held(truth: np.ndarray, recall: float, less: float, *, repeats: int) -> dict[str, float]:
    """Return how often intervals hold macro scores, and how much better one method is."""
    rng = np.random.default_rng(5)
    expected = {"recall": (recall, less), "f1": (true_f1(truth, recall), true_f1(truth, less))}
    held = dict.fromkeys(("recall", "f1", "recall gap", "f1 gap"), 0)
    for seed in range(repeats):
        luck = rng.random(len(truth))
        mixed = np.where(rng.random(len(truth)) < 0.8, luck, rng.random(len(truth)))
        ours, theirs = (macro_scores(truth, right, seed) for right in (luck < recall, mixed < less))
        for name, (true, other) in expected.items():
            (value, drawn), (value_2, drawn_2) = ours[name], theirs[name]
            alone, gap = interval(value, drawn), interval(value - value_2, drawn - drawn_2)
            held[name] += alone.low <= true <= alone.high
            held[f"{name} gap"] += gap.low <= true - other <= gap.high
    return {name: count / repeats for name, count in held.items()}


def test_macro_scores_are_drawn_here_as_everywhere() -> None:
    right = np.random.default_rng(0).random(len(RARE)) < 0.9
    found = resample(RARE, answers_of(RARE, right), n_bootstrap=200, seed=4)
    for name, (value, drawn) in macro_scores(RARE, right, 4).items():
        assert found.point[f"macro_{name}"][0] == pytest.approx(value)
        np.testing.assert_allclose(found.drawn[f"macro_{name}"], drawn)


@pytest.mark.parametrize("truth", [HITS, RARE], ids=["hits", "ztf"])
def test_intervals_of_nearly_perfect_answers_hold_the_truth(truth: np.ndarray) -> None:
    # percentiles of drawn objects alone hold macro recall in 0.87 and 0.78 of samples
    for name, share in shares_held(truth, 0.985, 0.97, repeats=120).items():
        assert share >= 0.88, name


@pytest.mark.slow
@pytest.mark.parametrize("truth", [HITS, RARE, CRTS], ids=["hits", "ztf", "crts"])
@pytest.mark.parametrize("recall", [0.5, 0.9, 0.96, 0.985])
def test_intervals_hold_the_truth_as_often_as_they_say(truth: np.ndarray, recall: float) -> None:
    # 0.92 to 0.98, with two standard errors of 800 samples
    for name, share in shares_held(truth, recall, 1 - 1.4 * (1 - recall), repeats=800).items():
        assert 0.90 <= share <= 0.99, name


@pytest.mark.parametrize("hits", [0, 3, 19, 20])
def test_the_recall_of_a_class_is_as_uncertain_as_jeffreys_says(hits: int) -> None:
    truth = np.repeat([0, 1], [20, 60])
    right = np.append(np.arange(20) < hits, np.ones(60, bool))
    found = resample(truth, answers_of(truth, right), n_bootstrap=20_000, seed=0)
    number = found.interval("recall", 0)
    # small classes are drawn wider; where nothing varies there is nothing to widen
    shape = 1 - 2 / 20 if 0 < hits < 20 else 1
    jeffreys = beta(shape * hits + 0.5, shape * (20 - hits) + 0.5)
    low, high = jeffreys.ppf(0.025), jeffreys.ppf(0.975)
    assert number.value == hits / 20
    assert number.low == pytest.approx(0 if hits == 0 else low, abs=0.01)
    assert number.high == pytest.approx(1 if hits == 20 else high, abs=0.01)


def test_a_class_without_an_error_and_one_without_a_hit_have_a_width() -> None:
    right = np.isin(HITS, [0, 3])
    found = resample(HITS, answers_of(HITS, right), n_bootstrap=300, seed=0)
    for name in ("recall", "f1", "precision"):
        for label in (0, 1):
            number = found.interval(name, label)
            assert number.high - number.low > 0.01, (name, label)
            assert number.low <= number.value <= number.high


def test_a_copy_of_every_object_adds_nothing_that_is_known() -> None:
    single = made_table(40)
    twice = pd.concat([single, single.assign(object_id=single["object_id"] + " copy")])
    grouped = twice.assign(group=twice["object_id"].str.removesuffix(" copy"))
    one, both, blind = (
        score(table, FOUR, n_bootstrap=4000, seed=1) for table in (single, grouped, twice)
    )
    for name in ("macro_recall", "macro_f1", "macro_max_f1", "accuracy", "ece", "brier"):
        # what was never seen is drawn by the answers, so the last digits differ
        number = one.overall(name).to_dict()
        assert both.overall(name).to_dict() == pytest.approx(number, abs=0.01), name
        width = [x.overall(name).high - x.overall(name).low for x in (one, blind)]
        assert width[1] < 0.8 * width[0], name
    drawn = [score_runs([t], FOUR, n_bootstrap=4000, seed=1).to_dict() for t in (single, grouped)]
    assert drawn[0]["interval"] == pytest.approx(drawn[1]["interval"], abs=0.006)


def test_names_of_groups_do_not_matter_and_an_empty_one_is_alone() -> None:
    table = made_table(30)
    numbers: list = [np.arange(30) // 2, 99 - np.arange(30) // 2, [f"g{i // 2}" for i in range(30)]]
    found = [score(table.assign(group=g), FOUR, n_bootstrap=50, seed=1) for g in numbers]
    assert found[0].to_dict() == found[1].to_dict() == found[2].to_dict()
    alone, plain = (
        score(t, FOUR, n_bootstrap=50, seed=1).to_dict() for t in (table.assign(group=None), table)
    )
    assert alone == plain != found[0].to_dict()


def test_tables_that_disagree_about_groups_are_not_compared() -> None:
    table = made_table(20)
    with pytest.raises(InputError, match="disagree about the groups"):
        score_difference(table, table.assign(group="all"), FOUR, n_bootstrap=5, seed=0)


def test_faultless_methods_may_differ_unless_they_answer_alike() -> None:
    right = np.ones(len(HITS), bool)
    almost = right.copy()
    almost[0] = False
    one, other = (
        resample(HITS, answers_of(HITS, r), n_bootstrap=300, seed=3) for r in (right, almost)
    )
    gap = one.minus(other, "macro_recall")
    assert gap.low < 0 < gap.value < gap.high
    same = one.minus(resample(HITS, answers_of(HITS, right), n_bootstrap=300, seed=3), "macro_f1")
    assert (same.low, same.value, same.high) == (0, 0, 0)


def test_an_interval_skips_resamples_without_a_score_and_holds_its_number() -> None:
    assert interval(0.5, np.array([np.nan, 0.5, 0.5])).high == 0.5
    assert interval(0.5, np.array([np.nan])).to_dict() == {"value": 0.5, "low": None, "high": None}
    lines = np.linspace(0, 1, 10_001)
    assert interval(0.5, lines).low == pytest.approx(0.025, abs=1e-3)
    assert interval(1.0, lines).high == 1.0
