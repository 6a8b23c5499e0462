"""Nights, separated by the gaps between them, and the mean flux of each."""

from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float, Int

from taonet.features.curves import Curves
from taonet.features.segments import Segments
from taonet.sky import nights as sky_nights
from taonet.sky.flux import ZERO_POINT_MAG, magnitude, magnitude_error


def begins_night(curves: Curves) -> Bool[np.ndarray, " point"]:
    """Return whether a point is the first of its object's night."""
    first = sky_nights.begins_night(curves.mjd)
    begins = curves.segments.offsets[:-1][curves.segments.counts > 0]
    first[begins] = True
    return first


def night_of(curves: Curves) -> Int[np.ndarray, " point"]:
    """Return the number of each point's night, counted through all objects."""
    return np.asarray(np.cumsum(begins_night(curves)) - 1)


def average_nights(curves: Curves) -> Curves:
    """Return the mean light of each night, weighed by the errors, over all bands."""
    first = begins_night(curves)
    nights = Segments(np.append(np.flatnonzero(first), len(first)))
    flux, flux_err = weighted_mean(nights, curves.flux, curves.flux_err)
    return replace(
        curves,
        segments=curves.segments.select(first),
        mjd=nights.mean(curves.mjd),
        flux=flux,
        flux_err=flux_err,
        mag=magnitude(flux, ZERO_POINT_MAG),
        magerr=magnitude_error(flux, flux_err),
        band=curves.band[first],
    )


def weighted_mean(
    segments: Segments, values: Float[np.ndarray, " value"], errors: Float[np.ndarray, " value"]
) -> tuple[Float[np.ndarray, " object"], Float[np.ndarray, " object"]]:
    """Return the mean weighed by inverse variances and its error, NaN where there is nothing."""
    weight = 1 / errors**2
    total = segments.total(weight)
    total = np.where(total > 0, total, np.nan)
    return segments.total(values * weight) / total, np.asarray(1 / np.sqrt(total))
