"""The Catalina Real-Time Transient Survey: its images, and the light curves of its database."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from taonet.io.deep_tao.nights import exposure_names
from taonet.io.deep_tao.release import RELEASE_OBJECTS
from taonet.simulation.cadence import Cadence, draw_mjd
from taonet.simulation.catalogue import Catalogue
from taonet.simulation.conditions import Conditions, Visits, Weather, draw_conditions
from taonet.simulation.detector import Detector
from taonet.simulation.gaps import Gaps
from taonet.simulation.measured_numbers import read_numbers
from taonet.simulation.mixture import Mixture, Transient, draw_from_mixture
from taonet.simulation.populations.cataclysmic import Cataclysmics, cataclysmic_variable
from taonet.simulation.populations.constant_objects import ConstantObjects, constant_object
from taonet.simulation.populations.nuclei import Nuclei, active_nucleus, blazar
from taonet.simulation.populations.stars import (
    eclipsing_binary,
    fast_mover,
    flare_star,
    long_period_variable,
    rr_lyrae,
)
from taonet.simulation.populations.supernovae import Supernovae, supernova
from taonet.simulation.survey import Survey
from taonet.sky.taxonomy import CRTS, QUIET_CLASS

BAND = ""
"""CRTS observed without a filter, and its files name none."""

MJD_DECIMALS = 5
"""The files of non-transients hold no more."""

FAINTEST_IN_IMAGES = 20.5
"""Cutouts of constant objects were made around sources that the survey had seen."""

NUMBERS = read_numbers("crts")

OTHERS: Mixture = {
    "high proper motion": (0.35, fast_mover),
    "flare star": (0.15, flare_star),
    "long-period variable": (0.15, long_period_variable),
    "RR Lyrae": (0.2, rr_lyrae),
    "eclipsing binary": (0.15, eclipsing_binary),
}
"""What the class OTHER holds; in Deep-TAO fast movers are the most."""


def transients(found_mjd: tuple[float, ...] | None, faintest_mag: float) -> dict[str, Transient]:
    """Return how to draw the light of each class, as the survey finds it.

    A new class is one line here: its name, and what draws it.

    Parameters
    ----------
    found_mjd : tuple of float or None
        See `taonet.simulation.light.discovery_mjd`.
    faintest_mag : float
        Of objects that do not change.
    """

    def numbers(name: str) -> dict[str, Any]:
        return {**NUMBERS[name], "found_mjd": found_mjd}

    constants = ConstantObjects(**NUMBERS["constant"])
    constants = replace(constants, mag=(constants.mag[0], faintest_mag))
    return {
        "SN": partial(supernova, population=Supernovae(**numbers("supernovae"))),
        "CV": partial(cataclysmic_variable, population=Cataclysmics(**numbers("cataclysmics"))),
        "AGN": partial(active_nucleus, population=Nuclei(**numbers("active_galaxies"))),
        "BZ": partial(blazar, population=Nuclei(**numbers("blazars"))),
        "OTHER": partial(draw_from_mixture, OTHERS),
        "NON": partial(constant_object, population=constants),
    }


def visits_without_filter(cadence: Cadence, mjd_decimals: int, rng: np.random.Generator) -> Visits:
    """Draw when an object was observed."""
    mjd = np.round(draw_mjd(cadence, rng), mjd_decimals)
    return Visits(mjd=mjd, band=(BAND,) * len(mjd))


def conditions_at(weather: Weather, visits: Visits, rng: np.random.Generator) -> Conditions:
    """Draw the conditions of each visit."""
    return draw_conditions(weather, visits.mjd, rng)


def name_exposures(class_name: str, mjd: Sequence[float]) -> list[str]:
    """Return exposure ids as the image release has them."""
    return exposure_names(mjd, numbered=class_name != QUIET_CLASS)


CATALOGUE = Catalogue(
    cadence=Cadence(**NUMBERS["cadence"]),
    transients=transients(NUMBERS["discoveries"]["found_mjd"], NUMBERS["constant"]["mag"][1]),
    **NUMBERS["catalogue"],
)
"""The survey's database: eight years of magnitudes."""

CATALINA = Survey(
    name="crts",
    taxonomy=CRTS,
    shares=RELEASE_OBJECTS,
    transients=transients(None, FAINTEST_IN_IMAGES),
    visits=partial(visits_without_filter, Cadence(**NUMBERS["image_cadence"]), MJD_DECIMALS),
    conditions=partial(conditions_at, Weather(**NUMBERS["weather"])),
    detector=Detector(**NUMBERS["detector"], gaps=Gaps(**NUMBERS["edges"])),
    catalogue=CATALOGUE,
    name_exposures=name_exposures,
)
"""64 x 64 pixels of 2.5 arcsec, four exposures a night, limit about 19.5 to 20.5 mag."""
