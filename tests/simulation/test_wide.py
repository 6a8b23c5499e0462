"""The wide mix: what an object does depends on its class; its brightness and place do not."""

import json

import numpy as np
import pytest

from simulation.level_numbers import macro_f1_by_level, table_of_levels
from taonet.errors import ConfigError
from taonet.simulation.conditions import Visits
from taonet.simulation.light import DARK, Light
from taonet.simulation.objects import simulate, simulate_detections, simulate_object
from taonet.simulation.presets.by_name import preset_digest, survey_preset
from taonet.simulation.wide import WIDE_MIX, Level, WideLight, draw_level, reach_of, widen

TINY, HITS = survey_preset("tiny"), survey_preset("hits")
VISITS = Visits(mjd=np.arange(53500.0, 53520.0), band=("",) * 20)


def draw(mag, *, seed=0, is_quiet=False, template=None):
    """Draw objects of a given light curve in the wide mix."""
    light = Light(mag=np.array(mag, float), subtype="x", template_mag=template)
    wide = WideLight(
        mix=WIDE_MIX,
        reach=reach_of(TINY),
        draw_light=lambda *_: light,
        is_quiet=is_quiet,
        is_event=False,
        pixel_arcsec=2.5,
    )
    return wide.draw(lambda *_: light, VISITS, np.random.default_rng(seed))


def level_of(light):
    """All the light of the place in the median frame, magnitude."""
    own = 10 ** (-0.4 * np.median(light.mag))
    host = 10 ** (-0.4 * light.host.mag) if light.host else 0
    return -2.5 * np.log10(own + host)


def test_an_object_depends_on_survey_seed_number_classes_and_mix_alone():
    drawn = list(simulate(TINY, 8, seed=5, mix="wide"))
    late = list(simulate(TINY, 2, seed=5, mix="wide", start=6))
    for (a, truth_a), (b, truth_b) in zip(drawn[6:], late, strict=True):
        np.testing.assert_array_equal(a.frames, b.frames)
        np.testing.assert_array_equal(a.zero_point_mag, b.zero_point_mag)
        assert (a.object_id, truth_a) == (b.object_id, truth_b)
    plain, _ = next(simulate(TINY, 1, seed=5))
    assert plain.object_id != drawn[0][0].object_id
    assert not np.array_equal(plain.frames, drawn[0][0].frames)


CURVES = {
    "constant": np.full(20, 18.0),
    "burst": np.r_[np.full(15, 19.0), np.full(5, 15.5)],
    "new star": np.r_[np.full(15, DARK), np.linspace(17, 20, 5)],
    "nothing": np.full(20, DARK),
}


@pytest.mark.parametrize("seed", range(12))
def test_the_level_of_a_place_is_the_same_whatever_the_object_does(seed):
    steady = draw(CURVES["constant"], seed=seed)
    if steady.truth["wide"]["is_dark"]:
        return
    wanted = steady.truth["wide"]["level_mag"]
    for name, mag in CURVES.items():
        light = draw(mag, seed=seed)
        assert light.truth["wide"]["level_mag"] == wanted, name
        assert level_of(light) == pytest.approx(wanted, abs=0.02), name
        assert (light.host is None) == (steady.host is None)
    assert level_of(draw(CURVES["constant"], seed=seed, is_quiet=True)) == pytest.approx(wanted)


def test_changes_in_magnitude_are_kept_where_the_object_is_the_level():
    for seed in range(30):
        light = draw(CURVES["burst"], seed=seed)
        if light.truth["wide"]["steady_mag"] is None:
            amplitude = np.ptp(light.mag)
            assert amplitude == pytest.approx(3.5)


def test_no_frame_is_far_brighter_than_the_bright_end():
    reach = reach_of(TINY)
    mags = np.array([draw(CURVES["burst"], seed=seed).mag.min() for seed in range(60)])
    assert mags.min() > reach.bright_mag - WIDE_MIX.brighter_mag - 0.8
    news = np.array([draw(CURVES["new star"], seed=seed).mag.min() for seed in range(60)])
    assert news.min() > reach.bright_mag - 1
    assert news.max() < reach.limit_mag + WIDE_MIX.peak_below_limit_mag + 0.01


def test_dark_places_are_empty_where_nothing_changes():
    subtypes = [draw(CURVES["constant"], seed=seed, is_quiet=True) for seed in range(80)]
    empty = [light for light in subtypes if light.subtype == "empty"]
    assert 2 < len(empty) < 25
    assert all(np.isinf(light.mag).all() and light.host is None for light in empty)
    assert {light.subtype for light in subtypes} == {"empty", "star", "galaxy"}


def test_a_template_is_moved_with_the_object():
    mag = CURVES["constant"]
    light = draw(mag, template=mag)
    np.testing.assert_allclose(light.template_mag, light.mag)


def test_the_reach_of_a_survey_is_where_its_pixels_saturate_and_stars_drown():
    """The limit against the noise that the simulated pixels show."""
    for survey in (survey_preset("crts"), HITS):
        reach = reach_of(survey)
        visits = survey.visits(np.random.default_rng(3))
        seen = survey.conditions(visits, np.random.default_rng(4))
        sigma = seen.seeing_fwhm_px / 2.355
        noise = np.sqrt(seen.sky_adu / survey.detector.gain_e_per_adu)
        # a Gaussian PSF: ∫P² = 1/(4πσ²); Moffat's wings cost some tenths more
        gaussian = seen.zero_point_mag - 2.5 * np.log10(5 * noise * np.sqrt(4 * np.pi) * sigma)
        assert np.median(gaussian) - reach.limit_mag == pytest.approx(0.2, abs=0.2)
        assert 5 < reach.limit_mag - reach.bright_mag < 10


def test_levels_are_as_likely_at_any_magnitude():
    reach, rng = reach_of(TINY), np.random.default_rng(0)
    levels = [draw_level(WIDE_MIX, reach, rng, dark_share=0.12) for _ in range(4000)]
    lit = np.array([level.mag for level in levels if not level.is_dark])
    faintest = reach.limit_mag + WIDE_MIX.below_limit_mag
    counts, _ = np.histogram(lit, 8, (reach.bright_mag, faintest))
    assert counts.sum() == len(lit)
    assert np.ptp(counts) < 0.3 * counts.mean()
    assert np.mean([level.is_dark for level in levels]) == pytest.approx(0.12, abs=0.02)
    assert np.mean([level.host_part > 0 for level in levels]) == pytest.approx(0.26, abs=0.03)


def test_parts_of_a_level_add_up():
    level = Level(mag=18.0, host_part=0.3, is_dark=False)
    total = 10 ** (-0.4 * level.own_mag) + 10 ** (-0.4 * level.host_mag)
    assert total == pytest.approx(10 ** (-0.4 * 18))


def test_fields_are_crowded_and_empty_and_conditions_stated_and_not():
    rng = np.random.default_rng(0)
    drawn = [widen(TINY, "SN", rng) for _ in range(300)]
    density = np.array([one.field_density for one in drawn])
    assert np.mean(density == 0) == pytest.approx(0.15, abs=0.06)
    assert density.max() > 10 * density[density > 0].min()
    for name in ("seeing_fwhm_px", "zero_point_mag"):
        share = np.mean([name in (one.unstated or ()) for one in drawn])
        assert share == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("survey", ["tiny", "hits", "ztf"])
def test_every_class_is_drawn_with_its_truth(survey):
    preset = survey_preset(survey)
    for sequence, truth in simulate(preset, len(preset.taxonomy.classes), seed=2, mix="wide"):
        assert sequence.class_name == truth["class_name"]
        assert {"level_mag", "host_part", "is_dark"} < set(truth["wide"])
        assert abs(truth["x"] - preset.size_px // 2) <= 2
        stated = np.isfinite(sequence.zero_point_mag)
        assert stated.all() or not stated.any()
        assert len(truth["mag"]) == len(sequence)
        json.dumps(truth, allow_nan=False)


def test_objects_lie_anywhere_within_two_pixels():
    places = np.array(
        [(truth["x"], truth["y"]) for _, truth in simulate(HITS, 80, seed=1, mix="wide")]
    )
    offset = places - HITS.size_px // 2
    assert np.abs(offset).max() <= 2
    assert np.std(offset) == pytest.approx(2 / np.sqrt(3), rel=0.15)


def test_light_curves_have_no_wide_mix():
    with pytest.raises(ConfigError, match="one of images"):
        next(simulate_detections(survey_preset("crts"), 1, seed=1, mix="wide"))


def test_the_hash_of_a_sample_holds_the_numbers_of_the_mix():
    assert preset_digest("tiny", (), "wide") != preset_digest("tiny", (), "realistic")
    assert preset_digest("tiny", (), "realistic") == preset_digest("tiny")


def test_another_class_changes_the_light_alone():
    star, supernova = (
        simulate_object(TINY, name, seed=3, index=4, mix="wide")[0] for name in ("NON", "SN")
    )
    np.testing.assert_array_equal(star.mjd, supernova.mjd)
    np.testing.assert_array_equal(star.seeing_fwhm_px, supernova.seeing_fwhm_px)


@pytest.mark.slow
@pytest.mark.parametrize(("survey", "classes"), [("hits", ("SN", "RRL", "NON"))])
def test_no_class_is_told_by_level(survey, classes):
    numbers, names = table_of_levels(survey_preset(survey), classes, 300, seed=11)
    # a third is chance; its scatter at 300 objects is some 0.03
    assert macro_f1_by_level(numbers, names) < 0.45


def test_events_are_seen_to_change():
    for _, truth in simulate(HITS, 20, seed=3, classes=("SN",), mix="wide"):
        own = np.array([np.inf if mag is None else mag for mag in truth["mag"]])
        light = 10 ** (-0.4 * own)
        # a star in the same place may make up the level, and dilutes the change then
        steady = truth["wide"]["steady_mag"]
        light = light - (0 if steady is None else 10 ** (-0.4 * steady))
        assert light.max() > 1.5 * max(light.min(), 0)
