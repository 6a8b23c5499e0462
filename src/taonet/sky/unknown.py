"""Numbers that stand for "not known", by quantity.

Surveys write −999, −99, 99 or 1e20 where they mean that nothing was measured. Most quantities have
a range beyond which no real value lies, whatever a survey's habit. Pixels, fluxes and coordinates
have none: of these single values are listed, and the lists differ, since −99 may be a flux, and
−32768 only ever stood in pixels.
"""

from typing import Final

import numpy as np
from jaxtyping import Float

ZERO_POINT_MAG: Final = (-90.0, 90.0)
"""From −48.6 (erg/s/cm²/Hz) to 35; 99 and −99 are sentinels."""

SEEING_FWHM_PX: Final = (0.0, 90.0)
"""A PSF as wide as that would be no point in any cutout."""

PIXEL_SCALE_ARCSEC: Final = (0.001, 200.0)
"""From adaptive optics to cameras that see the whole sky at once."""

EPOCH_NUMBERS: Final = {
    "seeing_fwhm_px": ("pix", SEEING_FWHM_PX),
    "zero_point_mag": ("mag", ZERO_POINT_MAG),
}
"""What a sequence states of each epoch, with unit and range."""

MAGNITUDE: Final = (-90.0, 90.0)
"""No star is as bright or as faint."""

PIXEL_SENTINELS: Final = (-999.0, -9999.0, -32768.0, -99999.0)
"""What programs write for no data, where nothing else in a frame is half as low."""

FLUX_SENTINELS: Final = (-999.0, -9999.0, -99999.0)
"""What stands in tables of fluxes where nothing was measured; −99 may be a measurement."""

COORDINATE_SENTINELS: Final = (-99.0, -999.0, -9999.0)
"""What catalogues write where a coordinate is not known."""


def known_numbers(
    values: Float[np.ndarray, "*n"], limits: tuple[float, float]
) -> Float[np.ndarray, "*n"]:
    """Return values with NaN where they do not lie between the limits.

    Examples
    --------
    >>> known_numbers(np.array([26.2, -999.0, np.inf]), ZERO_POINT_MAG)
    array([26.2,  nan,  nan])
    """
    values = np.asarray(values, np.float64)
    return np.where((values > limits[0]) & (values < limits[1]), values, np.nan)
