"""The figures of the page: each with its section, caption and alternative text, in one tuple.

To add a figure to the page, add an entry to `FIGURES`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure

from taonet.evaluation.answers_over_time import AnswersOverTime
from taonet.evaluation.comparison import shared_steps
from taonet.evaluation.metric_table import COMPARED
from taonet.evaluation.scores import Scores, scores_by_epochs
from taonet.io.prediction_columns import columns_of
from taonet.reports.answer_words import answer_words
from taonet.reports.early_figures import epochs_figure, nights_figure
from taonet.reports.example_figures import sequence_figure
from taonet.reports.score_figures import (
    comparison_figure,
    confusion_figure,
    per_class_figure,
    precision_recall_figure,
)
from taonet.reports.svg import figure_to_svg
from taonet.reports.trust_figures import calibration_figure, coverage_figure, reliability_figure
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy

BROAD_INCHES: Final = 8.0
"""A wider figure has no room beside another."""

MAX_STEPS = 16
"""Numbers of epochs that the score is drawn at."""

Section = Literal["early", "trust", "scores"]


@dataclass(frozen=True, kw_only=True, eq=False)
class FigureData:
    """What the figures of the page are drawn from.

    Parameters
    ----------
    scores : mapping
        By method, the primary first, then the others from best to worst.
    tables : mapping
        Prediction tables by method.
    taxonomy : Taxonomy
    answers : AnswersOverTime or None
        Of the primary; None where it has one answer an object.
    level : float or None
        The rate at which sets should contain the true class.
    seed : int
        Of the bootstrap.
    """

    scores: Mapping[str, Scores]
    tables: Mapping[str, pd.DataFrame]
    taxonomy: Taxonomy
    answers: AnswersOverTime | None
    level: float | None
    seed: int

    @property
    def primary(self) -> str:
        """The method that the page is about."""
        return next(iter(self.scores))

    @property
    def ours(self) -> Scores:
        """The scores of the primary."""
        return self.scores[self.primary]

    @property
    def primary_table(self) -> pd.DataFrame:
        """The predictions of the primary."""
        return self.tables[self.primary]

    @property
    def growing(self) -> list[str]:
        """The methods that answer after fewer epochs too."""
        return [n for n in self.scores if self.tables[n]["object_id"].duplicated().any()]

    @property
    def dashed_method(self) -> str | None:
        """The best other method, if it answers after all epochs only."""
        best = list(self.scores)[1:2]
        return next((name for name in best if name not in self.growing), None)

    def caption_words(self) -> dict[str, str]:
        """Return what captions name in braces."""
        dashed, level = self.dashed_method, self.level
        return {
            "ece": f"{self.ours.overall('ece')}",
            "methods": str(len(self.scores)),
            "compared": " and ".join(metric.short for metric in COMPARED),
            "level": "" if level is None else f" (dashed: the chosen rate of {level:.0%})",
            "dashed": "" if dashed is None else f" Dashed: {dashed}, after all epochs.",
        }


@dataclass(frozen=True, kw_only=True)
class FigureEntry:
    """A figure that the page has wherever there is something to draw.

    Parameters
    ----------
    section : str
        Of the page.
    draw : function
        Returns None where there is nothing to draw.
    caption : str
        What to see in it; names in braces are those of `FigureData.caption_words`.
    alt : str
        What it shows, for readers who cannot see it; with the same names.
    """

    section: Section
    draw: Callable[[FigureData], Figure | None]
    caption: str
    alt: str


@dataclass(frozen=True, kw_only=True)
class PageFigure:
    """A figure as it stands on the page.

    Parameters
    ----------
    svg : Markup
        Which holds the alternative text.
    caption : str
    is_broad : bool
        Whether it is drawn for the whole width of the page.
    """

    svg: Markup
    caption: str
    is_broad: bool = False


def _draw_nights(data: FigureData) -> Figure | None:
    if data.answers is None or data.answers.nights is None:
        return None
    return nights_figure(data.answers.nights)


def _draw_calibration(data: FigureData) -> Figure | None:
    return None if data.answers is None else calibration_figure(data.answers.calibration)


def _draw_coverage(data: FigureData) -> Figure | None:
    answers = data.answers
    if answers is None or answers.coverage is None or answers.sizes is None:
        return None
    return coverage_figure(answers.coverage, answers.sizes, data.taxonomy, level=data.level)


def _draw_comparison(data: FigureData) -> Figure | None:
    if len(data.scores) == 1:
        return None
    return comparison_figure(data.scores, primary=data.primary)


def _draw_epochs(data: FigureData) -> Figure | None:
    primary, dashed = data.primary, data.dashed_method
    if primary not in data.growing:
        return None
    by_method = {
        name: scores_by_epochs(
            data.tables[name],
            data.taxonomy,
            _every_step(data.tables[name]) if name == primary else _own_steps(data.tables[name]),
            n_bootstrap=200,
            seed=data.seed,
        )
        for name in data.growing
    }
    metric = COMPARED[0].name
    levels = {} if dashed is None else {dashed: data.scores[dashed].overall(metric)}
    return epochs_figure(by_method, primary=primary, metric=metric, levels=levels)


FIGURES: Final = (
    FigureEntry(
        section="early",
        draw=_draw_nights,
        caption="The score some nights after the first detection (forced signal-to-noise of 5, "
        "measured with the epochs up to then), on the objects that were detected.",
        alt="Macro F1 against nights since the first detection.",
    ),
    FigureEntry(
        section="trust",
        draw=_draw_calibration,
        caption="Mean distance between confidence and the share of right answers, by the number of "
        "epochs seen, of the objects that have so many; all: last answers. 0 is best; with few "
        "objects it is never 0.",
        alt="Calibration error by the number of epochs.",
    ),
    FigureEntry(
        section="trust",
        draw=_draw_coverage,
        caption="Above: share of the sets that contain the true class, class by class{level}; bars "
        "are 95 % intervals. Below: number of classes in a set, for objects of each class and, "
        "with bars, on average. It should shrink as more epochs are seen.",
        alt="Coverage and size of sets by class and number of epochs.",
    ),
    FigureEntry(
        section="scores",
        draw=_draw_comparison,
        caption="Every method on the same objects, best first. Where controls that see no pixels "
        "come close, the data leak the class. Bars are 95 % intervals.",
        alt="Dots of {compared} of {methods} methods.",
    ),
    FigureEntry(
        section="scores",
        draw=_draw_epochs,
        caption="Score against the number of epochs seen, always on the same objects (one with "
        "fewer epochs keeps its last answer).{dashed}",
        alt="Macro recall against the number of epochs seen.",
    ),
    FigureEntry(
        section="scores",
        draw=lambda data: per_class_figure(data.ours),
        caption="F1 of each class, with its number of objects: at the most probable class, and at "
        "the threshold that is best for the class (chosen on these very objects, which flatters).",
        alt="Dots of F1 at arg-max and of max F1 by class.",
    ),
    FigureEntry(
        section="scores",
        draw=lambda data: confusion_figure(data.ours),
        caption="Predicted classes of the objects of each true class: each row sums to 100 %; "
        "small numbers count objects. The diagonal is the recall.",
        alt="Confusion matrix by true and predicted class.",
    ),
    FigureEntry(
        section="scores",
        draw=lambda data: precision_recall_figure(data.primary_table, data.taxonomy),
        caption="Precision of each class as recall grows; dots mark the best F1. For a clean "
        "sample, read along the top.",
        alt="Precision against recall by class.",
    ),
    FigureEntry(
        section="scores",
        draw=lambda data: reliability_figure(data.primary_table, data.taxonomy),
        caption="Can the probabilities be trusted? Points above the dashed line: answers are right "
        "more often than their confidence; below it: less often. Ten bins of equal width, as in "
        "the calibration error (ECE), which is {ece} here.",
        alt="Share of right answers against confidence, above a histogram of confidence.",
    ),
)
"""The figures of the page, in its order."""


def draw_figures(data: FigureData) -> dict[Section, list[PageFigure]]:
    """Draw the figures of each section of the page, as far as there is something to draw."""
    words = data.caption_words()
    figures: dict[Section, list[PageFigure]] = {section: [] for section in get_args(Section)}
    for entry in FIGURES:
        figure = entry.draw(data)
        if figure is not None:
            svg = figure_to_svg(figure, entry.alt.format(**words))
            caption, is_broad = entry.caption.format(**words), _is_broad(figure)
            figures[entry.section].append(PageFigure(svg=svg, caption=caption, is_broad=is_broad))
    return figures


def draw_examples(
    sequences: Sequence[ImageSequence], table: pd.DataFrame, taxonomy: Taxonomy
) -> list[PageFigure]:
    """Draw sequences with their predictions; those that the table does not have are left out.

    What is said besides a class stands below them.
    """
    if "mjd_last" not in table:
        return []
    drawings = []
    for sequence in sequences:
        rows = table[table["object_id"] == sequence.object_id]
        if len(rows):
            drawings.append(_draw_example(sequence, rows.sort_values("n_epochs"), taxonomy))
    return drawings


def _draw_example(sequence: ImageSequence, rows: pd.DataFrame, taxonomy: Taxonomy) -> PageFigure:
    last = rows[columns_of(taxonomy)].iloc[-1]
    best = int(last.to_numpy().argmax())
    answer = f"{taxonomy.classes[best]}, probability {last.iloc[best]:.2f}"
    alt = f"Cutouts of {sequence.object_id} and the probabilities by epoch; last: {answer}."
    svg = figure_to_svg(sequence_figure(sequence, rows, taxonomy), alt)
    words = answer_words(rows.iloc[-1].to_dict())
    return PageFigure(svg=svg, caption=" ".join(words), is_broad=True)


def _is_broad(figure: Figure) -> bool:
    return bool(figure.get_size_inches()[0] > BROAD_INCHES)


def _every_step(table: pd.DataFrame) -> list[int]:
    first, last = int(table["n_epochs"].min()), int(table["n_epochs"].max())
    steps: list[int] = np.unique(np.geomspace(first, last, MAX_STEPS).round().astype(int)).tolist()
    return steps


def _own_steps(table: pd.DataFrame) -> list[int]:
    """Return the numbers of epochs after which a table has all objects that have so many."""
    return sorted({*shared_steps([table]), int(table["n_epochs"].max())})
