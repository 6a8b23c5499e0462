"""Numbers with their 95 % intervals, and the one way in which both are printed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

LEVEL = 0.95
"""Coverage of every interval."""


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A number and its 95 % interval.

    It prints as ``value [low, high]``, in whatever format one number would: by default ``.3f``,
    with ``+.3f`` as a difference. What is not known prints as ``–``.

    Parameters
    ----------
    value, low, high : float

    Examples
    --------
    >>> print(Interval(value=0.905, low=0.8712, high=0.934))
    0.905 [0.871, 0.934]
    >>> f"{Interval(value=0.02, low=float('nan'), high=0.03):+.2f}"
    '+0.02 [–, +0.03]'
    """

    value: float
    low: float
    high: float

    @classmethod
    def from_dict(cls, numbers: Mapping[str, float | None]) -> "Interval":
        """Return what `to_dict` was made of; NaN where it has None."""
        known = {name: numbers[name] for name in ("value", "low", "high")}
        return cls(**{name: float("nan") if x is None else float(x) for name, x in known.items()})

    @classmethod
    def from_row(cls, row: Mapping[str, Any], name: str) -> "Interval":
        """Return the number in column ``name`` of a table's row, and its interval beside it."""
        low, high = float(row[f"{name}_low"]), float(row[f"{name}_high"])
        return cls(value=float(row[name]), low=low, high=high)

    def to_dict(self) -> dict[str, float | None]:
        """Return a JSON-able form: None where there is no number."""
        numbers = {"value": self.value, "low": self.low, "high": self.high}
        return {name: x if np.isfinite(x) else None for name, x in numbers.items()}

    def to_row(self, name: str) -> dict[str, float]:
        """Return the columns of a table's row: ``name``, ``name_low`` and ``name_high``."""
        return {name: self.value, f"{name}_low": self.low, f"{name}_high": self.high}

    def in_percent(self) -> "Interval":
        """Return a share in per cent."""
        return Interval(value=100 * self.value, low=100 * self.low, high=100 * self.high)

    def bounds(self, spec: str = ".3f") -> str:
        """Return the interval alone, as it is printed: ``[low, high]``."""
        return f"[{format_number(self.low, spec)}, {format_number(self.high, spec)}]"

    def __str__(self) -> str:
        return format(self)

    def __format__(self, spec: str) -> str:
        spec = spec or ".3f"
        return f"{format_number(self.value, spec)} {self.bounds(spec)}"


def format_number(number: float, spec: str = ".3f") -> str:
    """Return a number as text; a dash where there is none."""
    return f"{number:{spec}}" if np.isfinite(number) else "–"


def interval(value: float, resampled: Float[np.ndarray, " resample"]) -> Interval:
    """Return the percentiles of resampled scores, stretched to the number itself.

    Resamples without a score (NaN) do not count.
    """
    finite = resampled[np.isfinite(resampled)]
    if not len(finite):
        return Interval(value=value, low=float("nan"), high=float("nan"))
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(finite, [tail, 1 - tail])
    return Interval(value=value, low=min(value, float(low)), high=max(value, float(high)))
