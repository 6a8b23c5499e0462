"""The rise to a peak and the decline from it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float

from taonet.features.curves import Curves
from taonet.features.lines import weighted_slopes
from taonet.sky.lightcurve import DETECTION_SIGMA

PEAK_SIGMA = 5.0
"""A peak stands so far above the faint nights, in units of its error."""

FAINT_SHARE = 0.1
"""The quantile of the nights that counts as the light without the outburst."""

SLOPE_SIGMA = 3.0
"""Slopes are measured on nights of at least such a signal-to-noise ratio."""

SLOPE_DAYS = 30.0
"""Slopes are those of so many days before and after the peak."""

LARGEST_SLOPE_ERROR = 0.05
"""Magnitudes a day; slopes that are known less well are not known."""

PerObject = Float[np.ndarray, " object"]


@dataclass(frozen=True, eq=False)
class Peaks:
    """The highest peak of each object's nights, and the way there and back.

    The peak is the night whose flux less its error is highest. Everything is NaN unless it stands
    out from the faint nights by five times its error.

    Parameters
    ----------
    nights : Curves
        Nightly means in one band.
    """

    nights: Curves

    @cached_property
    def faint_flux(self) -> PerObject:
        """Flux of the faint nights."""
        ordered = self.nights.segments.sort(self.nights.flux)
        return self.nights.segments.quantile(ordered, FAINT_SHARE)

    @cached_property
    def place(self) -> PerObject:
        """Where the peak is among all nights, NaN where none stands out."""
        per, nights = self.nights.segments, self.nights
        surely = nights.flux - nights.flux_err
        place = per.first(surely == per.repeat(per.highest(surely)))
        height = per.at(nights.flux, place) - self.faint_flux
        error = np.hypot(per.at(nights.flux_err, place), per.median(nights.flux_err))
        return np.where(height > PEAK_SIGMA * error, place, np.nan)

    @cached_property
    def mjd(self) -> PerObject:
        """When the peak was."""
        return self.nights.segments.at(self.nights.mjd, self.place)

    @cached_property
    def days_since_peak(self) -> Float[np.ndarray, " night"]:
        """Days since the peak, negative before it."""
        return np.asarray(self.nights.mjd - self.nights.segments.repeat(self.mjd))

    def rise_days(self) -> PerObject:
        """Return the days from half of the height up to the peak."""
        return -self._half_height_days(
            self.nights.segments.last(self._is_low & (self.days_since_peak < 0)), inwards=1
        )

    def fall_days(self) -> PerObject:
        """Return the days from the peak down to half of the height."""
        return self._half_height_days(
            self.nights.segments.first(self._is_low & (self.days_since_peak > 0)), inwards=-1
        )

    def rise_slope(self) -> PerObject:
        """Return the slope before the peak in magnitudes a day; negative as it brightens."""
        return self._slope((self.days_since_peak <= 0) & (self.days_since_peak >= -SLOPE_DAYS))

    def fall_slope(self) -> PerObject:
        """Return the slope after the peak in magnitudes a day; positive as it fades."""
        return self._slope((self.days_since_peak >= 0) & (self.days_since_peak <= SLOPE_DAYS))

    def days_from_detection(self) -> PerObject:
        """Return the days from the first detection to the peak.

        NaN where the first night is a detection already: that is when the survey began.
        """
        per, nights = self.nights.segments, self.nights
        first = per.first(nights.flux >= DETECTION_SIGMA * nights.flux_err)
        appeared = (first > per.offsets[:-1]) & (first <= self.place)
        return np.where(appeared, self.mjd - per.at(nights.mjd, first), np.nan)

    @cached_property
    def _half_flux(self) -> PerObject:
        peak = self.nights.segments.at(self.nights.flux, self.place)
        return np.asarray((peak + self.faint_flux) / 2)

    @cached_property
    def _is_low(self) -> Bool[np.ndarray, " night"]:
        # below by more than the error, so that noise near the peak ends nothing
        surely = self.nights.flux + self.nights.flux_err
        return np.asarray(surely < self.nights.segments.repeat(self._half_flux))

    def _half_height_days(self, low: PerObject, *, inwards: int) -> PerObject:
        """Return when half of the height was passed, between a low night and the next inwards."""
        at, flux = self.nights.segments.at, self.nights.flux
        below, above = at(flux, low), at(flux, low + inwards)
        share = np.clip((self._half_flux - below) / (above - below), 0, 1)
        begin, end = at(self.days_since_peak, low), at(self.days_since_peak, low + inwards)
        return np.asarray(begin + share * (end - begin))

    def _slope(self, within: Bool[np.ndarray, " night"]) -> PerObject:
        nights = self.nights
        nights = nights.select(within & (nights.flux >= SLOPE_SIGMA * nights.flux_err))
        slope, error = weighted_slopes(nights.segments, nights.mjd, nights.mag, nights.magerr)
        return np.where(error < LARGEST_SLOPE_ERROR, slope, np.nan)
