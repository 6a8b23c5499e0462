"""The `hits` preset: stamps like the public ones; nothing but the light knows the class."""

import numpy as np
import pytest

from taonet.simulation.objects import simulate_object
from taonet.simulation.populations.stars import contact_binary, rr_lyrae_c
from taonet.simulation.presets.hits import HITS_SURVEY
from taonet.sky.cutout import sky_and_noise
from taonet.sky.taxonomy import HITS


def one(class_name, index=0):
    return simulate_object(HITS_SURVEY, class_name, seed=1, index=index)


@pytest.mark.parametrize("class_name", HITS.classes)
def test_a_sequence_is_what_the_survey_says(class_name):
    for index in range(5):
        sequence, truth = one(class_name, index)
        assert sequence.frames.shape[1:] == (1, 21, 21)
        assert sequence.frames.dtype == np.float32
        assert 20 <= len(sequence) <= 32
        assert set(sequence.band) == {"g"}
        assert np.ptp(sequence.mjd) < 11
        assert truth["class_name"] == class_name


@pytest.mark.parametrize("class_name", HITS.classes)
def test_the_class_changes_neither_times_nor_weather(class_name):
    reference, sequence = one("NON")[0], one(class_name)[0]
    for name in ("mjd", "seeing_fwhm_px", "zero_point_mag"):
        np.testing.assert_array_equal(getattr(reference, name), getattr(sequence, name))


def test_sky_and_noise_are_those_of_real_stamps():
    """Real constant stars: sky 105 to 170 ADU before the Moon rose, noise 5 to 10."""
    frames = np.concatenate([one("SN", i)[0].frames[:, 0] for i in range(40)])
    sky, noise = sky_and_noise(frames)
    assert np.median(sky) == pytest.approx(116, rel=0.1)
    assert 4 < np.median(noise) < 8
    # half of all objects were resampled by a part of a pixel, which smooths their noise
    ratio = noise / np.sqrt(sky / HITS_SURVEY.detector.gain_e_per_adu)
    assert np.percentile(ratio, 5) < 0.85
    assert np.percentile(ratio, 75) > 1


@pytest.mark.parametrize("draw", [rr_lyrae_c, contact_binary])
def test_periodic_stars_have_the_period_and_amplitude_they_say(draw):
    for seed in range(20):
        fine = 57000 + np.linspace(0, 3, 6000)
        light = draw(fine, np.random.default_rng(seed))
        period = light.truth["period_days"]
        again = draw(fine + period, np.random.default_rng(seed))
        np.testing.assert_allclose(light.mag, again.mag, atol=2e-3)
        amplitude = light.truth.get("amplitude_mag", light.truth.get("depth_mag"))
        assert np.ptp(light.mag) == pytest.approx(amplitude, rel=0.1)
