"""What frames look like: the same in any unit and at any brightness, another at another scale."""

import numpy as np
import pytest
from scipy.ndimage import zoom

from taonet.data.frame_signature import NUMBERS, frame_signature


def frames_of(seed=0, n=20, size=48, fwhm=2.5, star=5000.0, stars=6):
    rng = np.random.default_rng(seed)
    y, x = np.indices((size, size))
    places = rng.uniform(4, size - 4, (stars, 2))
    light = np.zeros((size, size)) + sum(
        np.exp(-((y - b) ** 2 + (x - a) ** 2) / (2 * (fwhm / 2.355) ** 2)) for a, b in places
    )
    return 1000 + star / fwhm**2 * light + rng.normal(0, 10, (n, size, size))


def last(frames):
    return dict(zip(NUMBERS, frame_signature(frames)[-1], strict=True))


def test_neither_unit_nor_level_matter():
    frames = frames_of()
    np.testing.assert_allclose(
        frame_signature(frames), frame_signature(frames * 3 - 500), rtol=1e-6
    )


def test_white_noise_is_not_correlated_and_smoothed_noise_is():
    frames = frames_of(stars=0, star=0)
    smooth = (frames + np.roll(frames, 1, 1) + np.roll(frames, 1, 2)) / 3
    assert abs(last(frames)["noise along a side"]) < 0.03
    assert last(smooth)["noise along a side"] > 0.2


def test_wider_stars_have_more_light_beside_their_core():
    sharp, blurred = last(frames_of(fwhm=2.5)), last(frames_of(fwhm=5.0, star=20000.0))
    assert blurred["width of stars"] - sharp["width of stars"] > 0.5
    assert blurred["core of stars"] - sharp["core of stars"] < 0.5


@pytest.mark.parametrize("factor", [2.0, 0.5])
def test_another_pixel_scale_shows_in_the_width_of_stars(factor):
    frames = frames_of(fwhm=3.5)
    other = np.stack([zoom(frame, factor, order=1, mode="nearest") for frame in frames])
    change = last(other)["width of stars"] - last(frames)["width of stars"]
    assert np.sign(change) == np.sign(factor - 1)
    assert abs(change) > 0.2


def test_what_follows_changes_nothing():
    frames = frames_of()
    np.testing.assert_allclose(frame_signature(frames[:7]), frame_signature(frames)[:7])


@pytest.mark.filterwarnings("error")
def test_frames_without_stars_data_or_noise_have_numbers_too():
    frames = frames_of(stars=0, star=0)
    frames[0], frames[1] = np.nan, 7
    signature = frame_signature(frames)
    assert np.isfinite(signature).all()
    assert signature[-1, 2] == signature[-1, 3] == 0
    assert frame_signature(frames[:0]).shape == (0, len(NUMBERS))
    assert np.isfinite(frame_signature(frames[:, :2, :2])).all()


def test_crowded_fields_cover_more():
    assert last(frames_of(stars=30))["stars"] > 1.5 * last(frames_of(stars=3))["stars"]
