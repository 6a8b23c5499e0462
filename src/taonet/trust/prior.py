"""Another class mix than the one a model learnt: what its probabilities are then.

The answers of a model that learnt from a mix of classes refer to objects of that mix. Where only
the shares of classes differ, not what their objects look like, Bayes' rule restates each
probability by the ratio of the new share to the learnt one (Saerens et al. 2002, Neural Comput. 14,
21). Sets of classes need no such thing: a class is in a set for how well it explains the data, and
their promise is made to each class on its own, whatever the mix. Only classes that cannot be, those
of share 0, are left out of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from jaxtyping import Float

from taonet.errors import InputError, nearest

LEARNT_MIX: Final = "learnt_mix"
"""The fact of a bundle that holds the shares of the classes, by name, it learnt from."""

SUM_TOLERANCE: Final = 1e-6
"""Numbers whose sum is farther from 1 were not shares yet: that is reported."""


@dataclass(frozen=True, kw_only=True)
class Prior:
    """A class mix that probabilities shall refer to.

    Parameters
    ----------
    classes : tuple of str
        In label order.
    shares : tuple of float
        Of the objects that are classified, by class; their sum is 1.
    learnt : tuple of float
        The same of what the model learnt from.
    total : float
        What the shares were divided by.
    """

    classes: tuple[str, ...]
    shares: tuple[float, ...]
    learnt: tuple[float, ...]
    total: float = 1.0

    @classmethod
    def from_shares(
        cls, given: Mapping[str, object], classes: Sequence[str], learnt: Sequence[float]
    ) -> "Prior":
        """Make a prior of shares or counts by class name; they are divided by their sum.

        Parameters
        ----------
        given : mapping
            A number for each class.
        classes : sequence of str
            Of the model, in label order.
        learnt : sequence of float
            The shares that the model learnt from.

        Raises
        ------
        InputError
            If a class is missing or unknown, or a number is none, negative or not finite, all are
            0, or one is above 0 for a class that the model never met.

        Examples
        --------
        >>> prior = Prior.from_shares({"SN": 1, "CV": 3}, ("SN", "CV"), (0.5, 0.5))
        >>> str(prior)
        'SN=0.25 CV=0.75'
        >>> prior.restate(np.array([[0.5, 0.5], [0.9, 0.1]])).round(2).tolist()
        [[0.25, 0.75], [0.75, 0.25]]
        """
        _check_names(given, classes)
        numbers = [_parse_share(name, given[name]) for name in classes]
        total = float(sum(numbers))
        if not 0 < total < np.inf:
            do = "give a class that can be a number above 0"
            raise InputError("the shares of all classes are 0", where="prior", got=total, do=do)
        for name, number, known in zip(classes, numbers, learnt, strict=True):
            if number and not known:
                do = f"give {name}=0, or use a model that learnt it"
                what = f"the model has learnt from no object of class {name}"
                raise InputError(what, where="prior", got=number, do=do)
        return cls(
            classes=tuple(classes),
            shares=tuple(number / total for number in numbers),
            learnt=tuple(map(float, learnt)),
            total=total,
        )

    def restate(
        self, probabilities: Float[np.ndarray, "row class"]
    ) -> Float[np.ndarray, "row class"]:
        """Return probabilities for this mix.

        Where a model gives no chance to any class that can be, the shares are all that is known.
        """
        shares, learnt = np.array(self.shares), np.array(self.learnt)
        ratio = np.divide(shares, learnt, out=np.zeros_like(shares), where=learnt > 0)
        weighed = probabilities * ratio
        total = weighed.sum(axis=1, keepdims=True)
        with np.errstate(invalid="ignore"):
            return np.asarray(np.where(total == 0, shares, weighed / total))

    def possible_sets(self, sets: Sequence[tuple[str, ...] | None]) -> list[tuple[str, ...] | None]:
        """Return sets of class names without the classes of share 0; None stays so."""
        gone = {name for name, share in zip(self.classes, self.shares, strict=True) if not share}
        fewer = {
            members: members and tuple(name for name in members if name not in gone)
            for members in set(sets)
        }
        return [fewer[members] for members in sets]

    @property
    def note(self) -> str:
        """What a user should know: the mix that holds, and whether it had to be made one."""
        text = f"probabilities are restated for the class mix {self}"
        if abs(self.total - 1) > SUM_TOLERANCE:
            text += f", the numbers given divided by their sum {self.total:g}"
        return text

    def __str__(self) -> str:
        pairs = zip(self.classes, self.shares, strict=True)
        return " ".join(f"{name}={share:.6g}" for name, share in pairs)


def learnt_shares(facts: Mapping[str, Any], classes: Sequence[str]) -> tuple[float, ...]:
    """Return the class mix that a bundle's probabilities refer to, in label order.

    Parameters
    ----------
    facts : mapping
        Of the bundle.

    Raises
    ------
    InputError
        If the bundle does not say, or says what is no class mix.
    """
    stored = facts.get(LEARNT_MIX)
    if stored is None:
        what = "the bundle does not say which class mix it learnt, so no prior can be put in place"
        raise InputError(what, where=f"facts.{LEARNT_MIX}", do="train it again with this taonet")
    try:
        shares = np.array([stored[name] for name in classes], np.float64)
    except (KeyError, TypeError, ValueError):
        shares = np.array([np.nan])
    if (
        not (shares >= 0).all()
        or abs(shares.sum() - 1) > SUM_TOLERANCE
        or len(stored) != len(shares)
    ):
        do = "get the bundle again, or write it with taonet"
        raise InputError("no share for each class", where=f"facts.{LEARNT_MIX}", got=stored, do=do)
    return tuple(shares.tolist())


def equal_shares(met: Sequence[str], classes: Sequence[str]) -> dict[str, float]:
    """Return the same share for every class that was met, 0 for the others."""
    return {name: 1 / len(met) if name in met else 0.0 for name in classes}


def _check_names(given: Mapping[str, object], classes: Sequence[str]) -> None:
    for name in given:
        if name not in classes:
            raise InputError(
                "no such class of this model",
                where="prior",
                got=repr(name),
                do=nearest(str(name), classes),
            )
    missing = [name for name in classes if name not in given]
    if missing:
        do = f"give each a share; {missing[0]}=0 says that it cannot be"
        raise InputError("classes without a share", where="prior", got=", ".join(missing), do=do)


def _parse_share(name: str, given: object) -> float:
    try:
        number = float(given)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = np.nan
    if not 0 <= number < np.inf:
        what = f"the share of {name} is not a number from 0 on"
        raise InputError(what, where="prior", got=repr(given), do="give shares, or counts")
    return number
