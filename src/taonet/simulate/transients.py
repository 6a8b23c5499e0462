"""Brightness against time for each class of CRTS, with the truth behind it.

A first, honest version: the shapes are those of the literature named at each function, the
distributions are plain. Every function takes the times of observation and a generator of random
numbers and returns a `Light`; none changes the times, so cadence cannot depend on the class.
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from taonet.simulate.light import DARK, Galaxy, Light
from taonet.simulate.nuclei import active_nucleus, blazar
from taonet.simulate.stars import (
    dwarf_nova,
    eclipsing_binary,
    fast_mover,
    flare_star,
    long_period_variable,
    rr_lyrae,
)
from taonet.simulate.supernovae import supernova

Transient = Callable[[Float[np.ndarray, " epoch"], np.random.Generator], Light]
"""Draws the light of one object at the times of observation (MJD)."""

GALAXY_SHARE = 0.3

OTHERS: dict[str, tuple[float, Transient]] = {
    "high proper motion": (0.35, fast_mover),
    "flare star": (0.15, flare_star),
    "long-period variable": (0.15, long_period_variable),
    "RR Lyrae": (0.2, rr_lyrae),
    "eclipsing binary": (0.15, eclipsing_binary),
}
"""Share and light of what the class OTHER holds; in Deep-TAO fast movers are the most."""


def other(mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator) -> Light:
    """Draw one of the variables that belong to none of the named classes.

    Parameters
    ----------
    mjd : array (epoch,)
        Times of observation.
    rng : numpy.random.Generator
    """
    shares = [share for share, _ in OTHERS.values()]
    _, draw = list(OTHERS.values())[int(rng.choice(len(shares), p=shares))]
    return draw(mjd, rng)


def constant(mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator) -> Light:
    """Draw a star or a galaxy that does not change, as bright as the variables are.

    Parameters
    ----------
    mjd : array (epoch,)
        Times of observation.
    rng : numpy.random.Generator
    """
    mean = float(rng.triangular(14.5, 19.0, 20.8))
    if rng.random() > GALAXY_SHARE:
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
    "CV": dwarf_nova,
    "AGN": active_nucleus,
    "BZ": blazar,
    "OTHER": other,
    "NON": constant,
}
"""How to draw the light of each class of the CRTS taxonomy."""
