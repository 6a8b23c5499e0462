"""Other light, the same noise: laws that hold whatever the survey."""

from dataclasses import replace

import numpy as np
import pytest

from taonet.data.counterfactual_light import (
    OBJECT_RADIUS_PX,
    change_alone,
    dim,
    empty,
    freeze,
)
from taonet.sky.cutout import Quality, sky_and_noise
from taonet.sky.sequence import ImageSequence

N, SIZE, NOISE, STAR = 12, 64, 20.0, 8000.0
Y, X = np.indices((SIZE, SIZE)) - SIZE // 2
PSF = np.exp(-0.5 * (X**2 + Y**2) / 1.3**2)
FIELD = 5000 * np.exp(-0.5 * ((X - 14) ** 2 + (Y + 9) ** 2) / 1.3**2)
SKY = 1000 + 50.0 * np.arange(N)
LAWS = [
    lambda s, rng: dim(s, 1.5, rng),
    lambda s, rng: dim(s, -1.5, rng),
    freeze,
    change_alone,
    empty,
]


def rng(seed=7):
    return np.random.default_rng(seed)


def sequence_of(*, flux=None, field=1.0, dtype=np.float32, seed=1, **columns):
    """A star of given peaks in a field, on sky and noise that differ from epoch to epoch."""
    flux = np.full(N, STAR) if flux is None else flux
    noise = NOISE * (1 + 0.1 * np.arange(N))
    drawn = np.random.default_rng(seed).normal(size=(N, SIZE, SIZE)) * noise[:, None, None]
    frames = SKY[:, None, None] + flux[:, None, None] * PSF + field * FIELD + drawn
    frames = (np.rint(frames) if np.issubdtype(dtype, np.integer) else frames).astype(dtype)
    return ImageSequence.from_frames("star", frames, 59000.0 + np.arange(N), **columns)


def triplets(dtype=np.float64):
    science = sequence_of(dtype=dtype).frames[:, 0]
    template = np.repeat(sequence_of(dtype=dtype, seed=2).frames[:1, 0], N, axis=0)
    frames = np.stack([science, template, science - template], axis=1)
    channels = ("science", "template", "difference")
    return ImageSequence.from_frames("star", frames, 59000.0 + np.arange(N), channels=channels)


def peaks(sequence):
    """Matched-filter flux at the centre, above the sky, in units of a star's peak."""
    pixels = np.asarray(sequence.frames[:, 0], np.float64)
    light = pixels - sky_and_noise(pixels)[0][:, None, None]
    return (light * PSF).sum(axis=(1, 2)) / (PSF**2).sum()


@pytest.mark.parametrize("dtype", [np.float32, np.uint16])
@pytest.mark.parametrize("mag", [0.5, 1, 2.5])
def test_light_is_dimmed_and_sky_and_noise_stay(dtype, mag):
    before = sequence_of(dtype=dtype)
    after = dim(before, mag, rng())
    assert after.frames.dtype == dtype
    np.testing.assert_allclose(peaks(after), STAR * 10 ** (-0.4 * mag), atol=60)
    for one, other in zip(sky_and_noise(before.frames), sky_and_noise(after.frames), strict=True):
        np.testing.assert_allclose(one, other, rtol=0.1)


def test_brighter_light_brings_its_noise_and_nothing_more():
    before = sequence_of()
    after = dim(before, -1, rng())
    sky, noise = sky_and_noise(before.frames)
    np.testing.assert_allclose(peaks(after), STAR * 10**0.4, rtol=0.01)
    np.testing.assert_allclose(sky_and_noise(after.frames)[1], noise * 10**0.4, rtol=1e-3)
    back = dim(after, 1, rng(0)).frames - sky[..., None, None]
    assert np.std(back - (before.frames - sky[..., None, None])) > NOISE / 2
    np.testing.assert_array_equal(dim(before, 0, rng()).frames, before.frames)


def test_counts_end_at_the_ceiling_of_the_detector():
    bright = dim(sequence_of(dtype=np.uint16), -5, rng())
    assert bright.frames.max() == np.iinfo(np.uint16).max


@pytest.mark.parametrize("change", LAWS)
def test_a_difference_stays_science_minus_template(change):
    after = change(triplets(), rng())
    science, template, difference = after.frames.transpose(1, 0, 2, 3)
    left = difference - (science - template)
    # levels of the three skies are medians, which do not add up to the last bit
    left = left - np.median(left, axis=(1, 2), keepdims=True)
    if change is freeze:
        assert left[:, 28:37, 28:37].std() < NOISE
    elif change is not change_alone:
        # what is left is how well the noises of three images are known
        assert left.std() < 0.1 * NOISE
    np.testing.assert_array_equal(template, template[:1].repeat(N, axis=0))


@pytest.mark.parametrize("change", LAWS)
def test_gaps_and_blank_frames_stay(change):
    frames = sequence_of().frames.copy()
    frames[:, :, :9, :] = np.nan
    frames[3] = 77.0
    before = ImageSequence.from_frames("star", frames, 59000.0 + np.arange(N))
    after = change(before, rng())
    np.testing.assert_array_equal(np.isnan(after.frames), np.isnan(frames))
    np.testing.assert_array_equal(after.frames[3], frames[3])
    np.testing.assert_array_equal(after.quality, before.quality)


def test_a_border_filled_with_zeros_stays():
    frames = sequence_of(dtype=np.uint16).frames.copy()
    frames[:, :, :, :9] = 0
    before = ImageSequence.from_frames("star", frames, 59000.0 + np.arange(N))
    for change in LAWS:
        assert (change(before, rng()).frames[..., :9] == 0).all()


@pytest.mark.parametrize("change", LAWS)
def test_the_same_generator_gives_the_same_frames(change):
    one, other = (change(sequence_of(), rng()) for _ in range(2))
    np.testing.assert_array_equal(one.frames, other.frames)
    if change is not LAWS[1]:
        assert (change(sequence_of(), rng(8)).frames != one.frames).any()


@pytest.mark.parametrize("change", [LAWS[0], LAWS[1], empty])
def test_what_comes_later_changes_nothing(change):
    for before in (sequence_of(), triplets()):
        early = change(before.up_to(59004.0), rng())
        np.testing.assert_array_equal(early.frames, change(before, rng()).frames[:5])


def test_frozen_frames_do_not_change_but_have_their_own_sky_and_noise():
    before = sequence_of(flux=STAR * (1 + np.sin(np.arange(N))))
    after = freeze(before, rng())
    expected = np.median(peaks(before))
    assert np.std(peaks(before)) > 0.5 * STAR
    np.testing.assert_allclose(peaks(after), expected, atol=0.02 * STAR)
    for one, other in zip(sky_and_noise(before.frames), sky_and_noise(after.frames), strict=True):
        np.testing.assert_allclose(one, other, rtol=0.1)


def test_frozen_frames_follow_stated_zero_points_and_bands():
    zero_point = 25 + 0.4 * (np.arange(N) % 3)
    gain = 10 ** (0.4 * (zero_point - 25))
    before = sequence_of(
        flux=STAR * gain, field=0.0, zero_point_mag=zero_point, band=["g", "r"] * (N // 2)
    )
    np.testing.assert_allclose(peaks(freeze(before, rng())) / gain, STAR, rtol=0.02)
    two = sequence_of(flux=np.tile([STAR, STAR / 4], N // 2), band=["g", "r"] * (N // 2))
    np.testing.assert_allclose(peaks(freeze(two, rng()))[:2], [STAR, STAR / 4], rtol=0.05)


def test_a_single_epoch_is_its_own_median():
    one = sequence_of().up_to(59000.0)
    np.testing.assert_allclose(freeze(one, rng()).frames, one.frames, rtol=1e-5)
    assert not change_alone(one, rng()).quality.any()


def test_the_change_is_left_when_the_median_frame_is_taken_off():
    flux = np.full(N, STAR)
    flux[4] += 3000
    before = sequence_of(flux=flux)
    after = change_alone(before, rng())
    change = np.where(np.arange(N) == 4, 3000, 0)
    np.testing.assert_allclose(peaks(after), change, atol=60)
    np.testing.assert_allclose(
        sky_and_noise(after.frames)[0], sky_and_noise(before.frames)[0], rtol=0.01
    )
    ratio = sky_and_noise(after.frames)[1] / sky_and_noise(before.frames)[1]
    np.testing.assert_allclose(ratio, 1.05, atol=0.15)


def test_empty_sky_has_no_light_and_the_same_noise():
    before = sequence_of()
    after = empty(before, rng())
    expected = sky_and_noise(before.frames)[1][:, 0]
    np.testing.assert_allclose(after.frames.std(axis=(1, 2, 3)), expected, rtol=0.05)
    np.testing.assert_allclose(peaks(after), 0, atol=40)


def test_the_field_is_kept_where_only_the_object_is_taken_out():
    before = sequence_of()
    after = empty(before, rng(), keep_field=True)
    outside = np.hypot(X, Y) > OBJECT_RADIUS_PX
    np.testing.assert_array_equal(after.frames[..., outside], before.frames[..., outside])
    np.testing.assert_allclose(peaks(after), 0, atol=40)


def test_clipped_frames_stay():
    before = sequence_of()
    clipped = np.maximum(before.frames, SKY[:, None, None, None] + 40)
    before = ImageSequence.from_frames("star", clipped, before.mjd)
    assert (before.quality & Quality.CLIPPED).all()
    for change in LAWS:
        np.testing.assert_array_equal(change(before, rng()).frames, clipped)


def test_everything_else_stays():
    before = sequence_of(band="g", seeing_fwhm_px=3.0, zero_point_mag=25.0, class_name="SN")
    for change in LAWS:
        after = change(before, rng())
        assert vars(replace(after, frames=before.frames)).keys() == vars(before).keys()
        assert (after.band, after.class_name) == (before.band, "SN")
        np.testing.assert_array_equal(after.seeing_fwhm_px, before.seeing_fwhm_px)
