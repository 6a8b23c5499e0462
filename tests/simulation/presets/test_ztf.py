"""Alerts of ZTF: what the difference shows is what changed, and every epoch is a detection."""

import json

import numpy as np
import pytest

from simulation.lamp import ZTF, neighbours_alike, one, survey_of
from taonet.simulation.gaps import Gaps
from taonet.simulation.light import DARK
from taonet.simulation.populations.stars import asteroid
from taonet.sky.cutout import Quality, sky_and_noise
from taonet.sky.taxonomy import ZTF as ZTF_CLASSES


@pytest.mark.parametrize("class_name", ZTF_CLASSES.classes)
def test_every_epoch_is_a_detection_in_three_channels(class_name):
    for index in range(2):
        sequence, truth = one(ZTF, index, class_name)
        n = len(sequence)
        assert sequence.channels == ("science", "template", "difference")
        assert sequence.frames.shape == (n, 3, 63, 63)
        assert sequence.frames.dtype == np.float32
        assert set(sequence.band) <= {"g", "r"}
        assert 1 <= n <= 60
        assert len(truth["mag"]) == len(truth["snr"]) == len(truth["difference_flux"]) == n
        assert np.all(np.abs(truth["snr"]) >= 5)
        assert truth["positive"] == [snr > 0 for snr in truth["snr"]]
        centre = sequence.frames[:, 2, 29:34, 29:34]
        assert np.mean((centre.sum(axis=(1, 2)) > 0) == truth["positive"]) > 0.9
        json.dumps(truth, allow_nan=False)


def test_the_template_is_deep_and_the_difference_nearly_white():
    sequence, _ = one(survey_of(21.0, 21.0), 1)
    noise = sky_and_noise(sequence.frames)[1]
    assert np.median(noise[:, 1] / noise[:, 0]) < 0.5
    assert abs(neighbours_alike(sequence.frames[:, 2, :16, :16])) < 0.12


def test_a_limit_of_some_20_5_magnitudes():
    expected = []
    for index in range(6):
        sequence, truth = one(survey_of(19.5, DARK), index)
        flux_err = np.array(truth["difference_flux"]) / np.array(truth["snr"])
        expected.append(np.median(sequence.zero_point_mag - 2.5 * np.log10(5 * flux_err)))
    assert np.median(expected) == pytest.approx(20.4, abs=0.3)


def test_missing_pixels_are_nan_in_every_channel_and_flagged():
    gaps = Gaps(edge_share=1, edge_px=(8, 9), patch_share=1)
    sequence, _ = one(survey_of(18.0, DARK, gaps=gaps))
    missing = np.isnan(sequence.frames)
    assert np.all(missing == missing[:, :1])
    assert np.all(missing[:, 0].any(axis=(1, 2)))
    assert not missing[:, :, 31, 31].any()
    assert np.all(sequence.quality & Quality.NAN_PIXELS)
    assert np.all(sequence.quality & Quality.PADDED)
    whole = one(survey_of(18.0, DARK))[0]
    assert np.isfinite(whole.frames).all()
    assert not whole.quality.any()


def test_nights_and_bands_are_those_of_the_survey():
    visits = [ZTF.visits(np.random.default_rng(i)) for i in range(60)]
    gaps = np.concatenate([np.diff(np.unique(np.floor(v.mjd))) for v in visits])
    assert np.median(gaps[gaps < 30]) in (2, 3)
    assert np.mean([v.band.count("g") / len(v.band) for v in visits]) == pytest.approx(
        0.5, abs=0.02
    )
    assert all(a != b for v in visits for a, b in zip(v.band, v.band[1:], strict=False))


def test_an_asteroid_is_seen_once_and_leaves_nothing_in_the_template():
    for index in range(20):
        light = asteroid(np.linspace(59000, 59100, 40), np.random.default_rng(index))
        assert np.isfinite(light.mag).sum() == 1
    drawn = [one(ZTF, index, "OTHER") for index in range(12)]
    once = [s for s, truth in drawn if truth["subtype"] == "asteroid"]
    assert once
    assert all(len(sequence) == 1 for sequence in once)


def test_a_late_template_holds_what_shone_then():
    """Of supernovae some are in their template: then the difference can be negative."""
    held = []
    for seed in range(120):
        rng = np.random.default_rng(seed)
        light = ZTF.light("SN", ZTF.visits(rng), rng)
        assert light.template_mag is not None
        held.append(np.isfinite(light.template_mag).any())
    assert 0.01 < np.mean(held) < 0.12


def test_the_same_number_is_the_same_object():
    first, again = one(ZTF, 5), one(ZTF, 5)
    np.testing.assert_array_equal(first[0].frames, again[0].frames)
    assert first[1] == again[1]


def test_noise_and_seeing_are_those_of_real_stamps(shared_data):
    """Medians over real alert stamps with little but sky in them."""
    file = shared_data / "ztf_stamps" / "stamps.npz"
    if not file.is_file():
        pytest.skip(f"no real stamps at {file}")
    real = np.load(file)["stamps"]
    real = real[np.isfinite(real).all(axis=(1, 2, 3)) & (np.abs(real) < 1e30).all(axis=(1, 2, 3))]
    drawn = [one(ZTF, index, "SN")[0].frames for index in range(12)]
    simulated = np.concatenate([f for f in drawn if np.isfinite(f).all()])
    for channel, tolerance in ((0, 0.35), (2, 0.35)):
        noises = [np.median(sky_and_noise(frames[:, channel])[1]) for frames in (real, simulated)]
        assert noises[1] == pytest.approx(noises[0], rel=tolerance)
