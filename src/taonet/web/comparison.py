"""Two tables about the same objects: where they differ, and who was right."""

from functools import cached_property
from typing import Any, Final, Literal

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from taonet.reports.object_document import plain_value
from taonet.web.answer_table import AnswerTable, Column

Verdict = Literal["", "first", "second", "both", "neither"]
"""Who was right, of objects whose class is known."""

SORTS: Final = ("difference", "object_id")


class TableComparison:
    """The last answers of two tables, object by object.

    Parameters
    ----------
    first, second : AnswerTable
        Of the same classes, in any order.
    truth : array (object,)
        The class of each object of the first table, None where it is not known.
    """

    def __init__(self, first: AnswerTable, second: AnswerTable, truth: Column) -> None:
        self.first, self.second = first, second
        shared = [name for name in first.object_id if name in second]
        self.object_id = shared
        self._of_first = np.array([first.index[name] for name in shared], np.int64)
        self._of_second = np.array([second.index[name] for name in shared], np.int64)
        self.truth = truth[self._of_first]
        self.answers = (
            first.predicted_class[self._of_first],
            second.predicted_class[self._of_second],
        )
        self.right = tuple(_is_right(one, self.truth) for one in self.answers)
        self.differs: Bool[np.ndarray, " shared"] = np.asarray(
            self.answers[0] != self.answers[1], bool
        )

    def __len__(self) -> int:
        return len(self.object_id)

    @cached_property
    def difference(self) -> Float[np.ndarray, " shared"]:
        """Half the sum of the differences of all probabilities: 0 where equal, 1 at most."""
        order = [self.second.classes.index(name) for name in self.first.classes]
        own = self.first.probabilities[self._of_first]
        other = self.second.probabilities[self._of_second][:, order]
        return np.asarray(np.abs(own - other).sum(axis=1) / 2)

    def summary(self) -> dict[str, int]:
        """Return how many objects there are of each kind."""
        known = np.array([one is not None for one in self.truth], bool)
        first, second = self.right
        return {
            "n_shared": len(self),
            "n_only_first": len(self.first) - len(self),
            "n_only_second": len(self.second) - len(self),
            "n_differ": int(self.differs.sum()),
            "n_known": int(known.sum()),
            "both": int((first & second).sum()),
            "first": int((first & ~second).sum()),
            "second": int((~first & second).sum()),
            "neither": int((known & ~first & ~second).sum()),
        }

    def select(self, *, differ: bool, right: Verdict, search: str) -> Int[np.ndarray, " some"]:
        """Return the objects to list, those that differ most first.

        Parameters
        ----------
        differ : bool
            Only those that the tables call differently.
        right : str
            Only those that this one, both or neither called right.
        search : str
            Part of the name, whatever the case.
        """
        keep = self.differs.copy() if differ else np.ones(len(self), bool)
        if right:
            keep &= self._verdict(right)
        if search:
            part = search.lower()
            keep &= np.array([part in name.lower() for name in self.object_id], bool)
        order = np.argsort(-np.nan_to_num(self.difference), kind="stable")
        return np.asarray(order[keep[order]])

    def rows(self, numbers: Int[np.ndarray, " some"]) -> list[dict[str, Any]]:
        """Return both answers about each of some objects."""
        difference = self.difference
        return [
            {
                "object_id": self.object_id[i],
                "class_name": self.truth[i],
                "first": _answer(self.first, int(self._of_first[i])),
                "second": _answer(self.second, int(self._of_second[i])),
                "difference": plain_value(difference[i]),
                "right": self._right_of(i),
            }
            for i in numbers.tolist()
        ]

    def _verdict(self, right: Verdict) -> Bool[np.ndarray, " shared"]:
        known = np.array([one is not None for one in self.truth], bool)
        first, second = self.right
        kinds = {
            "both": first & second,
            "first": first & ~second,
            "second": ~first & second,
            "neither": known & ~first & ~second,
        }
        return np.asarray(kinds[right])

    def _right_of(self, number: int) -> Verdict | None:
        if self.truth[number] is None:
            return None
        kinds: tuple[Verdict, ...] = ("neither", "second", "first", "both")
        return kinds[2 * int(self.right[0][number]) + int(self.right[1][number])]


def _is_right(answers: Column, truth: Column) -> Bool[np.ndarray, " shared"]:
    known = np.array([one is not None for one in truth], bool)
    return np.asarray(known & np.asarray(answers == truth, bool))


def _answer(table: AnswerTable, number: int) -> dict[str, Any]:
    p: Shaped[np.ndarray, " class"] = table.probabilities[number]
    return {
        "predicted_class": table.predicted_class[number],
        "probability": plain_value(table.probability[number]),
        "p": {name: plain_value(value) for name, value in zip(table.classes, p, strict=True)},
        "set": table.set_of(number),
        "n_epochs": plain_value(table.columns["n_epochs"][number]),
    }
