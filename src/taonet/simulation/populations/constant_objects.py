"""Stars and galaxies that do not change: the class NON."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from taonet.simulation.light import DARK, Galaxy, Light


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
    population : ConstantObjects
    """
    bright, faint = population.mag
    share = rng.uniform(10 ** (population.slope * (bright - faint)), 1)
    mean = float(faint + np.log10(share) / population.slope)
    if rng.random() > population.galaxy_share:
        return _star(mjd, mean, "star")
    galaxy = Galaxy(
        mag=mean,
        radius_arcsec=float(rng.uniform(1, 5)),
        sersic_index=float(rng.choice([1.0, 4.0])),
        axis_ratio=float(rng.uniform(0.3, 1)),
        angle=float(rng.uniform(0, np.pi)),
    )
    dark = np.full(len(mjd), DARK)
    return Light(mag=dark, subtype="galaxy", truth={"mean_mag": mean}, host=galaxy)


def constant_star(
    mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator, *, mag: tuple[float, float]
) -> Light:
    """Draw a star that does not change, any magnitude of a range as likely as any other.

    Parameters
    ----------
    mjd : array (epoch,)
        Times of observation.
    rng : numpy.random.Generator
    mag : (float, float)
        Brightest and faintest.
    """
    return _star(mjd, float(rng.uniform(*mag)), "star")


def bright_star(
    mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator, *, mag: tuple[float, float, float]
) -> Light:
    """Draw a star that does not change, so bright that its subtraction leaves residuals.

    They alone bring a constant object into the alerts. Fainter ones leave nothing to detect,
    brighter ones saturate.

    Parameters
    ----------
    mjd : array (epoch,)
        Times of observation.
    rng : numpy.random.Generator
    mag : (float, float, float)
        Brightest, most common and faintest.
    """
    return _star(mjd, float(rng.triangular(*mag)), "bright star")


def _star(mjd: Float[np.ndarray, " epoch"], mag: float, subtype: str) -> Light:
    return Light(mag=np.full(len(mjd), mag), subtype=subtype, truth={"mean_mag": mag})
