"""Windows around stars: which pixels they hold, and which are left out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import maximum_filter

from photometry.made import field
from taonet.photometry import star_windows
from taonet.photometry.lightcurves import measure_bands
from taonet.photometry.star_windows import cut_windows


def test_cores_of_bright_stars_are_no_cosmic_rays():
    sequence, _ = field(12, flux=2e5, seed=1)
    frames = sequence.frames.astype(float)
    # a core that is sharper on one side than any profile, as that of ZTF
    frames[:, :, 31:33, 32] += 0.3 * (frames[:, :, 31:33, 32] - 1000)
    frames[:, :, 31:33, 31] -= 0.3 * (frames[:, :, 31:33, 31] - 1000)
    changed = type(sequence).from_frames("made", frames, sequence.mjd)
    (part,) = measure_bands(changed)
    light = (frames[:, 0, 24:41, 24:41] - 1000).sum(axis=(1, 2))
    ratio = part.fluxes.flux / light
    assert abs(np.median(ratio) - 1) < 0.03


def cut(images, x, y, *, half_px=5, noise=2.0, gain=4.0):
    n = len(images)
    return cut_windows(
        images, np.isfinite(images), np.asarray(x, float), np.asarray(y, float), half_px=half_px,
        noise=np.full(n, noise), photon_noise=np.full(n, 1 / gain),
    )  # fmt: skip


def test_windows_hold_the_pixels_around_a_place_and_none_beyond_the_frame():
    images = np.arange(2 * 12 * 15, dtype=float).reshape(2, 12, 15)
    found = cut(images, [[7.3, 1.0], [7.6, 14.0]], [[6.4, 0.0], [5.0, 11.0]], half_px=2)
    assert found.light.shape == (2, 2, 25)
    np.testing.assert_array_equal(found.light[0, 0].reshape(5, 5), images[0, 4:9, 5:10])
    np.testing.assert_array_equal(found.light[1, 0].reshape(5, 5), images[1, 3:8, 6:11])
    # pixel centres as seen from the star
    np.testing.assert_allclose(found.dx[0, 0].reshape(5, 5)[0], np.arange(5, 10) - 7.3, rtol=1e-5)
    np.testing.assert_allclose(found.dy[0, 0].reshape(5, 5)[:, 0], np.arange(4, 9) - 6.4, rtol=1e-5)
    assert found.valid[0].sum(axis=1).tolist() == [25, 3 * 4]
    assert not found.light[~found.valid].any()
    np.testing.assert_array_equal(found.light[1, 1].reshape(5, 5)[:3, :3], images[1, 9:, 12:])


def test_the_variance_of_a_pixel_is_that_of_sky_and_photons():
    found = cut(np.zeros((1, 12, 15)), [[7.0]], [[6.0]])
    model = np.full(found.light.shape, 400.0)
    # a noise of 2, and 400 counts of 4 electrons each
    np.testing.assert_allclose(found.variance(model), 4 + 400 / 4)
    np.testing.assert_allclose(found.weights(model, 0.0), 1 / 104)
    np.testing.assert_allclose(found.weights(-model, 0.0), 1 / 4)
    assert found.level_precision[0, 0] == 0


def test_far_too_bright_pixels_are_left_out_and_dark_ones_are_not():
    images = np.random.default_rng(1).normal(0, 2, (1, 21, 21))
    images[0, 10, 12], images[0, 9, 9] = 300.0, -300.0
    found = cut(images, [[10.0]], [[10.0]])
    cleaned = found.without_outliers(np.zeros_like(found.light))
    (left_out,) = np.argwhere(found.valid & ~cleaned.valid)
    assert left_out.tolist() == [0, 0, 5 * 11 + 7]


@given(arrays(np.float32, (2, 1, 49), elements=st.floats(-9, 9, width=32)))
@settings(max_examples=20, deadline=None)
def test_the_highest_around_is_that_of_scipy(light):
    theirs = maximum_filter(light.reshape(2, 1, 7, 7), (1, 1, 3, 3), mode="nearest")
    np.testing.assert_array_equal(star_windows._highest_around(light), theirs.reshape(2, 1, 49))


@pytest.mark.parametrize(("fwhm", "half"), [(1.0, 5), (3.2, 6), (4.0, 7), (9.0, 9), (np.nan, 5)])
def test_windows_are_as_wide_as_stars_within_bounds(fwhm, half):
    assert star_windows.window_half_px(fwhm) == half
