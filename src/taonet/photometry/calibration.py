"""The calibration of each epoch of a field: alignment, PSF, zero point."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from taonet.photometry.mismatch import Mismatch
from taonet.photometry.profile import Profile
from taonet.photometry.reference import Reference
from taonet.photometry.steepness import Steepness
from taonet.sky.flux import ZERO_POINT_MAG

WIDTH_TO_FLUX = 1.2
"""Relative change of a fitted flux for a relative change of the width of the PSF."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Calibration:
    """Alignment, PSF and zero point of each epoch.

    Parameters
    ----------
    shift_x, shift_y, shift_err_px : array (epoch,)
        Offset of positions in the epoch from those in the reference, in pixels, and its error.
    profile : Profile (epoch,)
        PSF.
    steepness : Steepness (epoch,)
        How well its steepness is known.
    mismatch : Mismatch (epoch,)
        How much stars differ from the profile.
    unlike : array (epoch, side, side)
        Residuals of stars from their profile: see `taonet.photometry.growth`.
    scale, scale_err : array (epoch,)
        ADU per unit of calibrated flux, and its relative error from one epoch to the next.
    zero_point_err : array (epoch,)
        Relative error of all scales alike: of the mean of stated zero points; 0 where they are
        instrumental.
    n_stars : array (epoch,)
        Stars behind it.
    quality : array (epoch,)
        Bits of `taonet.sky.cutout.Quality`.
    anchored : array (epoch,)
        Whether the scale rests on a stated zero point: its own, or that of an epoch whose stars it
        was compared with. Else it is instrumental.
    references : tuple of Reference
        Every usable epoch is served by one of them.
    """

    shift_x: Float[np.ndarray, " epoch"]
    shift_y: Float[np.ndarray, " epoch"]
    shift_err_px: Float[np.ndarray, " epoch"]
    profile: Profile
    steepness: Steepness
    mismatch: Mismatch
    unlike: Float[np.ndarray, "epoch side side"]
    scale: Float[np.ndarray, " epoch"]
    scale_err: Float[np.ndarray, " epoch"]
    zero_point_err: Float[np.ndarray, " epoch"]
    n_stars: Int[np.ndarray, " epoch"]
    quality: Int[np.ndarray, " epoch"]
    anchored: Bool[np.ndarray, " epoch"]
    references: tuple[Reference, ...]

    @property
    def zero_point_mag(self) -> Float[np.ndarray, " epoch"]:
        """Magnitude of one ADU in each epoch."""
        return np.asarray(ZERO_POINT_MAG + 2.5 * np.log10(self.scale))
