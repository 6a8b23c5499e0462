"""Where one night ends and the next begins."""

from typing import Final

import numpy as np
from jaxtyping import Bool, Float

NIGHT_GAP_DAYS: Final = 0.4
"""No telescope waits so long within a night, nor less between two; midnight UTC cuts some."""


def begins_night(mjd: Float[np.ndarray, " epoch"]) -> Bool[np.ndarray, " epoch"]:
    """Return whether an epoch is the first of its night.

    Gaps are used instead of whole days, which at some sites begin in the middle of the night.

    Parameters
    ----------
    mjd : array (epoch,)
        In order of time.

    Examples
    --------
    >>> begins_night(np.array([55000.98, 55001.02, 55001.97])).tolist()
    [True, False, True]
    """
    first = np.ones(len(mjd), bool)
    first[1:] = np.diff(mjd) > NIGHT_GAP_DAYS
    return first
