"""The report of an experiment: one page that opens anywhere, with nothing to fetch."""

import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jinja2 import Environment, StrictUndefined

from taonet.evaluation.answers_over_time import score_over_time
from taonet.evaluation.comparison import Method, compare_methods
from taonet.evaluation.intervals import Interval
from taonet.io.atomic import atomic_file
from taonet.reports.page_figures import (
    draw_early_answers,
    draw_examples,
    draw_scores,
    draw_trust,
)
from taonet.reports.score_figures import METRIC_NAMES
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy

LOWER_IS_BETTER = ("log_loss", "brier", "ece")
_WARNING = re.compile(r"simulat|warning|beware", re.IGNORECASE)


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
    uncalibrated: pd.DataFrame | None = None,
    level: float | None = None,
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
    uncalibrated : DataFrame, optional
        The primary's answers before calibration, to show what it changed.
    level : float, optional
        How often the primary's sets are to hold the truth.

    Returns
    -------
    dict
        JSON-able scores by method, the primary first: as `Scores.to_dict`; by how much macro
        recall and macro F1 differ from the primary's (``macro_recall_minus_primary``); what was
        scored after fewer epochs (``by_epochs``); and of the primary what `OverTime.to_dict` has
        (``over_time``).

    Raises
    ------
    InputError
        If a table cannot be scored, or the tables answer for different objects.
    OutputError
        If the page cannot be written.
    """
    found = compare_methods(
        tables,
        taxonomy,
        primary=primary,
        descriptions=descriptions,
        seed=seed,
        n_bootstrap=n_bootstrap,
    )
    methods = sorted(found, key=lambda m: (m.name != primary, -m.scores.macro_recall.value))
    scores = {method.name: method.scores for method in methods}
    answers = score_over_time(tables[primary], taxonomy, uncalibrated=uncalibrated, seed=seed)
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
        early=[method for method in methods if method.early],
        answers=answers,
        drawings=draw_scores(scores, tables, taxonomy, seed=seed),
        early_drawings=draw_early_answers(answers),
        trust_drawings=draw_trust(answers, taxonomy, level=level),
        examples=draw_examples(examples, tables[primary], taxonomy),
        details=details or {},
    )
    with atomic_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    plain = {method.name: method.to_dict() for method in methods}
    if answers is not None:
        plain[primary]["over_time"] = answers.to_dict()
    return plain


def _headline(methods: Sequence[Method]) -> str:
    ours = methods[0]
    recall, f1 = ours.scores.macro_recall, ours.scores.macro_f1
    text = (
        f"{ours.name} reaches a macro recall of {_format_interval(recall)} and a macro F1 of "
        f"{_format_interval(f1)} on {ours.scores.n_objects:,} objects of "
        f"{len(ours.scores.per_class)} classes."
    )
    if len(methods) == 1:
        return text
    return f"{text} {_rival_sentence(methods[1])}"


def _rival_sentence(rival: Method) -> str:
    theirs = rival.differences["macro_recall"]
    gap, low, high = -theirs.value, -theirs.high, -theirs.low
    verdict = "" if low > 0 or high < 0 else " — too little to tell them apart on these objects"
    where = "above" if gap >= 0 else "below"
    return (
        f"That is {abs(gap):.3f} {where} the best other method, {rival.name} "
        f"(95 % interval of the difference {low:+.3f} to {high:+.3f}){verdict}."
    )


def _format_interval(number: Interval) -> str:
    return f"{number.value:.3f} ({number.low:.3f}–{number.high:.3f})"


def _environment() -> Environment:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["digits"] = lambda x: "–" if not np.isfinite(x) else f"{x:.3f}"
    environment.filters["percent"] = lambda x: f"{100 * x:.0f} %"
    environment.filters["signed"] = lambda x: f"{x:+.3f}".replace("-", "−")
    return environment


def _page() -> str:
    return files("taonet.reports").joinpath("page.html").read_text(encoding="utf-8")
