"""Numbers with their 95 % intervals."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

LEVEL = 0.95
"""Coverage of every interval."""


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A number and its 95 % interval.

    Parameters
    ----------
    value, low, high : float
    """

    value: float
    low: float
    high: float

    def to_dict(self) -> dict[str, float | None]:
        """Return a JSON-able form: None where there is no number."""
        numbers = {"value": self.value, "low": self.low, "high": self.high}
        return {name: x if np.isfinite(x) else None for name, x in numbers.items()}

    def __format__(self, spec: str) -> str:
        spec = spec or ".3f"
        return f"{self.value:{spec}} [{self.low:{spec}}, {self.high:{spec}}]"


def interval(value: float, drawn: Float[np.ndarray, " resample"]) -> Interval:
    """Return the percentiles of what may be true, stretched to the number itself.

    Draws without a score (NaN) do not count.
    """
    known = drawn[np.isfinite(drawn)]
    if not len(known):
        return Interval(value=value, low=float("nan"), high=float("nan"))
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return Interval(value=value, low=min(value, float(low)), high=max(value, float(high)))
