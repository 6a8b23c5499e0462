"""The Moffat profile against astropy's, and its own definition."""

import numpy as np
import pytest
from astropy.modeling.models import Moffat2D

from taonet.sky.psf import moffat


@pytest.mark.parametrize("beta", [2.1, 3.5, 8.0])
@pytest.mark.parametrize(("x", "y"), [(None, None), (10.3, 12.9)])
def test_the_profile_is_that_of_astropy(beta, x, y):
    fwhm = 3.1
    gamma = fwhm / (2 * np.sqrt(2 ** (1 / beta) - 1))
    at = (12.0 if x is None else x, 12.0 if y is None else y)
    peak = (beta - 1) / (np.pi * gamma**2)
    theirs = Moffat2D(amplitude=peak, x_0=at[0], y_0=at[1], gamma=gamma, alpha=beta)
    rows, columns = np.mgrid[:25, :25]
    ours = moffat(25, fwhm_px=fwhm, beta=beta, x=x, y=y)
    np.testing.assert_allclose(ours, theirs(columns, rows), rtol=1e-12)
    assert theirs.fwhm == pytest.approx(fwhm)


def test_half_of_the_peak_is_passed_at_half_the_width():
    image = moffat(41, fwhm_px=8.0)
    assert image[20, 24] == pytest.approx(image[20, 20] / 2)
    np.testing.assert_array_equal(image, image.T)
    # of the light beyond a radius R the share (1 + R²/α²)^(1 − β) is left
    wide = moffat(401, fwhm_px=8.0, beta=2.5)
    alpha = 8.0 / (2 * np.sqrt(2**0.4 - 1))
    radius = np.hypot(*(np.mgrid[:401, :401] - 200))
    within = wide[radius < 100].sum()
    assert within == pytest.approx(1 - (1 + 100**2 / alpha**2) ** -1.5, abs=1e-4)
