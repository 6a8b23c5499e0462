"""What became of planted transients: how many are recognised, against brightness, host and place.

Light was planted into real sequences several times over: those that share one are drawn together.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from jaxtyping import Bool

from taonet.evaluation.bootstrap_weights import Sample
from taonet.evaluation.intervals import Interval, interval
from taonet.evaluation.scored_rows import groups_of_rows, sets_of
from taonet.sky.taxonomy import QUIET_CLASS

ALL: Final = "all"

SHARES: Final = ("recall", "before", "detected", "called_nothing", "coverage")
"""Columns with an interval."""

WORDS: Final = ("recall", "so before", "detected", "called nothing", "coverage")
"""What they are called in text."""

OFFSETS_PX: Final = (0.0, 0.5, 1.0, 2.0)

HOSTS: Final = ("none", "fainter", "brighter")

PLACES: Final = ("centre", "away")

UNKNOWN: Final = Interval(value=float("nan"), low=float("nan"), high=float("nan"))

Ranges = Iterator[tuple[str, "pd.Series[bool]"]]


def score_injections(
    planted: pd.DataFrame, *, n_bootstrap: int = 1000, seed: int = 1
) -> pd.DataFrame:
    """Return how many planted transients were recognised, by class and by what was planted.

    Parameters
    ----------
    planted : DataFrame
        A row an object: its last answer in a prediction table, with ``group`` (sequences that
        belong together), ``above_limit_mag``, ``peak_mag``, ``host_mag``, ``host``,
        ``offset_px``, ``place``, and ``answer_before``: what the same sequence is called with
        nothing planted.

    Returns
    -------
    DataFrame
        A row a range that holds an object, of these columns; shares have 95 % intervals in
        ``…_low`` and ``…_high``, by a bootstrap over groups.

        ==================  ========================================================
        ``class_name``      the class that was planted
        ``against``         a key of `RANGES`: all, brightness, host, contrast, …
        ``range``           which part of it
        ``middle``          middle of a range of numbers, else NaN
        ``n``, ``n_groups`` objects, and real sequences that they were planted into
        ``recall``          share whose ``predicted_class`` is the planted class
        ``before``          share that is called so with nothing planted: no merit of the light
        ``detected``        share in which anything is detected
        ``called_nothing``  share called NON, or of no class
        ``coverage``        share whose set holds the planted class; NaN without sets
        ==================  ========================================================
    """
    rows = []
    for name, own in planted.groupby("class_name", sort=False):
        for against, ranges in RANGES.items():
            for label, member in ranges(own):
                if member.any():
                    part = own[member].reset_index(drop=True)
                    scores = _score_part(part, str(name), n_bootstrap=n_bootstrap, seed=seed)
                    where = {"class_name": name, "against": against, "range": label}
                    rows.append({**where, "middle": _middle(against, label), **scores})
    return pd.DataFrame(rows)


def score_untouched(
    untouched: pd.DataFrame, *, n_bootstrap: int = 1000, seed: int = 1
) -> dict[str, Any]:
    """Return what is said of the same sequences with nothing planted.

    Returns
    -------
    dict
        ``n``, ``n_groups``, and as a row's columns ``false_transients`` (share of another class
        than NON) and ``detected``; ``called`` has the number of objects by answer.
    """
    named = _answers_of(untouched)
    groups = groups_of_rows(untouched)
    options = {"n_bootstrap": n_bootstrap, "seed": seed}
    wrong = share_interval(~np.isin(named, (QUIET_CLASS, "")), groups, **options)
    seen = share_interval(untouched["detected"].to_numpy(bool), groups, **options)
    return {
        "n": len(untouched),
        "n_groups": int(groups.max()) + 1,
        **wrong.to_row("false_transients"),
        **seen.to_row("detected"),
        "called": {str(name) or "no class": int(n) for name, n in _count(named).items()},
    }


def share_interval(
    hits: Bool[np.ndarray, " object"],
    groups: np.ndarray,
    *,
    n_bootstrap: int,
    seed: int,
) -> Interval:
    """Return the share of hits with its 95 % interval, by a smoothed bootstrap over groups.

    Examples
    --------
    >>> hits = np.arange(40) < 30
    >>> print(share_interval(hits, np.arange(40), n_bootstrap=2000, seed=1))
    0.750 [0.600, 0.868]
    """
    numbers = pd.factorize(groups)[0].astype(np.int64)
    sample = Sample(truth=np.zeros(len(hits), np.int64), groups=numbers, n_classes=1)
    unseen = sample.draw_unseen(n_bootstrap, np.where(hits, 0, 1), seed=seed)
    chunks = []
    for weight, part in sample.resamples(n_bootstrap, unseen, seed=seed):
        right = weight @ hits + part.all_right
        chunks.append(right / (weight.sum(axis=1) + part.all_right + part.all_missed))
    return interval(float(hits.mean()), np.concatenate(chunks))


def injection_lines(table: pd.DataFrame, untouched: Mapping[str, Any]) -> str:
    """Return the scores as text, one line a range."""
    head = " ".join(f"{name:17}" for name in WORDS)
    lines = [f"{'':26} {'n':>4}  {head}".rstrip()]
    for row in table.to_dict("records"):
        numbers = (Interval.from_row(row, name) for name in SHARES)  # type: ignore[arg-type]
        cells = " ".join(f"{number:.2f}".ljust(17) for number in numbers)
        what = f"{row['class_name']} {row['against']} {row['range']}".removesuffix(f" {ALL}")
        lines.append(f"{what:26} {row['n']:4}  {cells}".rstrip())
    wrong = Interval.from_row(untouched, "false_transients")
    n, called = untouched["n"], untouched["called"]
    answers = ", ".join(f"{name} {count}" for name, count in called.items())
    lines.append(f"{'nothing planted':26} {n:4}  called a transient {wrong:.2f} ({answers})")
    return "\n".join(lines)


def _score_part(
    part: pd.DataFrame, class_name: str, *, n_bootstrap: int, seed: int
) -> dict[str, Any]:
    named, groups = _answers_of(part), groups_of_rows(part)
    hits = {
        "recall": named == class_name,
        "before": part["answer_before"].to_numpy(object) == class_name,
        "detected": part["detected"].to_numpy(bool),
        "called_nothing": np.isin(named, (QUIET_CLASS, "")),
    }
    if part["set"].notna().any():
        hits["coverage"] = np.array([class_name in members for members in sets_of(part)])
    scores: dict[str, Any] = {"n": len(part), "n_groups": len(np.unique(groups))}
    for name in SHARES:
        number = UNKNOWN
        if name in hits:
            number = share_interval(hits[name], groups, n_bootstrap=n_bootstrap, seed=seed)
        scores |= number.to_row(name)
    return scores


def _answers_of(rows: pd.DataFrame) -> np.ndarray:
    return rows["predicted_class"].fillna("").to_numpy(object)


def _count(named: np.ndarray) -> dict[Any, int]:
    return pd.Series(named).value_counts().to_dict()


def _everything(own: pd.DataFrame) -> Ranges:
    yield ALL, pd.Series(True, index=own.index)


def _brightness(own: pd.DataFrame) -> Ranges:
    """Yield ranges of one magnitude, relative to the limit."""
    above = own["above_limit_mag"]
    for low in range(int(np.floor(above.min())), int(np.ceil(above.max()))):
        yield f"{low:+d} to {low + 1:+d} mag", (above >= low) & (above < low + 1)


def _offset(own: pd.DataFrame) -> Ranges:
    offset = own["offset_px"]
    last = max(OFFSETS_PX[-1], float(offset.max()))
    for low, high in zip(OFFSETS_PX, (*OFFSETS_PX[1:-1], last), strict=False):
        is_last = high == last
        yield f"{low:g} to {high:g} px", (offset >= low) & ((offset < high) | is_last)


def _host(own: pd.DataFrame) -> Ranges:
    for name in HOSTS:
        yield name, own["host"] == name


def _contrast(own: pd.DataFrame) -> Ranges:
    """Yield ranges of two magnitudes of the peak above the light that was there; NaN is in none."""
    above = own["host_mag"] - own["peak_mag"]
    if above.isna().all():
        return
    first = 2 * int(np.floor(above.min() / 2))
    for low in range(first, int(np.floor(above.max())) + 1, 2):
        yield f"{low:+d} to {low + 2:+d} mag", (above >= low) & (above < low + 2)


def _place(own: pd.DataFrame) -> Ranges:
    for name in PLACES:
        yield name, own["place"] == name


RANGES: Final[dict[str, Callable[[pd.DataFrame], Ranges]]] = {
    ALL: _everything,
    "brightness": _brightness,
    "host": _host,
    "contrast": _contrast,
    "offset": _offset,
    "place": _place,
}
"""What scores are given against, and the ranges of each."""


def _middle(against: str, label: str) -> float:
    if against not in ("brightness", "contrast", "offset"):
        return float("nan")
    low, _, high, _ = label.split()
    return (float(low) + float(high)) / 2
