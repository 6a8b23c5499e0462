"""The Catalina Real-Time Transient Survey as its public image release shows it."""

from functools import partial

import numpy as np

from taonet.simulate.conditions import (
    Cadence,
    Conditions,
    Visits,
    Weather,
    draw_conditions,
    draw_mjd,
)
from taonet.simulate.light import Light
from taonet.simulate.survey import Survey
from taonet.simulate.transients import TRANSIENTS
from taonet.sky.taxonomy import CRTS

BAND = "clear"
"""CRTS observed without a filter."""

DEEP_TAO = {"AGN": 606, "BZ": 239, "CV": 772, "SN": 1372, "OTHER": 818, "NON": 12500}
"""Objects of each class in the Deep-TAO release (arXiv 2503.16714)."""


def visits(cadence: Cadence, rng: np.random.Generator) -> Visits:
    """Draw when an object was looked at."""
    mjd = draw_mjd(cadence, rng)
    return Visits(mjd=mjd, band=(BAND,) * len(mjd))


def conditions(weather: Weather, visits: Visits, rng: np.random.Generator) -> Conditions:
    """Draw what the object was seen through."""
    return draw_conditions(weather, visits.mjd, rng)


def light(class_name: str, visits: Visits, rng: np.random.Generator) -> Light:
    """Draw the light of an object of a class."""
    return TRANSIENTS[class_name](visits.mjd, rng)


CATALINA = Survey(
    name="crts",
    taxonomy=CRTS,
    shares=DEEP_TAO,
    light=light,
    visits=partial(visits, Cadence()),
    conditions=partial(conditions, Weather()),
)
"""64 x 64 pixels of 2.5 arcsec, four exposures a night, limit about 19.5 to 20.5 mag."""

TINY = Survey(
    name="tiny",
    taxonomy=CRTS,
    shares=DEEP_TAO,
    size_px=32,
    light=light,
    visits=partial(
        visits,
        Cadence(
            epochs=(18, 4),
            epoch_limits=(12, 24),
            exposures_per_night=1,
            night_gap_days=(5.0, 12.0),
            season_days=200.0,
        ),
    ),
    conditions=partial(conditions, Weather(zero_point_mag=(28.4, 0.1), jitter_px=0.1)),
)
"""The same sky in small: one exposure a night, each nearly two magnitudes deeper and steadier, so
that a small network finds something to learn in a few hundred objects."""
