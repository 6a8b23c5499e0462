"""Simulated objects: the same for the same seed, light as drawn, cadence blind to the class."""

from itertools import islice

import numpy as np
import pytest

from taonet.errors import ConfigError
from taonet.simulate.scene import Detector, Weather, draw_galaxy, draw_star, expose
from taonet.simulate.survey import simulate, simulate_object, survey_named
from taonet.simulate.transients import (
    TRANSIENTS,
    cataclysmic_variable,
    damped_random_walk,
    supernova_shape,
)
from taonet.sky.taxonomy import CRTS

TINY = survey_named("tiny")


def one(class_name, index=0, seed=1):
    return simulate_object(TINY, class_name, seed=seed, index=index)


def test_an_object_depends_on_seed_and_number_alone():
    drawn = list(simulate(TINY, 9, seed=5))
    late = list(simulate(TINY, 2, seed=5, start=7))
    for (a, truth_a), (b, truth_b) in zip(drawn[7:], late, strict=True):
        np.testing.assert_array_equal(a.frames, b.frames)
        assert truth_a == truth_b
    assert not np.array_equal(
        drawn[0][0].frames[0], one(drawn[0][0].class_name, seed=6)[0].frames[0]
    )


@pytest.mark.parametrize("class_name", CRTS.classes)
def test_cadence_and_weather_are_blind_to_the_class(class_name):
    reference, sequence = one("NON")[0], one(class_name)[0]
    np.testing.assert_array_equal(reference.mjd, sequence.mjd)
    np.testing.assert_array_equal(reference.seeing_fwhm_px, sequence.seeing_fwhm_px)
    np.testing.assert_array_equal(reference.zero_point_mag, sequence.zero_point_mag)
    assert sequence.class_name == class_name
    assert sequence.frames.dtype == np.uint16
    assert np.all(np.diff(sequence.mjd) > 0)


def test_mixes():
    classes = [s.class_name for s, _ in simulate(TINY, 12, seed=1)]
    assert all(classes.count(name) == 2 for name in CRTS.classes)
    real = [s.class_name for s, _ in islice(simulate(TINY, 60, seed=1, mix="realistic"), 60)]
    assert real.count("NON") > 30


@pytest.mark.parametrize("given", [{"classes": ("SNX",)}, {"mix": "fair"}, {"classes": ()}])
def test_unknown_classes_and_mixes_are_refused(given):
    with pytest.raises(ConfigError):
        next(simulate(TINY, 1, seed=1, **given))


def test_a_point_source_keeps_its_flux_wherever_it_falls_between_pixels():
    n = 50
    rng = np.random.default_rng(0)
    canvas = np.zeros((n, 64, 64))
    x, y = rng.uniform(31, 33, (2, n))
    draw_star(canvas, np.full(n, 1000.0), x, y, rng.uniform(2, 3, n), radius_px=30)
    np.testing.assert_allclose(canvas.sum(axis=(1, 2)), 1000, rtol=5e-3)
    axis = np.arange(64)
    np.testing.assert_allclose((canvas.sum(axis=1) * axis).sum(axis=1) / 1000, x, atol=0.15)
    np.testing.assert_allclose((canvas.sum(axis=2) * axis).sum(axis=1) / 1000, y, atol=0.15)


def test_a_galaxy_keeps_its_flux_and_its_place():
    canvas = np.zeros((4, 65, 65))
    at = np.full(4, 32.0)
    seeing = np.linspace(2, 3, 4)
    draw_galaxy(
        canvas, np.full(4, 500.0), at + 0.3, at, seeing, radius_px=2.0, axis_ratio=0.6, angle=0.4
    )
    np.testing.assert_allclose(canvas.sum(axis=(1, 2)), 500, rtol=0.02)
    centre = (canvas.sum(axis=1) * np.arange(65)).sum(axis=1) / canvas.sum(axis=(1, 2))
    np.testing.assert_allclose(centre, 32.3, atol=0.05)
    # better seeing, sharper picture
    assert np.all(np.diff(canvas.max(axis=(1, 2))) < 0)


def test_noise_is_that_of_photons_and_reading():
    n = 200
    weather = Weather(**{name: np.zeros(n) for name in ("shift_x", "shift_y", "zero_point_mag")},
                      seeing_fwhm_px=np.full(n, 2.0), sky_adu=np.full(n, 1900.0))  # fmt: skip
    detector = Detector(cosmic_rays=0, blank_share=0)
    frames = expose(np.zeros((n, 32, 32)), weather, detector, np.random.default_rng(0))
    expected = 1900 / detector.gain + detector.read_noise_adu**2 + 1 / 12
    chi2 = ((frames - 1900.0) ** 2).sum() / expected
    assert abs(chi2 / frames.size - 1) < 5 * np.sqrt(2 / frames.size)


def test_the_damped_random_walk_has_its_structure_function():
    rng = np.random.default_rng(0)
    mjd = np.sort(rng.uniform(0, 2000, 60))
    walks = np.stack(
        [damped_random_walk(mjd, rng, tau_days=200.0, sf_inf_mag=0.4) for _ in range(3000)]
    )
    for i, j in ((0, 1), (10, 15), (5, 50)):
        found = np.sqrt(((walks[:, i] - walks[:, j]) ** 2).mean())
        formula = 0.4 * np.sqrt(1 - np.exp(-(mjd[j] - mjd[i]) / 200))
        np.testing.assert_allclose(found, formula, rtol=0.06)


@pytest.mark.parametrize("subtype", ["Ia", "IIP", "Ibc"])
def test_a_supernova_rises_peaks_and_fades(subtype):
    days = np.linspace(-30, 200, 2301)
    mag = supernova_shape(days, subtype, 1.0)
    assert days[np.argmin(mag)] == pytest.approx(0, abs=0.2)
    assert np.isinf(mag[0])
    assert np.all(np.diff(mag[days > 0]) >= 0)
    fade = np.interp(60, days, mag)
    assert fade < 0.5 if subtype == "IIP" else fade > 1.5


def test_dwarf_novae_burst_as_often_as_they_say():
    rng = np.random.default_rng(0)
    light = cataclysmic_variable(np.arange(53000.0, 57000.0, 0.25), rng)
    bright = light.mag < light.truth["quiet_mag"] - 0.5 * light.truth["amplitude"]
    outbursts = np.count_nonzero(np.diff(bright.astype(int)) == 1)
    assert outbursts == pytest.approx(4000 / light.truth["recurrence_days"], rel=0.4)


@pytest.mark.parametrize("class_name", CRTS.classes)
def test_every_class_gives_light_at_every_epoch_or_says_it_is_dark(class_name):
    mjd = np.sort(np.random.default_rng(0).uniform(53500, 56000, 40))
    for seed in range(20):
        light = TRANSIENTS[class_name](mjd, np.random.default_rng(seed))
        assert light.mag.shape == mjd.shape
        assert not np.isnan(light.mag).any()
        assert np.isfinite(light.mag).any() or np.isfinite(light.host_mag)
