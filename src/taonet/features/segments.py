"""Values of many objects end to end: sums, extremes and quantiles of each object's own."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped


@dataclass(frozen=True, eq=False)
class Segments:
    """Where each object's values lie in flat arrays.

    Every result depends on the object's own values only, to the last bit: the objects it is
    measured with never matter.

    Parameters
    ----------
    offsets : array (edge,)
        Object *i* owns the values ``offsets[i]`` up to, and without, ``offsets[i + 1]``.

    Examples
    --------
    >>> pieces = Segments.from_counts(np.array([2, 0, 3]))
    >>> pieces.mean(np.array([1.0, 3.0, 5.0, 6.0, 7.0]))
    array([ 2., nan,  6.])
    """

    offsets: Int[np.ndarray, " edge"]

    @classmethod
    def from_counts(cls, counts: Int[np.ndarray, " object"]) -> "Segments":
        """Return segments of these lengths."""
        return cls(np.concatenate([[0], np.cumsum(counts)]))

    @cached_property
    def counts(self) -> Int[np.ndarray, " object"]:
        """Number of values of each object."""
        return np.diff(self.offsets)

    @cached_property
    def owner(self) -> Int[np.ndarray, " value"]:
        """Index of the object that each value belongs to."""
        return self.repeat(np.arange(len(self.counts)))

    def repeat(self, each: Shaped[np.ndarray, " object"]) -> Shaped[np.ndarray, " value"]:
        """Repeat one value an object for each of the object's values."""
        return np.repeat(each, self.counts)

    def total(self, values: Shaped[np.ndarray, " value"]) -> Float[np.ndarray, " object"]:
        """Return the sum of each object's values, 0 where there are none."""
        return self._reduce(np.add, values, 0.0)

    def mean(self, values: Shaped[np.ndarray, " value"]) -> Float[np.ndarray, " object"]:
        """Return the mean of each object's values, NaN where there are none."""
        return np.asarray(self._reduce(np.add, values, np.nan) / np.maximum(self.counts, 1))

    def highest(self, values: Float[np.ndarray, " value"]) -> Float[np.ndarray, " object"]:
        """Return the greatest of each object's values, NaN where there are none."""
        return self._reduce(np.maximum, values, np.nan)

    def lowest(self, values: Float[np.ndarray, " value"]) -> Float[np.ndarray, " object"]:
        """Return the least of each object's values, NaN where there are none."""
        return self._reduce(np.minimum, values, np.nan)

    def sort(self, values: Float[np.ndarray, " value"]) -> Float[np.ndarray, " value"]:
        """Return a copy in which each object's values ascend."""
        ordered = values.copy()
        # one small sort an object costs less than one sort of everything, or than padding
        for begin, end in zip(self.offsets[:-1].tolist(), self.offsets[1:].tolist(), strict=True):
            ordered[begin:end].sort()
        return ordered

    def quantile(
        self, ordered: Float[np.ndarray, " value"], q: float
    ) -> Float[np.ndarray, " object"]:
        """Return a quantile of each object's ascending values, interpolated linearly.

        Parameters
        ----------
        ordered : array (value,)
            As `ordered` gives them.
        q : float
            From 0 to 1.
        """
        place = q * np.maximum(self.counts - 1, 0)
        below = np.floor(place).astype(np.int64)
        first, last = self.offsets[:-1] + below, np.maximum(self.offsets[1:] - 1, 0)
        # a NaN at the end stands for what objects without values have
        padded = np.append(ordered, np.nan)
        first = np.where(self.counts > 0, first, len(ordered))
        low, high = padded[first], padded[np.minimum(first + 1, np.maximum(last, first))]
        return np.asarray(low + (high - low) * (place - below))

    def median(self, values: Float[np.ndarray, " value"]) -> Float[np.ndarray, " object"]:
        """Return the median of each object's values, NaN where there are none."""
        return self.quantile(self.sort(values), 0.5)

    def steps(self, values: Float[np.ndarray, " value"]) -> Float[np.ndarray, " value"]:
        """Return how far it is from each value to the object's next, NaN after the last."""
        steps = np.full(len(values), np.nan)
        np.subtract(values[1:], values[:-1], out=steps[:-1])
        steps[self._last] = np.nan
        return steps

    def pairs(self, values: Float[np.ndarray, " value"]) -> Float[np.ndarray, " value"]:
        """Return the product of each value and the object's next, 0 after the last."""
        products = np.zeros(len(values))
        np.multiply(values[1:], values[:-1], out=products[:-1])
        products[self._last] = 0.0
        return products

    def first(self, true: Bool[np.ndarray, " value"]) -> Float[np.ndarray, " object"]:
        """Return where each object's first True lies in the flat array, NaN where there is none."""
        place = self.lowest(np.where(true, np.arange(len(true)), np.inf))
        return np.where(np.isfinite(place), place, np.nan)

    def last(self, true: Bool[np.ndarray, " value"]) -> Float[np.ndarray, " object"]:
        """Return where each object's last True lies in the flat array, NaN where there is none."""
        place = self.highest(np.where(true, np.arange(len(true)), -1.0))
        return np.where(place >= 0, place, np.nan)

    @cached_property
    def _last(self) -> Int[np.ndarray, " some"]:
        return self.offsets[1:][self.counts > 0] - 1

    @staticmethod
    def at(
        values: Float[np.ndarray, " value"], place: Float[np.ndarray, " object"]
    ) -> Float[np.ndarray, " object"]:
        """Return the values at places that `first` and `last` gave, NaN for NaN."""
        known = np.isfinite(place)
        picked = np.full(len(place), np.nan)
        picked[known] = values[place[known].astype(np.int64)]
        return picked

    def select(self, keep: Bool[np.ndarray, " value"]) -> "Segments":
        """Return the segments of what is left if only some values are kept."""
        return Segments.from_counts(np.bincount(self.owner[keep], minlength=len(self.counts)))

    def _reduce(
        self, operation: np.ufunc, values: Shaped[np.ndarray, " value"], empty: float
    ) -> Float[np.ndarray, " object"]:
        reduced = np.full(len(self.counts), empty)
        filled = self.counts > 0
        if filled.any():
            # between the begins of objects with values there lie no other values
            begins = self.offsets[:-1][filled]
            reduced[filled] = operation.reduceat(values, begins, dtype=np.float64)
        return reduced
