"""The structure function: how much the light differs between two times."""

import numpy as np
from jaxtyping import Float

from taonet.features.segments import Segments

LAGS_DAYS = {"1d": (0.4, 2.0), "4d": (2.0, 8.0), "15d": (8.0, 30.0), "60d": (30.0, 120.0)}
"""Pairs of points that lie so far apart count, by name."""

LEAST_PAIRS = 3


def structure_function(
    segments: Segments,
    t: Float[np.ndarray, " point"],
    values: Float[np.ndarray, " point"],
    errors: Float[np.ndarray, " point"],
) -> Float[np.ndarray, "lag object"]:
    """Return the r.m.s. difference of two points at each lag, less what the errors explain.

    Where the errors explain more than there is, the root of the negative excess, negative: so
    that noise gives zero in the mean.

    Parameters
    ----------
    segments : Segments
        Which points belong to which object.
    t : array (point,)
        Days, never decreasing within an object.
    values, errors : arrays (point,)

    Returns
    -------
    array (lag, object)
        By the lags of `LAGS_DAYS`, in the unit of the values; NaN where there are fewer than
        three pairs.
    """
    lags = list(LAGS_DAYS.values())
    shape = len(lags), len(segments.counts)
    excess, pairs = np.zeros(shape), np.zeros(shape)
    begin, ends = np.arange(len(t)), segments.repeat(segments.offsets[1:])
    for offset in range(1, int(segments.counts.max(initial=0))):
        begin = begin[begin + offset < ends[begin]]
        begin = begin[t[begin + offset] - t[begin] < lags[-1][1]]
        if not len(begin):
            break
        end = begin + offset
        square = (values[end] - values[begin]) ** 2 - errors[end] ** 2 - errors[begin] ** 2
        days, owner = t[end] - t[begin], segments.owner[begin]
        for i, (least, most) in enumerate(lags):
            in_lag = (days >= least) & (days < most)
            excess[i] += np.bincount(owner[in_lag], square[in_lag], minlength=shape[1])
            pairs[i] += np.bincount(owner[in_lag], minlength=shape[1])
    mean = np.where(pairs >= LEAST_PAIRS, excess / np.maximum(pairs, 1), np.nan)
    return np.copysign(np.sqrt(np.abs(mean)), mean)
