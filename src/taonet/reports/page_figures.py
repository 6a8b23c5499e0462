"""The figures of the page: each with its caption, as SVG that is part of the page."""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib import rc_context
from matplotlib.figure import Figure

from taonet.evaluation.answers_over_time import AnswersOverTime
from taonet.evaluation.comparison import shared_steps
from taonet.evaluation.metrics import Scores, scores_by_epochs
from taonet.io.prediction_table import columns_of
from taonet.reports.gallery import sequence_figure
from taonet.reports.score_figures import (
    comparison_figure,
    confusion_figure,
    epochs_figure,
    per_class_figure,
    precision_recall_figure,
    reliability_figure,
)
from taonet.reports.trust_figures import calibration_figure, coverage_figure, nights_figure
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy

MAX_STEPS = 16
"""Numbers of epochs that the score is drawn at."""

_AS_SVG: dict[Any, Any] = {
    "font.sans-serif": ["DejaVu Sans"],
    "svg.fonttype": "none",
    "svg.hashsalt": "taonet",
}


@dataclass(frozen=True, kw_only=True)
class PageFigure:
    """A figure of the page.

    Parameters
    ----------
    svg : Markup
    caption : str
        What to see in it.
    alt : str
        What it shows, for those who do not see it.
    """

    svg: Markup
    caption: str
    alt: str


def draw_scores(
    scores: Mapping[str, Scores],
    tables: Mapping[str, pd.DataFrame],
    taxonomy: Taxonomy,
    *,
    seed: int,
) -> list[PageFigure]:
    """Draw the figures of a report.

    Parameters
    ----------
    scores : mapping
        By method, the primary first, then the others from best to worst.
    tables : mapping
        Prediction tables by method.
    """
    primary, ours = next(iter(scores.items()))
    table = tables[primary]
    return [
        *_draw_comparison(scores, primary),
        *_draw_by_epochs(scores, tables, taxonomy, seed=seed),
        _page_figure(
            per_class_figure(ours),
            "F1 of each class, with its number of objects: at the most probable class, and at the "
            "threshold that suits the class best (chosen on these very objects, so it flatters).",
            "Dots of F1 at arg-max and of max F1 by class.",
        ),
        _page_figure(
            confusion_figure(ours),
            "Where the objects of each true class went: each row sums to 100 %; small numbers "
            "count objects. The diagonal is the recall.",
            "Confusion matrix by true and predicted class.",
        ),
        _page_figure(
            precision_recall_figure(table, taxonomy),
            "How pure a class stays as more of it is asked for; dots mark the best F1. Whoever "
            "wants a clean sample reads along the top.",
            "Precision against recall by class.",
        ),
        _page_figure(
            reliability_figure(table, taxonomy),
            "Can the probabilities be trusted? Points above the dashed line: answers are right "
            "more often than they claim; below it: less often. Ten bins of equal width, as in "
            f"the ECE, which is {ours.ece} here.",
            "Share of right answers against confidence, above a histogram of confidence.",
        ),
    ]


def draw_early_answers(answers: AnswersOverTime | None) -> list[PageFigure]:
    """Draw how early answers come, as far as that is known."""
    if answers is None or answers.nights is None:
        return []
    caption = (
        "The score some nights after the first detection (forced signal-to-noise of 5, from what "
        "was known by then), on the objects that were detected."
    )
    figure = nights_figure(answers.nights)
    return [_page_figure(figure, caption, "Macro F1 against nights since the first detection.")]


def draw_trust(
    answers: AnswersOverTime | None, taxonomy: Taxonomy, *, level: float | None = None
) -> list[PageFigure]:
    """Draw how honest probabilities are and how often sets hold the truth.

    Parameters
    ----------
    level : float, optional
        How often sets are to hold it.
    """
    if answers is None:
        return []
    caption = (
        "How far confidence is from the share of right answers, by the number of epochs seen, "
        "of the objects that have so many; all: last answers. 0 is best; with few objects it is "
        "never 0."
    )
    found = [
        _page_figure(
            calibration_figure(answers.calibration),
            caption,
            "Calibration error by the number of epochs.",
        )
    ]
    if answers.coverage is not None and answers.sizes is not None:
        promised = "" if level is None else f" (dashed: the {level:.0%} that is promised)"
        caption = (
            f"Left: how often sets hold the truth, class by class{promised}; bars are 95 % "
            "intervals. Right: how many classes they name, for objects of each class and, in "
            "black, on average. They should shrink as more is seen."
        )
        figure = coverage_figure(answers.coverage, answers.sizes, taxonomy, level=level)
        alt = "Coverage and size of sets by class and number of epochs."
        found.append(_page_figure(figure, caption, alt))
    return found


def draw_examples(
    sequences: Sequence[ImageSequence], table: pd.DataFrame, taxonomy: Taxonomy
) -> list[PageFigure]:
    """Draw sequences with their answers; those the table has no answer about are left out."""
    if "mjd_last" not in table:
        return []
    found = []
    for sequence in sequences:
        rows = table[table["object_id"] == sequence.object_id]
        if len(rows):
            last = rows.sort_values("n_epochs")[columns_of(taxonomy)].iloc[-1]
            best = int(last.to_numpy().argmax())
            said = f"{taxonomy.classes[best]}, probability {last.iloc[best]:.2f}"
            alt = f"Cutouts of {sequence.object_id} and the probabilities by epoch; last: {said}."
            found.append(_page_figure(sequence_figure(sequence, rows, taxonomy), "", alt))
    return found


def _draw_comparison(scores: Mapping[str, Scores], primary: str) -> list[PageFigure]:
    if len(scores) == 1:
        return []
    return [
        _page_figure(
            comparison_figure(scores, primary=primary),
            "Every method on the same objects, best first. Where controls that see no pixels "
            "come close, the data leak the class. Bars are 95 % intervals.",
            f"Dots of macro recall and macro F1 of {len(scores)} methods.",
        )
    ]


def _draw_by_epochs(
    scores: Mapping[str, Scores],
    tables: Mapping[str, pd.DataFrame],
    taxonomy: Taxonomy,
    *,
    seed: int,
) -> list[PageFigure]:
    growing = [name for name in scores if tables[name]["object_id"].duplicated().any()]
    primary, *others = scores
    if primary not in growing:
        return []
    found = {
        name: scores_by_epochs(
            tables[name],
            taxonomy,
            _every_step(tables[name]) if name == primary else _own_steps(tables[name]),
            n_bootstrap=200,
            seed=seed,
        )
        for name in growing
    }
    levels = {name: scores[name].macro_recall for name in others[:1] if name not in growing}
    caption = (
        "How the answer grows: the score after each number of epochs, always on the same objects "
        "(one with fewer epochs keeps its last answer)."
    )
    if levels:
        caption += f" Dashed: {others[0]}, after all epochs."
    figure = epochs_figure(found, primary=primary, levels=levels)
    return [_page_figure(figure, caption, "Macro recall against the number of epochs seen.")]


def _every_step(table: pd.DataFrame) -> list[int]:
    first, last = int(table["n_epochs"].min()), int(table["n_epochs"].max())
    steps: list[int] = np.unique(np.geomspace(first, last, MAX_STEPS).round().astype(int)).tolist()
    return steps


def _own_steps(table: pd.DataFrame) -> list[int]:
    """Return after which epochs a table answers for all objects that have so many, and its last."""
    return sorted({*shared_steps([table]), int(table["n_epochs"].max())})


def _page_figure(figure: Figure, caption: str, alt: str) -> PageFigure:
    # text stays text: crisp, searchable, and in the font of the page
    with rc_context(_AS_SVG), io.StringIO() as file:
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(file, format="svg", metadata=nothing)
        svg = file.getvalue()
    svg = svg[svg.index("<svg") :]
    # names of groups would repeat from figure to figure; those that are referred to are hashes
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    svg = re.sub(r'^<svg([^>]*?) width="[^"]*pt"', r"<svg\1", svg)
    svg = re.sub(r'^<svg([^>]*?) height="[^"]*pt"', r"<svg\1", svg)
    # matplotlib has escaped all text in it, tested
    width = figure.get_size_inches()[0]
    return PageFigure(svg=_label_svg(svg, alt, width), caption=caption, alt=alt)


def _label_svg(svg: str, alt: str, width: float) -> Markup:
    opening = Markup('<svg role="img" aria-label="{}" style="max-width:{:.0f}px"')
    return opening.format(alt, width * 90) + Markup(svg[len("<svg") :])
