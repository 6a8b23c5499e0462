"""What the frame encoder reads: causal, band by band, and blind to the units of the frames."""

import numpy as np
import pytest

from taonet.data.encoder_inputs import CONDITIONS, FRAME_PX, encoder_inputs, inputs_of_sequence
from taonet.sky.sequence import ImageSequence

CENTRE = FRAME_PX // 2


def images(n=7, side=32, *, seed=0):
    """Frames of noise that differs from frame to frame, on a sky of their own, with one star."""
    rng = np.random.default_rng(seed)
    noise, sky = rng.uniform(5, 20, n), rng.uniform(100, 1000, n)
    frames = rng.normal(size=(n, side, side)) * noise[:, None, None] + sky[:, None, None]
    frames[:, side // 2, side // 2] += 3000
    return frames


BANDS = np.array([0, 1, 0, 0, 1, 0, 1])


def arrays(inputs):
    return {name: np.asarray(value) for name, value in vars(inputs).items()}


@pytest.mark.parametrize("shown", [1, 3, 6])
def test_what_is_read_of_an_epoch_does_not_depend_on_later_ones(shown):
    frames = images()
    changed = frames.copy()
    changed[shown:] = np.random.default_rng(9).normal(0, 1e5, changed[shown:].shape)
    whole = arrays(encoder_inputs(frames, BANDS))
    for other in (encoder_inputs(frames[:shown], BANDS[:shown]), encoder_inputs(changed, BANDS)):
        for name, values in arrays(other).items():
            np.testing.assert_array_equal(values[:shown], whole[name][:shown], err_msg=name)


def test_a_band_is_read_as_if_there_were_no_other():
    frames = images()
    whole = encoder_inputs(frames, BANDS)
    for band in (0, 1):
        own = band == BANDS
        alone = arrays(encoder_inputs(frames[own], BANDS[own]))
        for name, values in arrays(whole).items():
            np.testing.assert_array_equal(values[own], alone[name], err_msg=name)


def test_means_are_those_of_the_frames_before_weighted_by_their_noise():
    frames = images(side=FRAME_PX)
    found = encoder_inputs(frames, np.zeros(7, int))
    light = frames - found.sky[:, None, None]
    assert not found.means[0].any()
    for k in range(1, 7):
        weight = found.noise[:k] ** -2.0
        expected = np.average(light[:k], axis=0, weights=weight) / found.unit[k]
        np.testing.assert_allclose(found.means[k], expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(found.frames, light / found.unit[:, None, None], atol=1e-3)
    np.testing.assert_allclose(found.unit, [np.median(found.noise[: k + 1]) for k in range(7)])
    assert found.conditions.shape == (7, CONDITIONS)
    np.testing.assert_allclose(np.expm1(found.conditions[:, 0]), np.arange(7), atol=1e-5)
    np.testing.assert_allclose(np.exp(found.conditions[:, 1]), found.noise / found.unit, rtol=1e-5)
    assert found.conditions[:, 2].tolist() == [0, 1, 1, 1, 1, 1, 1]


@pytest.mark.parametrize("units", [8.0, 0.125])
def test_another_unit_of_the_frames_changes_nothing(units):
    frames = images()
    one, other = (encoder_inputs(gain * frames, BANDS) for gain in (1.0, units))
    for name in ("frames", "means", "conditions"):
        ours, theirs = getattr(one, name), getattr(other, name)
        np.testing.assert_allclose(ours, theirs, rtol=2e-3, atol=2e-3, err_msg=name)
    np.testing.assert_allclose(other.noise, units * one.noise)


@pytest.mark.parametrize("side", [21, 32, 63, 64, 65, 81, 100])
def test_the_object_comes_to_lie_at_the_centre_whatever_the_size(side):
    frames = images(n=2, side=side)
    found = encoder_inputs(frames, np.zeros(2, int))
    assert found.frames.shape == found.means.shape == (2, FRAME_PX, FRAME_PX)
    for picture in (found.frames[0], found.frames[1], found.means[1]):
        assert np.unravel_index(picture.argmax(), picture.shape) == (CENTRE, CENTRE)
    # what is beyond the cutout is sky; nothing of what is inside is lost
    covered = np.count_nonzero(found.frames[0].any(axis=0))
    assert covered == min(side, FRAME_PX)


def test_no_data_is_sky_and_a_blank_frame_has_no_weight():
    frames = images()
    frames[2, :4], frames[4] = np.nan, 500.0
    found = encoder_inputs(frames, np.zeros(7, int))
    assert not found.frames[2, CENTRE - 16 : CENTRE - 12].any()
    assert found.weight[4] == 0
    assert all(np.isfinite(one).all() for one in (found.frames, found.means, found.conditions))
    light = (found.frames * found.unit[:, None, None])[:4]
    expected = np.average(light, axis=0, weights=found.weight[:4]) / found.unit[5]
    np.testing.assert_allclose(found.means[5], expected, rtol=1e-4, atol=1e-4)


def test_the_first_channel_of_a_sequence_is_read_and_bands_are_told_apart():
    frames = images()
    both = np.stack([frames, np.zeros_like(frames)], axis=1)
    names = ["r", "g", "r", "r", "g", "r", "g"]
    sequence = ImageSequence.from_frames(
        "a", both, 5e4 + np.arange(7.0), band=names, channels=("science", "template")
    )
    found, band = inputs_of_sequence(sequence)
    assert [names[band.tolist().index(b)] for b in band] == names
    np.testing.assert_array_equal(found.means, encoder_inputs(frames, BANDS).means)
