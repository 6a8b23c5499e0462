"""Whether anything is seen at a place: noise is not, a star is, and no future is known."""

import numpy as np
import pytest

from taonet.data.detection import detect


def noise_frames(rng, n=20, size=32, channels=1):
    return rng.normal(1000, 10, (n, channels, size, size)).astype(np.float32)


def add_star(frames, flux, *, dy=0.0, dx=0.0, fwhm=2.5, channel=0):
    """Add a star near the centre; `flux` is one number, or one for each epoch."""
    y, x = np.indices(frames.shape[2:])
    middle = frames.shape[-1] // 2
    sigma = fwhm / 2.355
    shape = np.exp(-((y - middle - dy) ** 2 + (x - middle - dx) ** 2) / (2 * sigma**2))
    shape = shape / shape.sum()
    frames[:, channel] += np.broadcast_to(flux, len(frames))[:, None, None] * shape
    return frames


def detected(frames, **kwargs):
    return detect(frames, **kwargs).detected


def test_noise_is_rarely_taken_for_an_object_whatever_the_number_of_frames():
    rng = np.random.default_rng(0)
    alarms = [detected(noise_frames(rng, n=40, size=size))[-1] for size in (21, 64) * 100]
    assert np.mean(alarms) <= 0.01


def test_correlated_noise_is_noise():
    rng = np.random.default_rng(1)
    alarms = []
    for _ in range(60):
        frames = noise_frames(rng, n=30)
        frames = (frames + np.roll(frames, 1, axis=2)) / 2
        alarms.append(detected((frames + np.roll(frames, 1, axis=3)) / 2)[-1])
    assert np.mean(alarms) <= 0.02


# the noise of a fitted flux is 10 · 2 sqrt(pi) · 2.5 / 2.355 = 38
@pytest.mark.parametrize(("snr", "frame"), [(12, 0), (4, 3), (2, 12)])
def test_a_star_is_seen_once_enough_frames_show_it(snr, frame):
    rng = np.random.default_rng(2)
    found = np.mean(
        [detected(add_star(noise_frames(rng), 38 * snr, dy=0.4, dx=-0.3)) for _ in range(30)],
        axis=0,
    )
    assert found[frame] > 0.8
    assert found[-1] > 0.95


def test_a_star_two_pixels_off_is_not_lost():
    frames = add_star(noise_frames(np.random.default_rng(3)), 38 * 20, dy=1, dx=1)
    assert detected(frames)[0]


def test_a_neighbour_beside_the_place_is_not_the_object():
    frames = add_star(noise_frames(np.random.default_rng(4)), 38 * 50, dy=0, dx=5)
    assert not detected(frames).any()


def test_one_bad_frame_is_no_object():
    frames = noise_frames(np.random.default_rng(5))
    frames[7, 0, 14:19, 14:19] += 5000
    assert not detected(frames).any()
    frames[7, 0] = np.nan
    assert not detected(frames).any()


def test_a_short_outburst_in_two_frames_running_is_one():
    flux = np.zeros(20)
    flux[11:13] = 38 * 15
    found = detected(add_star(noise_frames(np.random.default_rng(6)), flux))
    assert found.tolist() == [False] * 12 + [True] * 8


@pytest.mark.parametrize("sign", [1, -1])
def test_in_differences_what_has_faded_counts_too(sign):
    frames = noise_frames(np.random.default_rng(7), channels=2)
    frames[:, 1] -= 1000
    channels = ("science", "difference")
    assert not detected(frames, channels=channels).any()
    assert detected(add_star(frames, sign * 38 * 12, channel=1), channels=channels)[2]


def test_what_follows_changes_nothing():
    frames = add_star(noise_frames(np.random.default_rng(8)), 38 * 2)
    whole, part = detect(frames), detect(frames[:9])
    np.testing.assert_allclose(part.snr, whole.snr[:9], rtol=1e-5)
    assert part.detected.tolist() == whole.detected[:9].tolist()


def test_the_unit_of_the_frames_does_not_matter():
    frames = add_star(noise_frames(np.random.default_rng(9)), 38 * 2)
    plain, scaled = detect(frames), detect(frames * 37 - 500)
    np.testing.assert_allclose(plain.snr, scaled.snr, rtol=1e-3)


@pytest.mark.filterwarnings("error")
def test_frames_without_noise_or_data_show_nothing():
    frames = noise_frames(np.random.default_rng(10), n=6)
    frames[:2], frames[2] = 5.0, np.nan
    detection = detect(frames)
    assert np.isfinite(detection.snr).all()
    assert not detection.detected.any()


@pytest.mark.parametrize("size", [8, 11])
def test_a_bright_star_is_seen_in_small_cutouts_too(size):
    frames = add_star(noise_frames(np.random.default_rng(11), size=size), 38 * 40)
    assert detected(frames)[-1]
