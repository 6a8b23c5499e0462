"""Which stars of a field serve: those that are there, by themselves, and no galaxies."""

import numpy as np
import pytest

from photometry.made import STARS, field
from taonet.photometry.stars import find_peaks, reference_stars

NOISE = 5.0


def deep_image():
    """The mean of a field's epochs, without their shifts."""
    sequence, _ = field(1, seed=2, flux=3000.0, gain=1e3)
    return sequence.frames[0, 0].astype(float) - 1000


def stars_of(image, **changes):
    known = {"noise": NOISE, "photon_noise": 0.0, "fwhm_px": 2.7, "beta": 3.5, "blur_px2": 0.0}
    return reference_stars(image, np.isfinite(image), **{**known, **changes})


def test_peaks_are_the_stars_the_brightest_first():
    found, snr = find_peaks(
        deep_image(), np.ones((64, 64), bool), noise=NOISE, fwhm_px=2.7, apart_px=4, least_snr=30
    )
    assert (np.diff(snr) <= 0).all()
    expected = {(round(y), round(x)) for x, y, _ in STARS} | {(32, 32)}
    assert len(found) == 5
    assert all(min(np.hypot(*(np.array(at) - peak)) for at in expected) < 1.5 for peak in found)


def test_of_two_near_peaks_the_brighter_one_is_kept():
    image = np.zeros((30, 30))
    image[10, 10], image[10, 13], image[20, 25] = 900.0, 1000.0, 800.0
    how = {"noise": 1.0, "fwhm_px": 1.5, "least_snr": 10.0}
    near, _ = find_peaks(image, np.ones((30, 30), bool), apart_px=4, **how)
    assert near.tolist() == [[10, 13], [20, 25]]
    apart, _ = find_peaks(image, np.ones((30, 30), bool), apart_px=2, **how)
    assert apart.tolist() == [[10, 13], [10, 10], [20, 25]]
    unseen, _ = find_peaks(image, image < 1000, apart_px=4, **how)
    assert unseen.tolist() == [[10, 10], [20, 25]]


def test_places_are_those_of_the_stars_and_the_object_comes_by_itself():
    x, y, own = stars_of(deep_image())
    assert len(x) == 4
    shift = (
        np.array([x[0], y[0]])
        - STARS[np.argmin(np.hypot(STARS[:, 0] - x[0], STARS[:, 1] - y[0])), :2]
    )
    for at in STARS[:, :2] + shift:
        assert np.hypot(x - at[0], y - at[1]).min() < 0.05
    assert own == pytest.approx((np.array([32.2, 31.7]) + shift)[None], abs=0.1)


def test_galaxies_edges_and_saturated_stars_do_not_serve():
    rows, columns = np.mgrid[:64, :64]
    image = deep_image()
    galaxy = image + 200 * np.exp(-((columns - 32) ** 2 + (rows - 14) ** 2) / 9)
    x, y, _ = stars_of(galaxy)
    assert len(x) == 4 and np.hypot(x - 32, y - 14).min() > 5
    image[14:16, 12:14] = np.nan
    x, y, _ = stars_of(image)
    assert len(x) == 3 and np.hypot(x - 12.3, y - 14.8).min() > 5
    # one star comes to lie at the edge, and the object is a star like others now
    x, y, _ = stars_of(np.roll(deep_image(), -9, axis=1))
    assert len(x) == 4 and x.min() >= 6


def test_an_empty_frame_has_no_stars():
    noise = np.random.default_rng(1).normal(0, NOISE, (64, 64))
    x, y, own = stars_of(noise)
    assert x.shape == y.shape == (0,) and own.shape == (0, 2)
