"""Fields without a star: what is stated holds, and a bright object shows its own PSF."""

import numpy as np
import pytest

from photometry.made import field
from taonet.photometry.field_calibration import calibrate_epochs
from taonet.photometry.prepared_frames import prepare_frames
from taonet.sky.cutout import Quality

UNKNOWN = {name: np.full(24, np.nan) for name in ("seeing_fwhm_px", "zero_point_mag")}


def calibrate(frames, **columns):
    return calibrate_epochs(prepare_frames(frames), **{**UNKNOWN, **columns})


def test_without_stars_what_is_stated_holds():
    noise = np.random.default_rng(1).normal(500, 10, (24, 64, 64)).astype(np.float32)
    stated = {"seeing_fwhm_px": np.full(24, 3.0), "zero_point_mag": np.linspace(24, 25, 24)}
    found = calibrate(noise, **stated)
    np.testing.assert_allclose(found.profile.fwhm_px, 3.0)
    np.testing.assert_allclose(found.zero_point_mag, stated["zero_point_mag"])
    assert (found.quality & Quality.UNCALIBRATED).all()
    assert (found.shift_x == 0).all()


def test_a_missing_zero_point_without_stars_is_the_usual_one_and_flagged():
    noise = np.random.default_rng(1).normal(500, 10, (24, 64, 64)).astype(np.float32)
    stated = np.full(24, 26.0)
    stated[5] = np.nan
    found = calibrate(noise, zero_point_mag=stated)
    assert found.zero_point_mag[5] == pytest.approx(26.0)
    assert found.quality[5] & Quality.UNCALIBRATED


def test_a_bright_object_alone_shows_seeing_and_shift():
    sequence, truth = field(24, flux=3e4, seed=3, size=33)
    found = calibrate(sequence.frames[:, 0])
    late = slice(6, None)
    np.testing.assert_allclose(found.profile.fwhm_px[late], truth["seeing"][late], rtol=0.05)
    for axis, shift in enumerate((found.shift_x, found.shift_y)):
        assert np.std((shift - truth["shift"][:, axis])[late]) < 0.05
    assert not found.n_stars.any()


def test_a_faint_object_or_a_galaxy_shows_nothing():
    faint, _ = field(24, flux=100.0, seed=3, size=33)
    stated = {"seeing_fwhm_px": np.full(24, 2.7)}
    found = calibrate(faint.frames[:, 0], **stated)
    np.testing.assert_array_equal(found.profile.fwhm_px, 2.7)
    assert not found.shift_x.any()
    rng = np.random.default_rng(4)
    y, x = np.mgrid[:33, :33] - 16
    galaxy = 1000 + 900 * np.exp(-np.hypot(x, y) / 3) + rng.normal(0, 10, (24, 33, 33))
    np.testing.assert_array_equal(calibrate(galaxy, **stated).profile.fwhm_px, 2.7)
