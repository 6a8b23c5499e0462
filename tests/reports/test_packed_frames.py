"""Frames as whole numbers: exact where they can be, within the noise where not."""

import numpy as np
import pytest

from fixtures.make_archives import sequence as make_sequence
from taonet.reports.packed_frames import BLANK, pack_frames
from taonet.sky.sequence import ImageSequence


def frames_of(packed):
    values = [
        np.frombuffer(packed.channel_bytes(name), "<i2").reshape(packed.values[:, 0].shape)
        for name in packed.channels
    ]
    stacked = np.stack(values, axis=1).astype(float)
    return np.where(stacked == BLANK, np.nan, stacked * packed.scale + packed.offset)


def sequence_of(frames, **more):
    return ImageSequence.from_frames("a", frames, 55000.0 + np.arange(len(frames)), **more)


@pytest.mark.parametrize("dtype", [np.int16, np.uint16, np.int32])
def test_integers_that_fit_are_exact(dtype):
    rng = np.random.default_rng(0)
    frames = rng.integers(1000, 30_000, (3, 2, 12, 12)).astype(dtype)
    packed = pack_frames(sequence_of(frames, channels=("science", "template")))
    np.testing.assert_array_equal(frames_of(packed), frames)
    assert packed.scale == 1
    assert packed.clipped == 0


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e6])
def test_real_numbers_are_kept_within_a_small_part_of_the_noise(unit):
    rng = np.random.default_rng(1)
    frames = (rng.normal(300, 5, (4, 1, 24, 24)) * unit).astype(np.float32)
    frames[2, 0, 3, 4] = 40_000 * unit
    frames[1, 0, :3] = np.nan
    packed = pack_frames(sequence_of(frames))
    known = np.isfinite(frames)
    back = frames_of(packed)
    assert (np.isnan(back) == ~known).all()
    inside = known & (frames < 5000 * unit)
    assert np.abs(back - frames)[inside].max() < 5 * unit / 16
    # the brightest pixel does not coarsen the others
    assert packed.clipped == 1
    assert packed.describe()["clipped"] == 1


def test_a_border_without_data_is_blank_and_a_blank_frame_does_no_harm():
    frames = np.random.default_rng(2).integers(100, 200, (3, 1, 20, 20)).astype(np.uint16)
    frames[0, 0, :, :5] = 0
    frames[1] = 7
    packed = pack_frames(sequence_of(frames))
    assert (packed.values[0, 0, :, :5] == BLANK).all()
    back = frames_of(packed)
    np.testing.assert_array_equal(back[2], frames[2])
    nothing = pack_frames(sequence_of(np.full((2, 1, 9, 9), np.nan)))
    assert (nothing.values == BLANK).all()
    assert nothing.sky == {"science": [None, None]}


def test_the_description_says_how_to_read_the_bytes():
    packed = pack_frames(make_sequence(1, shape=(1, 20, 22)))
    said = packed.describe()
    assert {k: said[k] for k in ("channels", "height", "width", "dtype", "blank")} == {
        "channels": ["science"], "height": 20, "width": 22, "dtype": "int16", "blank": BLANK,
    }  # fmt: skip
    assert len(packed.channel_bytes("science")) == 4 * 20 * 22 * 2
    low, high = said["zscale"]["science"]
    assert low < np.median(make_sequence(1, shape=(1, 20, 22)).frames) < high
    assert len(said["sky"]["science"]) == 4


def test_the_range_for_display_leaves_a_bright_star_out():
    frames = np.random.default_rng(3).normal(1000, 10, (5, 1, 32, 32))
    frames[:, 0, 16, 16] = 60_000
    low, high = pack_frames(sequence_of(frames)).zscale["science"]
    assert 900 < low < 1000 < high < 1200
