"""What a report is about: the tables, and what stands beside them on the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from taonet.reports.object_cards import ObjectKind
from taonet.reports.small_pictures import SIDE_PX
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy


@dataclass(frozen=True, kw_only=True)
class Note:
    """A sentence at the top of a report.

    Parameters
    ----------
    text : str
    is_warning : bool
        Whether the page sets it off as a warning: readers would otherwise draw wrong conclusions.
    """

    text: str
    is_warning: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class ShownObjects:
    """Objects one by one, whatever is known of their classes.

    Parameters
    ----------
    title : str
    kinds : sequence of ObjectKind
        Whose cards are drawn when the page is written.
    most : int
        Objects of each kind that are shown.
    has_cutouts : bool
    side_px : int
        Side of the cutouts that are shown.
    """

    title: str
    kinds: Sequence[ObjectKind]
    most: int
    has_cutouts: bool
    side_px: int = SIDE_PX


@dataclass(frozen=True, kw_only=True, eq=False)
class ObjectsContents:
    """All that a page of objects without scores is made from.

    Parameters
    ----------
    title : str
    taxonomy : Taxonomy
    objects : ShownObjects
    others : DataFrame or None
        `taonet.evaluation.other_answers.other_answers` by the class that is answered.
    notes, details
        As of `ReportContents`.
    """

    title: str
    taxonomy: Taxonomy
    objects: ShownObjects
    others: pd.DataFrame | None = None
    notes: Sequence[Note] = ()
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False)
class ReportContents:
    """All that a report is made from.

    Parameters
    ----------
    title : str
    taxonomy : Taxonomy
    tables : mapping
        Prediction tables by method, of the same objects; controls may have one row an object.
    primary : str
        The method that the page is about; the others are compared with it.
    notes : sequence of Note
        Shown at the top.
    details : mapping
        Data, software and settings, with their digests and versions.
    examples : sequence of ImageSequence
        Drawn with the primary's predictions, where it has any of them.
    descriptions : mapping
        A line on each method.
    uncalibrated : DataFrame, optional
        The primary's predictions before calibration, to show what that changed.
    level : float, optional
        The rate at which the primary's sets should contain the true class.
    counterfactuals : DataFrame, optional
        The scores of the primary where one thing is different:
        `taonet.evaluation.counterfactual_scores.score_counterfactuals`, with ``description`` and
        ``expected``.
    objects : ShownObjects, optional
        Those that are not scored, one by one.
    """

    title: str
    taxonomy: Taxonomy
    tables: Mapping[str, pd.DataFrame]
    primary: str
    notes: Sequence[Note] = ()
    details: Mapping[str, str] = field(default_factory=dict)
    examples: Sequence[ImageSequence] = ()
    descriptions: Mapping[str, str] = field(default_factory=dict)
    uncalibrated: pd.DataFrame | None = None
    level: float | None = None
    counterfactuals: pd.DataFrame | None = None
    objects: ShownObjects | None = None
