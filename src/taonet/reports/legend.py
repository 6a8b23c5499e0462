"""The legend of a page: each class with its colour and what its name stands for."""

from dataclasses import dataclass
from typing import Final

from taonet.reports.palette import class_colours
from taonet.reports.theme import css_colour
from taonet.sky.taxonomy import CLASS_WORDS, Taxonomy

OTHER_WORDS: Final = {"OTHER": "anything else"}
"""Of classes whose names are words, and yet want a word beside the others."""


@dataclass(frozen=True, kw_only=True)
class LegendEntry:
    """A class in a legend.

    Parameters
    ----------
    name : str
    words : str
        What it stands for; empty where that is not known.
    colour : str
        As pages write it.
    """

    name: str
    words: str
    colour: str


def class_legend(taxonomy: Taxonomy) -> list[LegendEntry]:
    """Return the legend of a taxonomy, in label order.

    Examples
    --------
    >>> class_legend(Taxonomy(name="two", classes=("SN", "X")))[0].words
    'supernova'
    """
    return [
        LegendEntry(name=name, words=class_words(name), colour=css_colour(colour))
        for name, colour in class_colours(taxonomy).items()
    ]


def class_words(name: str) -> str:
    """Return what the name of a class stands for; empty where that is not known.

    Examples
    --------
    >>> class_words("SN"), class_words("OTHER"), class_words("X")
    ('supernova', 'anything else', '')
    """
    return {**OTHER_WORDS, **CLASS_WORDS}.get(name, "")
