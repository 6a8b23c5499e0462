"""The light curve: brightness against time, by band."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from taonet.errors import InputError
from taonet.markup import LINE, count_words, shorten
from taonet.sky.flux import ZERO_POINT_MAG, magnitude, magnitude_error
from taonet.sky.plain_values import (
    plain_fluxes,
    plain_mjd,
    plain_numbers,
    plain_words,
    unit_zero_point,
)
from taonet.sky.sequence import check_lengths, check_mjd

DETECTION_SIGMA = 5.0
"""A detection is so many times its error; limiting magnitudes are those of a detection."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class LightCurve:
    """Flux of one object at every epoch, detected or not.

    It may be made of astropy's times and quantities, masked arrays, lists or pandas Series, and
    holds plain arrays; what a mask covers is NaN.

    Parameters
    ----------
    object_id : str
    mjd : array (epoch,)
        Modified Julian Date, UTC, never decreasing.
    flux, flux_err : array (epoch,)
        In one unit, with its one-sigma error; NaN where not measured. Of Quantities the errors
        are converted to the unit of the fluxes.
    zero_point_mag : array (epoch,), optional
        AB magnitude of one unit of flux. Where none is given, it is that of the fluxes' unit, such
        as 8.9 of Jy; and 25 by convention where they have none, so that magnitudes are
        instrumental.
    band : tuple of str
        One word stands for all epochs.
    class_name : str or None
    quality : array (epoch,), optional
        Bits of `taonet.sky.cutout.Quality`.
    template : tuple of str, optional
        Of differences: what the template of each epoch is called, ``""`` where it has none. Epochs
        of one template are relative to one zero level.

    Raises
    ------
    InputError
        If lengths differ, times decrease or are no MJD, or a unit is that of another quantity.
    """

    # of what may be anything that `taonet.sky.plain_values` knows, the array is what it becomes
    object_id: str
    mjd: Float[np.ndarray, " epoch"] | Any
    flux: Float[np.ndarray, " epoch"] | Any
    flux_err: Float[np.ndarray, " epoch"] | Any
    zero_point_mag: Float[np.ndarray, " epoch"] | Any = field(default_factory=lambda: np.zeros(0))
    band: tuple[str, ...] | Any
    class_name: str | None = None
    quality: Int[np.ndarray, " epoch"] | None = None
    template: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        where = f"light curve {self.object_id}"
        mjd = plain_mjd(self.mjd, where=where)
        n = mjd.size
        flux, flux_err, unit = plain_fluxes(self.flux, self.flux_err, where=where)
        zero_point = plain_numbers(self.zero_point_mag, "mag", name="zero_point_mag", where=where)
        if n and not zero_point.size:
            of_unit = unit_zero_point(unit)
            zero_point = np.full(n, ZERO_POINT_MAG if of_unit is None else of_unit)
        columns: dict[str, Any] = {
            "mjd": mjd,
            "flux": flux,
            "flux_err": flux_err,
            "zero_point_mag": zero_point,
            "band": plain_words(self.band, n),
        }
        check_lengths(columns, n, of="point", where=where)
        check_mjd(mjd, where=where)
        if np.any(np.diff(mjd) < 0):
            raise InputError("times decrease", where=where)
        for name, values in columns.items():
            object.__setattr__(self, name, values)

    def __repr__(self) -> str:
        bands = " ".join(sorted(set(self.band) - {""}))
        facts = [self.class_name or "", count_words(len(self.mjd), "epoch"), bands]
        return shorten(f"<LightCurve {self.object_id}: {', '.join(filter(None, facts))}>", LINE)

    @property
    def mag(self) -> Float[np.ndarray, " epoch"]:
        """Magnitude, NaN where the flux is not positive."""
        return magnitude(self.flux, self.zero_point_mag)

    @property
    def magerr(self) -> Float[np.ndarray, " epoch"]:
        """One-sigma error of the magnitude, to first order."""
        return magnitude_error(self.flux, self.flux_err)

    @property
    def limiting_mag(self) -> Float[np.ndarray, " epoch"]:
        """Magnitude of a source that would be detected at five sigma."""
        return magnitude(DETECTION_SIGMA * self.flux_err, self.zero_point_mag)
