import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taonet.data.transforms import (
    LEAST_LIGHT,
    LIGHT_RADIUS_PX,
    SOFT_SCALE,
    USUAL_LIGHT,
    Scaling,
    draw_epochs,
    running_median,
    scaled_images,
    turn_images,
)
from taonet.sky.psf import moffat


@given(st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=1, max_size=30))
@settings(max_examples=80, deadline=None)
def test_running_median_is_the_median_of_what_was_seen(values):
    values = np.array(values)
    with np.errstate(all="ignore"):
        expected = [
            np.median(seen) if len(seen := values[: k + 1][~np.isnan(values[: k + 1])]) else np.nan
            for k in range(len(values))
        ]
    np.testing.assert_allclose(running_median(values), expected)


def some_frames(n=8, size=15, seed=0):
    rng = np.random.default_rng(seed)
    star = rng.uniform(100, 5000, (n, 1, 1)) * moffat(size, fwhm_px=3.0)
    return (rng.normal(1000, 10, (n, size, size)) + star)[:, None].astype(np.float32)


@pytest.mark.parametrize("sky", ["frame", "sequence"])
def test_the_future_never_changes_a_scaled_frame(sky):
    frames, band = some_frames(), np.array([0, 1] * 4)
    images, conditions = scaled_images(frames, band, Scaling(sky=sky))
    for k in range(1, 9):
        early, known = scaled_images(frames[:k], band[:k], Scaling(sky=sky))
        np.testing.assert_array_equal(early, images[:k])
        np.testing.assert_array_equal(known, conditions[:k])


def test_scaling_keeps_the_light_curve():
    frames = some_frames()
    images, _ = scaled_images(frames, np.zeros(8, int), Scaling())
    linear = np.sinh(SOFT_SCALE * images)[:, 0, 7, 7]
    peak = frames[:, 0, 7, 7] - np.median(frames[:, 0], axis=(1, 2))
    assert np.corrcoef(linear, peak)[0, 1] > 0.999


def test_a_factor_and_an_offset_on_the_pixels_change_nothing():
    frames = some_frames()
    images, conditions = scaled_images(frames, np.zeros(8, int), Scaling())
    other, same = scaled_images(frames * 4 + 64, np.zeros(8, int), Scaling())
    np.testing.assert_allclose(images, other, atol=2e-5)
    np.testing.assert_allclose(conditions, same, atol=2e-5)


def test_no_data_becomes_sky():
    frames = some_frames()
    frames[2, 0, :, :4] = np.nan
    images, conditions = scaled_images(frames, np.zeros(8, int), Scaling())
    assert np.isfinite(images).all()
    assert np.isfinite(conditions).all()
    assert (images[2, 0, :, :4] == 0).all()


def test_the_eight_turns_are_the_eight_symmetries():
    image = np.arange(9.0).reshape(1, 1, 3, 3)
    seen = {turn_images(image, k).tobytes() for k in range(8)}
    assert len(seen) == 8
    np.testing.assert_array_equal(turn_images(image, 0), image)


@given(st.integers(1, 40), st.integers(0, 1000))
@settings(max_examples=100, deadline=None)
def test_shown_epochs_are_in_order_and_exist(n, seed):
    epochs = draw_epochs(n, np.random.default_rng(seed))
    assert len(epochs) >= 1
    assert np.all(np.diff(epochs) > 0)
    assert 0 <= epochs[0] <= epochs[-1] < n


def test_few_epochs_are_one_to_three_of_the_whole_sequence():
    rng = np.random.default_rng(0)
    drawn = [draw_epochs(20, rng, whole=1.0, few=0.5) for _ in range(400)]
    short = [epochs for epochs in drawn if len(epochs) < 20]
    assert len(short) / len(drawn) == pytest.approx(0.5, abs=0.08)
    assert {len(epochs) for epochs in short} == {1, 2, 3}
    assert {epoch for epochs in short for epoch in epochs} == set(range(20))
    assert all(np.all(np.diff(epochs) > 0) for epochs in short)
    assert len(draw_epochs(1, rng, few=1.0)) == 1


def test_in_units_of_its_own_brightness_an_object_has_none():
    rng = np.random.default_rng(3)
    y, x = np.indices((21, 21)) - 10
    star = np.exp(-(x**2 + y**2) / 4)
    change = rng.uniform(0.7, 1.4, 30)[:, None, None, None]
    noise = rng.normal(0, 0.1, (30, 1, 21, 21))
    one, other = (
        scaled_images(
            100 + noise + light * change * star, np.zeros(30, int), Scaling(unit="object")
        )[0]
        for light in (100.0, 300.0)
    )
    np.testing.assert_allclose(one[:, 0, 10, 10], other[:, 0, 10, 10], rtol=0.01)
    plain = scaled_images(100 + noise, np.zeros(30, int), Scaling(unit="object"))[0]
    inside = (x**2 + y**2 <= LIGHT_RADIUS_PX**2).sum()
    most = USUAL_LIGHT / (LEAST_LIGHT * np.sqrt(inside))
    shown = np.sinh(SOFT_SCALE * plain.astype(np.float64)).std()
    assert shown < 1.05 * most, "what has no brightness is shown as noisy as the least that has one"
