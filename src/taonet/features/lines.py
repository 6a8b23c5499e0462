"""Straight lines through points with errors, for many objects at once."""

import numpy as np
from jaxtyping import Float

from taonet.features.segments import Segments


def weighted_slopes(
    segments: Segments,
    t: Float[np.ndarray, " point"],
    values: Float[np.ndarray, " point"],
    errors: Float[np.ndarray, " point"],
) -> tuple[Float[np.ndarray, " object"], Float[np.ndarray, " object"]]:
    """Return the slope of each object's weighted least-squares line, and its one-sigma error.

    NaN where the times do not differ.

    Examples
    --------
    >>> slope, error = weighted_slopes(Segments.from_counts(np.array([3])), *np.array(
    ...     [[0.0, 1.0, 2.0], [5.0, 7.0, 9.0], [0.1, 0.1, 0.1]]))
    >>> slope.round(9), error.round(9)
    (array([2.]), array([0.07071068]))
    """
    weight = 1 / errors**2
    total = segments.total(weight)
    total = np.where(total > 0, total, np.nan)
    away = t - segments.repeat(segments.total(weight * t) / total)
    spread = segments.total(weight * away * away)
    # one time, but for rounding
    spread = np.where(segments.highest(t) > segments.lowest(t), spread, np.nan)
    return segments.total(weight * away * values) / spread, np.asarray(1 / np.sqrt(spread))
