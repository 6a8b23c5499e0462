import numpy as np

from taonet.features.colour import Colours
from taonet.features.curves import Curves
from taonet.sky.flux import flux_of


def two_bands(slope=0.01, colour=0.5, n=40, error=0.01):
    rng = np.random.default_rng(0)
    mjd = 55000.0 + np.arange(n).repeat(2) + np.tile([0.2, 0.25], n)
    band = np.tile([1, 0], n)
    days = mjd - 55020
    mag = 19 + np.where(band == 0, colour + slope * days, 0)
    flux = flux_of(mag, 25.0)
    flux_err = error * flux
    return Curves.from_fluxes(
        mjd,
        flux + rng.normal(0, flux_err),
        flux_err,
        counts=np.array([2 * n]),
        band=band,
        bands=("g", "r"),
    )


def test_colour_and_its_change_are_measured():
    found = Colours(two_bands())
    np.testing.assert_allclose(found.mean(), 0.5, atol=0.02)
    np.testing.assert_allclose(found.slope(), 0.01, rtol=0.05)


def test_without_a_second_band_or_light_there_is_no_colour():
    curves = two_bands()
    blue = curves.select(curves.band == 0)
    noise = two_bands(error=10.0)
    for found in (Colours(blue), Colours(noise)):
        assert np.isnan(found.mean()).all()
        assert np.isnan(found.slope()).all()
