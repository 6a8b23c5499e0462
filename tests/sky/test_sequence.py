from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taonet.errors import InputError
from taonet.sky.cutout import Quality
from taonet.sky.sequence import ImageSequence, repair_mjd


def frames(n, shape=(1, 4, 4), seed=0):
    return np.random.default_rng(seed).integers(1, 1000, (n, *shape)).astype(np.uint16)


@given(st.lists(st.integers(50000, 50010), min_size=1, max_size=12))
@settings(max_examples=50, deadline=None)
def test_epochs_come_into_time_order_with_everything_that_belongs_to_them(days):
    mjd = np.array(days, float)
    pictures = frames(len(days))
    names = [f"e{i}" for i in range(len(days))]
    sequence = ImageSequence.from_frames("x", pictures, mjd, exposure_id=names)
    assert np.all(np.diff(sequence.mjd) >= 0)
    for epoch, name in enumerate(sequence.exposure_id):
        i = names.index(name)
        assert sequence.mjd[epoch] == mjd[i]
        np.testing.assert_array_equal(sequence.frames[epoch], pictures[i])


def test_an_exposure_that_appears_twice_counts_once_and_the_picture_wins_over_the_blank():
    pictures = frames(3)
    pictures[0] = 7
    sequence = ImageSequence.from_frames(
        "x", pictures, np.array([1.0, 1.0, 2.0]), exposure_id=["a", "a", "b"]
    )
    assert sequence.exposure_id == ("a", "b")
    np.testing.assert_array_equal(sequence.frames[0], pictures[1])


def test_blank_and_gappy_frames_are_flagged():
    pictures = frames(3).astype(np.float32)
    pictures[0] = 5
    pictures[1, 0, 0, 0] = np.nan
    sequence = ImageSequence.from_frames("x", pictures, np.arange(3.0))
    assert list(sequence.quality) == [Quality.BLANK, Quality.NAN_PIXELS, 0]
    assert list(sequence.usable) == [False, True, True]


def test_up_to_is_what_was_known_then():
    sequence = ImageSequence.from_frames("x", frames(5), np.arange(5.0))
    assert len(sequence.up_to(2.5)) == 3
    with pytest.raises(InputError, match="no frames"):
        sequence.up_to(-1.0)


@pytest.mark.parametrize(
    ("mjd", "message"),
    [
        (np.array([2_459_000.5, 2_459_001.5]), "MJD = JD - 2400000.5"),
        (np.array([np.nan, 1.0]), "not a number"),
    ],
)
def test_times_that_are_no_mjd_are_refused(mjd, message):
    with pytest.raises(InputError, match=message):
        ImageSequence.from_frames("x", frames(2), mjd)


def test_a_sequence_without_frames_is_refused():
    with pytest.raises(InputError, match="no frames"):
        ImageSequence.from_frames("x", frames(0), np.zeros(0))


def test_repaired_times_never_decrease_and_say_so():
    mjd, bits = repair_mjd(np.array([1.0, 4.0, 2.0, 5.0]))
    assert list(mjd) == [1, 4, 4, 5]
    assert list(bits) == [0, 0, Quality.MJD_REPAIRED, 0]


def test_the_largest_number_there_is_means_no_data():
    frames = np.ones((2, 1, 4, 4), np.float32)
    frames[:, 0, 1] += 1
    frames[1, 0, 0, 0] = np.finfo(np.float32).min
    sequence = ImageSequence.from_frames("x", frames, np.array([55000.0, 55001.0]))
    assert np.isnan(sequence.frames[1, 0, 0, 0])
    assert np.isfinite(sequence.frames).sum() == 31
    assert [bool(bits & Quality.NAN_PIXELS) for bits in sequence.quality] == [False, True]


@pytest.mark.parametrize(
    ("dtype", "becomes"), [("f4", "f4"), ("f8", "f8"), ("u2", "f4"), ("i4", "f8")]
)
def test_what_a_mask_covers_is_no_data(dtype, becomes):
    frames = np.arange(32).reshape(2, 1, 4, 4).astype(dtype)
    mask = np.zeros(frames.shape, bool)
    mask[1, 0, 2:] = True
    masked = ImageSequence.from_frames("x", np.ma.masked_array(frames, mask), np.arange(2.0))
    assert type(masked.frames) is np.ndarray
    assert masked.frames.dtype == np.dtype(becomes)
    assert np.array_equal(np.isnan(masked.frames), mask)
    assert np.array_equal(masked.frames[~mask], frames[~mask])
    assert masked.quality.tolist() == [0, Quality.NAN_PIXELS | Quality.HOLE]
    bare = ImageSequence.from_frames("x", np.ma.masked_array(frames), np.arange(2.0))
    assert bare.frames.dtype == np.dtype(dtype)


@pytest.mark.parametrize(
    ("frames", "mjd", "message"),
    [
        (np.zeros((3, 8)), np.arange(3.0), r"\(epoch, channel, y, x\).*\(3, 8\)"),
        (np.zeros((3, 1, 8, 8), "U1"), np.arange(3.0), "not numbers"),
        (np.zeros((3, 1, 8, 8)), np.arange(2.0), "mjd has not one value a frame.*2 for 3"),
        (np.zeros((3, 1, 8, 8)), np.arange(4.0), "4 for 3"),
        (np.zeros((3, 1, 8, 8)), np.zeros((3, 1)), "mjd has not one value"),
        (np.zeros((3, 1, 8, 8)), np.ma.masked_equal(np.arange(3.0), 1), "not a number"),
    ],
)
def test_frames_and_times_of_another_shape_are_one_line(frames, mjd, message):
    with pytest.raises(InputError, match=message):
        ImageSequence.from_frames("x", frames, mjd)


@pytest.mark.parametrize("column", ["band", "seeing_fwhm_px", "zero_point_mag", "exposure_id"])
def test_columns_of_another_length_are_named(column):
    values: Any = ["g"] * 2 if column in ("band", "exposure_id") else np.ones(2)
    with pytest.raises(InputError, match=f"{column} has not one value a frame"):
        ImageSequence.from_frames("x", np.ones((3, 1, 8, 8)), np.arange(3.0), **{column: values})
