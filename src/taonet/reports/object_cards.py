"""The objects of a page without scores: kinds, and a card for each object."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from markupsafe import Markup

from taonet.evaluation.object_order import NO_ANSWER, answered_class
from taonet.evaluation.scored_rows import probabilities_of
from taonet.reports.answer_words import answer_badges, answer_words
from taonet.reports.legend import LegendEntry, class_legend
from taonet.reports.small_pictures import CutoutStrip, cutout_strip, probability_areas
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy

FindSequence = Callable[[str], ImageSequence | None]
"""Returns the cutouts of an object, where there are any."""

LEAST_NAMED: Final = 0.01
"""Classes of less probability are not written out."""

NO_CLASS: Final = LegendEntry(name="no class", words="no answer names one", colour="var(--faint)")


@dataclass(frozen=True, kw_only=True, eq=False)
class ObjectCard:
    """What a page shows of one object.

    Parameters
    ----------
    object_id : str
    true_class : str
        Empty where it is not known.
    position : str
        Empty where it is not known.
    epochs : str
        How many were read, and the MJD of the last.
    called : LegendEntry or None
        The class that is answered, which where nothing is detected is not the most probable one.
    confidence : float
        Its probability; NaN without one.
    others : tuple of (LegendEntry, float)
        The other classes, the most probable first, those below 0.01 left out.
    sentences : tuple of str
        What is said besides a class.
    areas : Markup
        Probabilities by epoch; nothing where they are not known.
    ends : tuple of str
        What stands at the left and the right end of these.
    cutouts : CutoutStrip or None
    badges : tuple of str
        Of that, what should not be overlooked, in a word or two.
    """

    object_id: str
    true_class: str
    position: str
    epochs: str
    called: LegendEntry | None
    confidence: float
    others: tuple[tuple[LegendEntry, float], ...]
    sentences: tuple[str, ...]
    areas: Markup
    ends: tuple[str, str]
    cutouts: CutoutStrip | None
    badges: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class ObjectKind:
    """The objects that were called one class.

    Parameters
    ----------
    entry : LegendEntry
    anchor : str
        Where a page has them.
    n_objects : int
        All there are.
    names : tuple of str
        Those shown, in their order.
    cards : iterable of ObjectCard
        Of these, drawn as they are asked for: it can be read once.
    """

    entry: LegendEntry
    anchor: str
    n_objects: int
    names: tuple[str, ...]
    cards: Iterable[ObjectCard]


def object_kinds(
    last: pd.DataFrame,
    chosen: pd.DataFrame,
    rows: pd.DataFrame,
    taxonomy: Taxonomy,
    find_sequence: FindSequence,
) -> list[ObjectKind]:
    """Return the objects that a page shows, by the class that they are called.

    Parameters
    ----------
    last, chosen : DataFrame
        From `taonet.evaluation.object_order.last_answers` and `choose_objects`.
    rows : DataFrame
        All rows of the chosen objects.
    find_sequence : function
        Asked for one object at a time.
    """
    counts = last["kind"].value_counts()
    by_object = dict(iter(rows.sort_values("n_epochs", kind="stable").groupby("object_id")))
    entries = {entry.name: entry for entry in class_legend(taxonomy)} | {NO_ANSWER: NO_CLASS}
    kinds = []
    for number, (kind, entry) in enumerate(entries.items()):
        names = tuple(chosen.loc[chosen["kind"] == kind, "object_id"])
        if names:
            cards = _draw_cards(names, by_object, taxonomy, find_sequence)
            kinds.append(
                ObjectKind(
                    entry=entry,
                    anchor=f"kind-{number}",
                    n_objects=int(counts[kind]),
                    names=names,
                    cards=cards,
                )
            )
    return kinds


def _draw_cards(
    names: Sequence[str],
    by_object: dict[Any, pd.DataFrame],
    taxonomy: Taxonomy,
    find_sequence: FindSequence,
) -> Iterator[ObjectCard]:
    for name in names:
        yield draw_card(by_object[name], taxonomy, find_sequence(name))


def draw_card(
    rows: pd.DataFrame, taxonomy: Taxonomy, sequence: ImageSequence | None = None
) -> ObjectCard:
    """Draw the card of an object.

    Parameters
    ----------
    rows : DataFrame
        Its rows of a prediction table, in order of the number of epochs.
    sequence : ImageSequence, optional
        Its cutouts.
    """
    last = rows.iloc[-1]
    probabilities = _probabilities(rows.iloc[-1:], taxonomy)
    answer = answered_class(rows.iloc[-1:], taxonomy).iloc[0]
    called = next((entry for entry in probabilities if entry.name == answer), None)
    mjd_last = float(last.get("mjd_last", np.nan))
    until = mjd_last if np.isfinite(mjd_last) else np.inf
    return ObjectCard(
        object_id=str(last["object_id"]),
        true_class=_text(last, "class_name"),
        position=_position(last),
        epochs=_epochs(int(last["n_epochs"]))
        + (f", the last of MJD {mjd_last:.2f}" if np.isfinite(mjd_last) else ""),
        called=called,
        confidence=np.nan if called is None else probabilities.pop(called),
        others=tuple(pair for pair in probabilities.items() if pair[1] >= LEAST_NAMED),
        sentences=tuple(answer_words(last.to_dict())),
        areas=probability_areas(rows, taxonomy),
        ends=(f"after {rows['n_epochs'].iloc[0]}", f"after {_epochs(int(last['n_epochs']))}"),
        cutouts=None if sequence is None else cutout_strip(sequence, until),
        badges=tuple(answer_badges(last.to_dict())),
    )


def _probabilities(last: pd.DataFrame, taxonomy: Taxonomy) -> dict[LegendEntry, float]:
    """Return the probability of each class, the most probable first."""
    pairs = zip(class_legend(taxonomy), probabilities_of(last, taxonomy)[0].tolist(), strict=True)
    return dict(sorted(pairs, key=lambda pair: -np.nan_to_num(pair[1])))


def _epochs(count: int) -> str:
    return f"{count} epoch{'' if count == 1 else 's'}"


def _position(row: "pd.Series[Any]") -> str:
    ra, dec = (float(row.get(name, np.nan)) for name in ("ra", "dec"))
    return f"J2000 {ra:.5f}° {dec:+.5f}°".replace("-", "−") if np.isfinite([ra, dec]).all() else ""


def _text(row: "pd.Series[Any]", name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""
