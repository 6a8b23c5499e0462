"""What measuring adds to a curve: errors as stated, outliers, a calibration common to a night."""

from dataclasses import replace

import numpy as np
import pytest

from taonet.simulation.curves import NoiselessCurve
from taonet.training.curve_noise import CurveErrors, measure_curve

N = 4000
EXACT = CurveErrors(
    relative=(1e-9, 1e-9), nightly=(1e-9, 1e-9), freedom=1e6, outliers=0.0, stated=0.0
)


def constant(flux, *, per_night=4, zero_point_mag=26.0, band=""):
    night, within = np.divmod(np.arange(N), per_night)
    return NoiselessCurve(
        class_name="NON",
        mjd=55000 + night + 0.01 * within,
        band=(band,) * N,
        flux_adu=np.full(N, flux),
        zero_point_mag=np.broadcast_to(zero_point_mag, N).astype(np.float64),
        sky_adu=np.full(N, 1900.0),
        noise_adu=np.full(N, 20.0),
        seeing_fwhm_px=np.full(N, 2.5),
        gain_e_per_adu=4.75,
    )


def measured(curve, errors=EXACT, seed=0):
    return measure_curve(curve, np.random.default_rng(seed), errors=errors)


def test_fluxes_scatter_by_their_errors():
    found = measured(constant(1000.0))
    z = (found.flux - 1000.0) / found.flux_err
    assert abs(z.mean()) < 0.06 and abs(z.std() - 1) < 0.05


def test_errors_are_those_of_sky_photons_and_profile():
    relative = replace(EXACT, relative=(0.05, 0.05))
    sky = measured(constant(0.0)).flux_err[0]
    bright = measured(constant(1e5), relative).flux_err[0]
    np.testing.assert_allclose(bright**2, sky**2 + 1e5 / 4.75 + 5000.0**2, rtol=1e-6)


def test_deviations_have_heavy_tails_and_outliers_more_so():
    def wild(errors):
        found = measured(constant(1000.0), errors)
        return np.mean(np.abs(found.flux - 1000.0) > 4 * found.flux_err)

    heavy = wild(replace(EXACT, freedom=4.0))
    # two-sided tail of Student's t with 4 degrees of freedom beyond 4: 0.0161
    assert abs(heavy - 0.0161) < 0.008
    assert wild(EXACT) < 0.001
    assert 0.02 < wild(replace(EXACT, outliers=0.05)) < 0.05


def test_the_calibration_of_a_night_is_common_to_it():
    found = measured(constant(1e7), replace(EXACT, nightly=(0.02, 0.02)))
    nights = np.log(found.flux / 1e7).reshape(-1, 4)
    assert abs(nights.mean(axis=1).std() - 0.02) < 0.002
    assert nights.std(axis=1).max() < 0.002


def test_clouds_are_calibrated_away_whether_zero_points_are_stated_or_not():
    clouds = 26.0 - np.linspace(0, 2, N)
    seen = constant(1e6 * 10 ** (0.4 * (clouds - 26.0)), zero_point_mag=clouds)
    unstated, stated = (measured(seen, replace(EXACT, stated=share)) for share in (0.0, 1.0))
    np.testing.assert_allclose(unstated.flux, 1e6, rtol=0.01)
    # the survey's scale is that of magnitude 25
    np.testing.assert_allclose(stated.flux, 1e6 * 10 ** (-0.4), rtol=0.01)


def test_what_a_curve_does_not_show_is_not_measured():
    found = measured(constant(1000.0))
    assert np.isnan(found.place_x).all() and np.isnan(found.shift_x).all()
    assert np.isfinite(found.conditions(np.zeros(N, np.int64))).all()


@pytest.mark.parametrize("channels", [1, 3])
def test_every_channel_has_its_noise(channels):
    found = measure_curve(constant(1.0), np.random.default_rng(0), channels=channels)
    assert found.noise.shape == (N, channels)
