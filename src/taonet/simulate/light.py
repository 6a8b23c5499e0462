"""What an object shows apart from the sky around it: its brightness, its host, its motion."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float

DARK = float("inf")
"""Magnitude of something that gives no light."""

MISSED_SHARE = 0.05
"""Share of single outbursts that no image covers: Deep-TAO holds 2016 events in older images."""


@dataclass(frozen=True, kw_only=True)
class Galaxy:
    """A galaxy with a Sérsic profile.

    Parameters
    ----------
    mag : float
        Total AB magnitude.
    radius_arcsec : float
        Half-light radius along the major axis.
    sersic_index : float
        1 is an exponential disc, 4 de Vaucouleurs' profile of ellipticals.
    axis_ratio : float
        Minor over major axis, 0 to 1.
    angle : float
        Direction of the major axis in radians, from x to y.
    dx_arcsec, dy_arcsec : float
        Its centre as seen from the object at the centre of the cutout.
    """

    mag: float
    radius_arcsec: float
    sersic_index: float = 1.0
    axis_ratio: float = 1.0
    angle: float = 0.0
    dx_arcsec: float = 0.0
    dy_arcsec: float = 0.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Light:
    """What an object looks like apart from its surroundings.

    Parameters
    ----------
    mag : array (epoch,)
        AB magnitude of the point source; infinite where it gives no light.
    subtype : str
        What it is within its class.
    truth : dict
        The physical parameters drawn, with units in their names.
    host : Galaxy, optional
        The galaxy that it sits in.
    pm_x_arcsec_per_year, pm_y_arcsec_per_year : float
        Proper motion along x and y.
    template_mag : array (epoch,), optional
        AB magnitude of the point source in the template of each epoch's band; infinite where
        it was not there yet. For surveys that subtract one.
    """

    mag: Float[np.ndarray, " epoch"]
    subtype: str
    truth: dict[str, Any] = field(default_factory=dict)
    host: Galaxy | None = None
    pm_x_arcsec_per_year: float = 0.0
    pm_y_arcsec_per_year: float = 0.0
    template_mag: Float[np.ndarray, " epoch"] | None = None


def discovery_mjd(mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator) -> float:
    """Draw the epoch at which an object was caught shining: any, with equal chance.

    The survey lists an object because it saw an outburst, so the outburst is moved to the
    observations; the observations are never moved to the outburst.
    """
    return float(rng.choice(mjd))


def outburst_mjd(mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator) -> tuple[float, bool]:
    """Draw a time for an event that happens once.

    Returns
    -------
    mjd : float
        One of the epochs, or (in a share `MISSED_SHARE` of all cases) a time months after all.
    covered : bool
        True where it is one of the epochs.
    """
    caught, later = discovery_mjd(mjd, rng), float(mjd[-1] + rng.uniform(100, 1000))
    covered = bool(rng.random() >= MISSED_SHARE)
    return (caught if covered else later), covered
