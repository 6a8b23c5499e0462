import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taonet.sky.cutout import Quality, frame_quality, sky_and_noise
from taonet.sky.no_data import empty_border, with_gaps, without_sentinels
from taonet.sky.sequence import ImageSequence


def sky(shape=(64, 64), *, level=1900.0, noise=20.0, seed=1):
    return np.random.default_rng(seed).normal(level, noise, shape)


@pytest.mark.parametrize("fill", [0.0, -1.0, 65535.0])
@pytest.mark.parametrize("kind", ["u2", "f4", "f8", "i4"])
@pytest.mark.parametrize("columns", [1, 7, 40])
def test_rows_and_columns_of_one_value_at_an_edge_are_no_data(fill, kind, columns):
    frame = sky()
    frame[:, :columns] = fill
    frame[-3:] = fill
    frame = frame.clip(0 if kind == "u2" else None).astype(kind)
    empty = empty_border(frame)
    assert empty[:, :columns].all() and empty[-3:].all()
    assert not empty[:-3, columns:].any()
    gappy = with_gaps(frame[None])[0]
    assert np.array_equal(np.isnan(gappy), empty)
    assert np.array_equal(gappy[~empty], frame[~empty])


def test_the_corner_that_a_turned_frame_leaves_is_no_data():
    y, x = np.mgrid[:64, :64]
    frame = np.where(x + y < 25, 0.0, sky())
    assert np.array_equal(empty_border(frame), x + y < 25)


@given(
    step=st.sampled_from([1.0, 5.0, 20.0, 40.0]),
    noise=st.floats(5, 40),
    seed=st.integers(0, 2**32 - 1),
)
def test_rounded_sky_is_never_taken_for_a_border(step, noise, seed):
    frame = np.rint(sky(noise=noise, seed=seed) / step) * step
    assert not empty_border(frame).any()


def test_a_clipped_sky_is_no_border_but_it_is_clipped():
    frame = sky(level=-2, noise=1.0).round().clip(0)
    frame[30:34, 30:34] = 50
    assert not empty_border(frame).any()
    assert frame_quality(frame[None, None]) == [Quality.CLIPPED]
    level, noise = sky_and_noise(frame[None])
    assert abs(level) < 0.01 and np.isnan(noise)


def test_frames_without_a_border_are_not_copied():
    frames = np.stack([sky(seed=seed) for seed in range(3)])
    assert with_gaps(frames) is frames


def test_a_frame_is_judged_by_its_own_pixels():
    frames = np.stack([sky(seed=seed).astype("u2") for seed in range(3)])
    frames[2, :, :10] = 0
    gappy = with_gaps(frames)
    assert np.array_equal(gappy[:2], frames[:2])
    assert np.isnan(gappy[2, :, :10]).all()


@pytest.mark.parametrize("sentinel", [-999.0, -9999.0, -32768.0, 1e20, -3.4e38, 1e30])
def test_numbers_that_stand_for_no_data_become_gaps(sentinel):
    frames = sky((1, 1, 16, 16), level=0)
    frames[0, 0, 3, 4] = sentinel
    assert np.isnan(without_sentinels(frames)[0, 0, 3, 4])
    assert np.isfinite(without_sentinels(frames)).sum() == 16 * 16 - 1


def test_a_dark_pixel_among_others_is_none():
    frames = sky((1, 1, 16, 16), level=0, noise=400)
    frames[0, 0, 3, 4] = -999.0
    assert without_sentinels(frames)[0, 0, 3, 4] == -999.0


def test_an_epoch_whose_object_lies_beyond_the_chip_says_nothing():
    frames = np.stack([sky(seed=seed) for seed in range(2)])[:, None]
    frames[1, :, :, :40] = 0
    sequence = ImageSequence.from_frames("x", frames, np.array([55000.0, 55001.0]))
    assert sequence.usable.tolist() == [True, False]
    assert sequence.quality[1] == Quality.BLANK | Quality.NAN_PIXELS
    assert np.array_equal(sequence.frames, frames)
    assert np.isnan(sequence.pixels[1, 0, :, :40]).all()


@pytest.mark.parametrize("shape", [(37, 37), (21, 21), (64, 64), (74, 37), (9, 9)])
def test_clipped_skies_are_seen_in_cutouts_of_every_size(shape):
    frame = sky(shape, level=-1, noise=3.0).round().clip(0)
    frame[:, 0] = np.arange(len(frame))
    assert frame_quality(frame[None, None]) & Quality.CLIPPED
    frame[:, : shape[1] // 2 - 2] = np.nan
    assert frame_quality(frame[None, None]) & Quality.CLIPPED
