import numpy as np

from taonet.features.colour import Colours
from taonet.features.curves import Curves
from taonet.features.nights import average_nights, night_of
from taonet.features.segments import Segments
from taonet.features.structure import LAGS_DAYS, structure_function
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


def test_a_night_is_told_by_gaps_wherever_midnight_is():
    # four exposures a night, in the middle of which the date changes
    mjd = (np.array([55000.98, 55003.99])[:, None] + 0.01 * np.arange(4)).ravel()
    flux, error = np.arange(8.0) + 1, np.r_[1.0, np.full(7, 2.0)]
    curves = Curves.from_fluxes(mjd, flux, error, counts=np.array([8]))
    assert night_of(curves).tolist() == [0] * 4 + [1] * 4
    nights = average_nights(curves)
    weight = error**-2
    expected = [np.average(flux[:4], weights=weight[:4]), flux[4:].mean()]
    np.testing.assert_allclose(nights.flux, expected)
    np.testing.assert_allclose(nights.flux_err, [weight[:4].sum() ** -0.5, 1.0])
    np.testing.assert_allclose(nights.mjd, [55000.995, 55004.005])


def test_the_structure_function_counts_every_pair_once():
    rng = np.random.default_rng(1)
    counts = np.array([50, 0, 30])
    t = np.concatenate([np.sort(rng.uniform(0, 200, n)) for n in counts])
    y, errors = rng.normal(0, 1, 80), rng.uniform(0.1, 0.3, 80)
    found = structure_function(Segments.from_counts(counts), t, y, errors)
    for i, own in ((0, slice(0, 50)), (2, slice(50, 80))):
        first, second = np.triu_indices(counts[i], 1)
        days = (t[own][second] - t[own][first]).round(12)
        square = (y[own][second] - y[own][first]) ** 2
        square -= errors[own][second] ** 2 + errors[own][first] ** 2
        for lag, (least, most) in enumerate(LAGS_DAYS.values()):
            mean = square[(days >= least) & (days < most)].mean()
            np.testing.assert_allclose(found[lag, i], np.sign(mean) * np.sqrt(abs(mean)))
    assert np.isnan(found[:, 1]).all()
