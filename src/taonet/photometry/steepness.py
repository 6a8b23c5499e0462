"""How steep the wings of stars are: one number for a sequence, better known with every epoch.

A star's steepness goes with telescope and camera more than with the night, and a single faint star
hardly constrains it: the estimate of earlier epochs is carried on. As ``1/beta`` it goes evenly
from a Gaussian (0) to the widest wings.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from taonet.photometry.profile import FLATTEST_BETA, GAUSSIAN_BETA, USUAL_BETA

SPREAD = 0.1
"""Of ``1/beta`` over telescopes and nights, one sigma: from 2.6 to 5.4."""

NIGHTLY = 0.05
"""By so much the steepness of single epochs scatters about that of their sequence."""

TO_FLUX = 0.30
"""Relative change of a fitted flux for a change of ``1/beta`` near a Gaussian, where width and sky
are fitted anew, to a fifth for seeing of two to four pixels; wider wings have more in them."""

TO_FLUX_FLAT = 0.21
"""The same where the level of the sky is known."""

SETTLED = 0.85
"""Of all that stars can constrain."""

GROWTH = 3.2
"""By how much its logarithm grows with ``1/beta``."""

STAR = 0.035
"""And so much that of single stars: unseen neighbours flatten it, epoch after epoch alike."""

UNCONFIRMED_STARS = 0.7
"""Taken off the number of stars, as nothing confirms the first."""

ODD = 2.0
"""Wings so many sigma wider than usual begin to be doubted of one star; of five, twice so many."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Steepness:
    """What is known of ``1/beta`` in each epoch.

    Parameters
    ----------
    mean, precision : array (epoch,)
        The precision is one over the variance.
    """

    mean: Float[np.ndarray, " epoch"]
    precision: Float[np.ndarray, " epoch"]

    @classmethod
    def default(cls, n: int) -> "Steepness":
        """Return what is assumed before any star is measured."""
        return cls(mean=np.full(n, 1 / USUAL_BETA), precision=np.full(n, SPREAD**-2.0))

    @classmethod
    def from_beta(cls, beta: Float[np.ndarray, " epoch"]) -> "Steepness":
        """Return a steepness that is known."""
        return cls(mean=1 / beta, precision=np.full(len(beta), np.inf))

    @property
    def beta(self) -> Float[np.ndarray, " epoch"]:
        """The steepness itself."""
        return np.asarray(1 / np.clip(self.mean, 1 / GAUSSIAN_BETA, 1 / FLATTEST_BETA))

    def flux_err(self, *, flat: bool) -> Float[np.ndarray, " epoch"]:
        """Return the relative one-sigma error that it makes of every flux.

        Parameters
        ----------
        flat : bool
            Whether the level of the sky is known beforehand: wings are then not taken for sky.
        """
        near_gaussian = TO_FLUX_FLAT if flat else TO_FLUX
        return np.asarray(near_gaussian * np.exp(GROWTH * self.mean) * self.error)

    @property
    def error(self) -> Float[np.ndarray, " epoch"]:
        """One sigma of ``1/beta``."""
        return np.asarray(self.precision**-0.5)

    def brightening(self, usual: float) -> Float[np.ndarray, " epoch"]:
        """Return by which factor stars are measured brighter than with a usual ``1/beta``."""
        more = np.exp(GROWTH * self.mean) - np.exp(GROWTH * usual)
        return np.asarray(np.exp(TO_FLUX / GROWTH * more))

    def take(self, epochs: Int[np.ndarray, " some"]) -> "Steepness":
        """Return what is known in some epochs."""
        return Steepness(mean=self.mean[epochs], precision=self.precision[epochs])

    def is_settled(self, n_stars: int) -> bool:
        """Return whether so many stars would hardly change the estimate, in any epoch."""
        most = SPREAD**-2.0 + (n_stars - UNCONFIRMED_STARS) / STAR**2
        return bool(self.precision.min(initial=np.inf) > SETTLED * most)

    def update(
        self,
        inverse_beta: Float[np.ndarray, " epoch"],
        precision: Float[np.ndarray, " epoch"],
        *,
        n_stars: float,
        causal: bool,
    ) -> "Steepness":
        """Return the estimate updated by the pixels of each epoch and of earlier ones.

        Parameters
        ----------
        inverse_beta, precision : array (epoch,)
            Best ``1/beta`` of each epoch by itself; a precision of 0 for none.
        n_stars : float
            Behind it; infinite where all are known to be points.
        causal : bool
            Whether earlier epochs do not depend on later ones.
        """
        weight = precision / (1 + precision * NIGHTLY**2)
        total, weighted_sum = weight.cumsum(), (weight * inverse_beta).cumsum()
        if not causal:
            total, weighted_sum = total[-1:], weighted_sum[-1:]
        # more epochs of the same stars are no other stars
        damping = 1 / (1 + total * STAR**2 / (n_stars - UNCONFIRMED_STARS))
        # galaxies taken for stars have wide wings; nothing that is not a star has none
        odd = np.maximum(weighted_sum / np.maximum(total, 1e-9) - 1 / USUAL_BETA, 0) / SPREAD
        damping = damping / (1 + (odd / (ODD * (3 + n_stars) / 4)) ** 4)
        new_precision = self.precision + damping * total
        mean = (self.mean * self.precision + damping * weighted_sum) / new_precision
        return Steepness(mean=mean, precision=new_precision)
