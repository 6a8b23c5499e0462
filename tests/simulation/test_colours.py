"""Colours: supernovae redden with age, and everything else by its slope."""

from dataclasses import replace

import numpy as np
import pytest

from taonet.simulation.colours import (
    GALAXY_COLOUR,
    STAR_COLOUR,
    g_minus_r,
    galaxy_in_g,
    neighbours_in_g,
)
from taonet.simulation.light import Galaxy, Light
from taonet.simulation.presets.by_name import survey_preset
from taonet.simulation.scene import Neighbours

ZTF = survey_preset("ztf")


def test_supernovae_redden_and_blazars_are_bluer_when_brighter():
    days = np.array([0.0, 30.0])
    rng = np.random.default_rng(0)
    ia = Light(mag=np.array([18.0, 20.0]), subtype="Ia", truth={"peak_mjd": 0.0})
    at_peak, later = np.mean([g_minus_r(ia, days, rng) for _ in range(200)], axis=0)
    assert at_peak == pytest.approx(-0.1, abs=0.03)
    assert later == pytest.approx(0.8, abs=0.03)
    blazar = ZTF.transients["BZ"](np.arange(59000.0, 59400.0, 4.0), rng)
    colours = g_minus_r(blazar, np.arange(59000.0, 59400.0, 4.0), rng)
    assert colours[np.argmin(blazar.mag)] < colours[np.argmax(blazar.mag)]


def test_the_colour_changes_by_its_slope_for_each_magnitude():
    faint = Light(mag=np.array([18.0, 19.0, 20.0, np.inf]), subtype="x", g_minus_r=(0.5, 0.2))
    colour = g_minus_r(faint, np.arange(4.0), np.random.default_rng(1))
    np.testing.assert_allclose(np.diff(colour[:3]), 0.2)
    # where nothing shines there is the colour at the median brightness
    assert colour[3] == pytest.approx(colour[1])
    dark = Light(mag=np.full(3, np.inf), subtype="x")
    assert np.ptp(g_minus_r(dark, np.arange(3.0), np.random.default_rng(1))) == 0


def test_neighbours_are_as_much_fainter_in_g_as_stars_and_galaxies_are_red():
    galaxy = Galaxy(mag=18.0, radius_arcsec=2.0)
    assert galaxy_in_g(galaxy) == replace(galaxy, mag=18.0 + GALAXY_COLOUR)
    n = 4000
    field = Neighbours(x=np.zeros(n), y=np.zeros(n), mag=np.full(n, 17.0), galaxies=(galaxy,))
    in_g = neighbours_in_g(field, np.random.default_rng(2))
    redness = in_g.mag - field.mag
    assert redness.mean() == pytest.approx(STAR_COLOUR[0], abs=0.02)
    assert redness.std() == pytest.approx(STAR_COLOUR[1], rel=0.06)
    assert in_g.galaxies == (galaxy_in_g(galaxy),)
