from dataclasses import replace

import numpy as np
import pytest

from taonet.errors import InputError
from taonet.features.curves import Curves
from taonet.features.published import PUBLISHED, published_array, published_features
from taonet.sky.flux import flux_of, magnitude
from taonet.sky.lightcurve import LightCurve

COUNTS = np.array([25, 0, 9, 160, 12])


def points(seed=0):
    rng = np.random.default_rng(seed)
    n = COUNTS.sum()
    return rng.uniform(53500, 56500, n).round(1), rng.normal(18, 0.4, n), rng.uniform(0.05, 0.2, n)


def in_magnitudes(**changes):
    return Curves.from_magnitudes(*points(), counts=COUNTS, **changes)


def test_each_curve_is_sorted_and_stays_with_its_object():
    curves = in_magnitudes()
    mjd, mag, _ = points()
    for i, piece in enumerate(np.split(np.arange(len(mjd)), np.cumsum(COUNTS)[:-1])):
        own = curves.segments.owner == i
        np.testing.assert_array_equal(curves.mjd[own], np.sort(mjd[piece]))
        assert set(curves.mag[own]) == set(mag[piece])


def test_a_batch_says_of_each_curve_what_the_curve_says_alone():
    together = published_array(in_magnitudes())
    pieces = [np.split(column, np.cumsum(COUNTS)[:-1]) for column in points()]
    alone = [list(published_features(*piece).values()) for piece in zip(*pieces, strict=True)]
    np.testing.assert_array_equal(together, alone)
    assert np.isnan(together).all(axis=1).tolist() == [False, True, True, False, False]


def test_blocks_hold_everything_once():
    curves = in_magnitudes()
    blocks = list(curves.blocks(20))
    assert [len(block) for block in blocks] == [1, 2, 1, 1]
    np.testing.assert_array_equal(np.concatenate([block.mjd for block in blocks]), curves.mjd)
    counts = np.concatenate([block.segments.counts for block in blocks])
    np.testing.assert_array_equal(counts, COUNTS)


def test_fluxes_and_magnitudes_are_two_ways_to_say_the_same():
    curves = in_magnitudes()
    mjd, mag, err = points()
    flux = flux_of(mag, 22.5)
    other = Curves.from_fluxes(
        mjd, flux, flux * err * np.log(10) / 2.5, counts=COUNTS, zero_point_mag=22.5
    )
    for name in ("mjd", "flux", "flux_err", "mag", "magerr"):
        np.testing.assert_allclose(getattr(curves, name), getattr(other, name), rtol=1e-12)


def test_gaps_and_repetitions_are_left_out():
    mjd, mag, err = (np.append(column, column[-1]) for column in points())
    mag[3], err[4] = np.nan, np.inf
    counts = COUNTS + np.array([0, 0, 0, 0, 1])
    curves = Curves.from_magnitudes(mjd, mag, err, counts=counts)
    assert curves.segments.counts.tolist() == [23, 0, 9, 160, 12]
    # the same measurement in another band is another one
    band = np.zeros(len(mjd), np.int64)
    band[-1] = 1
    two = Curves.from_magnitudes(mjd, mag, err, counts=counts, band=band, bands=("g", "r"))
    assert two.segments.counts.tolist() == [23, 0, 9, 160, 13]


def test_negative_fluxes_have_no_magnitude_and_no_published_features():
    mjd, mag, err = points()
    flux = flux_of(mag, 25.0)
    flux[:3] *= -1
    curves = Curves.from_fluxes(mjd, flux, err, counts=COUNTS)
    assert np.isnan(curves.mag).sum() == 3
    assert curves.with_magnitudes().segments.counts.tolist() == [22, 0, 9, 160, 12]
    left = (np.delete(column, [0, 1, 2]) for column in (mjd, flux, err))
    without = Curves.from_fluxes(*left, counts=COUNTS - np.array([3, 0, 0, 0, 0]))
    np.testing.assert_array_equal(published_array(curves), published_array(without))


def test_light_curves_keep_their_bands_from_blue_to_red():
    one = LightCurve(
        object_id="a",
        mjd=np.array([55000.0, 55001.0]),
        flux=np.array([100.0, np.nan]),
        flux_err=np.array([1.0, 1.0]),
        zero_point_mag=np.array([22.5, 22.5]),
        band=("r", "g"),
    )
    other = replace(one, flux=np.array([5.0, 7.0]), band=("i", "g"))
    curves = Curves.from_light_curves([one, other])
    assert curves.bands == ("g", "r", "i")
    assert curves.band.tolist() == [1, 2, 0]
    assert curves.segments.counts.tolist() == [1, 2]
    expected = magnitude(np.array([100.0, 5.0, 7.0]), 22.5)
    np.testing.assert_allclose(curves.mag, expected)
    assert len(Curves.from_light_curves([])) == 0
    assert published_array(Curves.from_light_curves([])).shape == (0, len(PUBLISHED))


def test_points_without_a_zero_point_are_left_out():
    mjd, mag, err = points()
    zero_point = np.full(len(mjd), 25.0)
    zero_point[:4] = np.nan
    flux = flux_of(mag, 25.0)
    curves = Curves.from_fluxes(mjd, flux, err, counts=COUNTS, zero_point_mag=zero_point)
    assert curves.segments.counts.tolist() == [21, 0, 9, 160, 12]
    assert np.isfinite(curves.flux).all()


def test_the_curve_that_makes_no_sense_is_named():
    mjd, mag, err = points()
    later, zero = mjd.copy(), err.copy()
    later[30] += 2_400_000.5
    zero[-1] = 0.0
    with pytest.raises(InputError, match=r"light curve 2.*MJD = JD - 2400000\.5"):
        Curves.from_magnitudes(later, mag, err, counts=COUNTS)
    with pytest.raises(InputError, match=r"light curve 4: an error is not positive"):
        Curves.from_magnitudes(mjd, mag, zero, counts=COUNTS)
    with pytest.raises(InputError, match="a time and an error for each"):
        Curves.from_magnitudes(mjd, mag, err, counts=COUNTS[:-1])
    with pytest.raises(InputError, match=r"none of the bands.*got 1 to 1"):
        in_magnitudes(band=np.ones(len(mjd), np.int64))
