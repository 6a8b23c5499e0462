"""Empty places: away from the object and from stars, and cut as the frames are there."""

from dataclasses import replace

import numpy as np
import pytest

from taonet.simulation.empty_places import (
    AWAY_PX,
    cut_empty_place,
    empty_places,
    median_frame,
    with_frames,
)
from taonet.sky.cutout import Quality
from taonet.sky.psf import moffat
from taonet.sky.sequence import ImageSequence

STAR = (14, 40)
"""Its x and y."""


@pytest.fixture
def field():
    frames = np.random.default_rng(1).normal(100, 5, (6, 1, 64, 64)).astype(np.float32)
    for x, y in ((32, 32), STAR):
        frames[:, 0] += 4000 * moffat(64, fwhm_px=3.0, x=x, y=y).astype(np.float32)
    return ImageSequence.from_frames("field", frames, 55000.0 + np.arange(6.0), ra=10.0, dec=5.0)


def test_places_lie_off_the_object_and_the_stars_and_within_the_frame(field):
    y, x = np.nonzero(empty_places(field, 21))
    assert len(x) > 200
    assert np.hypot(x - 32, y - 32).min() >= AWAY_PX
    assert np.hypot(x - STAR[0], y - STAR[1]).min() > 4
    assert (x.min(), x.max()) >= (10, 10) and (x.max(), y.max()) <= (53, 53)


def test_a_cut_is_a_part_of_the_frames_of_unknown_position(field):
    cut = cut_empty_place(field, 21, np.random.default_rng(2))
    assert cut is not None
    assert cut.frames.shape == (6, 1, 21, 21)
    assert np.isnan([cut.ra, cut.dec]).all()
    corners = np.argwhere(field.frames[0, 0] == cut.frames[0, 0, 0, 0])
    assert any(
        np.array_equal(field.frames[..., y : y + 21, x : x + 21], cut.frames) for y, x in corners
    )
    # nothing stands out in its middle
    assert median_frame(cut)[8:13, 8:13].max() < 100 + 5 * 5


def test_frames_without_room_have_no_empty_place(field):
    assert cut_empty_place(field, 64, np.random.default_rng(2)) is None
    assert cut_empty_place(field, 60, np.random.default_rng(2)) is None


def test_the_median_frame_leaves_out_what_is_blank_and_where_nothing_is_known(field):
    frames = field.frames.copy()
    frames[0], frames[:, :, :3] = 0, np.nan
    before = ImageSequence.from_frames("gap", frames, field.mjd)
    median = median_frame(before)
    assert np.isnan(median[:3]).all()
    np.testing.assert_allclose(median[3:], np.median(frames[1:, 0, 3:], axis=0), rtol=1e-6)


def test_quality_is_read_off_new_frames_and_what_the_source_knew_stays(field):
    known = np.array([Quality.MJD_REPAIRED, Quality.HOLE, 0, 0, 0, 0], np.int32)
    frames = field.frames.copy()
    frames[3, 0, 31:34, 30:35] = np.nan
    changed = with_frames(replace(field, quality=known), frames)
    assert changed.quality[0] == Quality.MJD_REPAIRED
    assert changed.quality[1] == 0
    assert changed.quality[3] & Quality.HOLE
