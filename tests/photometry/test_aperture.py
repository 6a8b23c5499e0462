import numpy as np
import pytest
from photutils.aperture import CircularAperture, aperture_photometry

from taonet.errors import InputError
from taonet.photometry.aperture import (
    aperture_curve,
    aperture_flux,
    aperture_weights,
    default_radius_px,
)
from taonet.sky.psf import moffat
from taonet.sky.sequence import ImageSequence

RING = {"radius_px": 4.0, "sky_inner_px": 10.0, "sky_outer_px": 20.0}


def noise(n=400, size=41, seed=0):
    return np.random.default_rng(seed).normal(500, 7, (n, size, size))


def test_weights_are_those_of_photutils():
    for x, y, radius in ((10.0, 10.0, 3.0), (9.3, 11.7, 4.2)):
        exact = CircularAperture((x, y), radius).to_mask(method="exact").to_image((21, 21))
        ours = aperture_weights((21, 21), radius, x, y)
        assert np.abs(ours - exact).max() < 0.05
        np.testing.assert_allclose(ours.sum(), exact.sum(), rtol=5e-3)


def test_sums_are_those_of_photutils():
    frames = 1e4 * moffat(41, fwhm_px=3.0, x=20.3, y=19.8) + np.zeros((2, 1, 1))
    frames += np.random.default_rng(1).normal(0, 0.1, frames.shape)
    flux, _ = aperture_flux(frames, **RING, x=20.3, y=19.8)
    for frame, ours in zip(frames, flux, strict=True):
        exact = aperture_photometry(frame, CircularAperture((20.3, 19.8), 4.0))["aperture_sum"][0]
        np.testing.assert_allclose(ours, exact, rtol=5e-3)


@pytest.mark.parametrize("radius", [4.0, 6.0, 9.0])
def test_an_aperture_loses_the_wings_of_a_star(radius):
    fwhm, beta = 6.0, 3.5  # broad, since moffat samples the profile at the centres of pixels
    flux, _ = aperture_flux(
        noise(size=61) + 1e5 * moffat(61, fwhm_px=fwhm, beta=beta),
        radius_px=radius,
        sky_inner_px=20.0,
        sky_outer_px=30.0,
    )
    # light of a Moffat profile within a circle, integrated by hand
    alpha2 = (fwhm / 2) ** 2 / (2 ** (1 / beta) - 1)
    inside = 1 - (1 + radius**2 / alpha2) ** (1 - beta)
    np.testing.assert_allclose(flux.mean(), 1e5 * inside, rtol=0.01)


def test_an_injected_star_is_recovered():
    star = moffat(41, fwhm_px=3.0)
    flux, _ = aperture_flux(noise() + 1e4 * star, **RING)
    inside = (aperture_weights((41, 41), 4.0, 20.0, 20.0) * star).sum()
    np.testing.assert_allclose(flux.mean(), 1e4 * inside, rtol=0.01)


def test_errors_are_honest_on_noise():
    flux, err = aperture_flux(noise(4000), **RING)
    pulls = flux / err
    assert abs(pulls.mean()) < 0.06
    assert 0.95 < pulls.std() < 1.05


def test_a_turn_changes_nothing():
    frames = noise(5)
    one = aperture_flux(frames, **RING)
    other = aperture_flux(np.rot90(frames, axes=(1, 2)), **RING)
    np.testing.assert_allclose(one, other, rtol=1e-9)


def test_stars_in_the_ring_are_clipped():
    frames = noise() + 1e5 * moffat(41, fwhm_px=3.0, x=34, y=20)
    flux, err = aperture_flux(frames, **RING)
    assert abs(flux.mean()) < err.mean()


def test_no_data_in_the_aperture_is_no_flux_and_elsewhere_no_matter():
    frames = noise(3)
    frames[0, 20, 20] = np.nan
    frames[1, 0, :] = np.nan
    frames[2] = 500
    flux, err = aperture_flux(frames, **RING)
    assert list(np.isfinite(flux)) == [False, True, False]
    assert list(np.isfinite(err)) == [False, True, False]


def test_the_sky_never_looks_into_the_aperture():
    frames = noise(size=21) + 3000 * moffat(21, fwhm_px=3.0)
    one, _ = aperture_flux(frames, radius_px=8.0, sky_inner_px=2.0, sky_outer_px=10.5)
    other, _ = aperture_flux(frames, radius_px=8.0, sky_inner_px=9.0, sky_outer_px=10.5)
    assert abs(one.mean() - other.mean()) < 0.02 * other.mean()


def test_noise_below_one_count_is_still_noise():
    frames = np.round(np.random.default_rng(3).normal(100, 0.35, (500, 21, 21))).astype(np.int16)
    flux, err = aperture_flux(frames, radius_px=3.0, sky_inner_px=7.0, sky_outer_px=10.5)
    assert 0.9 < (flux / err).std() < 1.1


def test_weights_are_shared_and_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        aperture_weights((21, 21), 3.0, 10.0, 10.0)[0, 0] = 1


def test_an_aperture_that_fills_the_cutout_is_refused():
    with pytest.raises(InputError, match="no pixel for the sky"):
        aperture_flux(noise(1, size=3), radius_px=1.5, sky_inner_px=1.0, sky_outer_px=2.0)


def test_an_aperture_outside_the_cutout_is_refused():
    with pytest.raises(InputError, match="does not fit"):
        aperture_flux(noise(1), radius_px=4.0, sky_inner_px=5, sky_outer_px=9, x=2.0)


def a_sequence(**more):
    frames = (noise(12, size=21) + 3000 * moffat(21, fwhm_px=3.0))[:, None]
    frames[3] = 0
    return ImageSequence.from_frames("a", frames, 55000.0 + np.arange(12), **more)


def test_light_curves_use_the_zero_points_or_none():
    instrumental = aperture_curve(a_sequence())
    assert (instrumental.zero_point_mag == 25).all()
    assert np.isnan(instrumental.mag[3])
    assert np.isfinite(np.delete(instrumental.mag, 3)).all()
    known = aperture_curve(a_sequence(zero_point_mag=np.full(12, 27.0)))
    np.testing.assert_allclose(known.mag, instrumental.mag + 2)
    part = np.full(12, 27.0)
    part[0] = np.nan
    assert (aperture_curve(a_sequence(zero_point_mag=part)).zero_point_mag == 25).all()
    blank = np.full(12, 27.0)
    blank[3] = np.nan  # the blank frame: its zero point is nobody's loss
    np.testing.assert_array_equal(aperture_curve(a_sequence(zero_point_mag=blank)).mag, known.mag)


def test_removing_the_future_never_changes_a_measurement():
    whole = aperture_curve(a_sequence())
    early = aperture_curve(a_sequence().up_to(55005.0))
    np.testing.assert_allclose(early.flux, whole.flux[:6], rtol=1e-12)


def test_a_given_radius_holds_whatever_the_seeing_becomes():
    sequence = a_sequence(seeing_fwhm_px=np.repeat([2.0, 4.0], 6))
    whole, early = (aperture_curve(s, radius_px=3.0) for s in (sequence, sequence.up_to(55005.0)))
    np.testing.assert_allclose(early.flux, whole.flux[:6], rtol=1e-12)
    assert default_radius_px(sequence) == pytest.approx(1.2 * 3)
    assert default_radius_px(sequence.up_to(55005.0)) == pytest.approx(1.2 * 2)
