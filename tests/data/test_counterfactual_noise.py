"""Noise that is restored is like the noise that was there."""

import numpy as np
import pytest

from taonet.data.counterfactual_light import dim, empty
from taonet.data.counterfactual_noise import draw_noise, measure_frames, neighbour_correlation
from taonet.sky.cutout import sky_and_noise
from taonet.sky.sequence import ImageSequence

N, SIZE = 30, 64


def correlation_of(pixels):
    """The plain correlation of neighbours in x and y, of frames without a source."""
    pixels = np.asarray(pixels, np.float64)
    pixels = pixels - pixels.mean(axis=(-1, -2), keepdims=True)
    pairs = (pixels[..., 1:] * pixels[..., :-1]).mean(), (pixels[..., 1:, :] * pixels[..., :-1, :])
    return (pairs[0] + pairs[1].mean()) / 2 / pixels.var()


def shift_by_half(pixels):
    """Resample by bilinear interpolation, as programs that align frames do."""
    rows = pixels[..., 1:, :] + pixels[..., :-1, :]
    return (rows[..., 1:] + rows[..., :-1]) / 4


def sequence_of(*, resampled, star=0.0, channels=("science",), size=SIZE, seed=1):
    drawn = np.random.default_rng(seed).normal(0, 20, (N, len(channels), size + 1, size + 1))
    frames = shift_by_half(drawn) if resampled else drawn[..., :-1, :-1]
    y, x = np.indices((size, size)) - size // 2
    frames = 500 + frames + star * np.exp(-0.5 * (x**2 + y**2) / 1.5**2)
    return ImageSequence.from_frames("o", frames, 59000.0 + np.arange(N), channels=channels)


@pytest.mark.parametrize(("resampled", "expected"), [(False, 0.0), (True, 0.5)])
@pytest.mark.parametrize("size", [64, 21])
def test_neighbours_go_together_as_in_the_frames(resampled, expected, size):
    measured, drawn = [], []
    for seed in range(5):
        before = sequence_of(resampled=resampled, star=5000.0, size=size, seed=seed)
        pixels, _, noise = measure_frames(before)
        measured.append(neighbour_correlation(pixels)[-1, 0, 0, 0])
        noises = draw_noise(before, pixels, noise, np.random.default_rng(3))
        assert noises.std() == pytest.approx(1, rel=0.05)
        drawn.append(correlation_of(noises[N // 2 :]))
    assert np.median(measured) == pytest.approx(expected, abs=0.06)
    assert np.median(drawn) == pytest.approx(expected, abs=0.06)


@pytest.mark.parametrize("resampled", [False, True])
def test_dimmed_and_empty_frames_average_out_as_before(resampled):
    before = sequence_of(resampled=resampled)
    # means over 4 × 4 pixels tell how noise averages out
    for change in (lambda s, rng: dim(s, 2.5, rng), empty):
        after = change(before, np.random.default_rng(5))
        scatter = [
            s.frames[:, 0].reshape(N, SIZE // 4, 4, SIZE // 4, 4).mean(axis=(2, 4)).std()
            for s in (before, after)
        ]
        assert scatter[1] == pytest.approx(scatter[0], rel=0.08)


def test_equal_templates_get_equal_noise_and_a_difference_that_of_both():
    channels = ("science", "template", "difference")
    before = sequence_of(resampled=True, channels=channels)
    frames = before.frames.copy()
    frames[:, 1] = frames[0, 1]
    frames[:, 2] = frames[:, 0] - frames[:, 1]
    before = ImageSequence.from_frames("o", frames, before.mjd, channels=channels)
    pixels, _, noise = measure_frames(before)
    drawn = draw_noise(before, pixels, noise, np.random.default_rng(3))
    np.testing.assert_array_equal(drawn[:, 1], drawn[:1, 1].repeat(N, axis=0))
    left = noise[:, 2] * drawn[:, 2] - (noise[:, 0] * drawn[:, 0] - noise[:, 1] * drawn[:, 1])
    assert left.std() < 0.1 * noise.mean()


def test_frames_of_unknown_noise_get_white_noise():
    before = ImageSequence.from_frames("o", np.full((2, 21, 21), 7.0), [1.0, 2.0])
    pixels, _, _ = measure_frames(before)
    assert (neighbour_correlation(pixels) == 0).all()


def test_the_wings_of_a_bright_star_are_no_noise():
    frames = sequence_of(resampled=False, size=21).frames.copy()
    y, x = np.indices((21, 21)) - 10
    frames += 3e5 * (1 + (x**2 + y**2) / 2.0**2) ** -3
    pixels, _, noise = measure_frames(ImageSequence.from_frames("o", frames, np.arange(N) + 1.0))
    assert np.median(noise) == pytest.approx(20, rel=0.5)
    assert np.median(sky_and_noise(pixels)[1]) > 2 * np.median(noise)
    assert neighbour_correlation(pixels)[-1, 0, 0, 0] < 0.15
