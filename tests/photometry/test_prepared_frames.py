"""Frames prepared for photometry: their noise, gain and smoothing are those they were made with."""

import numpy as np

from photometry.made import field
from taonet.photometry.prepared_frames import prepare_frames, variance_reduction


def test_smoothing_is_seen_in_the_noise():
    rng = np.random.default_rng(2)
    sky = 1000 + 15 * rng.normal(size=(12, 65, 65))
    wide = [sky[:, i : i + 64, j : j + 64] for i in (0, 1) for j in (0, 1)]
    smooth, plain = prepare_frames(np.mean(wide, axis=0)), prepare_frames(sky[:, :64, :64])
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


def test_noise_gain_and_light_are_those_that_were_made():
    sequence, _ = field(8, sky=1000.0, gain=4.0, flux=0.0, seed=1, size=60)
    frames = prepare_frames(sequence.frames[:, 0])
    np.testing.assert_allclose(frames.sky, 1000, atol=5)
    np.testing.assert_allclose(frames.noise, np.sqrt(1000 / 4), rtol=0.06)
    np.testing.assert_allclose(frames.photon_noise, 1 / 4, rtol=0.12)
    assert frames.valid.all() and frames.usable.all() and not frames.saturated.any()
    shifted = prepare_frames(sequence.frames[:, 0].astype(float) + 500)
    np.testing.assert_allclose(shifted.light, frames.light, atol=0.6)


def test_dead_pixels_plateaus_and_blank_frames_are_not_valid():
    frames = np.random.default_rng(4).normal(1000, 10, (3, 48, 48))
    frames[0, 5, 7] = 0
    frames[1, 20:23, 20:23] = 60_000
    frames[2] = np.nan
    found = prepare_frames(frames)
    assert np.argwhere(~found.valid[0]).tolist() == [[5, 7]]
    assert (found.saturated[1] == (frames[1] == 60_000)).all()
    assert not found.valid[1, 20:23, 20:23].any()
    assert found.usable.tolist() == [True, True, False]
    assert not found.light[~found.valid].any()
    # what has faded is dark in a difference
    assert prepare_frames(frames, darkest=np.inf).valid[0].all()
