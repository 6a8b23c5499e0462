"""Small pictures of one object that a page can hold by the hundred: cutouts, and probabilities."""

import base64
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Float
from markupsafe import Markup, escape

from taonet.evaluation.scored_rows import probabilities_of
from taonet.reports.legend import class_legend
from taonet.sky.cutout import centre_crop
from taonet.sky.pictures import grey_png, shown_epochs, stretch_cutouts
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy

CUTOUTS: Final = 4
SIDE_PX: Final = 32
"""Of a larger cutout the middle is shown."""

GAP_PX: Final = 1
GREYS: Final = 32
"""Steps of grey: noise of 256 steps cannot be packed."""

STEPS: Final = 48
"""Numbers of epochs at which probabilities are drawn."""

HEIGHT: Final = 100
"""Of an area, in units of its own: it is stretched to the width that there is."""


@dataclass(frozen=True, kw_only=True)
class CutoutStrip:
    """A few cutouts of a sequence side by side, at one stretch.

    Parameters
    ----------
    png : str
        As a data address.
    width, height : int
        Of the picture, in pixels of the cutouts.
    days : tuple of str
        When each was taken, since the first one.
    """

    png: str
    width: int
    height: int
    days: tuple[str, ...]


def cutout_strip(sequence: ImageSequence, mjd_last: float = np.inf) -> CutoutStrip:
    """Draw the first channel of a few epochs up to a time, the brightest too; y points up."""
    epochs = shown_epochs(sequence, mjd_last, most=CUTOUTS)
    images = stretch_cutouts(sequence, epochs)
    images = centre_crop(images, min(SIDE_PX, *images.shape[-2:]))
    strip = _join(np.round(images * (GREYS - 1)) / (GREYS - 1))
    days = sequence.mjd[epochs] - sequence.mjd[epochs[0]]
    decimals = 0 if len(np.unique(days.round())) == len(days) else 1
    return CutoutStrip(
        png=f"data:image/png;base64,{base64.b64encode(grey_png(strip)).decode()}",
        width=strip.shape[1],
        height=strip.shape[0],
        days=tuple(f"{day:.{decimals}f}" for day in days.tolist()),
    )


def _join(images: Float[np.ndarray, "shown y x"]) -> Float[np.ndarray, "y wide"]:
    gap = np.zeros((images.shape[1], GAP_PX))
    parts = [part for image in images for part in (gap, image)][1:]
    return np.hstack(parts)


def probability_areas(rows: pd.DataFrame, taxonomy: Taxonomy) -> Markup:
    """Draw the probabilities of one object after every epoch, one above the other, as SVG.

    The class that is first in label order lies at the bottom. Of long sequences as many epochs are
    drawn as can be told apart.

    Parameters
    ----------
    rows : DataFrame
        The object's rows of a prediction table, in order of the number of epochs.
    """
    known = rows[np.isfinite(probabilities_of(rows, taxonomy)).all(axis=1)]
    if known.empty:
        return Markup("")
    steps = np.unique(np.linspace(0, len(known) - 1, STEPS).round().astype(int))
    heights = probabilities_of(known.iloc[steps], taxonomy).cumsum(axis=1)
    first, last = int(known["n_epochs"].iloc[0]), int(known["n_epochs"].iloc[-1])
    # from the highest down, so that each is covered by what lies below it
    areas = zip(reversed(class_legend(taxonomy)), heights.T[::-1], strict=True)
    paths = "".join(
        f'<path style="fill:{entry.colour}" d="{_area(height)}"/>' for entry, height in areas
    )
    alt = f"Probabilities after {first} to {last} epochs"
    opening = (
        f'<svg class="areas" role="img" aria-label="{escape(alt)}" preserveAspectRatio="none" '
        f'viewBox="0 0 {len(steps)} {HEIGHT}">'
    )
    # numbers, colours of our own and an escaped text
    return Markup(f"{opening}{paths}</svg>")


def _area(height: Float[np.ndarray, " step"]) -> str:
    """Return the outline of what lies below stairs, one unit of width each."""
    levels = [HEIGHT - round(HEIGHT * value) for value in height.clip(0, 1).tolist()]
    changes = [i for i, (one, other) in enumerate(pairwise(levels), start=1) if one != other]
    stairs = "".join(f"H{i}V{levels[i]}" for i in changes)
    return f"M0 {HEIGHT}V{levels[0]}{stairs}H{len(levels)}V{HEIGHT}Z"
