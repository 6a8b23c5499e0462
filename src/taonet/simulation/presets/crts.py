"""The Catalina Real-Time Transient Survey: its images, and the light curves of its database."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from taonet.io.deep_tao.nights import exposure_names
from taonet.simulation.cadence import Cadence, draw_mjd
from taonet.simulation.catalogue import Catalogue
from taonet.simulation.conditions import Conditions, Visits, Weather, draw_conditions
from taonet.simulation.detector import Detector
from taonet.simulation.gaps import Gaps
from taonet.simulation.light import Light
from taonet.simulation.populations.cataclysmic import Cataclysmics, cataclysmic_variable
from taonet.simulation.populations.nuclei import Nuclei, active_nucleus, blazar
from taonet.simulation.populations.supernovae import Supernovae, supernova
from taonet.simulation.populations.transients import (
    ConstantObjects,
    Transient,
    constant_object,
    other_variable,
)
from taonet.simulation.presets.measurements import read_numbers
from taonet.simulation.survey import QUIET_CLASS, Survey
from taonet.sky.taxonomy import CRTS

BAND = ""
"""CRTS observed without a filter, and its files name none."""

MJD_DECIMALS = 5
"""The files of non-transients hold no more."""

DEEP_TAO = {"AGN": 606, "BZ": 239, "CV": 772, "SN": 1372, "OTHER": 818, "NON": 12500}
"""Objects of each class in the Deep-TAO release (arXiv 2503.16714)."""

FAINTEST_IN_IMAGES = 20.5
"""Cutouts of constant objects were made around sources that the survey had seen."""

NUMBERS = read_numbers("crts")

TINY_CADENCE = Cadence(
    nights=(12, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24),
    gap_days=(5, 6.3, 7.7, 9.3, 11.1, 13.3, 16, 19.5, 24.3, 32.6, 70),
    season_days=(200.0, 20.0),
    first_mjd=(53464.0, 54500.0),
    last_mjd=(54900.0, 55400.0),
    moon_days=5.5,
    exposures=(1.0,),
    exposure_gap_minutes=(9.5, 0.25),
)


def transients(found_mjd: tuple[float, float] | None, faintest_mag: float) -> dict[str, Transient]:
    """Return how to draw the light of each class, as the survey finds it.

    Parameters
    ----------
    found_mjd : (float, float) or None
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
        "OTHER": other_variable,
        "NON": partial(constant_object, population=constants),
    }


def visits(cadence: Cadence, rng: np.random.Generator) -> Visits:
    """Draw when an object was looked at."""
    mjd = np.round(draw_mjd(cadence, rng), MJD_DECIMALS)
    return Visits(mjd=mjd, band=(BAND,) * len(mjd))


def conditions(weather: Weather, visits: Visits, rng: np.random.Generator) -> Conditions:
    """Draw what the object was seen through."""
    return draw_conditions(weather, visits.mjd, rng)


def name_exposures(class_name: str, mjd: Sequence[float]) -> list[str]:
    """Return exposure ids as the image release has them."""
    return exposure_names(mjd, numbered=class_name != QUIET_CLASS)


def light(
    drawn: dict[str, Transient], class_name: str, visits: Visits, rng: np.random.Generator
) -> Light:
    """Draw the light of an object of a class."""
    return drawn[class_name](visits.mjd, rng)


IN_IMAGES = transients(None, FAINTEST_IN_IMAGES)
LISTED = transients(NUMBERS["discoveries"]["found_mjd"], NUMBERS["constant"]["mag"][1])

CATALOGUE = Catalogue(
    cadence=Cadence(**NUMBERS["cadence"]),
    light=partial(light, LISTED),
    **NUMBERS["catalogue"],
)
"""The survey's database: eight years of magnitudes."""

CATALINA = Survey(
    name="crts",
    taxonomy=CRTS,
    shares=DEEP_TAO,
    light=partial(light, IN_IMAGES),
    visits=partial(visits, Cadence(**NUMBERS["image_cadence"])),
    conditions=partial(conditions, Weather(**NUMBERS["weather"])),
    detector=Detector(**NUMBERS["detector"], gaps=Gaps(**NUMBERS["edges"])),
    catalogue=CATALOGUE,
    name_exposures=name_exposures,
)
"""64 x 64 pixels of 2.5 arcsec, four exposures a night, limit about 19.5 to 20.5 mag."""

TINY = replace(
    CATALINA,
    name="tiny",
    size_px=32,
    visits=partial(visits, TINY_CADENCE),
    conditions=partial(conditions, Weather(zero_point_mag=(28.4, 0.1), jitter_px=0.1)),
    detector=Detector(),
    catalogue=None,
    name_exposures=None,
)
"""The same sky in small: one exposure a night, each nearly two magnitudes deeper and steadier, so
that a small network finds something to learn in a few hundred objects."""
