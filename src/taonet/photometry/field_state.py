"""What is known of the epochs of a sequence while it is calibrated, block by block."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from taonet.photometry.mismatch import Mismatch
from taonet.photometry.profile import Profile
from taonet.photometry.steepness import Steepness


@dataclass(frozen=True, kw_only=True, eq=False)
class StatedValues:
    """What the survey states of each epoch; NaN where it does not."""

    scale: Float[np.ndarray, " epoch"]
    fwhm_px: Float[np.ndarray, " epoch"]

    def usual_scale(self, known: Int[np.ndarray, " known"]) -> float:
        """Return what stands in where no zero point is stated: the usual one of some epochs."""
        scale = self.scale[known]
        stated = np.isfinite(scale)
        return float(np.median(scale[stated])) if stated.any() else 1.0


@dataclass
class FieldState:
    """What has been measured so far; arrays over all epochs, filled block by block."""

    shift: Float[np.ndarray, "epoch two"]
    shift_err: Float[np.ndarray, " epoch"]
    fwhm: Float[np.ndarray, " epoch"]
    stretch: np.ndarray[tuple[int, ...], np.dtype[np.complex128]]
    steepness: Steepness
    mismatch: Mismatch
    scale: Float[np.ndarray, " epoch"]
    scale_err: Float[np.ndarray, " epoch"]
    zero_point_err: Float[np.ndarray, " epoch"]
    unlike: Float[np.ndarray, "epoch side side"]
    n_stars: Int[np.ndarray, " epoch"]
    odd: Bool[np.ndarray, " epoch"]
    anchored: Bool[np.ndarray, " epoch"]
    blur_px2: Float[np.ndarray, " epoch"]
    causal: bool

    def profile(self, epochs: Int[np.ndarray, " some"]) -> Profile:
        """Return the PSF of some epochs, with the steepness as it was known then."""
        return Profile(
            fwhm_px=self.fwhm[epochs],
            stretch=self.stretch[epochs],
            beta=self.steepness.beta[epochs],
            blur_px2=self.blur_px2[epochs],
        )

    def earlier_wings(
        self, known: Int[np.ndarray, " known"], new: Int[np.ndarray, " new"]
    ) -> tuple[Steepness, Mismatch]:
        """Return the wings of stars that known epochs predict for new ones."""
        if np.array_equal(known, new):
            return Steepness.default(len(new)), Mismatch.default(len(new))
        last = np.full(len(new), known[-1])
        return self.steepness.take(last), self.mismatch.take(last)

    def store_wings(
        self, epochs: Int[np.ndarray, " some"], steepness: Steepness, mismatch: Mismatch
    ) -> None:
        """Remember what is known of the wings of stars in some epochs."""
        self.steepness.mean[epochs] = steepness.mean
        self.steepness.precision[epochs] = steepness.precision
        self.mismatch.square[epochs] = mismatch.square
        self.mismatch.weight[epochs] = mismatch.weight
