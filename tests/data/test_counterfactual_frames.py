"""Moved, turned or damaged frames keep the object's light, and the noise."""

import numpy as np
import pytest

from taonet.data.counterfactual_frames import hole, move, trail, turn
from taonet.errors import InputError
from taonet.sky.cutout import Quality, sky_and_noise
from taonet.sky.sequence import ImageSequence


def sequence_of(
    size=32, *, noise=0.1, dtype=np.float64, n=3, channels=("science",), offset=(0.0, 0.0)
):
    y, x = np.indices((size, size)) - size // 2
    x, y = x - offset[0], y - offset[1]
    rng = np.random.default_rng(3)
    frames = 100 + noise * rng.normal(size=(n, len(channels), size, size))
    # beside the object there is a fainter star, so that no two turns look alike
    frames += 900 * np.exp(-0.5 * (x**2 + y**2) / 1.5**2)
    frames += 300 * np.exp(-0.5 * ((x - 4) ** 2 + (y - 7) ** 2) / 1.5**2)
    frames = (np.rint(frames) if np.issubdtype(dtype, np.integer) else frames).astype(dtype)
    return ImageSequence.from_frames("star", frames, 59000.0 + np.arange(n), channels=channels)


@pytest.mark.parametrize(("dx", "dy"), [(1, 1), (2, 0), (-3, 5), (0, -1)])
def test_whole_pixels_are_shifted_and_nothing_else(dx, dy):
    before = sequence_of(noise=5.0)
    after = move(before, dx, dy)
    assert after.frames.shape == before.frames.shape
    for y, x in [(16, 16), (10, 20), (9, 9)]:
        np.testing.assert_array_equal(after.frames[..., y + dy, x + dx], before.frames[..., y, x])
    assert not after.quality.any()
    inner = (..., slice(8, 24), slice(8, 24))
    back = move(after, -dx, -dy)
    np.testing.assert_array_equal(back.frames[inner], before.frames[inner])


@pytest.mark.parametrize(("dx", "dy"), [(1, 1), (-2, 2), (0.5, 0.5)])
@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_a_moved_frame_shows_no_edge(dx, dy, dtype):
    before = sequence_of(21, noise=20.0, n=200, dtype=dtype)
    after = move(before, dx, dy)
    assert after.frames.dtype == dtype
    low_y, low_x = dy < 0, dx < 0
    new = after.frames[:, 0, -1 if low_y else 0], after.frames[:, 0, :, -1 if low_x else 0]
    old = before.frames[:, 0, -1 if low_y else 0], before.frames[:, 0, :, -1 if low_x else 0]
    for moved, original in zip(new, old, strict=True):
        assert moved.std() == pytest.approx(original.std(), rel=0.05)
        assert moved.mean() == pytest.approx(original.mean(), abs=1.5)


@pytest.mark.parametrize("size", [32, 21])
@pytest.mark.parametrize(("dx", "dy"), [(0.5, 0.5), (1.3, -0.2), (-0.7, 2.0)])
def test_parts_of_a_pixel_are_shifted_with_the_light(size, dx, dy):
    after = move(sequence_of(size), dx, dy).frames
    expected = sequence_of(size, offset=(dx, dy)).frames
    inner = (..., slice(2, -2), slice(2, -2))
    np.testing.assert_allclose(after[inner], expected[inner], atol=1.5)
    assert np.isfinite(after).all()


def test_parts_of_a_pixel_keep_the_noise():
    before = sequence_of(64, noise=5.0, n=20)
    after = move(before, 0.5, 0.5)
    expected = sky_and_noise(before.frames)[1].mean()
    assert sky_and_noise(after.frames)[1].mean() == pytest.approx(expected, rel=0.02)


def test_moved_twice_by_half_a_pixel_is_moved_by_one():
    before = sequence_of()
    twice = move(move(before, 0.5, 0), 0.5, 0).frames
    np.testing.assert_allclose(
        twice[..., 4:-4, 4:-4], move(before, 1, 0).frames[..., 4:-4, 4:-4], atol=1.0
    )


def test_moved_counts_are_whole_numbers():
    after = move(sequence_of(noise=5.0, dtype=np.uint16), 0.5, 0.5)
    assert after.frames.dtype == np.uint16
    gappy = sequence_of(noise=5.0, dtype=np.uint16).frames.copy()
    gappy[..., :9] = 0
    moved = move(ImageSequence.from_frames("star", gappy, [1.0, 2.0, 3.0]), 0.5, 0.5).frames
    assert moved.dtype == np.float32
    assert np.isnan(moved[..., :10]).all()
    np.testing.assert_array_equal(moved[..., 10:], np.rint(moved[..., 10:]))


def test_gaps_move_along():
    frames = sequence_of().frames.copy()
    frames[..., 5, 5] = np.nan
    before = ImageSequence.from_frames("star", frames, [1.0, 2.0, 3.0])
    assert np.isnan(move(before, 2, 1).frames[..., 6, 7]).all()
    assert np.isnan(move(before, 0.5, 0).frames[..., 5, 5:7]).all()


@pytest.mark.parametrize(("dx", "dy"), [(16, 0), (0, -20.5)])
def test_an_object_does_not_leave_its_frame(dx, dy):
    with pytest.raises(InputError, match="leave the frame"):
        move(sequence_of(), dx, dy)


@pytest.mark.parametrize("size", [32, 21])
@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("quarter_turns", range(4))
def test_frames_are_turned_about_the_object(size, flip, quarter_turns):
    before = sequence_of(size)
    after = turn(before, quarter_turns, flip=flip)
    centre = size // 2
    for frame in after.frames[:, 0]:
        assert frame[centre, centre] == pytest.approx(1000, abs=1)
    x, y = (-4 if flip else 4), 7
    for _ in range(quarter_turns):
        x, y = -y, x
    assert after.frames[0, 0, centre + y, centre + x] == pytest.approx(400, abs=1)


@pytest.mark.parametrize("size", [32, 21])
def test_four_quarter_turns_lose_nothing_but_an_edge(size):
    before = sequence_of(size, noise=5.0)
    after = before
    for _ in range(4):
        after = turn(after, 1)
    inner = (..., slice(1, None), slice(1, None))
    np.testing.assert_array_equal(after.frames[inner], before.frames[inner])
    np.testing.assert_array_equal(turn(before, 4).frames, before.frames)
    if size % 2:
        np.testing.assert_array_equal(turn(before, 1).frames, np.rot90(before.frames, -1, (-2, -1)))


@pytest.mark.parametrize("size", [64, 21])
def test_a_trail_is_near_the_object_but_not_on_it(size):
    channels = ("science", "template", "difference")
    before = sequence_of(size, noise=5.0, channels=channels)
    y, x = np.indices((size, size)) - size // 2
    for seed in range(20):
        after = trail(before, 1, np.random.default_rng(seed))
        added = after.frames - before.frames
        assert not added[[0, 2]].any()
        assert not added[:, 1].any()
        np.testing.assert_allclose(added[1, 0], added[1, 2], atol=1e-9)
        light = added[1, 0]
        assert light.max() > 30
        assert light[np.hypot(x, y) < size / 8].max() < 0.1 * light.max()
        assert (light > light.max() / 2).sum() > size / 2


@pytest.mark.parametrize(("size", "dtype"), [(64, np.uint16), (21, np.float32)])
def test_a_hole_is_beside_the_object(size, dtype):
    before = sequence_of(size, noise=5.0, dtype=dtype)
    y, x = np.indices((size, size)) - size // 2
    for seed in range(20):
        after = hole(before, 1, np.random.default_rng(seed))
        empty = np.isnan(after.frames)
        assert not empty[[0, 2]].any()
        assert empty[1, 0].sum() == (size // 5) ** 2
        assert np.hypot(x, y)[empty[1, 0]].min() >= size // 4
        np.testing.assert_array_equal(after.frames[~empty], before.frames[~empty])
        assert after.quality.tolist() == [0, Quality.NAN_PIXELS, 0]


def test_faults_are_causal_and_repeatable():
    before = sequence_of(noise=5.0)
    for fault in (trail, hole):
        one, other = (
            fault(s, 1, np.random.default_rng(5)) for s in (before, before.up_to(59001.0))
        )
        np.testing.assert_array_equal(one.frames[:2], other.frames)
