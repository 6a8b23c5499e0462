"""How typical frames look of those that answers were calibrated on, whatever they show.

What frames look like (`taonet.data.frame_signature`) has several heaps rather than one, as
some are resampled, some show no star, and some a galaxy: so the distance is that to the nearest
calibration objects, not to a mean. **High is typical**, as in `taonet.trust.typicality`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float, Int

from taonet.errors import InputError
from taonet.trust.stored_arrays import read_arrays, stored_arrays
from taonet.trust.typicality import Tails, between_knots, surrounding_knots

NEIGHBOURS: Final = 2
"""The distance to so manyth nearest object counts: one that is strange itself does not."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FrameTypicality:
    """How far from its nearest neighbours is how unusual, by the number of epochs.

    Parameters
    ----------
    centre, spread : array (number,)
        What the numbers of a signature are standardised by.
    epochs : array (knot,)
        Numbers of epochs, growing; linear in their logarithm between them, constant beyond.
    points : array (point, number)
        Standardised signatures of calibration objects.
    knot : array (point,)
        Which of ``epochs`` each belongs to.
    shares, distances, objects
        See `taonet.trust.typicality.Tails`.
    """

    centre: Float[np.ndarray, " number"]
    spread: Float[np.ndarray, " number"]
    epochs: Int[np.ndarray, " knot"]
    points: Float[np.ndarray, "point number"]
    knot: Int[np.ndarray, " point"]
    shares: Float[np.ndarray, " share"]
    distances: Float[np.ndarray, "knot share"]
    objects: Int[np.ndarray, " knot"]

    def evaluate(
        self, signature: Float[np.ndarray, "row number"], n_epochs: Int[np.ndarray, " row"]
    ) -> Float[np.ndarray, " row"]:
        """Return the share of calibration objects that lie as far from the others, or farther.

        Parameters
        ----------
        signature : array (row, number)
            What the frames so far look like.
        n_epochs : array (row,)
            Epochs seen.
        """
        tails = Tails(shares=self.shares, distances=self.distances, objects=self.objects)
        below, above, _ = surrounding_knots(self.epochs, n_epochs)
        at_knots = np.full((len(self.epochs), len(signature)), np.nan)
        for knot in range(len(self.epochs)):
            rows = np.flatnonzero((below == knot) | (above == knot))
            at_knots[knot, rows] = tails.share_beyond(self.distance(signature[rows], knot), knot)
        return between_knots(at_knots, self.epochs, n_epochs)

    def distance(
        self, signature: Float[np.ndarray, "row number"], knot: int
    ) -> Float[np.ndarray, " row"]:
        """Return how far the neighbours are among the objects of a knot."""
        standard = (signature - self.centre) / self.spread
        return neighbour_distance(standard, self.points[self.knot == knot])

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Return the arrays by name, real numbers in single precision."""
        return stored_arrays(self)

    @classmethod
    def from_arrays(cls, stored: Mapping[str, np.ndarray]) -> "FrameTypicality":
        """Undo `to_arrays`.

        Raises
        ------
        InputError
            If an array is missing, holds what is not finite, or does not fit the others.
        """
        where = "typicality of frames"
        arrays, _ = read_arrays(stored, SHAPES, whole=WHOLE, where=where)
        if not (arrays["spread"] > 0).all():
            raise InputError("a spread is not positive", where=f"{where}, spread")
        counts = np.bincount(np.maximum(arrays["knot"], 0), minlength=len(arrays["epochs"]))
        if arrays["knot"].min() < 0 or len(counts) > len(arrays["epochs"]) or not counts.all():
            raise InputError("points do not belong to the knots", where=f"{where}, knot")
        return cls(**arrays)


SHAPES: Final = {
    "centre": ("number",),
    "spread": ("number",),
    "epochs": ("knot",),
    "points": ("point", "number"),
    "knot": ("point",),
    "shares": ("share",),
    "distances": ("knot", "share"),
    "objects": ("knot",),
}

WHOLE: Final = ("epochs", "knot", "objects")
"""Arrays of whole numbers."""


def neighbour_distance(
    standard: Float[np.ndarray, "row number"], points: Float[np.ndarray, "point number"]
) -> Float[np.ndarray, " row"]:
    """Return the distance of each row to the `NEIGHBOURS`th nearest point, or to the last one."""
    square = (
        (standard**2).sum(axis=1)[:, None]
        - 2 * standard @ points.T
        + (points**2).sum(axis=1)[None, :]
    )
    rank = min(NEIGHBOURS, len(points)) - 1
    return np.sqrt(np.maximum(np.partition(square, rank, axis=1)[:, rank], 0.0))
