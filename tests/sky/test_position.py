import numpy as np
import pytest
from astropy import units
from astropy.coordinates import SkyCoord, UnitSphericalRepresentation

from taonet.sky.position import known_positions, mean_position


def test_the_mean_is_astropys_on_every_part_of_the_sky():
    rng = np.random.default_rng(1)
    for centre in ((0.0, 0.0), (359.999, 89.9), (180.0, -60.0), (12.0, 45.0)):
        start = SkyCoord(*centre, unit="deg")
        near = start.directional_offset_by(
            rng.uniform(0, 360, 9) * units.deg, rng.uniform(0, 60, 9) * units.arcsec
        )
        ra, dec, spread = mean_position(near.ra.deg, near.dec.deg)
        middle = near.cartesian.mean().represent_as(UnitSphericalRepresentation)
        expected = SkyCoord(middle.lon, middle.lat)
        found = SkyCoord(ra, dec, unit="deg")
        assert found.separation(expected).arcsec < 1e-6
        assert spread == pytest.approx(found.separation(near).arcsec.max(), abs=1e-6)


def test_right_ascensions_on_both_sides_of_zero_meet_at_zero():
    ra, dec, spread = mean_position(np.array([359.99999, 0.00001]), np.array([10.0, 10.0]))
    assert min(ra, 360 - ra) < 1e-9 and dec == pytest.approx(10.0) and spread < 0.1


@pytest.mark.parametrize("nowhere", [(-999, -999), (0, 0), (np.nan, 3), (1e20, 5), (40, -99.0)])
def test_what_is_no_place_does_not_count(nowhere):
    ra, dec, _ = mean_position(np.array([150.0, nowhere[0]]), np.array([2.0, nowhere[1]]))
    assert (ra, dec) == (150.0, 2.0)
    assert np.isnan(known_positions(*np.array([nowhere], float).T)).any()


def test_places_on_opposite_sides_of_the_sky_have_no_middle():
    ra, dec, spread = mean_position(np.array([10.0, 190.0]), np.array([0.0, 0.0]))
    assert np.isnan([ra, dec]).all() and spread == np.inf
