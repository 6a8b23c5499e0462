"""Numbers that stand for "not known": each quantity has a range beyond which no real value lies.

Surveys write −999, −99, 99 or 1e20 where they mean that nothing was measured; a range says so of
all of them, whatever a survey's habit.
"""

from typing import Final

import numpy as np
from jaxtyping import Float

ZERO_POINT_MAG: Final = (-90.0, 90.0)
"""From −48.6 (erg/s/cm²/Hz) to 35; 99 and −99 are sentinels."""

SEEING_FWHM_PX: Final = (0.0, 90.0)
"""A PSF as wide as that would be no point in any cutout."""

MAGNITUDE: Final = (-90.0, 90.0)
"""No star is as bright or as faint."""


def known_numbers(
    values: Float[np.ndarray, "*n"], limits: tuple[float, float]
) -> Float[np.ndarray, "*n"]:
    """Return values with NaN where they do not lie between the limits.

    Examples
    --------
    >>> known_numbers(np.array([26.2, -999.0, np.inf]), ZERO_POINT_MAG)
    array([26.2,  nan,  nan])
    """
    values = np.asarray(values, np.float64)
    return np.where((values > limits[0]) & (values < limits[1]), values, np.nan)
