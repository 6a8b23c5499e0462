"""How typical an object is of those that answers were calibrated on.

Probabilities and sets mean something for objects like those only. What a network remembers of an
object after some epochs (the features its answer is made from) is compared with what it remembered
of calibration objects after as many: the distance to the nearest class mean, in units of the
spread within classes (Mahalanobis; Lee et al. 2018, arXiv 1807.03888), in a few principal axes
and in how far the object lies off them all (Wang et al. 2022, arXiv 2203.10807).

**High is typical.** The number is the share of calibration objects that lie as far out or farther:
of objects like those, one in twenty scores below 0.05, and anything at all is as likely as
anything else; what scores below 0.01 again and again is something else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float, Int

from taonet.errors import InputError
from taonet.trust.stored_arrays import read_arrays, stored_arrays

UNLIKE_BELOW: Final = 0.05
"""What is less typical is unlike the calibration objects; one in twenty of them is, too."""

TINY = 1e-6
"""Floor of a spread; a feature that never varied counts in its own units."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Tails:
    """How far out which share of the calibration objects lies, after each number of epochs.

    Parameters
    ----------
    shares : array (share,)
        Growing, up to 1.
    distances : array (knot, share)
        How far out such a share lies at least.
    objects : array (knot,)
        How many they are; no share below one in so many is stated.
    """

    shares: Float[np.ndarray, " share"]
    distances: Float[np.ndarray, "knot share"]
    objects: Int[np.ndarray, " knot"]

    def share_beyond(self, far: Float[np.ndarray, " row"], knot: int) -> Float[np.ndarray, " row"]:
        """Return the share that lies as far out as each row, or farther."""
        # distances fall as shares grow; interpolation wants them the other way round
        share = np.interp(far, self.distances[knot, ::-1], self.shares[::-1])
        return np.asarray(np.maximum(share, 1 / (self.objects[knot] + 1)))


@dataclass(frozen=True, kw_only=True, eq=False)
class Typicality:
    """How far out is how unusual, by the number of epochs.

    Parameters
    ----------
    centre, spread : array (feature,)
        What features are standardised by.
    axes : array (feature, axis)
        Orthonormal.
    epochs : array (knot,)
        Numbers of epochs, growing; linear in their logarithm between them, constant beyond.
    means : array (knot, class, number)
        Of each class: along the axes, and the logarithm of the distance to all of them.
    whitening : array (number, number)
        Gives the numbers unit spread within classes.
    shares : array (share,)
        Growing, up to 1.
    distances : array (knot, share)
        How far out such a share of the calibration objects lies at least.
    objects : array (knot,)
        Calibration objects behind them; no share below one in so many is stated.
    """

    centre: Float[np.ndarray, " feature"]
    spread: Float[np.ndarray, " feature"]
    axes: Float[np.ndarray, "feature axis"]
    epochs: Int[np.ndarray, " knot"]
    means: Float[np.ndarray, "knot class number"]
    whitening: Float[np.ndarray, "number number"]
    shares: Float[np.ndarray, " share"]
    distances: Float[np.ndarray, "knot share"]
    objects: Int[np.ndarray, " knot"]

    def evaluate(
        self, features: Float[np.ndarray, "row feature"], n_epochs: Int[np.ndarray, " row"]
    ) -> Float[np.ndarray, " row"]:
        """Return the share of calibration objects that lie as far out or farther.

        Parameters
        ----------
        features : array (row, feature)
            What the answers were made from.
        n_epochs : array (row,)
            Epochs seen.
        """
        far = self.distance(features, n_epochs)
        tails = Tails(shares=self.shares, distances=self.distances, objects=self.objects)
        at_knots = np.stack([tails.share_beyond(far, knot) for knot in range(len(self.epochs))])
        return between_knots(at_knots, self.epochs, n_epochs)

    def distance(
        self, features: Float[np.ndarray, "row feature"], n_epochs: Int[np.ndarray, " row"]
    ) -> Float[np.ndarray, " row"]:
        """Return how far from the nearest class mean, in units of the spread within classes."""
        numbers = axis_coordinates(self.axes, (features - self.centre) / self.spread)
        below, above, weight = surrounding_knots(self.epochs, n_epochs)
        mix = weight[:, None, None]
        mean = (1 - mix) * self.means[below] + mix * self.means[above]
        off = (numbers[:, None] - mean) @ self.whitening
        return np.asarray(np.sqrt((off**2).sum(axis=2)).min(axis=1))

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Return the arrays by name, real numbers in single precision."""
        return stored_arrays(self)

    @classmethod
    def from_arrays(cls, stored: Mapping[str, np.ndarray]) -> "Typicality":
        """Undo `to_arrays`.

        Raises
        ------
        InputError
            If an array is missing, holds what is not finite, or does not fit the others.
        """
        arrays, sizes = read_arrays(stored, SHAPES, whole=WHOLE, where="typicality")
        if sizes["number"] != sizes["axis"] + 1:
            got = f"{sizes['number']} numbers for {sizes['axis']} axes"
            raise InputError("does not fit the others", where="typicality, whitening", got=got)
        if not (arrays["spread"] > 0).all():
            raise InputError("a spread is not positive", where="typicality, spread")
        return cls(**arrays)


def least_of_two(
    one: Float[np.ndarray, " row"], other: Float[np.ndarray, " row"]
) -> Float[np.ndarray, " row"]:
    """Return how typical the less typical of two views is, as a share again.

    The smaller of two shares is below 0.05 in one object of ten if they have nothing to do with
    each other (Šidák 1967, JASA 62, 626); if they have, in fewer.

    Examples
    --------
    >>> least_of_two(np.array([0.5, 0.1]), np.array([0.5, 1.0])).round(2).tolist()
    [0.75, 0.19]
    """
    return np.asarray(1 - (1 - np.minimum(one, other)) ** 2)


SHAPES: Final = {
    "centre": ("feature",),
    "spread": ("feature",),
    "axes": ("feature", "axis"),
    "epochs": ("knot",),
    "means": ("knot", "class", "number"),
    "whitening": ("number", "number"),
    "shares": ("share",),
    "distances": ("knot", "share"),
    "objects": ("knot",),
}
"""Of the arrays; each object has one number more than there are axes."""

WHOLE: Final = ("epochs", "objects")
"""Arrays of whole numbers."""


def axis_coordinates(
    axes: Float[np.ndarray, "feature axis"], standard: Float[np.ndarray, "row feature"]
) -> Float[np.ndarray, "row number"]:
    """Return coordinates along axes, and the logarithm of the distance to all of them."""
    numbers = standard @ axes
    off = standard - numbers @ axes.T
    residual = np.log(np.maximum(np.sqrt((off**2).sum(axis=1)), TINY))
    return np.asarray(np.concatenate([numbers, residual[:, None]], axis=1))


def surrounding_knots(
    knots: Int[np.ndarray, " knot"], n_epochs: Int[np.ndarray, " row"]
) -> tuple[Int[np.ndarray, " row"], Int[np.ndarray, " row"], Float[np.ndarray, " row"]]:
    """Return the knots around each number of epochs, and how much the upper one counts."""
    place = np.interp(np.log(n_epochs), np.log(knots), np.arange(len(knots)))
    below = np.floor(place).astype(np.int64)
    return below, np.minimum(below + 1, len(knots) - 1), np.asarray(place - below)


def between_knots(
    at_knots: Float[np.ndarray, "knot row"],
    knots: Int[np.ndarray, " knot"],
    n_epochs: Int[np.ndarray, " row"],
) -> Float[np.ndarray, " row"]:
    """Return values at numbers of epochs between knots, linear in their logarithm."""
    below, above, weight = surrounding_knots(knots, n_epochs)
    row = np.arange(len(n_epochs))
    return np.asarray((1 - weight) * at_knots[below, row] + weight * at_knots[above, row])
