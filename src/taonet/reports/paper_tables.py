"""Scores in the form of the paper's tables, beside what was published for the same survey.

One set of six-class answers serves three questions: which of the five transient classes an object
is (as the paper asks), whether it is a transient at all, and which of all six classes it is.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from taonet.evaluation.scored_rows import (
    final_rows,
    merge_classes,
    probabilities_of,
    restrict_classes,
)
from taonet.evaluation.scores import Scores, score
from taonet.io.atomic import atomic_file
from taonet.reports.published_numbers import (
    FIVE_CLASSES,
    MANTRA_BINARY,
    MANTRA_BY_CLASS,
    MANTRA_EIGHT,
    QUIET,
    TRANSIENTS,
)
from taonet.sky.taxonomy import Taxonomy
from taonet.types import AnyPath

TRANSIENT = "transient"

_HEAD = """# {title}

{notes}Scores are in per cent, with 95 % intervals over the test objects; ± is the standard
deviation between classes. F1 stands at the arg-max of the probabilities and, as in the group's
light-curve paper, at the maximum of each class's precision-recall curve, whose threshold is chosen
on the test objects themselves and flatters. *Published rows are of other objects, splits and class
mixes: they show the order of things, differences to them mean nothing.*
`docs/benchmark-deep-tao.md` explains what is comparable.
"""


def write_paper_tables(
    path: AnyPath,
    tables: Mapping[str, pd.DataFrame],
    taxonomy: Taxonomy,
    *,
    title: str,
    detailed: Sequence[str],
    notes: Sequence[str] = (),
    n_bootstrap: int = 1000,
    seed: int,
) -> bool:
    """Write the tables as Markdown; return False if the predictions have other classes.

    Parameters
    ----------
    tables : mapping
        Prediction tables by method, all for the same objects.
    detailed : sequence of str
        Methods whose scores of each class are laid out, the main one first.
    notes : sequence of str
        Shown on top.

    Raises
    ------
    InputError
        If a table cannot be scored.
    """
    path = Path(path)
    tables = {name: final_rows(table) for name, table in tables.items()}
    tested = set(next(iter(tables.values()))["class_name"])
    # a survey with these classes and more poses another question
    if set(taxonomy.classes) != {*TRANSIENTS, QUIET} or len(tested & set(TRANSIENTS)) < 2:
        return False
    questions = {"five": {n: restrict_classes(t, taxonomy, TRANSIENTS) for n, t in tables.items()}}
    if QUIET in tested:
        parts = {TRANSIENT: TRANSIENTS, QUIET: (QUIET,)}
        questions["binary"] = {n: merge_classes(t, taxonomy, parts) for n, t in tables.items()}
        six = (*TRANSIENTS, QUIET)
        questions["six"] = {n: restrict_classes(t, taxonomy, six) for n, t in tables.items()}
    scored = {
        question: {n: score(*rows, n_bootstrap=n_bootstrap, seed=seed) for n, rows in by.items()}
        for question, by in questions.items()
    }
    text = [_HEAD.format(title=title, notes="".join(f"> {note}\n\n" for note in notes))]
    text += [
        _five_class_table(scored["five"]),
        _details(questions["five"], scored["five"], detailed),
    ]
    if QUIET in tested:
        text += [_binary_table(scored["binary"])]
        text += [_details(questions["binary"], scored["binary"], detailed)]
        text += [
            _six_class_table(scored["six"]),
            _details(questions["six"], scored["six"], detailed),
        ]
    else:
        text += [f"No object of class {QUIET} was tested: no binary and no six-class scores.\n"]
    with atomic_file(path) as temporary:
        temporary.write_text("\n".join(text), encoding="utf-8")
    return True


def _five_class_table(scores: Mapping[str, Scores]) -> str:
    published = [
        (name, f"{mean:.2f} ± {spread:.2f} (at which of the two is not stated)", "")
        for name, (mean, spread) in FIVE_CLASSES.items()
    ]
    return _overview("The five transient classes, as the paper asks", scores, published)


def _binary_table(scores: Mapping[str, Scores]) -> str:
    published = [(name, f"{f1:.2f} (one F1 is stated)", "") for name, f1 in MANTRA_BINARY.items()]
    return _overview("Transient or not", scores, published)


def _six_class_table(scores: Mapping[str, Scores]) -> str:
    published = [(name, f"{f1:.2f} (of eight classes)", "") for name, f1 in MANTRA_EIGHT.items()]
    return _overview("All six classes", scores, published)


def _overview(
    heading: str, scores: Mapping[str, Scores], published: Sequence[tuple[str, ...]]
) -> str:
    n = next(iter(scores.values())).n_objects
    head = ("method", "mean F1 at arg-max", "mean F1 at the maximum of the curve")
    ours = [
        (
            name,
            _format_mean(own, "f1"),
            _format_mean(own, "max_f1"),
        )
        for name, own in scores.items()
    ]
    rows = [*((f"*{name}*", *cells) for name, *cells in published), *ours]
    return f"## {heading}: {n:,} objects\n\n{_table(head, rows)}"


def _details(
    questions: Mapping[str, tuple[pd.DataFrame, Taxonomy]],
    scores: Mapping[str, Scores],
    detailed: Sequence[str],
) -> str:
    head = (
        "class", "objects", "precision", "recall", "F1 at arg-max",
        "precision", "recall", "F1 at the maximum", "*MANTRA's F1*",
    )  # fmt: skip
    parts = []
    for method in detailed:
        own = scores[method]
        table, taxonomy = questions[method]
        rows = [_class_row(name, own, table, taxonomy) for name in own.per_class]
        parts.append(f"{method}, by class:\n\n{_table(head, rows)}")
    return "\n".join(parts)


def _class_row(
    name: str, scores: Scores, rows: pd.DataFrame, taxonomy: Taxonomy
) -> tuple[str, ...]:
    numbers = scores.per_class[name]
    answers = probabilities_of(rows, taxonomy)[:, taxonomy.label(name)]
    precision, recall = best_f1_point(answers, (rows["class_name"] == name).to_numpy(np.int64))
    return (
        name,
        f"{scores.support[name]:,}",
        *(f"{numbers[name].in_percent():.1f}" for name in ("precision", "recall", "f1")),
        f"{100 * precision:.1f}",
        f"{100 * recall:.1f}",
        f"{numbers['max_f1'].in_percent():.1f}",
        f"*{MANTRA_BY_CLASS[name]:.2f}*" if name in MANTRA_BY_CLASS else "",
    )


def best_f1_point(
    probability: Float[np.ndarray, " object"], is_class: Int[np.ndarray, " object"]
) -> tuple[float, float]:
    """Return precision and recall where F1 is highest on the precision-recall curve of a class.

    Examples
    --------
    >>> best_f1_point(np.array([0.9, 0.8, 0.3, 0.2]), np.array([1, 0, 1, 0]))
    (0.6666666666666666, 1.0)
    """
    order = np.argsort(-probability, kind="stable")
    hits = np.cumsum(is_class[order])
    selected = np.arange(1, len(order) + 1)
    # objects of equal probability are on the same side of a threshold
    last = np.append(np.diff(probability[order]) != 0, True)
    f1 = np.where(last, 2 * hits / (selected + is_class.sum()), -1.0)
    best = int(f1.argmax())
    return float(hits[best] / selected[best]), float(hits[best] / is_class.sum())


def _format_mean(scores: Scores, name: str) -> str:
    mean = scores.overall(f"macro_{name}").in_percent()
    spread = scores.overall(f"spread_{name}").in_percent()
    return f"{mean.value:.2f} ± {spread.value:.2f} {mean.bounds('.1f')}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
