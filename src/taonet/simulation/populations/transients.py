"""Brightness against time for each class of CRTS, with the truth behind it.

The shapes and distributions are those of the literature named at each function and population; a
survey's preset may know better what it finds. Every function takes the times of observation and a
generator of random numbers and returns a `Light`; none changes the times, so cadence cannot depend
on the class.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from taonet.simulation.light import DARK, Galaxy, Light
from taonet.simulation.populations.cataclysmic import cataclysmic_variable
from taonet.simulation.populations.nuclei import active_nucleus, blazar
from taonet.simulation.populations.stars import (
    eclipsing_binary,
    fast_mover,
    flare_star,
    long_period_variable,
    rr_lyrae,
)
from taonet.simulation.populations.supernovae import supernova

Transient = Callable[[Float[np.ndarray, " epoch"], np.random.Generator], Light]
"""Draws the light of one object at the times of observation (MJD)."""


@dataclass(frozen=True, kw_only=True)
class ConstantObjects:
    """Stars and galaxies that do not change.

    Parameters
    ----------
    mag : (float, float)
        Brightest and faintest.
    slope : float
        Counts grow as ``10**(slope · mag)``.
    galaxy_share : float
        Share of galaxies; at high galactic latitude there are as many of them as of stars at 20
        mag, and few among the bright.
    """

    mag: tuple[float, float] = (14.0, 20.5)
    slope: float = 0.2
    galaxy_share: float = 0.3


Mixture = dict[str, tuple[float, Transient]]
"""Share and light of each kind of object in a class; shares sum to one."""

OTHERS: Mixture = {
    "high proper motion": (0.35, fast_mover),
    "flare star": (0.15, flare_star),
    "long-period variable": (0.15, long_period_variable),
    "RR Lyrae": (0.2, rr_lyrae),
    "eclipsing binary": (0.15, eclipsing_binary),
}
"""Share and light of what the class OTHER holds; in Deep-TAO fast movers are the most."""


def other_variable(mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator) -> Light:
    """Draw one of the variables that belong to none of the named classes.

    Parameters
    ----------
    mjd : array (epoch,)
        Times of observation.
    rng : numpy.random.Generator
    """
    return draw_from_mixture(OTHERS, mjd, rng)


def draw_from_mixture(
    kinds: Mixture, mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator
) -> Light:
    """Draw an object of one of several kinds, each as common as its share."""
    shares = [share for share, _ in kinds.values()]
    _, draw = list(kinds.values())[int(rng.choice(len(shares), p=shares))]
    return draw(mjd, rng)


def constant_object(
    mjd: Float[np.ndarray, " epoch"],
    rng: np.random.Generator,
    population: ConstantObjects = ConstantObjects(),
) -> Light:
    """Draw a star or a galaxy that does not change.

    Parameters
    ----------
    mjd : array (epoch,)
        Times of observation.
    rng : numpy.random.Generator
    population : Constants
    """
    bright, faint = population.mag
    share = rng.uniform(10 ** (population.slope * (bright - faint)), 1)
    mean = float(faint + np.log10(share) / population.slope)
    if rng.random() > population.galaxy_share:
        light = np.full(len(mjd), mean)
        return Light(mag=light, subtype="star", truth={"mean_mag": mean})
    galaxy = Galaxy(
        mag=mean,
        radius_arcsec=float(rng.uniform(1, 5)),
        sersic_index=float(rng.choice([1.0, 4.0])),
        axis_ratio=float(rng.uniform(0.3, 1)),
        angle=float(rng.uniform(0, np.pi)),
    )
    dark = np.full(len(mjd), DARK)
    return Light(mag=dark, subtype="galaxy", truth={"mean_mag": mean}, host=galaxy)


TRANSIENTS: dict[str, Transient] = {
    "SN": supernova,
    "CV": cataclysmic_variable,
    "AGN": active_nucleus,
    "BZ": blazar,
    "OTHER": other_variable,
    "NON": constant_object,
}
"""How to draw the light of each class of the CRTS taxonomy."""
