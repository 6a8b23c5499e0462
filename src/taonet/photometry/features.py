"""The 30 published features of a light curve.

The definitions are those behind the published feature tables of the CRTS transients (MANTRA,
arXiv 2006.13163, and the work before it), quirks included: fluxes are ``10**(−mag)`` without the
factor 0.4, and the fourth moment in ``small_kurtosis`` is the fourth power of a sum that is zero
but for rounding. They reproduce the 30 published values of 194 real curves to 2e-7 relative, if the
magnitudes are given to the digits that were published; float32 magnitudes cost up to 6e-4 in slopes
that are nearly zero.

The published tables do not tell how points of equal time were treated. Here two such points have no
slope between them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float

from taonet.errors import InputError
from taonet.sky.sequence import check_mjd

MIN_POINTS = 10
"""Curves of fewer points have no features: all are NaN."""

ORDERS = (1, 2, 3, 4)
"""Orders of the polynomials that are fitted."""


@dataclass(frozen=True, eq=False)
class Curve:
    """A prepared light curve: sorted by time, without gaps and without exact repetitions.

    ``t`` MJD, ``m`` magnitudes, ``e`` their errors, each (point,).
    """

    t: Float[np.ndarray, " point"]
    m: Float[np.ndarray, " point"]
    e: Float[np.ndarray, " point"]

    @property
    def n(self) -> int:
        """Number of points."""
        return len(self.m)

    @cached_property
    def f(self) -> Float[np.ndarray, " point"]:
        """Flux as the published features define it: ``10**(−m)``."""
        return np.asarray(10.0**-self.m)

    @cached_property
    def median_flux(self) -> float:
        """Median of the flux."""
        return float(np.median(self.f))

    @cached_property
    def std(self) -> float:
        """Sample standard deviation of the magnitudes (n − 1)."""
        return float(self.m.std(ddof=1))

    @cached_property
    def slopes(self) -> Float[np.ndarray, " step"]:
        """Magnitudes an hour between neighbouring points, where time passes between them."""
        hours = np.diff(self.t) * 24
        return np.asarray(np.diff(self.m)[hours > 0] / hours[hours > 0])

    @cached_property
    def polynomials(self) -> dict[int, Float[np.ndarray, " _"]]:
        """Coefficients of the polynomials of each order in t − mean t, lowest power first."""
        return {order: _polynomial_fit(self, order) for order in ORDERS}

    def moment(self, power: int) -> float:
        """Central moment of the magnitudes (divided by n)."""
        return float(((self.m - self.m.mean()) ** power).mean())


def _amplitude(c: Curve) -> float:
    return float(c.m.max() - c.m.min()) / 2


def _beyond_1_std(c: Curve) -> float:
    weighted = (c.m / c.e).sum() / (1 / c.e).sum()
    return float((np.abs(c.m - weighted) > c.std).mean())


def _flux_percentile_ratio(percent: float) -> Callable[[Curve], float]:
    def ratio(c: Curve) -> float:
        half = percent / 200
        low, high, lowest, highest = np.quantile(c.f, [0.5 - half, 0.5 + half, 0.05, 0.95])
        # nine points in ten may share one magnitude
        return float((high - low) / (highest - lowest)) if highest > lowest else float("nan")

    return ratio


def _kurtosis(c: Curve) -> float:
    n = c.n
    excess = c.moment(4) / c.moment(2) ** 2 - 3
    return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * excess + 6)


def _skew(c: Curve) -> float:
    n = c.n
    return float(np.sqrt(n * (n - 1)) / (n - 2) * c.moment(3) / c.moment(2) ** 1.5)


def _small_kurtosis(c: Curve) -> float:
    n = c.n
    c1 = n * (n + 1) / ((n - 1) * (n - 2) * (n - 3))
    c2 = 3 * (n - 1) ** 2 / ((n - 2) * (n - 3))
    s = (((c.m - c.m.mean()) / c.std).sum()) ** 4
    return float(c1 * s - c2)


def _max_slope(c: Curve) -> float:
    return float(np.abs(c.slopes).max()) if len(c.slopes) else float("nan")


def _mad(c: Curve) -> float:
    return float(np.abs(c.m - c.m.mean()).mean())


def _median_buffer_range_percentage(c: Curve) -> float:
    return float((np.abs(c.f - c.median_flux) < 0.1 * c.median_flux).mean())


def _pair_slope_trend(c: Curve) -> float:
    return float((c.slopes > 0).sum()) / c.n


def _pair_slope_trend_last_30(c: Curve) -> float:
    return float((c.slopes[-30:] > 0).sum()) / 30


def _percent_amplitude(c: Curve) -> float:
    largest = max(c.f.max() - c.median_flux, c.median_flux - c.f.min())
    return float(largest / c.median_flux)


def _percent_difference_flux_percentile(c: Curve) -> float:
    return float(np.quantile(c.f, 0.95) - np.quantile(c.f, 0.5)) / c.median_flux


def _residuals(c: Curve) -> Float[np.ndarray, " point"]:
    return np.asarray(np.sqrt(c.n / (c.n - 1)) * (c.m - c.m.mean()) / c.e)


def _stetson_j(c: Curve) -> float:
    z = _residuals(c)
    pairs = z[1:] * z[:-1]
    return float((np.sign(pairs) * np.sqrt(np.abs(pairs))).sum()) / (c.n - 1)


def _stetson_k(c: Curve) -> float:
    z = _residuals(c)
    return float(np.abs(z).mean() / np.sqrt((z**2).mean()))


def _polynomial_fit(c: Curve, order: int) -> Float[np.ndarray, " _"]:
    # points that share a few times leave the high orders undetermined
    undetermined = np.full(order + 1, np.nan)
    if len(np.unique(c.t)) <= order:
        return undetermined
    # full: the rank is returned, not warned of
    found, _, rank, *_ = np.polyfit(c.t - c.t.mean(), c.m, order, full=True)
    return np.asarray(found[::-1]) if rank > order else undetermined


def _polynomial(order: int, power: int) -> Callable[[Curve], float]:
    return lambda c: float(c.polynomials[order][power])


PUBLISHED: dict[str, Callable[[Curve], float]] = {
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


def published_features(
    mjd: Float[np.ndarray, " n"],
    mag: Float[np.ndarray, " m"],
    magerr: Float[np.ndarray, " e"],
) -> dict[str, float]:
    """Return the 30 published features of a light curve.

    Parameters
    ----------
    mjd : array (point,)
        In any order. Points that are not finite are left out, exact repetitions too.
    mag, magerr : array (point,)
        Magnitudes and their one-sigma errors.

    Returns
    -------
    dict
        By the names of `PUBLISHED`, each in the unit of its definition there (magnitudes, days;
        ``max_slope`` in magnitudes an hour). All NaN for curves of fewer than 10 points or of one
        magnitude only; single features are NaN where they are not defined: a polynomial of more
        coefficients than distinct times, a slope where all times are equal.

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
    curve = _prepared(mjd, mag, magerr)
    # the standard deviation of equal magnitudes need not be zero to the last bit
    if curve.n < MIN_POINTS or np.ptp(curve.m) == 0:
        return dict.fromkeys(PUBLISHED, float("nan"))
    return {name: feature(curve) for name, feature in PUBLISHED.items()}


def _prepared(
    mjd: Float[np.ndarray, " n"], mag: Float[np.ndarray, " m"], magerr: Float[np.ndarray, " e"]
) -> Curve:
    if not len(mjd) == len(mag) == len(magerr):
        got = f"{len(mjd)} times, {len(mag)} magnitudes, {len(magerr)} errors"
        raise InputError("a light curve needs a time and an error for each magnitude", got=got)
    points = np.stack([mjd, mag, magerr], axis=1).astype(np.float64)
    points = points[np.isfinite(points).all(axis=1)]
    if (points[:, 2] <= 0).any():
        raise InputError("an error is not positive", got=float(points[:, 2].min()))
    check_mjd(points[:, 0], where="light curve")
    # exact repetitions say nothing new; unique also sorts, by time first
    points = np.unique(points, axis=0)
    return Curve(points[:, 0], points[:, 1], points[:, 2])
