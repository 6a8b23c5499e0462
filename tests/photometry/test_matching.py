"""The kernel that takes off what is left of constant sources."""

import numpy as np
import pytest
from scipy.ndimage import shift as shifted

from taonet.photometry.matching import constant_pixels, fit_kernel
from taonet.sky.psf import moffat

NOISE = 3.0
STARS = ((20, 18, 9e4), (75, 30, 5e4), (40, 70, 3e4))


def stars(fwhm_px=3.0):
    image = np.zeros((96, 96))
    for y, x, flux in STARS:
        image[y - 10 : y + 11, x - 10 : x + 11] += flux * moffat(21, fwhm_px=fwhm_px)
    return image


def kernel_between(science, subtracted, rng, scale_err=0.02):
    noise = NOISE * rng.normal(size=science.shape)
    usable = constant_pixels(
        subtracted, np.ones(science.shape, bool), noise=NOISE, fwhm_px=3.0, x=48, y=48
    )
    return fit_kernel(
        science + noise - subtracted,
        subtracted,
        usable=usable,
        variance=np.full(science.shape, NOISE**2),
        scale_err=scale_err,
        shift_err_px=0.02,
    )


@pytest.mark.parametrize(
    "science",
    [1.03 * stars(), shifted(stars(), (0.1, -0.15)), stars(3.15)],
    ids=["scale", "shift", "width"],
)
def test_scale_shift_and_width_are_taken_off(science):
    subtracted = stars()
    kernel = kernel_between(science, subtracted, np.random.default_rng(1))
    left = science - subtracted - kernel.apply(subtracted)
    peak = subtracted.max()
    assert np.abs(left).max() < 0.25 * np.abs(science - subtracted).max()
    assert np.abs(left).max() < 0.01 * peak
    flux = left[10:31, 8:29].sum() / STARS[0][2]
    assert abs(flux) < 0.005


def test_where_nothing_shines_what_was_known_stays():
    dark = np.zeros((96, 96))
    kernel = kernel_between(dark, dark, np.random.default_rng(2))
    np.testing.assert_array_equal(kernel.pixels, 0)
    assert np.sqrt(kernel.covariance.sum()) == pytest.approx(0.02, rel=0.05)


def test_the_doubt_is_that_of_the_scale_where_nothing_tells_it():
    dark = np.zeros((96, 96))
    kernel = kernel_between(dark, dark, np.random.default_rng(2))
    star = moffat(13, fwhm_px=3.0)
    subtracted = stars()
    # the weighted sum of a star's pixels is its flux
    doubt = kernel.sum_error(subtracted, star / (star**2).sum(), 18, 20)
    assert 0.02 < doubt / STARS[0][2] < 0.06
    told = kernel_between(subtracted, subtracted, np.random.default_rng(3))
    assert told.sum_error(subtracted, star / (star**2).sum(), 18, 20) < 0.3 * doubt


def test_a_star_that_varies_does_not_bend_the_others():
    subtracted = stars()
    science = subtracted.copy()
    science[30:51, 60:81] *= 1.5
    kernel = kernel_between(science, subtracted, np.random.default_rng(4))
    assert abs(kernel.pixels.sum()) < 0.01


def test_the_object_itself_tells_nothing():
    image = np.zeros((96, 96))
    image[38:59, 38:59] = 1e5 * moffat(21, fwhm_px=3.0)
    valid = np.ones(image.shape, bool)
    usable = constant_pixels(image, valid, noise=NOISE, fwhm_px=3.0, x=48, y=48)
    assert not usable.any()
    assert constant_pixels(image, valid, noise=NOISE, fwhm_px=3.0, x=10, y=10)[48, 48]
    valid[48, 50] = False
    assert not constant_pixels(image, valid, noise=NOISE, fwhm_px=3.0, x=10, y=10)[48, 48]
