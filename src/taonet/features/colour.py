"""The colour of a light curve and how it changes."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from taonet.features.curves import Curves
from taonet.features.lines import weighted_slopes
from taonet.features.nights import begins_night, night_of, weighted_mean
from taonet.features.segments import Segments
from taonet.sky.bands import colour_bands
from taonet.sky.flux import magnitude, magnitude_error

LEAST_SIGMA = 3.0
"""Fainter light has no colour."""

LARGEST_SLOPE_ERROR = 0.02
"""Magnitudes a day; slopes that are known less well are not known."""

PerObject = Float[np.ndarray, " object"]
PerNight = Float[np.ndarray, " night"]


@dataclass(frozen=True, eq=False)
class Colours:
    """Colours of the nights that have both bands of the object's colour.

    Parameters
    ----------
    curves : Curves
        In all bands.
    """

    curves: Curves

    @cached_property
    def nights(self) -> Segments:
        """Which nights belong to which object."""
        return self.curves.segments.select(begins_night(self.curves))

    @cached_property
    def mjd(self) -> PerNight:
        """Mean time of each night."""
        return Segments.from_counts(np.bincount(night_of(self.curves))).mean(self.curves.mjd)

    @cached_property
    def _pair(self) -> tuple[tuple[PerNight, PerNight], tuple[PerNight, PerNight]]:
        """Mean flux and error of each night in both bands, NaN where either is missing."""
        blue, red = (self._means(which) for which in self._bands.T)
        in_both = np.isfinite(blue[0] + red[0])
        flux = [np.where(in_both, each, np.nan) for each in (*blue, *red)]
        return (flux[0], flux[1]), (flux[2], flux[3])

    @cached_property
    def _bands(self) -> Int[np.ndarray, "object 2"]:
        """Indices of the two bands of each object's colour; −1 for none.

        They depend on the object's own bands: the other objects in the file must not matter.
        """
        curves = self.curves
        indices = np.full((len(curves), 2), -1)
        number = {name: i for i, name in enumerate(curves.bands)}
        seen = np.zeros((len(curves), len(curves.bands)), bool)
        seen[curves.segments.owner, curves.band] = True
        for own in np.unique(seen, axis=0):
            names = [name for name, has_band in zip(curves.bands, own, strict=True) if has_band]
            pair = colour_bands(names, wanted=curves.colour)
            if pair is not None:
                indices[(seen == own).all(axis=1)] = [number[name] for name in pair]
        return indices

    def _means(self, band: Int[np.ndarray, " object"]) -> tuple[PerNight, PerNight]:
        curves = self.curves
        in_band = curves.band == curves.segments.repeat(band)
        counts = np.bincount(night_of(curves)[in_band], minlength=len(self.mjd))
        return weighted_mean(
            Segments.from_counts(counts), curves.flux[in_band], curves.flux_err[in_band]
        )

    def mean(self) -> PerObject:
        """Return the colour of all the light of these nights together, in magnitudes."""
        total = []
        for flux, error in self._pair:
            light = self.nights.total(np.nan_to_num(flux))
            noise = np.sqrt(self.nights.total(np.nan_to_num(error) ** 2))
            total.append(np.where((noise > 0) & (light > LEAST_SIGMA * noise), light, np.nan))
        return magnitude(total[0] / total[1], 0.0)

    def slope(self) -> PerObject:
        """Return how fast the colour changes, in magnitudes a day; positive as it reddens."""
        (blue, blue_err), (red, red_err) = self._pair
        seen = (blue > LEAST_SIGMA * blue_err) & (red > LEAST_SIGMA * red_err)
        colour = magnitude(blue[seen] / red[seen], 0.0)
        error = np.hypot(
            magnitude_error(blue[seen], blue_err[seen]), magnitude_error(red[seen], red_err[seen])
        )
        slope, slope_err = weighted_slopes(self.nights.select(seen), self.mjd[seen], colour, error)
        return np.where(slope_err < LARGEST_SLOPE_ERROR, slope, np.nan)
