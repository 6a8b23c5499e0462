"""Damped random walks: how far and how fast a light curve wanders."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from taonet.features.segments import Segments

MIN_POINTS = 5
"""A walk has a mean, a width and a time."""

TAU_DAYS = np.geomspace(1.0, 3000.0, 7)
"""Damping times that are tried first."""

WIDTHS = np.geomspace(0.1, 3.0, 5)
"""Widths that are tried first, in units of the scatter of the points."""

ZOOMS = (0.4, 0.16, 0.064)
"""How much closer the grid is drawn around the best, one time after the other."""

LEAST_GAIN = 3.0
"""In log-likelihood over mere noise; below it there is no walk."""


PerPoint = Float[np.ndarray, " point"]
Points = tuple[Segments, PerPoint, PerPoint, PerPoint]


@dataclass(frozen=True, kw_only=True, eq=False)
class Walks:
    """The best damped random walk of each object; NaN where there are too few points.

    Parameters
    ----------
    sigma : array (object,)
        Standard deviation of the walk after a long time, in the unit of the values; 0 where noise
        alone does nearly as well.
    tau_days : array (object,)
        Time after which it forgets, 1 to 3000 days; NaN where there is no walk.
    """

    sigma: Float[np.ndarray, " object"]
    tau_days: Float[np.ndarray, " object"]


def best_walks(
    segments: Segments,
    t: Float[np.ndarray, " point"],
    values: Float[np.ndarray, " point"],
    errors: Float[np.ndarray, " point"],
) -> Walks:
    """Fit a damped random walk with noise to each object by maximum likelihood.

    Parameters
    ----------
    segments : Segments
        Which points belong to which object.
    t : array (point,)
        Days, never decreasing within an object.
    values, errors : arrays (point,)
        Objects with values that are not finite have no walk.
    """
    mean = segments.repeat(segments.mean(values))
    scatter = np.sqrt(segments.mean((values - mean) ** 2))
    fit = (segments.counts >= MIN_POINTS) & (scatter > 0)
    scale = np.where(fit, scatter, 1.0)
    is_fitted = segments.repeat(fit)
    points = segments.select(is_fitted), t[is_fitted], (values - mean)[is_fitted], errors[is_fitted]
    log_tau, log_width = (grid.ravel() for grid in np.meshgrid(np.log(TAU_DAYS), np.log(WIDTHS)))
    log_tau, log_width = np.tile(log_tau, (len(fit), 1)), log_width + np.log(scale)[:, None]
    tau, width, likelihood = _best_walk(points, log_tau, log_width)
    for zoom in ZOOMS:
        tau_step, width_step = _grid_steps()
        # beyond the first grid the nights hold no information
        log_taus = np.clip(tau + zoom * tau_step, *np.log(TAU_DAYS[[0, -1]]))
        tau, width, likelihood = _best_walk(points, log_taus, width + zoom * width_step)
    still = walk_log_likelihood(*points, np.ones_like(tau), np.zeros_like(tau))
    varies = fit & (likelihood - still > LEAST_GAIN)[:, 0]
    return Walks(
        sigma=np.where(fit, np.where(varies, np.exp(width[:, 0]), 0.0), np.nan),
        tau_days=np.where(varies, np.exp(tau[:, 0]), np.nan),
    )


def _best_walk(
    points: Points,
    log_tau: Float[np.ndarray, "object try"],
    log_width: Float[np.ndarray, "object try"],
) -> tuple[Float[np.ndarray, "object 1"], ...]:
    """Return the most likely of what is tried, and its likelihood."""
    likelihood = walk_log_likelihood(*points, np.exp(log_tau), np.exp(log_width))
    top = np.argmax(likelihood, axis=1)[:, None]
    tau, width, best = (
        np.take_along_axis(each, top, axis=1) for each in (log_tau, log_width, likelihood)
    )
    return tau, width, best


def _grid_steps() -> tuple[Float[np.ndarray, " try"], Float[np.ndarray, " try"]]:
    """Return steps of the grids around a point, two to each side."""
    tau, width = np.meshgrid(np.arange(-2.0, 3.0), np.arange(-2.0, 3.0))
    return (
        tau.ravel() * np.log(TAU_DAYS[1] / TAU_DAYS[0]),
        width.ravel() * np.log(WIDTHS[1] / WIDTHS[0]),
    )


def walk_log_likelihood(
    segments: Segments,
    t: Float[np.ndarray, " point"],
    values: Float[np.ndarray, " point"],
    errors: Float[np.ndarray, " point"],
    tau_days: Float[np.ndarray, "object try"],
    sigma: Float[np.ndarray, "object try"],
) -> Float[np.ndarray, "object try"]:
    """Return the log-likelihood of damped random walks about an unknown mean.

    The Kalman filter of a first-order process (Kelly et al. 2009, ApJ 698, 895), one step of time
    for all objects at once. It also filters a curve of ones: from both the mean is integrated out,
    with equal chance for all means. Constants are left out.

    Parameters
    ----------
    segments : Segments
        Which points belong to which object.
    t : array (point,)
        Days, never decreasing within an object.
    values, errors : arrays (point,)
    tau_days, sigma : arrays (object, try)
        What is tried for each object.

    Returns
    -------
    array (object, try)
    """
    # longest first: those that still have points are then always the first ones
    order = np.argsort(-segments.counts, kind="stable")
    begins, counts = segments.offsets[:-1][order], segments.counts[order]
    tau, variance = tau_days[order], sigma[order] ** 2
    state_variance = variance.copy()
    wave, one = np.zeros((2, *tau.shape))
    sums = np.zeros((4, *tau.shape))
    for k in range(int(counts.max(initial=0))):
        on = slice(int(np.searchsorted(-counts, -k, side="left")))
        now = begins[on] + k
        if k:
            keep = np.exp(-(t[now] - t[now - 1])[:, None] / tau[on])
            wave[on] *= keep
            one[on] *= keep
            state_variance[on] = variance[on] + keep**2 * (state_variance[on] - variance[on])
        off, off_one = values[now][:, None] - wave[on], 1 - one[on]
        expected = state_variance[on] + errors[now][:, None] ** 2
        sums[:, on] += (
            np.log(expected),
            off**2 / expected,
            off * off_one / expected,
            (off_one**2 / expected),
        )
        gain = state_variance[on] / expected
        wave[on] += gain * off
        one[on] += gain * off_one
        state_variance[on] *= 1 - gain
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    logs, squares, cross, ones = sums[:, back]
    ones = np.where(ones > 0, ones, 1.0)
    return np.asarray(-(logs + squares - cross**2 / ones + np.log(ones)) / 2)
