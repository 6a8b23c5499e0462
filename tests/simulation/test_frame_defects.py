"""Frames that are spoilt: every kind leaves its mark, and the truth says where."""

from dataclasses import replace

import numpy as np
import pytest

from taonet.simulation.exposures import Exposures
from taonet.simulation.frame_defects import KINDS, Defects, expose_with_defects
from taonet.simulation.objects import _draw_scene, random_streams
from taonet.simulation.presets.by_name import survey_preset

TINY = survey_preset("tiny")
SCENE = _draw_scene(TINY, "NON", *random_streams(1, 0, 5))[2]
ALWAYS = Defects(clean_share=0.0, bad_share=(0.5, 0.5), quantised_share=0.0)


def expose(defects, *, seed=0, dtype=np.uint16, channels=("science",), n=60):
    """Spoil flat frames with noise."""
    rng = np.random.default_rng(seed)
    flat = rng.normal(1900, 20, (n, len(channels), 32, 32)).astype(dtype)

    def plain(*_):
        return Exposures(frames=flat, visits=np.arange(n), truth={"own": 1})

    spoilt = expose_with_defects(plain, defects, channels, SCENE, TINY.detector, rng)
    return flat, spoilt


@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_the_truth_names_the_frames_that_changed(dtype):
    flat, spoilt = expose(ALWAYS, dtype=dtype)
    assert spoilt.frames.dtype == dtype
    assert spoilt.truth["own"] == 1
    assert set(spoilt.truth["defects"]) == set(KINDS)
    named = sorted(epoch for epochs in spoilt.truth["defects"].values() for epoch in epochs)
    changed = np.flatnonzero((spoilt.frames != flat).any(axis=(1, 2, 3)))
    assert set(changed) <= set(named)
    # a ghost or a trail may lie outside of the frame
    assert len(changed) >= 0.8 * len(named) > 15
    assert np.isfinite(flat).all()
    for epoch in spoilt.truth["defects"]["partly empty"]:
        frame = spoilt.frames[epoch, 0]
        missing = np.isnan(frame) if dtype == np.float32 else frame == 0
        assert 0.05 < missing.mean() < 0.75


def test_most_kinds_add_or_take_light():
    flat, spoilt = expose(ALWAYS, n=300)
    change = (spoilt.frames.astype(float) - flat).sum(axis=(1, 2, 3))
    signs = {"hole": -1, "shadow": -1, "partly empty": -1, "trail": 1, "ghost": 1}
    for kind, sign in signs.items():
        epochs = spoilt.truth["defects"][kind]
        assert len(epochs) > 10
        assert np.median(sign * change[epochs]) > 0, kind


def test_a_difference_is_spoilt_as_its_science_image_and_a_template_never():
    channels = ("science", "template", "difference")
    flat, spoilt = expose(ALWAYS, dtype=np.float32, channels=channels)
    np.testing.assert_array_equal(flat[:, 1], spoilt.frames[:, 1])
    change = spoilt.frames - flat
    np.testing.assert_allclose(change[:, 0], change[:, 2], atol=1e-2)


def test_some_objects_have_no_bad_frame_and_some_coarse_counts():
    drawn = [expose(Defects(), seed=seed, n=30)[1] for seed in range(120)]
    bad = np.array([sum(map(len, one.truth["defects"].values())) for one in drawn]) / 30
    assert 0.3 < np.mean(bad == 0) < 0.6
    assert bad.max() < 0.6
    coarse = [one for one in drawn if one.truth["step_adu"]]
    assert 5 < len(coarse) < 40
    for one in coarse:
        step = one.truth["step_adu"]
        assert step == round(step)
        np.testing.assert_array_equal(one.frames % step, 0)


def test_nothing_is_spoilt_where_nothing_was_kept():
    _, spoilt = expose(replace(ALWAYS, quantised_share=1.0), n=0)
    assert len(spoilt.frames) == 0
    assert spoilt.truth["step_adu"] is None
