"""Frames that are spoilt near the object are found; what the object and its weather do is none."""

import numpy as np
import pytest

from taonet.sky.cutout import Quality
from taonet.sky.sequence import ImageSequence
from taonet.sky.spoilt_frames import find_spoilt

HOLE, STRAY = int(Quality.HOLE), int(Quality.STRAY_LIGHT)


def frames_of(rng, n=12, size=32, star=0.0, fwhm=3.0):
    """Return frames of sky and a star in the middle; `star` and `fwhm` may differ by epoch."""
    y, x = np.indices((size, size)) - size // 2
    sigma2 = (np.broadcast_to(fwhm, n) / 2.355) ** 2
    shape = np.exp(-(y**2 + x**2) / (2 * sigma2[:, None, None])) / sigma2[:, None, None]
    light = np.broadcast_to(star, n)[:, None, None] * shape
    return (1000 + light + rng.normal(0, 10, (n, size, size)))[:, None].astype(np.float32)


def spoilt(frames, band=None):
    return find_spoilt(frames, band or [""] * len(frames)).tolist()


def test_sky_and_a_star_under_changing_seeing_are_not_spoilt():
    rng = np.random.default_rng(0)
    seeing = rng.uniform(2, 5, 12)
    for star in (0, 300, 3000, 100_000):
        for _ in range(20):
            assert not any(spoilt(frames_of(rng, star=star, fwhm=seeing)))


def test_the_object_may_do_what_it_likes():
    rng = np.random.default_rng(1)
    for height in (300, 3000, 100_000):
        star = np.r_[np.zeros(6), np.full(6, height)]
        for _ in range(20):
            assert not any(spoilt(frames_of(rng, star=star, fwhm=4.0)))
            assert not any(spoilt(frames_of(rng, star=star[::-1], fwhm=4.0)))


@pytest.mark.parametrize("value", [np.nan, 0.0])
def test_a_hole_in_the_object_is_found_and_one_beside_it_is_not(value):
    frames = frames_of(np.random.default_rng(2), star=2000)
    frames[5, 0, 15:18, 15:18] = value
    frames[7, 0, 15:18, 20:23] = value
    assert spoilt(frames) == [0] * 5 + [HOLE] + [0] * 6


def test_a_trail_near_the_object_is_found_from_the_second_frame_on():
    frames = frames_of(np.random.default_rng(3), star=2000)
    frames[6, 0, 18:20] += 600
    assert spoilt(frames) == [0] * 6 + [STRAY] + [0] * 5


def test_where_the_first_frame_was_spoilt_the_later_ones_set_that_right():
    frames = frames_of(np.random.default_rng(3), star=2000)
    frames[0, 0, 18:20] += 900
    assert spoilt(frames) == [0, STRAY] + [0] * 10


def test_a_trail_far_from_the_object_does_no_harm():
    frames = frames_of(np.random.default_rng(4), size=64)
    frames[6, 0, 50:53] += 500
    assert not any(spoilt(frames))


@pytest.mark.parametrize("share", [0.05, 0.3])
def test_dust_is_found(share):
    frames = frames_of(np.random.default_rng(5))
    frames[8, 0, 8:25, 8:25] *= 1 - share
    assert spoilt(frames)[8] != 0


def test_a_cosmic_ray_is_no_stray_light():
    frames = frames_of(np.random.default_rng(6))
    frames[8, 0, 20, 20:23] += 2000
    assert not any(spoilt(frames))


def test_bands_are_compared_with_themselves():
    rng = np.random.default_rng(7)
    bands = ["g", "r"] * 6
    frames = frames_of(rng)
    frames[1::2, 0, 18:20] += 300
    assert not any(spoilt(frames, bands))


def test_what_follows_changes_nothing():
    frames = frames_of(np.random.default_rng(8))
    frames[5, 0, 18:20] += 300
    assert spoilt(frames[:7]) == spoilt(frames)[:7]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("size", [5, 8, 21])
def test_frames_of_any_size_without_data_or_noise_are_taken(size):
    frames = frames_of(np.random.default_rng(9), size=size)
    frames[3], frames[4] = np.nan, 7
    assert spoilt(frames)[5:] == [0] * 7
    assert spoilt(frames[:0]) == []


def test_a_sequence_carries_the_bits_and_tells_what_can_be_read():
    frames = frames_of(np.random.default_rng(10), star=2000)
    frames[5, 0, 15:17, 15:18] = np.nan
    sequence = ImageSequence.from_frames("a", frames[::-1], 60000 - np.arange(12.0))
    assert sequence.quality[5] & Quality.HOLE
    assert sequence.usable.all()
    assert np.flatnonzero(~sequence.readable).tolist() == [5]
