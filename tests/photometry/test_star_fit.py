"""Stars of known place, shape and flux, fitted; and the algebra against numpy."""

import numpy as np
import pytest

from photometry.made import round_profile, star_images
from taonet.photometry import star_fit
from taonet.photometry.mismatch import Mismatch
from taonet.photometry.profile import Profile
from taonet.photometry.star_fit import fit_stars, star_fluxes
from taonet.photometry.star_windows import cut_windows
from taonet.photometry.steepness import Steepness

N = 30
FLUX = 3e4
NOISE = 10.0


def windows_of(light, noise=NOISE):
    n, size = light.shape[:2]
    centre = np.full((n, 1), float(size // 2))
    return cut_windows(
        light, np.isfinite(light), centre, centre, half_px=7, noise=np.full(n, noise),
        photon_noise=np.zeros(n),
    )  # fmt: skip


@pytest.fixture(scope="module")
def stars():
    """Stars of one epoch each: their windows, and the truth."""
    rng = np.random.default_rng(3)
    shift = rng.normal(0, 0.3, (2, N))
    stretch = 0.04 * (rng.normal(size=N) + 1j * rng.normal(size=N))
    profile = Profile(
        fwhm_px=rng.uniform(2.2, 3.2, N),
        stretch=stretch,
        beta=np.full(N, 3.5),
        blur_px2=np.zeros(N),
    )
    light = star_images(
        N, x=10 + shift[0], y=10 + shift[1], flux=FLUX, noise=NOISE, profile=profile, seed=1
    )
    return windows_of(light), shift, profile


def test_place_shape_and_flux_are_found_with_honest_errors(stars):
    windows, shift, truth = stars
    fit = fit_stars(windows, round_profile(N, fwhm=2.7), all_points=True)
    for own, true in ((fit.shift_x, shift[0]), (fit.shift_y, shift[1])):
        np.testing.assert_allclose(own, true, atol=0.02)
    np.testing.assert_allclose(fit.profile.fwhm_px, truth.fwhm_px, rtol=0.02)
    np.testing.assert_allclose(fit.profile.stretch, truth.stretch, atol=0.02)
    pull = (fit.flux[:, 0] - FLUX) / fit.flux_err[:, 0]
    assert np.abs(pull).max() < 4
    assert (fit.shift_err_px > 0).all() and (fit.shift_err_px < 0.02).all()


def test_the_unit_of_flux_does_not_count(stars):
    windows, *_ = stars
    seven = windows_of(7 * np.asarray(windows.light[:, 0].reshape(N, 15, 15)), noise=7 * NOISE)
    one, other = (fit_stars(w, round_profile(N, fwhm=2.7)) for w in (windows, seven))
    np.testing.assert_allclose(other.flux, 7 * one.flux, rtol=1e-3)
    np.testing.assert_allclose(other.profile.fwhm_px, one.profile.fwhm_px, rtol=1e-3)


def test_epochs_are_fitted_each_by_itself_unless_wings_are(stars):
    windows, *_ = stars
    whole = fit_stars(windows, round_profile(N, fwhm=2.7))
    known = Steepness.default(N), Mismatch.default(N)
    causal = fit_stars(windows, round_profile(N, fwhm=2.7), steepness=known[0], mismatch=known[1])
    assert causal.steepness.precision[-1] > causal.steepness.precision[0]
    few = windows_of(np.asarray(windows.light[:5, 0].reshape(5, 15, 15)))
    early = fit_stars(few, round_profile(5, fwhm=2.7))
    np.testing.assert_allclose(early.flux, whole.flux[:5], rtol=1e-4)
    np.testing.assert_allclose(early.shift_x, whole.shift_x[:5], atol=1e-4)


def test_fluxes_of_known_stars_are_those_of_the_fit_and_hits_are_left_out(stars):
    _, _, truth = stars
    light = star_images(N, x=10.0, y=10.0, flux=FLUX, noise=NOISE, profile=truth, seed=2)
    clean, error = star_fluxes(windows_of(light), truth)
    assert np.abs((clean - FLUX) / error).max() < 4
    light[4, 6, 13] += 5000
    light[5] = np.nan
    hit, _ = star_fluxes(windows_of(light), truth)
    assert hit[4, 0] == pytest.approx(clean[4, 0], abs=float(2 * error[4, 0]))
    assert np.isnan(hit[5, 0])


def test_unknowns_are_eliminated_as_the_whole_system_has_it():
    rng = np.random.default_rng(5)
    design = rng.normal(size=(2, 3, 12, 6))
    normal = np.swapaxes(design, -1, -2) @ design
    slope = rng.normal(size=(2, 3, 6))
    reduced, right = star_fit._schur_complement(normal, slope)
    whole = np.linalg.solve(normal, slope[..., None])[..., :4, 0]
    np.testing.assert_allclose(np.linalg.solve(reduced, right[..., None])[..., 0], whole)
