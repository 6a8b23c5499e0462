import numpy as np
import pytest
from photutils.aperture import CircularAperture

from taonet.errors import InputError
from taonet.photometry.aperture import aperture_flux, aperture_weights, light_curve
from taonet.photometry.tables import feature_row, lightcurve_rows
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


def test_an_aperture_outside_the_cutout_is_refused():
    with pytest.raises(InputError, match="does not fit"):
        aperture_flux(noise(1), radius_px=4.0, sky_inner_px=5, sky_outer_px=9, x=2.0)


def a_sequence(**more):
    frames = (noise(12, size=21) + 3000 * moffat(21, fwhm_px=3.0))[:, None]
    frames[3] = 0
    return ImageSequence.from_frames("a", frames, 55000.0 + np.arange(12), **more)


def test_light_curves_use_the_zero_points_or_none():
    instrumental = light_curve(a_sequence())
    assert (instrumental.zero_point_mag == 25).all()
    assert np.isnan(instrumental.mag[3])
    assert np.isfinite(np.delete(instrumental.mag, 3)).all()
    known = light_curve(a_sequence(zero_point_mag=np.full(12, 27.0)))
    np.testing.assert_allclose(known.mag, instrumental.mag + 2)
    part = np.full(12, 27.0)
    part[0] = np.nan
    assert (light_curve(a_sequence(zero_point_mag=part)).zero_point_mag == 25).all()


def test_removing_the_future_never_changes_a_measurement():
    whole = light_curve(a_sequence())
    early = light_curve(a_sequence().up_to(55005.0))
    np.testing.assert_allclose(early.flux, whole.flux[:6], rtol=1e-12)


def test_tables_hold_every_epoch_and_every_feature():
    table = lightcurve_rows(a_sequence())
    assert len(table) == 12
    features = feature_row(a_sequence(class_name="SN"))
    assert features.shape == (1, 32)
    assert features["class_name"].tolist() == ["SN"]
    assert np.isfinite(features["stetson_j"][0])
