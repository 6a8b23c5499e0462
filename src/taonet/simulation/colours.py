"""Colours: how much fainter objects, stars and galaxies are in g than in r."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from taonet.simulation.light import Galaxy, Light
from taonet.simulation.scene import Neighbours

SUPERNOVAE: dict[str, tuple[tuple[float, float], ...]] = {
    # Ia: blue until the peak, red a month later, then bluer again (Lira law); g - r after the
    # templates of Nugent et al. (2002, PASP 114, 803)
    "Ia": (
        (-15, 0.1),
        (-5, -0.1),
        (0, -0.1),
        (10, 0.2),
        (20, 0.6),
        (30, 0.8),
        (60, 0.5),
        (90, 0.3),
    ),
    # II-P: hot at first, then the colour of recombining hydrogen (Anderson et al. 2014)
    "II-P": ((-10, -0.2), (0, -0.1), (20, 0.2), (50, 0.6), (90, 0.9), (120, 1.2)),
    # Ibc: redder than Ia at peak (Drout et al. 2011, ApJ 741, 97)
    "Ibc": ((-10, 0.2), (0, 0.3), (10, 0.7), (20, 1.0), (60, 0.8)),
}
"""g - r by days since the peak, joined by straight lines."""

STAR_COLOUR = (0.7, 0.3)
"""Mean and scatter of g - r of stars at high galactic latitude (Ivezic et al. 2008)."""

GALAXY_COLOUR = 0.7
"""g - r of galaxies, between spirals and ellipticals (Strateva et al. 2001, AJ 122, 1861)."""


def g_minus_r(
    light: Light, mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator
) -> Float[np.ndarray, " epoch"]:
    """Return the colour of an object at each time.

    Parameters
    ----------
    light : Light
        Of a supernova the subtype and the date of the peak in its truth decide, of everything
        else its `g_minus_r`.
    mjd : array (epoch,)
        Times that the light was drawn for.
    rng : numpy.random.Generator
        Objects of one type differ by 0.05 mag: dust, metals, companions.
    """
    offset = rng.normal(0, 0.05)
    if light.subtype in SUPERNOVAE and "peak_mjd" in light.truth:
        days, colour = np.array(SUPERNOVAE[light.subtype]).T
        return np.asarray(np.interp(mjd - light.truth["peak_mjd"], days, colour) + offset)
    shining = np.isfinite(light.mag)
    if not shining.any():
        return np.full(len(mjd), offset)
    at_median, slope = light.g_minus_r
    fainter = np.where(shining, light.mag - np.median(light.mag[shining]), 0)
    return np.asarray(at_median + slope * fainter + offset)


def neighbours_in_g(neighbours: Neighbours, rng: np.random.Generator) -> Neighbours:
    """Return the neighbours as bright as they are in g, their magnitudes being those in r."""
    redness = np.clip(rng.normal(*STAR_COLOUR, len(neighbours.mag)), -0.3, 1.5)
    galaxies = tuple(galaxy_in_g(galaxy) for galaxy in neighbours.galaxies)
    return replace(neighbours, mag=neighbours.mag + redness, galaxies=galaxies)


def galaxy_in_g(galaxy: Galaxy) -> Galaxy:
    """Return a galaxy as bright as it is in g, its magnitude being that in r."""
    return replace(galaxy, mag=galaxy.mag + GALAXY_COLOUR)
