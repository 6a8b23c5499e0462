"""Fluxes and magnitudes: one place for the 0.4, the 2.5 and the zero point."""

import numpy as np
from jaxtyping import Float

ZERO_POINT_MAG = 25.0
"""Of calibrated flux: one unit is a 25th magnitude; instrumental where no survey states one."""

JANSKY_MAG = 8.9
"""AB magnitude of one jansky."""

POGSON = 2.5 / np.log(10.0)
"""Magnitudes for a small relative change of flux: dm = POGSON · df/f (1.0857)."""


def magnitude(
    flux: Float[np.ndarray, "*n"], zero_point_mag: Float[np.ndarray, "*n"] | float
) -> Float[np.ndarray, "*n"]:
    """Return ``zero_point − 2.5 log10(flux)``, NaN where the flux is not positive.

    Parameters
    ----------
    flux : array
        Flux in the unit that the zero point belongs to.
    zero_point_mag : array or float
        Magnitude of unit flux.

    Examples
    --------
    >>> float(magnitude(np.array([100.0]), 25.0)[0])
    20.0
    """
    positive = np.where(flux > 0, flux, np.nan)
    return zero_point_mag - 2.5 * np.log10(positive)


def flux_of(
    mag: Float[np.ndarray, "*n"], zero_point_mag: Float[np.ndarray, "*n"] | float
) -> Float[np.ndarray, "*n"]:
    """Return the flux of a magnitude: ``10 ** (−0.4 (mag − zero_point))``."""
    return np.asarray(10.0 ** (-0.4 * (mag - zero_point_mag)))


def magnitude_error(
    flux: Float[np.ndarray, "*n"], flux_err: Float[np.ndarray, "*n"]
) -> Float[np.ndarray, "*n"]:
    """Return the first-order error of a magnitude, NaN where the flux is not positive."""
    return np.asarray(POGSON * flux_err / np.where(flux > 0, flux, np.nan))
