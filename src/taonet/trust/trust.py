"""What makes answers trustworthy once it is fitted: a temperature, sets, and what is typical.

`taonet.training.fit_temperature` and `taonet.training.fit_sets` fit them and state what they
promise; bundles carry them, and every answer passes through them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from jaxtyping import Bool, Float, Int

from taonet.errors import InputError
from taonet.trust.frame_typicality import FrameTypicality
from taonet.trust.typicality import Typicality, least_of_two

FLOOR: Final = 1e-7
"""Probabilities below it are taken as it; single precision gives 0 there."""


@dataclass(frozen=True, kw_only=True)
class Temperature:
    """What logits are divided by, as a function of the number of epochs.

    Parameters
    ----------
    epochs : tuple of int
        Knots, growing.
    values : tuple of float
        At the knots, positive; linear in the logarithm of the number between them, constant
        beyond.

    Raises
    ------
    InputError
        If the knots do not grow, or there is not one such value at each.

    Examples
    --------
    >>> warm = Temperature(epochs=(1, 100), values=(2.0, 1.0))
    >>> warm.at(np.array([1, 10, 1000])).tolist()
    [2.0, 1.5, 1.0]
    """

    epochs: tuple[int, ...]
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        _check_knots(self.epochs, len(self.values), where="temperature")
        if not all(0 < value < np.inf for value in self.values):
            raise InputError("a temperature is not positive", where="temperature", got=self.values)

    def at(self, n_epochs: Int[np.ndarray, " row"]) -> Float[np.ndarray, " row"]:
        """Return the temperature after so many epochs."""
        return np.asarray(np.interp(np.log(n_epochs), np.log(self.epochs), self.values))

    def apply(
        self, probabilities: Float[np.ndarray, "row class"], n_epochs: Int[np.ndarray, " row"]
    ) -> Float[np.ndarray, "row class"]:
        """Return calibrated probabilities; which class is the most probable does not change."""
        return temper(probabilities, self.at(n_epochs)[:, None])

    def undo(
        self, probabilities: Float[np.ndarray, "row class"], n_epochs: Int[np.ndarray, " row"]
    ) -> Float[np.ndarray, "row class"]:
        """Return what `apply` was given, as far as it was not below `FLOOR`."""
        return temper(probabilities, 1 / self.at(n_epochs)[:, None])

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-able form."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """From what probability on a class is in the set.

    Parameters
    ----------
    level : float
        Share of the objects of each class whose set shall hold the truth.
    classes : tuple of str
    epochs : tuple of int
        Knots, growing; linear in the logarithm of the number between them, constant beyond.
    values : tuple of tuple of float
        By knot and class.

    Raises
    ------
    InputError
        If the knots do not grow, or there is not a number for each of them and each class.
    """

    level: float
    classes: tuple[str, ...]
    epochs: tuple[int, ...]
    values: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        _check_knots(self.epochs, len(self.values), where="thresholds")
        if {len(row) for row in self.values} != {len(self.classes)}:
            got = f"{[len(row) for row in self.values]} for {len(self.classes)} classes"
            raise InputError("not a threshold for each class", where="thresholds", got=got)
        if np.isnan(self.values).any():
            raise InputError("a threshold is not a number", where="thresholds")

    def members(
        self, probabilities: Float[np.ndarray, "row class"], n_epochs: Int[np.ndarray, " row"]
    ) -> Bool[np.ndarray, "row class"]:
        """Return which classes are in the set of each row."""
        at = np.log(n_epochs)
        columns = np.array(self.values).T
        least = [np.interp(at, np.log(self.epochs), column) for column in columns]
        return np.asarray(probabilities >= np.stack(least, axis=1))

    def sets(
        self, probabilities: Float[np.ndarray, "row class"], n_epochs: Int[np.ndarray, " row"]
    ) -> list[tuple[str, ...] | None]:
        """Return the set of each row, its classes in label order.

        None where a probability is not finite: there is no answer, not even the empty set.
        """
        inside = self.members(probabilities, n_epochs)
        codes = inside @ (1 << np.arange(len(self.classes)))
        names = {
            int(code): tuple(c for i, c in enumerate(self.classes) if code >> i & 1)
            for code in np.unique(codes)
        }
        is_finite = np.isfinite(probabilities).all(axis=1)
        return [
            names[c] if known else None for c, known in zip(codes.tolist(), is_finite, strict=True)
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-able form."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True, eq=False)
class TrustedAnswers:
    """Answers after trust was applied.

    Parameters
    ----------
    probabilities : array (row, class)
        Calibrated.
    sets : sequence of tuple or None
        Class names in label order; None for each row without thresholds.
    typicality : array (row,)
        NaN where it was not fitted.
    """

    probabilities: Float[np.ndarray, "row class"]
    sets: Sequence[tuple[str, ...] | None]
    typicality: Float[np.ndarray, " row"]


@dataclass(frozen=True, kw_only=True)
class Trust:
    """All that is applied to the answers of a network.

    Parameters
    ----------
    temperature : Temperature
    thresholds : Thresholds or None
        None where a class had too few calibration objects for sets.
    objects : int
        Calibrated on so many.
    typicality : Typicality or None
        Of what the network remembers; None where there were too few objects for it.
    frame_typicality : FrameTypicality or None
        Of what the frames look like; None in bundles of before.
    """

    temperature: Temperature
    thresholds: Thresholds | None
    objects: int
    typicality: Typicality | None = None
    frame_typicality: FrameTypicality | None = None

    def apply(
        self,
        probabilities: Float[np.ndarray, "row class"],
        features: Float[np.ndarray, "row feature"],
        n_epochs: Int[np.ndarray, " row"],
        *,
        signature: Float[np.ndarray, "row number"] | None = None,
    ) -> TrustedAnswers:
        """Return calibrated probabilities, the sets that they make, and how typical each row is.

        Parameters
        ----------
        probabilities : array (row, class)
            As the network gave them.
        features : array (row, feature)
            What it made them from.
        n_epochs : array (row,)
        signature : array (row, number), optional
            What the frames look like; see `taonet.data.frame_signature`.
        """
        honest = self.temperature.apply(probabilities, n_epochs)
        sets = None if self.thresholds is None else self.thresholds.sets(honest, n_epochs)
        typical = None
        if self.typicality is not None:
            typical = self.typicality.evaluate(features, n_epochs)
        if typical is not None and self.frame_typicality is not None and signature is not None:
            typical = least_of_two(typical, self.frame_typicality.evaluate(signature, n_epochs))
        return TrustedAnswers(
            probabilities=honest,
            sets=[None] * len(n_epochs) if sets is None else sets,
            typicality=np.full(len(n_epochs), np.nan) if typical is None else typical,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-able form of all but typicalities, whose arrays are kept elsewhere."""
        return {
            "temperature": self.temperature.to_dict(),
            "thresholds": None if self.thresholds is None else self.thresholds.to_dict(),
            "objects": self.objects,
        }

    @classmethod
    def from_dict(
        cls,
        stored: Mapping[str, Any],
        typicality: Typicality | None = None,
        frame_typicality: FrameTypicality | None = None,
    ) -> "Trust":
        """Undo `to_dict`, from JSON that knows no tuples.

        Raises
        ------
        KeyError, TypeError
            If something is missing.
        """
        warmth, sets = stored["temperature"], stored["thresholds"]
        temperature = Temperature(epochs=tuple(warmth["epochs"]), values=tuple(warmth["values"]))
        thresholds = None
        if sets is not None:
            thresholds = Thresholds(
                level=sets["level"],
                classes=tuple(sets["classes"]),
                epochs=tuple(sets["epochs"]),
                values=tuple(tuple(values) for values in sets["values"]),
            )
        return cls(
            temperature=temperature,
            thresholds=thresholds,
            objects=stored["objects"],
            typicality=typicality,
            frame_typicality=frame_typicality,
        )


def _check_knots(epochs: tuple[int, ...], values: int, *, where: str) -> None:
    if not epochs or epochs[0] < 1 or (np.diff(epochs) <= 0).any():
        raise InputError("numbers of epochs do not grow from 1 on", where=where, got=epochs)
    if len(epochs) != values:
        got = f"{values} values for {len(epochs)} numbers of epochs"
        raise InputError("not a value for each number of epochs", where=where, got=got)


def temper(
    probabilities: Float[np.ndarray, "row class"], temperature: float | Float[np.ndarray, "row one"]
) -> Float[np.ndarray, "row class"]:
    """Return probabilities whose logits were divided by a temperature."""
    logits = np.log(np.maximum(probabilities, FLOOR)) / temperature
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
