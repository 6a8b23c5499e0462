"""Frames of another sky are told apart from real ones; like frames are not."""

import numpy as np
import pytest

from taonet.simulation.objects import simulate
from taonet.simulation.presets.by_name import survey_preset
from taonet.studies import frame_classifier as framecheck


@pytest.mark.slow
def test_frames_of_another_sky_are_told_apart_and_like_frames_are_not(monkeypatch):
    monkeypatch.setattr(framecheck, "STEPS", 30)
    drawn = [s for s, _ in simulate(survey_preset("hits"), 32, seed=1, classes=["NON"])]
    brighter = [
        type(s).from_frames(s.object_id, s.frames * np.float32(3), s.mjd) for s in drawn[16:]
    ]
    other = framecheck.measure_frame_separability(drawn[:16], brighter, seed=0)
    like = framecheck.measure_frame_separability(drawn[:16], drawn[16:], seed=0)
    assert other.auc > 0.9
    assert like.auc < 0.8


def test_a_frame_is_seen_as_light_above_its_median_and_the_median():
    frames = np.random.default_rng(0).normal(1900, 20, (3, 9, 9))
    light, sky = framecheck.scale_frames(frames).transpose(1, 0, 2, 3)
    level = np.median(frames, axis=(1, 2))[:, None, None]
    back = framecheck.SOFT_ADU * np.sinh(light.astype(np.float64)) + level
    np.testing.assert_allclose(back, frames, rtol=1e-4)
    np.testing.assert_allclose(np.exp(sky + 5), np.broadcast_to(level, sky.shape), rtol=1e-4)


def test_missing_pixels_and_an_empty_sky_stay_finite():
    frames = np.full((1, 4, 4), np.nan)
    assert np.isfinite(framecheck.scale_frames(frames)).all()


def test_a_frame_is_turned_but_never_changed():
    frames = np.arange(32.0).reshape(2, 4, 4)
    rng = np.random.default_rng(0)
    drawn = [framecheck._draw_frame(frames, rng) for _ in range(60)]
    turned = {np.rot90(frame, k).tobytes() for frame in frames for k in range(4)}
    assert {frame.tobytes() for frame in drawn} == turned
