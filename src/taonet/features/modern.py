"""Features of light curves that know their errors, for classification after any number of epochs.

They work on linear flux, where noise is symmetric and faint points still count. They do not carry
the cadence: no number of points, no span, no date. How a survey chose its epochs often gives away
the class (supernovae are followed, stars are not), which a classifier learns at once and to no use.
Hence shares instead of counts; what noise alone brings is taken off; a period, damping time, rise
or slope that noise would give as well is NaN. Two traces remain: a short curve cannot show a long
duration, and a NaN shows that there were no pairs of points to measure.

Features of one band are those of the band with most points. Whatever is not defined, for want of
points or of light, is NaN.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float
from scipy.special import ndtri

from taonet.features.colour import Colours
from taonet.features.curves import Curves
from taonet.features.nights import average_nights, begins_night, night_of, weighted_mean
from taonet.features.peaks import Peaks
from taonet.features.periods import Periods, best_periods
from taonet.features.random_walk import Walks, best_walks
from taonet.features.segments import Segments
from taonet.features.structure import LAGS_DAYS, structure_function
from taonet.sky.flux import ZERO_POINT_MAG, magnitude
from taonet.sky.lightcurve import DETECTION_SIGMA

BRIGHT_SIGMA = 3.0
"""Flux is measured relative to the mean only where the mean is so many times its error."""

MAD_TO_SIGMA = 1.4826
"""Standard deviation of Gaussian noise in units of its median absolute deviation."""

LOG_FALSE_ALARM = -2.0
"""A period that noise gives more often than once in a hundred objects is none."""

PerObject = Float[np.ndarray, " object"]
PerPoint = Float[np.ndarray, " point"]


@dataclass(frozen=True, eq=False)
class Fluxes:
    """Light curves, and what several features need of them, computed once.

    Parameters
    ----------
    curves : Curves
        In all bands.
    """

    curves: Curves

    @cached_property
    def main(self) -> Curves:
        """The band with most points of each object."""
        bands, curves = len(self.curves.bands), self.curves
        which = curves.segments.owner * bands + curves.band
        counts = np.bincount(which, minlength=len(curves) * bands).reshape(-1, bands)
        return curves.select(curves.band == curves.segments.repeat(counts.argmax(axis=1)))

    @cached_property
    def segments(self) -> Segments:
        """Which points of the main band belong to which object."""
        return self.main.segments

    @cached_property
    def n(self) -> PerObject:
        """Number of points in the main band; no feature by itself."""
        return self.segments.counts.astype(np.float64)

    @cached_property
    def freedom(self) -> PerObject:
        """Degrees of freedom about a mean; no feature by itself."""
        return np.asarray(np.maximum(self.n - 1, 0))

    @cached_property
    def significance(self) -> PerPoint:
        """Flux in units of its error."""
        return np.asarray(self.main.flux / self.main.flux_err)

    @cached_property
    def mean(self) -> PerObject:
        """Mean flux, weighed by the errors."""
        return weighted_mean(self.segments, self.main.flux, self.main.flux_err)[0]

    @cached_property
    def unit(self) -> PerObject:
        """Mean flux where it is well above the noise, else NaN: what relative flux refers to."""
        mean, error = weighted_mean(self.segments, self.main.flux, self.main.flux_err)
        return np.where(mean > BRIGHT_SIGMA * error, mean, np.nan)

    @cached_property
    def z(self) -> PerPoint:
        """Distances from the mean in units of the errors."""
        return np.asarray((self.main.flux - self.segments.repeat(self.mean)) / self.main.flux_err)

    @cached_property
    def nights(self) -> Curves:
        """Nightly means of the main band."""
        return average_nights(self.main)

    @cached_property
    def relative_nights(self) -> tuple[Segments, PerPoint, PerPoint, PerPoint]:
        """Times of the nights, and their flux and its error relative to the mean."""
        unit, per = self.nights.segments.repeat(self.unit), self.nights.segments
        return per, self.nights.mjd, self.nights.flux / unit, self.nights.flux_err / unit

    @cached_property
    def peaks(self) -> Peaks:
        """The highest peak of the nights."""
        return Peaks(self.nights)

    @cached_property
    def periods(self) -> Periods:
        """The best period of the points."""
        return best_periods(self.segments, self.main.mjd, self.main.flux, self.main.flux_err)

    @cached_property
    def walks(self) -> Walks:
        """The best damped random walk of the nights."""
        return best_walks(*self.relative_nights)

    @cached_property
    def structure(self) -> Float[np.ndarray, "lag object"]:
        """The structure function of the nights."""
        return structure_function(*self.relative_nights)

    @cached_property
    def colours(self) -> Colours:
        """Colours of the nights."""
        return Colours(self.curves)


def _chi2(c: Fluxes) -> PerObject:
    """Return the reduced χ² of a constant."""
    return np.asarray(c.segments.total(c.z**2) / c.freedom)


def _fractional_rms(c: Fluxes) -> PerObject:
    """Return the scatter beyond the errors, relative to the mean (Vaughan et al. 2003, MNRAS 345).

    Negative where the errors explain more than there is.
    """
    away = c.main.flux - c.segments.repeat(c.segments.mean(c.main.flux))
    excess = c.segments.total(away**2) / c.freedom - c.segments.mean(c.main.flux_err**2)
    return np.asarray(np.copysign(np.sqrt(np.abs(excess)), excess) / c.unit)


def _von_neumann(c: Fluxes) -> PerObject:
    """Return the squares of neighbours' differences against those from the mean.

    Each in units of its error; 1 for noise, near 0 for slow changes.
    """
    error = c.main.flux_err
    square = c.segments.steps(c.main.flux) ** 2 / (error**2 + np.append(error[1:], 1.0) ** 2)
    return np.asarray(c.segments.total(np.nan_to_num(square)) / c.freedom / _chi2(c))


def _robust_scatter(c: Fluxes) -> PerObject:
    """Return the scatter in units of the errors from the median distance to the median."""
    away = c.main.flux - c.segments.repeat(c.segments.median(c.main.flux))
    return np.asarray(MAD_TO_SIGMA * c.segments.median(np.abs(away) / c.main.flux_err))


def _max_significance(c: Fluxes) -> PerObject:
    """Return the greatest signal-to-noise ratio, less what the greatest of n noises has (Blom)."""
    return np.asarray(c.segments.highest(c.significance) - ndtri((c.n - 0.375) / (c.n + 0.25)))


def _detected_share(sigma: float) -> Callable[[Fluxes], PerObject]:
    return lambda c: c.segments.mean(c.significance >= sigma)


def _significance_skew(c: Fluxes) -> PerObject:
    """Return the bias-corrected skewness of the signal-to-noise ratios."""
    away = c.significance - c.segments.repeat(c.segments.mean(c.significance))
    second, third = c.segments.mean(away**2), c.segments.mean(away**3)
    return np.asarray(np.sqrt(c.n * (c.n - 1)) / (c.n - 2) * third / second**1.5)


def _same_night(c: Fluxes) -> Float[np.ndarray, " point"]:
    """Return 1 where the next point is of the same night, else 0."""
    next_begins = np.append(begins_night(c.main)[1:], True)
    return (~next_begins).astype(np.float64)


def _night_stetson(c: Fluxes) -> PerObject:
    """Return Stetson's J of pairs within a night: whether both are off to the same side."""
    same, pairs = _same_night(c), c.segments.pairs(c.z)
    products = np.copysign(np.sqrt(np.abs(pairs)), pairs) * same
    return np.asarray(
        np.sqrt(c.n / c.freedom) * c.segments.total(products) / c.segments.total(same)
    )


def _night_scatter(c: Fluxes) -> PerObject:
    """Return the scatter about the means of the nights in units of the errors; 1 for noise."""
    square = ((c.main.flux - c.nights.flux[night_of(c.main)]) / c.main.flux_err) ** 2
    return np.asarray(np.sqrt(c.segments.total(square) / (c.n - c.nights.segments.counts)))


def _detected_nights(c: Fluxes) -> PerObject:
    """Return the share of the nights whose points are five times their error, in the mean.

    Not the night's own mean: more exposures a night would give more detections.
    """
    nights = Segments.from_counts(np.bincount(night_of(c.main)))
    return c.nights.segments.mean(nights.mean(c.significance) >= DETECTION_SIGMA)


def _median_mag(c: Fluxes) -> PerObject:
    return magnitude(c.segments.median(c.main.flux), ZERO_POINT_MAG)


def _mask_aperiodic(measure: Callable[[Fluxes], PerObject]) -> Callable[[Fluxes], PerObject]:
    def feature(c: Fluxes) -> PerObject:
        return np.where(c.periods.log_false_alarm < LOG_FALSE_ALARM, measure(c), np.nan)

    return feature


def _structure(lag: int) -> Callable[[Fluxes], PerObject]:
    return lambda c: c.structure[lag]


MODERN: dict[str, Callable[[Fluxes], PerObject]] = {
    "chi2": _chi2,
    "fractional_rms": _fractional_rms,
    "von_neumann": _von_neumann,
    "robust_scatter": _robust_scatter,
    "max_significance": _max_significance,
    "detected_3": _detected_share(3.0),
    "detected_5": _detected_share(5.0),
    "significance_skew": _significance_skew,
    "night_stetson": _night_stetson,
    "night_scatter": _night_scatter,
    "nights_detected": _detected_nights,
    "median_mag": _median_mag,
    "period_days": _mask_aperiodic(lambda c: 1 / c.periods.frequency),
    "period_power": _mask_aperiodic(lambda c: c.periods.power),
    "period_log_false_alarm": lambda c: c.periods.log_false_alarm,
    "period_amplitude": _mask_aperiodic(lambda c: c.periods.amplitude / c.unit),
    "walk_sigma": lambda c: c.walks.sigma,
    "walk_tau_days": lambda c: c.walks.tau_days,
    "rise_days": lambda c: c.peaks.rise_days(),
    "fall_days": lambda c: c.peaks.fall_days(),
    "rise_slope": lambda c: c.peaks.rise_slope(),
    "fall_slope": lambda c: c.peaks.fall_slope(),
    "days_from_detection": lambda c: c.peaks.days_from_detection(),
    **{f"structure_{name}": _structure(lag) for lag, name in enumerate(LAGS_DAYS)},
    "colour": lambda c: c.colours.mean(),
    "colour_slope": lambda c: c.colours.slope(),
}
"""Every modern feature by name.

Flux is relative to its mean; magnitudes, days and magnitudes a day.
"""


def modern_features(curves: Curves) -> Float[np.ndarray, "object feature"]:
    """Return the modern features of many light curves.

    Parameters
    ----------
    curves : Curves
        With points that were not detected, if there are any: before an outburst they matter most.

    Returns
    -------
    array (object, feature)
        In the order of `MODERN`; NaN where a feature is not defined.

    Examples
    --------
    >>> t, flux = 55000 + np.arange(40.0), 100 + 10.0 * (-1) ** np.arange(40)
    >>> curves = Curves.from_fluxes(t, flux, np.full(40, 5.0), counts=np.array([40]))
    >>> found = dict(zip(MODERN, modern_features(curves)[0], strict=True))
    >>> f"{found['chi2']:.3f} {found['fractional_rms']:.3f}"
    '4.103 0.088'
    """
    parts = [_block_features(block) for block in curves.blocks()]
    return np.concatenate([np.zeros((0, len(MODERN))), *parts])


def _block_features(block: Curves) -> Float[np.ndarray, "object feature"]:
    light = Fluxes(block)
    # what is not defined is a division by zero, and NaN
    with np.errstate(divide="ignore", invalid="ignore"):
        features = np.stack([feature(light) for feature in MODERN.values()], axis=1)
    return np.where(np.isfinite(features), features, np.nan)
