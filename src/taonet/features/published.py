"""The 30 published features of light curves.

The definitions are those behind the published feature tables of the CRTS transients (MANTRA,
arXiv 2006.13163, and the work before it), quirks included: fluxes are ``10**(−mag)`` without the
factor 0.4, and the fourth moment in ``small_kurtosis`` is the fourth power of a sum that is zero
but for rounding. They reproduce the 30 published values of 194 real curves to 2e-7 relative, if the
magnitudes are given to the digits that were published; float32 magnitudes cost up to 6e-4 in slopes
that are nearly zero.

The published tables do not state how points of equal time were treated. Here two such points have
no slope between them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float

from taonet.features.curves import Curves
from taonet.features.polynomials import polynomial_fits
from taonet.features.segments import Segments

MIN_POINTS = 10
"""Curves of fewer points have no features: all are NaN."""

ORDERS = (1, 2, 3, 4)
"""Orders of the polynomials that are fitted."""

LAST_STEPS = 30
"""So many of the last differences count in ``pair_slope_trend_last_30``."""

PerObject = Float[np.ndarray, " object"]
PerPoint = Float[np.ndarray, " point"]


@dataclass(frozen=True, eq=False)
class Magnitudes:
    """The magnitudes of light curves, and what several features need of them, computed once.

    ``t`` MJD, ``m`` magnitudes, ``e`` their errors, each (point,); ``per`` gives their owners.
    """

    segments: Segments
    t: PerPoint
    m: PerPoint
    e: PerPoint

    @cached_property
    def n(self) -> PerObject:
        """Number of points."""
        return self.segments.counts.astype(np.float64)

    @cached_property
    def away(self) -> PerPoint:
        """Magnitudes less their mean."""
        return np.asarray(self.m - self.segments.repeat(self.segments.mean(self.m)))

    @cached_property
    def square(self) -> PerPoint:
        """Squares of the distances from the mean."""
        return np.asarray(self.away * self.away)

    @cached_property
    def variance(self) -> PerObject:
        """Second central moment (divided by n)."""
        return self.segments.mean(self.square)

    @cached_property
    def std(self) -> PerObject:
        """Sample standard deviation (n − 1)."""
        return np.asarray(np.sqrt(self.segments.total(self.square) / (self.n - 1)))

    @cached_property
    def f(self) -> PerPoint:
        """Flux as the published features define it: ``10**(−m)``."""
        return np.asarray(10.0**-self.m)

    @cached_property
    def ordered_flux(self) -> PerPoint:
        """Fluxes in ascending order."""
        return self.segments.sort(self.f)

    @cached_property
    def median_flux(self) -> PerObject:
        """Median of the flux."""
        return self.flux_quantile(0.5)

    @cached_property
    def flux_range(self) -> PerObject:
        """From the 5th to the 95th percentile of the flux."""
        return np.asarray(self.flux_quantile(0.95) - self.flux_quantile(0.05))

    def flux_quantile(self, q: float) -> PerObject:
        """Quantile of the flux, interpolated linearly."""
        return self.segments.quantile(self.ordered_flux, q)

    @cached_property
    def z(self) -> PerPoint:
        """Residuals in units of their errors, as the Stetson indices use them."""
        return np.asarray(self.segments.repeat(np.sqrt(self.n / (self.n - 1))) * self.away / self.e)

    @cached_property
    def slopes(self) -> PerPoint:
        """Magnitudes an hour from each point to the next; NaN if no time passes or none follows."""
        hours = self.segments.steps(self.t) * 24
        return self.segments.steps(self.m) / np.where(hours > 0, hours, np.nan)

    @cached_property
    def rises(self) -> Bool[np.ndarray, " point"]:
        """Whether the magnitude grows from a point to the next."""
        return self.slopes > 0

    @cached_property
    def polynomials(self) -> Float[np.ndarray, "order object power"]:
        """Coefficients of the polynomials of each order in t − mean t, lowest power first."""
        return polynomial_fits(self.segments, self.t, self.m, order=ORDERS[-1])


def _amplitude(c: Magnitudes) -> PerObject:
    return np.asarray((c.segments.highest(c.m) - c.segments.lowest(c.m)) / 2)


def _beyond_1_std(c: Magnitudes) -> PerObject:
    weight = 1 / c.e
    weighted = c.segments.total(c.m * weight) / c.segments.total(weight)
    return c.segments.mean(np.abs(c.m - c.segments.repeat(weighted)) > c.segments.repeat(c.std))


def _flux_percentile_ratio(percent: float) -> Callable[[Magnitudes], PerObject]:
    half = percent / 200
    # nine points in ten may share one magnitude: 0/0, which is NaN
    return lambda c: (c.flux_quantile(0.5 + half) - c.flux_quantile(0.5 - half)) / c.flux_range


def _kurtosis(c: Magnitudes) -> PerObject:
    excess = c.segments.mean(c.square * c.square) / c.variance**2 - 3
    return np.asarray((c.n - 1) / ((c.n - 2) * (c.n - 3)) * ((c.n + 1) * excess + 6))


def _skew(c: Magnitudes) -> PerObject:
    third = c.segments.mean(c.square * c.away)
    return np.asarray(np.sqrt(c.n * (c.n - 1)) / (c.n - 2) * third / c.variance**1.5)


def _small_kurtosis(c: Magnitudes) -> PerObject:
    n = c.n
    c1 = n * (n + 1) / ((n - 1) * (n - 2) * (n - 3))
    c2 = 3 * (n - 1) ** 2 / ((n - 2) * (n - 3))
    return np.asarray(c1 * (c.segments.total(c.away) / c.std) ** 4 - c2)


def _max_slope(c: Magnitudes) -> PerObject:
    steepest = c.segments.highest(np.nan_to_num(np.abs(c.slopes), nan=-1.0))
    return np.where(steepest >= 0, steepest, np.nan)


def _mad(c: Magnitudes) -> PerObject:
    return c.segments.mean(np.abs(c.away))


def _median_buffer_range_percentage(c: Magnitudes) -> PerObject:
    median = c.segments.repeat(c.median_flux)
    return c.segments.mean(np.abs(c.f - median) < 0.1 * median)


def _pair_slope_trend(c: Magnitudes) -> PerObject:
    return c.segments.mean(c.rises)


def _pair_slope_trend_last_30(c: Magnitudes) -> PerObject:
    seen = np.cumsum(np.concatenate([[0], np.isfinite(c.slopes)]))
    last = seen[1:] > c.segments.repeat(seen[c.segments.offsets[1:]] - LAST_STEPS)
    return c.segments.total(c.rises & last) / LAST_STEPS


def _percent_amplitude(c: Magnitudes) -> PerObject:
    above, below = c.segments.highest(c.f) - c.median_flux, c.median_flux - c.segments.lowest(c.f)
    return np.asarray(np.maximum(above, below) / c.median_flux)


def _percent_difference_flux_percentile(c: Magnitudes) -> PerObject:
    return np.asarray((c.flux_quantile(0.95) - c.median_flux) / c.median_flux)


def _stetson_j(c: Magnitudes) -> PerObject:
    pairs = c.segments.pairs(c.z)
    return np.asarray(c.segments.total(np.copysign(np.sqrt(np.abs(pairs)), pairs)) / (c.n - 1))


def _stetson_k(c: Magnitudes) -> PerObject:
    return np.asarray(c.segments.mean(np.abs(c.z)) / np.sqrt(c.segments.mean(c.z * c.z)))


def _polynomial(order: int, power: int) -> Callable[[Magnitudes], PerObject]:
    return lambda c: c.polynomials[order, :, power]


PUBLISHED: dict[str, Callable[[Magnitudes], PerObject]] = {
    "amplitude": _amplitude,
    "beyond_1_std": _beyond_1_std,
    **{f"flux_percentile_ratio_{p}": _flux_percentile_ratio(p) for p in (20, 35, 50, 65, 80)},
    "kurtosis": _kurtosis,
    "max_slope": _max_slope,
    "mad": _mad,
    "median_buffer_range_percentage": _median_buffer_range_percentage,
    "pair_slope_trend": _pair_slope_trend,
    "pair_slope_trend_last_30": _pair_slope_trend_last_30,
    "percent_amplitude": _percent_amplitude,
    "percent_difference_flux_percentile": _percent_difference_flux_percentile,
    "skew": _skew,
    "small_kurtosis": _small_kurtosis,
    "std": lambda c: c.std,
    "stetson_j": _stetson_j,
    "stetson_k": _stetson_k,
    **{
        f"poly{order}_t{power}": _polynomial(order, power)
        for order in ORDERS
        for power in range(order, 0, -1)
    },
}
"""Every published feature by name, in the order of the published tables."""


def published_array(curves: Curves) -> Float[np.ndarray, "object feature"]:
    """Return the 30 published features of many light curves.

    Returns
    -------
    array (object, feature)
        In the order of `PUBLISHED`, each in the unit of its definition there (magnitudes, days;
        ``max_slope`` in magnitudes an hour). All NaN for curves of fewer than 10 points or of one
        magnitude only; single features are NaN where they are not defined: a polynomial of more
        coefficients than distinct times, a slope where all times are equal. Points without
        magnitude are left out.
    """
    parts = [_block_features(block) for block in curves.with_magnitudes().blocks()]
    return np.concatenate([np.zeros((0, len(PUBLISHED))), *parts])


def _block_features(block: Curves) -> Float[np.ndarray, "object feature"]:
    c = Magnitudes(block.segments, block.mjd, block.mag, block.magerr)
    # what is not defined is a division by zero, and NaN
    with np.errstate(divide="ignore", invalid="ignore"):
        features = np.stack([feature(c) for feature in PUBLISHED.values()], axis=1)
    # the standard deviation of equal magnitudes need not be zero to the last bit
    features[(c.n < MIN_POINTS) | (c.segments.highest(c.m) == c.segments.lowest(c.m))] = np.nan
    return features


def published_features(
    mjd: Float[np.ndarray, " n"],
    mag: Float[np.ndarray, " m"],
    magerr: Float[np.ndarray, " e"],
) -> dict[str, float]:
    """Return the 30 published features of one light curve.

    Parameters
    ----------
    mjd : array (point,)
        In any order. Points that are not finite are left out, exact repetitions too.
    mag, magerr : array (point,)
        Magnitudes and their one-sigma errors.

    Returns
    -------
    dict
        By the names of `PUBLISHED`; see `published_array`.

    Raises
    ------
    InputError
        If lengths differ, an error is not positive, or the times look like JD.

    Examples
    --------
    >>> t = np.arange(12.0) + 55000
    >>> round(published_features(t, 18 + 0.1 * (t % 2), np.full(12, 0.1))["amplitude"], 6)
    0.05
    """
    curve = Curves.from_magnitudes(mjd, mag, magerr, counts=np.array([len(mjd)]))
    return dict(zip(PUBLISHED, published_array(curve)[0].tolist(), strict=True))
