"""The report of an experiment: one page that opens anywhere, with nothing to fetch."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jinja2 import Environment, StrictUndefined

from taonet.errors import InputError
from taonet.evaluation.drawings import drawings_of, examples_of
from taonet.evaluation.figures import METRIC_NAMES
from taonet.evaluation.metrics import (
    Interval,
    Scores,
    check_same_objects,
    difference_of,
    resamples_of,
    scores_of,
)
from taonet.evaluation.resampling import Resamples
from taonet.io.landing import landing_file
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy

LOWER_IS_BETTER = ("log_loss", "brier", "ece")
_WARNING = re.compile(r"simulat|warning|beware", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Method:
    """One row of the comparison: a method, its scores, and how they differ from the primary's."""

    name: str
    description: str
    scores: Scores
    difference: Interval

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-able form: the scores, and the difference in macro recall."""
        return {**self.scores.to_dict(), "macro_recall_minus_primary": self.difference.to_dict()}


def write_report(
    path: Path,
    *,
    title: str,
    taxonomy: Taxonomy,
    tables: Mapping[str, pd.DataFrame],
    primary: str,
    notes: Sequence[str] = (),
    details: Mapping[str, str] | None = None,
    examples: Sequence[ImageSequence] = (),
    seed: int = 0,
    descriptions: Mapping[str, str] | None = None,
    n_bootstrap: int = 1000,
) -> dict[str, Any]:
    """Score methods on the same objects and write one self-contained HTML page about them.

    Parameters
    ----------
    path : Path
        Replaced in one step if it exists.
    tables : mapping
        Prediction tables by method; controls may have one row an object.
    primary : str
        The method the page is about; the others stand beside it.
    notes : sequence of str
        Shown on top; those that speak of simulation, as a warning.
    details : mapping, optional
        What was run on what: digests, versions.
    examples : sequence of ImageSequence
        Drawn with the primary's answers, where it has any about them.
    seed : int
        Of the bootstrap.
    descriptions : mapping, optional
        A line on each method.

    Returns
    -------
    dict
        JSON-able scores by method, the primary first, as `Scores.to_dict`; and by how much its
        macro recall differs from the primary's (``macro_recall_minus_primary``).

    Raises
    ------
    InputError
        If a table cannot be scored, or the tables answer for different objects.
    OutputError
        If the page cannot be written.
    """
    methods = _methods(
        taxonomy, tables, primary, descriptions or {}, seed=seed, n_bootstrap=n_bootstrap
    )
    scores = {method.name: method.scores for method in methods}
    page = _environment().from_string(_page())
    text = page.render(
        title=title,
        headline=_headline(methods),
        warnings=[note for note in notes if _WARNING.search(note)],
        notes=[note for note in notes if not _WARNING.search(note)],
        methods=methods,
        primary=methods[0].scores,
        primary_name=primary,
        metrics=METRIC_NAMES,
        lower_is_better=LOWER_IS_BETTER,
        drawings=drawings_of(scores, tables[primary], taxonomy, seed=seed),
        examples=examples_of(examples, tables[primary], taxonomy),
        details=details or {},
    )
    with landing_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return {method.name: method.to_dict() for method in methods}


def _methods(
    taxonomy: Taxonomy,
    tables: Mapping[str, pd.DataFrame],
    primary: str,
    descriptions: Mapping[str, str],
    *,
    seed: int,
    n_bootstrap: int,
) -> list[Method]:
    if primary not in tables:
        got = f"{primary!r} of {', '.join(tables)}"
        raise InputError("the primary method has no table", where="report", got=got)
    drawn = {
        name: _drawn(name, table, taxonomy, seed=seed, n_bootstrap=n_bootstrap)
        for name, table in tables.items()
    }
    for table in tables.values():
        check_same_objects(tables[primary], table)
    methods = [
        Method(
            name=name,
            description=descriptions.get(name, ""),
            scores=scores_of(tables[name], taxonomy, found, seed=seed),
            difference=difference_of(found, drawn[primary], "macro_recall"),
        )
        for name, found in drawn.items()
    ]
    return sorted(methods, key=lambda m: (m.name != primary, -m.scores.macro_recall.value))


def _drawn(
    name: str, table: pd.DataFrame, taxonomy: Taxonomy, *, seed: int, n_bootstrap: int
) -> Resamples:
    try:
        return resamples_of(table, taxonomy, n_bootstrap=n_bootstrap, seed=seed)
    except InputError as error:  # with several tables, say which
        where = f"{name}, {error.where}"
        raise InputError(error.what, where=where, got=error.got, do=error.do) from error


def _headline(methods: Sequence[Method]) -> str:
    ours = methods[0]
    recall, f1 = ours.scores.macro_recall, ours.scores.macro_f1
    text = (
        f"{ours.name} reaches a macro recall of {_said(recall)} and a macro F1 of {_said(f1)} "
        f"on {ours.scores.n_objects:,} objects of {len(ours.scores.per_class)} classes."
    )
    if len(methods) == 1:
        return text
    return f"{text} {_against(methods[1])}"


def _against(rival: Method) -> str:
    gap, low, high = (
        -x for x in (rival.difference.value, rival.difference.high, rival.difference.low)
    )
    verdict = "" if low > 0 or high < 0 else " — too little to tell them apart on these objects"
    where = "above" if gap >= 0 else "below"
    return (
        f"That is {abs(gap):.3f} {where} the best other method, {rival.name} "
        f"(95 % interval of the difference {low:+.3f} to {high:+.3f}){verdict}."
    )


def _said(number: Interval) -> str:
    return f"{number.value:.3f} ({number.low:.3f}–{number.high:.3f})"


def _environment() -> Environment:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["digits"] = lambda x: "–" if not np.isfinite(x) else f"{x:.3f}"
    environment.filters["signed"] = lambda x: f"{x:+.3f}".replace("-", "−")
    return environment


def _page() -> str:
    return files("taonet.evaluation").joinpath("report.html").read_text(encoding="utf-8")
