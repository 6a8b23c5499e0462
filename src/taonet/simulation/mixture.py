"""What draws the light of a class: one function, or a mixture of several kinds of object."""

from collections.abc import Callable, Mapping

import numpy as np
from jaxtyping import Float

from taonet.simulation.light import Light

Transient = Callable[[Float[np.ndarray, " epoch"], np.random.Generator], Light]
"""Draws the light of one object at the times of observation (MJD). It never changes the times, so
that the cadence cannot depend on the class."""

Mixture = Mapping[str, tuple[float, Transient]]
"""The kinds of object in a class, each with its share and its light; shares sum to one."""


def draw_from_mixture(
    kinds: Mixture, mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator
) -> Light:
    """Draw an object of one of several kinds, each as common as its share.

    Parameters
    ----------
    kinds : mapping of str to (float, callable)
    mjd : array (epoch,)
        Times of observation.
    rng : numpy.random.Generator
    """
    shares = [share for share, _ in kinds.values()]
    _, draw = list(kinds.values())[int(rng.choice(len(shares), p=shares))]
    return draw(mjd, rng)
