"""How fast a network learns, step by step."""

from typing import Protocol, runtime_checkable

import numpy as np


@runtime_checkable
class Schedule(Protocol):
    """What decides the rate: the number of steps and the highest rate."""

    @property
    def steps(self) -> int:
        """Number of steps."""
        ...

    @property
    def learning_rate(self) -> float:
        """Highest rate."""
        ...


def learning_rate(step: int, schedule: Schedule) -> float:
    """Return the rate of a step: a linear rise, then half a cosine down to zero."""
    rise = max(1, schedule.steps // 10)
    if step < rise:
        return schedule.learning_rate * (step + 1) / rise
    progress = (step - rise) / max(1, schedule.steps - rise)
    return float(schedule.learning_rate * 0.5 * (1 + np.cos(np.pi * progress)))
