"""The light curve: brightness against time, by band."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from taonet.errors import InputError
from taonet.markup import LINE, count_words, shorten
from taonet.sky.flux import magnitude, magnitude_error
from taonet.sky.sequence import check_mjd

DETECTION_SIGMA = 5.0
"""A detection is so many times its error; limiting magnitudes are those of a detection."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class LightCurve:
    """Flux of one object at every epoch, detected or not.

    Parameters
    ----------
    object_id : str
    mjd : array (epoch,)
        Modified Julian Date, UTC, never decreasing.
    flux, flux_err : array (epoch,)
        In one unit, with its one-sigma error; NaN where not measured.
    zero_point_mag : array (epoch,)
        AB magnitude of one unit of flux; 25 by convention where the survey gives none, so that
        magnitudes are instrumental.
    band : tuple of str
    class_name : str or None
    quality : array (epoch,), optional
        Bits of `taonet.sky.cutout.Quality`.
    template : tuple of str, optional
        Of differences: what the template of each epoch is called, ``""`` where it has none. Epochs
        of one template are relative to one zero level.
    """

    object_id: str
    mjd: Float[np.ndarray, " epoch"]
    flux: Float[np.ndarray, " epoch"]
    flux_err: Float[np.ndarray, " epoch"]
    zero_point_mag: Float[np.ndarray, " epoch"]
    band: tuple[str, ...]
    class_name: str | None = None
    quality: Int[np.ndarray, " epoch"] | None = None
    template: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        check_mjd(self.mjd, where=f"light curve {self.object_id}")
        if np.any(np.diff(self.mjd) < 0):
            raise InputError("times decrease", where=f"light curve {self.object_id}")

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
