"""From light to counts: the laws of noise, and defects as often as they are set to."""

import numpy as np
import pytest

from taonet.simulation.detector import Detector, read_out
from taonet.sky.cutout import is_blank

CLEAN = Detector(cosmic_rays=0, shadow_share=0, blank_share=0)


def test_noise_is_that_of_photons_and_reading():
    light = np.zeros((300, 32, 32), np.float32)
    light[:, 16:] = 5000
    frames = read_out(light, np.full(300, 1900.0), CLEAN, np.random.default_rng(0))
    assert frames.dtype == np.uint16
    for half, level in ((slice(0, 16), 1900.0), (slice(16, 32), 6900.0)):
        pixels = frames[:, half].astype(float)
        variance = level / CLEAN.gain_e_per_adu + CLEAN.read_noise_adu**2 + 1 / 12
        chi2 = ((pixels - level) ** 2 / variance).mean()
        assert abs(chi2 - 1) < 5 * np.sqrt(2 / pixels.size)
        assert abs(pixels.mean() - level) < 5 * np.sqrt(variance / pixels.size)


def test_pixels_stop_at_saturation():
    frames = read_out(
        np.full((1, 8, 8), 1e6, np.float32), np.array([1900.0]), CLEAN, np.random.default_rng(0)
    )
    assert np.all(frames == 65535)


def test_rare_defects_come_as_often_as_they_are_set_to():
    detector = Detector(cosmic_rays=0.5, shadow_share=0, blank_share=0.2)
    light = np.zeros((2000, 16, 16), np.float32)
    frames = read_out(light, np.full(2000, 1900.0), detector, np.random.default_rng(0))
    assert is_blank(frames).mean() == pytest.approx(0.2, abs=0.04)
    hit = (frames > 1900 + 8 * 21).any(axis=(1, 2)).mean()
    assert hit == pytest.approx(0.8 * (1 - np.exp(-0.5)), abs=0.04)


def test_a_shadow_darkens_part_of_a_frame():
    detector = Detector(cosmic_rays=0, shadow_share=1, blank_share=0)
    frames = read_out(
        np.zeros((50, 64, 64), np.float32), np.full(50, 1900.0), detector, np.random.default_rng(0)
    )
    assert np.all(frames.min(axis=(1, 2)) < frames.max(axis=(1, 2)))
    assert np.mean(frames.reshape(50, -1).mean(axis=1) < 1899) > 0.9
    assert np.median(frames) == pytest.approx(1900, abs=3)


def test_what_a_pixel_cannot_hold_runs_along_its_column_and_none_is_lost():
    light = np.zeros((1, 33, 33), np.float32)
    light[0, 16, 10] = 50_000.0
    well = Detector(
        cosmic_rays=0, shadow_share=0, blank_share=0, full_well_adu=8000.0, gain_e_per_adu=1e12,
        read_noise_adu=0.0,
    )  # fmt: skip
    (frame,) = read_out(light, np.array([1000.0]), well, np.random.default_rng(0)).astype(float)
    assert frame.max() == 8000
    assert frame.sum() == pytest.approx(light.sum() + 1000 * 33 * 33, abs=40)
    others = np.delete(frame, 10, axis=1)
    assert np.ptp(others) == 0
    column = frame[:, 10]
    np.testing.assert_array_equal(column, column[::-1])


def test_counts_are_multiples_of_the_step():
    stepped = Detector(cosmic_rays=0, shadow_share=0, blank_share=0, step_adu=7)
    frames = read_out(
        np.zeros((3, 16, 16), np.float32), np.full(3, 1900.0), stepped, np.random.default_rng(0)
    )
    assert set(np.unique(frames % 7)) == {0}
    assert len(np.unique(frames)) > 3
