"""What a survey is: nothing without the light and the share of each of its classes."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from taonet.errors import ConfigError
from taonet.simulation.conditions import Visits
from taonet.simulation.light import Light
from taonet.simulation.presets.crts import CATALINA


def test_a_survey_without_the_light_or_share_of_a_class_is_refused():
    for what in ("transients", "shares"):
        known = {name: one for name, one in getattr(CATALINA, what).items() if name != "BZ"}
        changes: dict[str, Any] = {what: known}
        with pytest.raises(ConfigError, match=f"without a {what[:-1]}: BZ"):
            replace(CATALINA, **changes)


def test_classes_beyond_the_taxonomy_stand_at_its_end_once():
    assert CATALINA.taxonomy_with(["SN", "NON"]) is CATALINA.taxonomy
    more = CATALINA.taxonomy_with(["X", "SN", "Y", "X"])
    assert more.classes == (*CATALINA.taxonomy.classes, "X", "Y")
    assert more.name == CATALINA.taxonomy.name


def test_light_is_drawn_at_the_times_of_the_visits():
    visits = Visits(mjd=np.array([54000.0, 54010.0]), band=("", ""))
    given = []

    def transient(mjd, rng):
        given.append((mjd, rng))
        return Light(mag=np.full(2, 18.0), subtype="lamp")

    rng = np.random.default_rng(0)
    light = replace(CATALINA, transients={**CATALINA.transients, "SN": transient}).light(
        "SN", visits, rng
    )
    assert light.subtype == "lamp"
    assert given[0][0] is visits.mjd
    assert given[0][1] is rng
