"""What an object shows apart from the sky around it: its brightness, its host, its motion."""

from dataclasses import dataclass, field, replace
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
    """What an object shows apart from its surroundings.

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
    g_minus_r : (float, float)
        The colour g − r in magnitudes at the median brightness, and how much redder the object
        is for each magnitude that it is fainter. Supernovae have colours by their age instead,
        see `taonet.simulation.colours`.
    template_mag : array (epoch,), optional
        AB magnitude of the point source in the template of each epoch's band; infinite where
        it was not there yet. For surveys that subtract one.
    found_mjd : float, optional
        When the survey discovered it, perhaps after the last image; None where nothing that
        happens on one day made it known.
    """

    mag: Float[np.ndarray, " epoch"]
    subtype: str
    truth: dict[str, Any] = field(default_factory=dict)
    host: Galaxy | None = None
    pm_x_arcsec_per_year: float = 0.0
    pm_y_arcsec_per_year: float = 0.0
    g_minus_r: tuple[float, float] = (0.6, 0.0)
    template_mag: Float[np.ndarray, " epoch"] | None = None
    found_mjd: float | None = None

    def all_light_mag(self, *, within_arcsec: float) -> Float[np.ndarray, " epoch"]:
        """Return the magnitude of all the light at the place, the host's included.

        Parameters
        ----------
        within_arcsec : float
            A host whose centre lies further away is a source of its own.
        """
        if not self.host or np.hypot(self.host.dx_arcsec, self.host.dy_arcsec) > within_arcsec:
            return self.mag
        return -2.5 * np.log10(10 ** (-0.4 * self.mag) + 10 ** (-0.4 * self.host.mag))


def shift_to_mean(light: Light, mean_mag: float) -> Light:
    """Return the same light with another mean magnitude."""
    truth = {**light.truth, "mean_mag": mean_mag}
    return replace(light, mag=light.mag - light.truth["mean_mag"] + mean_mag, truth=truth)


def discovery_mjd(
    mjd: Float[np.ndarray, " epoch"],
    found_mjd: tuple[float, ...] | None,
    rng: np.random.Generator,
) -> tuple[float, bool]:
    """Draw when a survey discovered an object.

    A survey lists an object because it saw it bright, so what makes it bright is moved to the
    observations; the observations are never moved.

    Parameters
    ----------
    mjd : array (epoch,)
        Times of observation.
    found_mjd : tuple of float or None
        Days of discoveries as quantiles at equal steps, so that two of them are the first and the
        last day; the object is found at the first epoch from the day drawn on. None: any epoch, or
        in a share `MISSED_SHARE` a day months after all.

    Returns
    -------
    mjd : float
    covered : bool
        True where it is one of the epochs.
    """
    if found_mjd is None:
        caught, later = float(rng.choice(mjd)), float(mjd[-1] + rng.uniform(100, 1000))
        covered = bool(rng.random() >= MISSED_SHARE)
        return (caught if covered else later), covered
    day = _draw_day(found_mjd, rng)
    covered = day <= mjd[-1]
    return (float(mjd[np.searchsorted(mjd, day)]) if covered else day), bool(covered)


def _draw_day(found_mjd: tuple[float, ...], rng: np.random.Generator) -> float:
    if len(found_mjd) == 2:
        return float(rng.uniform(*found_mjd))
    return float(np.interp(rng.random(), np.linspace(0, 1, len(found_mjd)), found_mjd))
