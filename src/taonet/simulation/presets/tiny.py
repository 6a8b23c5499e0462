"""The sky of CRTS in small, for tests, examples and the demo."""

from dataclasses import replace
from functools import partial

from taonet.simulation.cadence import Cadence
from taonet.simulation.conditions import Weather
from taonet.simulation.detector import Detector
from taonet.simulation.presets.crts import (
    CATALINA,
    MJD_DECIMALS,
    conditions_at,
    visits_without_filter,
)

CADENCE = Cadence(
    nights=(12, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24),
    gap_days=(5, 6.3, 7.7, 9.3, 11.1, 13.3, 16, 19.5, 24.3, 32.6, 70),
    season_days=(200.0, 20.0),
    first_mjd=(53464.0, 54500.0),
    last_mjd=(54900.0, 55400.0),
    moon_days=5.5,
    exposures=(1.0,),
    exposure_gap_minutes=(9.5, 0.25),
)

TINY = replace(
    CATALINA,
    name="tiny",
    size_px=32,
    visits=partial(visits_without_filter, CADENCE, MJD_DECIMALS),
    conditions=partial(conditions_at, Weather(zero_point_mag=(28.4, 0.1), jitter_px=0.1)),
    detector=Detector(),
    catalogue=None,
    name_exposures=None,
)
"""One exposure a night, each 2.6 magnitudes deeper than those of CRTS and steadier, so that a small
network finds something to learn in a few hundred objects."""
