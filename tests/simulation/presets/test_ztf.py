"""Alerts of ZTF: what the difference shows is what changed, and every epoch is a detection."""

import json
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from taonet.simulation.colours import g_minus_r
from taonet.simulation.difference import Subtraction, detected_triplets, template_noise
from taonet.simulation.gaps import Gaps, draw_gaps
from taonet.simulation.light import DARK, Light
from taonet.simulation.measured_numbers import read_numbers
from taonet.simulation.objects import simulate_object
from taonet.simulation.populations.stars import asteroid
from taonet.simulation.presets.by_name import survey_preset
from taonet.sky.cutout import Quality, sky_and_noise
from taonet.sky.taxonomy import ZTF as ZTF_CLASSES

ZTF = survey_preset("ztf")
PERFECT = Subtraction(registration_px=0, flux_share=0, width_share=0, least_snr=0)


def survey_of(mag, template_mag, *, subtraction=PERFECT, gaps=None):
    """ZTF looking at one lamp after the other, its template taken when the lamp was another."""

    def draw_light(_transient, visits, _rng):
        n = len(visits.mjd)
        return Light(
            mag=np.full(n, mag), template_mag=np.full(n, template_mag), subtype="lamp", truth={}
        )

    expose = partial(detected_triplets, subtraction, gaps or Gaps())
    return replace(ZTF, draw_light=draw_light, expose=expose)


def one(survey, index=0, class_name="SN"):
    return simulate_object(survey, class_name, seed=3, index=index)


def aperture(frames, truth, radius):
    y, x = np.mgrid[:63, :63]
    return (frames * (np.hypot(x - truth["x"], y - truth["y"]) < radius)).sum(axis=(1, 2))


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


def test_the_difference_of_a_constant_star_is_noise():
    frames = np.concatenate([one(survey_of(17.0, 17.0), i)[0].frames[:, 2] for i in range(4)])
    difference = frames.astype(float)
    level, noise = sky_and_noise(frames)
    assert np.abs(level / noise).max() < 0.2
    standard = difference / noise[:, None, None]
    corner, centre = standard[:, :12, :12], standard[:, 29:34, 29:34]
    assert np.median(corner.std(axis=(1, 2))) == pytest.approx(1, abs=0.05)
    # a star of 17 mag brings photons of its own, and nothing but them
    assert np.abs(centre.mean()) < 0.2
    assert centre.std() < 3
    assert np.abs(centre.mean(axis=(1, 2))).max() < 3


def test_the_difference_holds_the_flux_of_the_truth():
    for mag in (15.0, 17.0):
        for index in range(3):
            sequence, truth = one(survey_of(mag, DARK), index)
            found = aperture(sequence.frames[:, 2].astype(float), truth, 15)
            expected = np.array(truth["difference_flux"])
            np.testing.assert_allclose(
                expected, 10 ** (0.4 * (sequence.zero_point_mag - mag)), rtol=1e-3
            )
            # 0.5 to 1 % of a Moffat profile lie beyond 15 pixels
            assert np.median(found / expected) == pytest.approx(0.99, abs=0.03)


def test_what_is_fainter_than_its_template_is_negative():
    sequence, truth = one(survey_of(17.0, 16.0))
    assert not any(truth["positive"])
    assert max(truth["difference_flux"]) < 0
    found = aperture(sequence.frames[:, 2].astype(float), truth, 10)
    ratio = found / np.array(truth["difference_flux"])
    assert np.median(ratio) == pytest.approx(0.99, abs=0.04)


def neighbours_alike(images, apart=1):
    """Correlation of the noise of pixels so far apart along x."""
    z = images.astype(float) - images.mean(axis=(-2, -1), keepdims=True)
    return np.median((z[..., apart:] * z[..., :-apart]).mean(axis=(-2, -1)) / z.var(axis=(-2, -1)))


def test_the_noise_of_the_template_is_one_pattern_smoothed_and_shifted():
    """Against the correlations measured on real templates: 0.27, and 0 two pixels apart."""
    rng = np.random.default_rng(0)
    seen = ZTF.conditions(ZTF.visits(rng), rng)
    fwhm = np.full(len(seen.sky_adu), 2.2)
    plain, matched = template_noise(PERFECT, seen, fwhm, 63, rng)
    assert plain.std() == pytest.approx(1, abs=0.05)
    assert neighbours_alike(plain) == pytest.approx(0.27, abs=0.06)
    assert abs(neighbours_alike(plain, 2)) < 0.06
    assert np.corrcoef(plain[0].ravel(), plain[1].ravel())[0, 1] > 0.6
    wide = seen.seeing_fwhm_px > 2.5
    assert matched[wide].std() < plain[wide].std()


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


def test_gaps_come_as_often_as_they_are_asked_for():
    table = read_numbers("ztf")["edges"]
    numbers: dict = {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}
    gaps = Gaps(**numbers)
    rng = np.random.default_rng(0)
    drawn = [draw_gaps(gaps, 63, 3, rng) for _ in range(1500)]
    assert np.mean([cut.any() for _, cut in drawn]) == pytest.approx(0.048, abs=0.02)
    with_gaps = np.mean([missing.any() for missing, _ in drawn])
    assert with_gaps == pytest.approx(0.14, abs=0.03)
    assert not any(missing[:, 31, 31].any() for missing, _ in drawn)


def test_nights_and_bands_are_those_of_the_survey():
    visits = [ZTF.visits(np.random.default_rng(i)) for i in range(60)]
    gaps = np.concatenate([np.diff(np.unique(np.floor(v.mjd))) for v in visits])
    assert np.median(gaps[gaps < 30]) in (2, 3)
    assert np.mean([v.band.count("g") / len(v.band) for v in visits]) == pytest.approx(
        0.5, abs=0.02
    )
    assert all(a != b for v in visits for a, b in zip(v.band, v.band[1:], strict=False))


def test_supernovae_redden_and_blazars_are_bluer_when_brighter():
    days = np.array([0.0, 30.0])
    rng = np.random.default_rng(0)
    ia = Light(mag=np.array([18.0, 20.0]), subtype="Ia", truth={"peak_mjd": 0.0})
    at_peak, later = np.mean([g_minus_r(ia, days, rng) for _ in range(200)], axis=0)
    assert at_peak == pytest.approx(-0.1, abs=0.03)
    assert later == pytest.approx(0.8, abs=0.03)
    blazar = ZTF.transients["BZ"](np.arange(59000.0, 59400.0, 4.0), rng)
    colours = g_minus_r(blazar, np.arange(59000.0, 59400.0, 4.0), rng)
    assert colours[np.argmin(blazar.mag)] < colours[np.argmax(blazar.mag)]


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
    lights = []
    for seed in range(120):
        rng = np.random.default_rng(seed)
        lights.append(ZTF.light("SN", ZTF.visits(rng), rng))
    templates = [found.template_mag for found in lights]
    held = [mag is not None and np.isfinite(mag).any() for mag in templates]
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
