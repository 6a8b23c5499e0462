import numpy as np

from taonet.sky.flux import flux_of, magnitude, magnitude_error


def test_magnitudes_and_fluxes_are_inverse():
    flux = np.array([1.0, 50.0, 1e4])
    np.testing.assert_allclose(flux_of(magnitude(flux, 25.0), 25.0), flux)


def test_no_magnitude_without_light():
    assert np.isnan(magnitude(np.array([0.0, -1.0]), 25.0)).all()


def test_the_error_is_the_change_that_one_sigma_makes():
    flux, err = np.array([1000.0]), np.array([1.0])
    change = magnitude(flux - err / 2, 25.0) - magnitude(flux + err / 2, 25.0)
    np.testing.assert_allclose(magnitude_error(flux, err), change, rtol=1e-6)
