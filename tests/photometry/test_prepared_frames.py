"""Frames prepared for photometry: their noise, gain and smoothing are those they were made with."""

import numpy as np

from taonet.photometry.prepared_frames import prepare_frames, variance_reduction


def test_smoothing_is_seen_in_the_noise():
    rng = np.random.default_rng(2)
    sky = 1000 + 15 * rng.normal(size=(12, 65, 65))
    wide = [sky[:, i : i + 64, j : j + 64] for i in (0, 1) for j in (0, 1)]
    smooth, plain = prepare_frames(sum(wide) / 4), prepare_frames(sky[:, :64, :64])
    # each pixel is the mean of two along each axis: a variance of a quarter of a pixel squared
    np.testing.assert_allclose(smooth.blur_px2, 0.25, atol=0.03)
    assert not plain.blur_px2.any()
    # resampled pixels scatter half as much, which is no sign of more photons
    np.testing.assert_allclose(smooth.photon_noise, plain.photon_noise, rtol=0.12)
    np.testing.assert_allclose(variance_reduction(smooth.correlation), 4, rtol=0.1)


def test_faint_light_around_is_no_smoothing():
    rng = np.random.default_rng(3)
    y, x = np.mgrid[-32:32, -32:32]
    glow = 12 * np.exp(-np.hypot(x, y) / 12)
    found = prepare_frames(1000 + glow + 15 * rng.normal(size=(12, 64, 64)))
    assert not found.blur_px2.any()
