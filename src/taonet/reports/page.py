"""The report of an experiment: one page that opens anywhere, with nothing to fetch."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from taonet.evaluation.answers_over_time import score_over_time
from taonet.evaluation.comparison import Method, compare_methods
from taonet.evaluation.metric_table import COMPARED
from taonet.evaluation.other_answers import other_answers
from taonet.io.atomic import atomic_file
from taonet.reports.contents import ReportContents
from taonet.reports.legend import class_legend
from taonet.reports.page_environment import format_digits, page_environment
from taonet.reports.page_figures import FigureData, draw_examples, draw_figures
from taonet.types import AnyPath


def write_report(
    path: AnyPath, contents: ReportContents, *, seed: int = 0, n_bootstrap: int = 1000
) -> dict[str, Any]:
    """Score methods on the same objects and write one self-contained HTML page about them.

    Parameters
    ----------
    path : Path
        Replaced in one step if it exists.
    seed, n_bootstrap : int
        Of the bootstrap.

    Returns
    -------
    dict
        JSON-able scores by method, the primary first: as `Scores.to_dict`; the differences of
        macro recall and macro F1 to the primary's (``macro_recall_minus_primary``); the scores
        after fewer epochs (``by_epochs``); and of the primary what `AnswersOverTime.to_dict` has
        (``over_time``).

    Raises
    ------
    InputError
        If a table cannot be scored, or the tables contain different objects.
    OutputError
        If the page cannot be written.
    """
    path = Path(path)
    primary, taxonomy = contents.primary, contents.taxonomy
    methods = _sorted_methods(contents, seed=seed, n_bootstrap=n_bootstrap)
    answers = score_over_time(
        contents.tables[primary], taxonomy, uncalibrated=contents.uncalibrated, seed=seed
    )
    early = [method for method in methods if method.early]
    data = FigureData(
        scores={method.name: method.scores for method in methods},
        tables=contents.tables,
        taxonomy=taxonomy,
        answers=answers,
        level=contents.level,
        seed=seed,
    )
    pieces = page_environment().get_template("page.html").generate(
        contents=contents,
        legend=class_legend(taxonomy),
        headline=_headline(methods),
        methods=methods,
        primary=methods[0].scores,
        primary_name=primary,
        early=early,
        has_gaps=any(len(method.early) < len(early[0].early) for method in early),
        answers=answers,
        others=other_answers(contents.tables[primary], order=taxonomy.classes),
        objects=contents.objects,
        figures=draw_figures(data),
        examples=draw_examples(contents.examples, contents.tables[primary], taxonomy),
    )  # fmt: skip
    write_pieces(path, pieces)
    plain = {method.name: method.to_dict() for method in methods}
    if answers is not None:
        plain[primary]["over_time"] = answers.to_dict()
    return plain


def write_pieces(path: AnyPath, pieces: Iterable[str]) -> None:
    """Write a page as its pieces come, all or nothing.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    with atomic_file(Path(path)) as temporary, temporary.open("w", encoding="utf-8") as file:
        file.writelines(pieces)


def _sorted_methods(contents: ReportContents, *, seed: int, n_bootstrap: int) -> list[Method]:
    """Return the methods with their scores, the primary first, the others from best to worst."""
    methods = compare_methods(
        contents.tables,
        contents.taxonomy,
        primary=contents.primary,
        descriptions=contents.descriptions,
        seed=seed,
        n_bootstrap=n_bootstrap,
    )
    first = COMPARED[0].name
    return sorted(
        methods, key=lambda m: (m.name != contents.primary, -m.scores.overall(first).value)
    )


def _headline(methods: Sequence[Method]) -> str:
    ours = methods[0]
    reached = " and ".join(f"a {m.short} of {ours.scores.overall(m.name)}" for m in COMPARED)
    text = (
        f"{ours.name} reaches {reached} on {ours.scores.n_objects:,} objects of "
        f"{len(ours.scores.per_class)} classes (in brackets: 95 % intervals)."
    )
    if len(methods) == 1:
        return text
    return f"{text} {_rival_sentence(methods[1])}"


def _rival_sentence(rival: Method) -> str:
    metric = COMPARED[0]
    theirs = rival.differences[metric.name]
    gap, low, high = (0.0 - number for number in (theirs.value, theirs.high, theirs.low))
    verdict = "" if low > 0 or high < 0 else ", too small a difference for this number of objects"
    where = "above" if gap >= 0 else "below"
    return (
        f"Its {metric.short} is {abs(gap):.3f} {where} that of the best other method, {rival.name} "
        f"(95 % interval of the difference {format_digits(low, '+.3f')} to "
        f"{format_digits(high, '+.3f')}){verdict}."
    )
