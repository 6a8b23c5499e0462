"""How far real PSFs are from the profile that is fitted to them: measured, not assumed.

What a star's pixels hold beyond the fitted profile and their noise is stated as a variance that
grows with the light of the pixel: ``mismatch² × peak × light``. A fit that is weighed by it turns
into a sum over the window as a star gets bright, and a sum needs no profile.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from taonet.photometry.star_windows import StarWindows

USUAL = 0.05
"""Share of a star's light by which its peak differs from the profile, where nothing is known."""

WORTH = 3.0
"""That counts like so many pixels of a bright star."""

MOST = 0.3
"""What differs more is no star."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Mismatch:
    """What is known of the mismatch in each epoch.

    Parameters
    ----------
    square : array (epoch,)
        Of the mismatch.
    weight : array (epoch,)
        Twice one over its variance.
    """

    square: Float[np.ndarray, " epoch"]
    weight: Float[np.ndarray, " epoch"]

    @classmethod
    def default(cls, n: int) -> "Mismatch":
        """Return what is assumed before any star is measured."""
        return cls(square=np.full(n, USUAL**2), weight=np.full(n, WORTH / USUAL**4))

    def take(self, epochs: Int[np.ndarray, " some"]) -> "Mismatch":
        """Return what is known in some epochs."""
        return Mismatch(square=self.square[epochs], weight=self.weight[epochs])

    def update(
        self,
        windows: StarWindows,
        shining: Float[np.ndarray, "epoch star pixel"],
        residual: Float[np.ndarray, "epoch star pixel"],
        *,
        causal: bool,
    ) -> "Mismatch":
        """Return what is known with what is left of stars in each epoch and in earlier ones.

        Parameters
        ----------
        shining : array (epoch, star, pixel)
            The profile as it was fitted.
        residual : array (epoch, star, pixel)
            What is left of the light.
        causal : bool
            Whether earlier epochs do not depend on later ones.
        """
        unit = np.maximum(shining, 0)
        unit = unit * unit.max(axis=-1, keepdims=True)
        variance = windows.variance(shining)
        weight = np.where(windows.valid, unit / (variance + USUAL**2 * unit) ** 2, 0.0)
        star_weight = (weight * unit).sum(axis=-1)
        excess = (weight * (residual**2 - variance)).sum(axis=-1)
        # one galaxy among the stars must not decide for all
        excess = np.minimum(excess, MOST**2 * star_weight)
        excess_sum, total = excess.sum(axis=1).cumsum(), star_weight.sum(axis=1).cumsum()
        if not causal:
            excess_sum, total = excess_sum[-1:], total[-1:]
        total_weight = self.weight + total
        square = (self.square * self.weight + excess_sum) / total_weight
        return Mismatch(square=np.maximum(square, 0), weight=total_weight)
