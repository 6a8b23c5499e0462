"""Lists of objects: filtered, sorted and cut into pages, all by arrays made once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from jaxtyping import Bool, Int, Shaped

from taonet.errors import InputError, nearest
from taonet.reports.object_document import plain_value

WORDS: Final = ("object_id", "class_name", "predicted_class", "label")
"""Columns of words: they sort by alphabet, whatever the case."""


@dataclass(frozen=True, kw_only=True)
class ObjectFilter:
    """Which objects are listed.

    Parameters
    ----------
    search : str
        Part of the name, whatever the case.
    equal : mapping
        Columns and the values that they must have; ``""`` stands for a missing word.
    least, most : mapping
        Columns of numbers and their ends, which belong to the range. Where a number is missing it
        lies in no range.
    """

    search: str = ""
    equal: Mapping[str, object] = field(default_factory=dict)
    least: Mapping[str, float] = field(default_factory=dict)
    most: Mapping[str, float] = field(default_factory=dict)


class ObjectList:
    """All objects of a page, by columns.

    Parameters
    ----------
    columns : mapping of str to array (object,)
        Numbers, truths, and words that may be None; ``object_id`` is among them.

    Examples
    --------
    >>> names, p = np.array(["a", "b"], object), np.array([0.2, np.nan])
    >>> some = ObjectList({"object_id": names, "probability": p})
    >>> some.select(ObjectFilter(), sort="probability", descending=True).tolist()
    [0, 1]
    """

    def __init__(self, columns: Mapping[str, Shaped[np.ndarray, " object"]]) -> None:
        self.columns = dict(columns)
        self._names = [str(name).lower() for name in columns["object_id"]]
        self._orders: dict[str, Int[np.ndarray, " object"]] = {}

    def __len__(self) -> int:
        return len(self._names)

    def replace_column(self, name: str, values: Shaped[np.ndarray, " object"]) -> None:
        """Give a column other values: labels change while people look."""
        self.columns[name] = values
        self._orders.pop(name, None)

    def select(
        self, which: ObjectFilter, *, sort: str = "", descending: bool = False
    ) -> Int[np.ndarray, " selected"]:
        """Return the numbers of the objects that a filter lets pass, in order.

        Objects without a value come last, whichever way the others are sorted.

        Raises
        ------
        InputError
            If there is no such column.
        """
        keep = self._passes(which)
        if not sort:
            return np.flatnonzero(keep)
        order = self._order(sort)
        if descending:
            order = self._backwards(sort, order)
        return np.asarray(order[keep[order]])

    def rows(
        self, numbers: Int[np.ndarray, " some"], names: tuple[str, ...]
    ) -> list[dict[str, Any]]:
        """Return some columns of some objects as plain values."""
        return [
            {name: plain_value(self.columns[name][i]) for name in names} for i in numbers.tolist()
        ]

    def _passes(self, which: ObjectFilter) -> Bool[np.ndarray, " object"]:
        keep = np.ones(len(self), bool)
        if which.search:
            part = which.search.lower()
            keep &= np.array([part in name for name in self._names], bool)
        for name, value in which.equal.items():
            keep &= self._column(name) == (None if value == "" else value)
        for name, end in which.least.items():
            keep &= self._column(name) >= end
        for name, end in which.most.items():
            keep &= self._column(name) <= end
        return keep

    def _column(self, name: str) -> Shaped[np.ndarray, " object"]:
        if name not in self.columns:
            do = nearest(name, list(self.columns))
            raise InputError("no such column", got=name, do=do)
        return self.columns[name]

    def _order(self, name: str) -> Int[np.ndarray, " object"]:
        if name not in self._orders:
            self._orders[name] = np.argsort(_sort_keys(self._column(name)), kind="stable")
        return self._orders[name]

    def _backwards(
        self, name: str, order: Int[np.ndarray, " object"]
    ) -> Int[np.ndarray, " object"]:
        missing = int(_is_missing(self.columns[name]).sum())
        known = len(order) - missing
        return np.concatenate([order[:known][::-1], order[known:]])


def _is_missing(values: Shaped[np.ndarray, " object"]) -> Bool[np.ndarray, " object"]:
    if values.dtype == object:
        return np.array([value is None for value in values], bool)
    return np.isnan(values) if values.dtype.kind == "f" else np.zeros(len(values), bool)


def _sort_keys(values: Shaped[np.ndarray, " object"]) -> Shaped[np.ndarray, " object"]:
    """Return numbers that sort like the values; what is missing comes last."""
    if values.dtype != object:
        return values
    words = np.array([value.lower() if value is not None else "" for value in values], dtype=str)
    _, ranks = np.unique(words, return_inverse=True)
    return np.where(_is_missing(values), len(values), ranks)
