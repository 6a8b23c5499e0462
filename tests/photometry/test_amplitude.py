"""The linear part of a fit against numpy's least squares."""

import numpy as np
import pytest

from photometry.made import round_profile, star_images
from taonet.photometry.amplitude import LEAST_SEEN, fit_amplitude, fitted_flux
from taonet.photometry.star_windows import cut_windows

SIDE = 9


def problem(n=5):
    rng = np.random.default_rng(2)
    axis = np.arange(SIDE) - SIDE // 2
    psf = round_profile().pixel_shares(axis[None, :] - 0.2, axis[:, None] + 0.1).ravel()
    psf = np.tile(psf, (n, 1))
    weight = rng.uniform(0.5, 2, psf.shape)
    pixels = 100 * psf + 7 + rng.normal(size=psf.shape)
    return pixels, weight, psf


def test_flux_level_and_errors_are_those_of_least_squares():
    pixels, weight, psf = problem()
    found = fit_amplitude(pixels, weight, psf, np.zeros(len(pixels)))
    for k in range(len(pixels)):
        design = np.stack([psf[k], np.ones_like(psf[k])], axis=1)
        root = np.sqrt(weight[k])
        (flux, level), *_ = np.linalg.lstsq(design * root[:, None], pixels[k] * root)
        covariance = np.linalg.inv(design.T @ (design * weight[k][:, None]))
        np.testing.assert_allclose(found.flux[k], flux)
        np.testing.assert_allclose(found.formal_variance[k], covariance[0, 0])
        np.testing.assert_allclose(found.model[k], flux * psf[k] + level)


def test_a_flux_is_the_sum_of_pixels_times_their_gains():
    pixels, weight, psf = problem()
    found = fit_amplitude(pixels, weight, psf, np.full(len(pixels), 3.0))
    np.testing.assert_allclose((found.gains * pixels).sum(axis=1), found.flux)
    # light of the star's shape counts once, and a level that is free counts nothing
    np.testing.assert_allclose((found.gains * psf).sum(axis=1), 1)
    free = fit_amplitude(pixels, weight, psf, np.zeros(len(pixels)))
    np.testing.assert_allclose(free.gains.sum(axis=1), 0, atol=1e-9)
    # where weights are one over the variance, the variance is the formal one
    np.testing.assert_allclose(free.variance_of(1 / weight, np.zeros(5)), free.formal_variance)


def test_a_known_level_makes_errors_smaller_as_one_more_pixel_would():
    pixels, weight, psf = problem()
    free, known = (fit_amplitude(pixels, weight, psf, np.full(5, p)) for p in (0.0, 1e9))
    assert (known.formal_variance < free.formal_variance).all()
    np.testing.assert_allclose(known.formal_variance, 1 / (weight * psf**2).sum(axis=1), rtol=1e-6)


def test_a_star_that_is_hardly_seen_has_no_flux():
    pixels, weight, psf = problem()
    order = np.argsort(-psf[0])
    beyond = np.searchsorted(np.cumsum(psf[0][order]) / psf[0].sum(), 1 - LEAST_SEEN) + 1
    weight[1, order[:beyond]] = 0
    weight[2, order[-beyond:]] = 0
    weight[3] = 0
    found = fit_amplitude(pixels, weight, psf, np.zeros(5))
    assert np.isnan(found.flux).tolist() == [False, True, False, True, False]
    assert not found.model[[1, 3]].any()


def test_the_flux_of_windows_is_that_of_the_star():
    light = star_images(3, x=10.0, y=10.0, flux=[500.0, 1000.0, 0.0], noise=0.0)
    light[2] = np.nan
    windows = cut_windows(
        np.nan_to_num(light), np.isfinite(light), np.full((3, 1), 10.0), np.full((3, 1), 10.0),
        half_px=4, noise=np.ones(3), photon_noise=np.zeros(3),
    )  # fmt: skip
    dx, dy = windows.dx[:, 0].astype(float), windows.dy[:, 0].astype(float)
    psf = round_profile(3).take((slice(None), None)).pixel_shares(dx, dy)
    assert fitted_flux(windows, psf) == pytest.approx([500, 1000, 0], rel=1e-4)
