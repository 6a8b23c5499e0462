"""Planted light: as much as the truth says, with its own noise, and nothing else touched."""

from dataclasses import replace

import numpy as np
import pytest

from taonet.errors import ConfigError
from taonet.photometry.seeing import stellar_fwhm
from taonet.simulation.detector import Detector
from taonet.simulation.inject import conditions_of, inject
from taonet.simulation.light import Light
from taonet.simulation.objects import simulate_object
from taonet.simulation.presets.by_name import survey_preset
from taonet.sky.cutout import Quality
from taonet.sky.sequence import ImageSequence

CRTS = survey_preset("crts")
GAIN = CRTS.detector.gain_e_per_adu


def steady(mag):
    """A survey whose every object shines at one magnitude."""

    def draw_light(_transient, visits, _rng):
        return Light(mag=np.full(len(visits.mjd), mag), subtype="lamp")

    return replace(CRTS, draw_light=draw_light)


def quiet(index=0):
    return simulate_object(CRTS, "NON", seed=4, index=index)[0]


def difference(after, before):
    return after.frames[:, 0].astype(float) - before.frames[:, 0]


def test_the_light_added_is_that_of_the_truth_within_a_percent():
    for index in range(3):
        before = quiet(index)
        after, truth = inject(before, steady(15.5), "SN", seed=1, index=index)
        usable = before.usable
        y, x = np.mgrid[:64, :64]
        near = np.hypot(x - truth["x"], y - truth["y"]) < 25
        found = (difference(after, before) * near).sum(axis=(1, 2))[usable]
        expected = np.array(truth["flux"])[usable]
        zero_point = before.zero_point_mag[usable]
        np.testing.assert_allclose(expected, 10 ** (0.4 * (zero_point - 15.5)), rtol=1e-4)
        assert np.median(found / expected) == pytest.approx(1, abs=0.01)


def test_faint_light_is_not_lost_in_rounding():
    """At 21 mag no pixel gains two counts; on average all of the light is there nevertheless."""
    before = quiet()
    found, expected = 0.0, 0.0
    for seed in range(8):
        after, truth = inject(before, steady(21.0), "SN", seed=seed, index=0)
        found += difference(after, before).sum()
        expected += np.sum(truth["flux"])
    assert found / expected == pytest.approx(1, abs=0.02)


def test_the_noise_of_the_difference_is_that_of_the_photons_added():
    before = quiet()
    after, truth = inject(before, steady(16.0), "SN", seed=1, index=0)
    usable = before.usable
    found = difference(after, before)[usable].sum(axis=(1, 2))
    expected = np.array(truth["flux"])[usable]
    # of each pixel rounding by chance adds up to a quarter of a count squared
    sigma = np.sqrt(expected / GAIN)
    pull = (found - np.median(found / expected) * expected) / sigma
    assert 0.8 < np.std(pull) < 2.5


def test_nothing_else_changes():
    before = quiet()
    original = before.frames.copy()
    after, truth = inject(before, CRTS, "SN", seed=1, index=0)
    np.testing.assert_array_equal(before.frames, original)
    dark = [mag is None for mag in truth["mag"]]
    assert any(dark)
    np.testing.assert_array_equal(after.frames[dark], before.frames[dark])
    far = np.s_[:, :, :8, :8]
    assert np.abs(after.frames[far].astype(int) - before.frames[far]).max() <= 3
    for name in (*ImageSequence.PER_EPOCH, "ra", "dec", "field_id", "survey_field", "channels"):
        np.testing.assert_array_equal(getattr(after, name), getattr(before, name))
    assert after.object_id == f"inj-{before.object_id}" == f"inj-{truth['planted_into']}"
    assert (after.class_name, after.raw_label) == ("SN", truth["subtype"])
    assert after.frames.dtype == before.frames.dtype


def test_blank_frames_stay_blank():
    before = quiet()
    blanked, quality = before.frames.copy(), before.quality.copy()
    blanked[3], quality[3] = 0, Quality.BLANK
    before = replace(before, frames=blanked, quality=quality)
    after, truth = inject(before, steady(16.0), "SN", seed=1, index=0)
    np.testing.assert_array_equal(after.frames[3], 0)
    assert truth["flux"][3] == 0
    assert np.any(after.frames[4] != before.frames[4])
    assert truth["flux"][4] > 0


def test_saturated_pixels_stay_where_they_are():
    before = quiet()
    full = before.frames.copy()
    full[:, :, 30:36, 30:36] = 65535
    after, _ = inject(replace(before, frames=full), steady(12.0), "SN", seed=1, index=0)
    assert np.all(after.frames[:, :, 30:36, 30:36] == 65535)


def test_the_same_seed_gives_the_same_bytes():
    before = quiet()
    first, truth = inject(before, CRTS, "CV", seed=1, index=7)
    again, truth_again = inject(before, CRTS, "CV", seed=1, index=7)
    np.testing.assert_array_equal(first.frames, again.frames)
    assert truth == truth_again
    for seed, index in ((2, 7), (1, 8)):
        assert inject(before, CRTS, "CV", seed=seed, index=index)[1] != truth


def test_light_shows_in_science_and_difference_but_never_in_the_template():
    frames = np.random.default_rng(0).normal(100, 3, (5, 3, 21, 23)).astype(np.float32)
    frames[:, :, 0] = np.nan
    before = ImageSequence.from_frames(
        "x", frames, 58000.0 + np.arange(5.0), channels=("science", "template", "difference")
    )
    after, truth = inject(before, steady(18.0), "SN", seed=1, index=0)
    added = after.frames - before.frames
    np.testing.assert_array_equal(after.frames[:, 1], before.frames[:, 1])
    np.testing.assert_allclose(added[:, 0], added[:, 2], atol=1e-4)
    assert (
        np.nanmean(added[:, 0].sum(axis=(1, 2), where=np.isfinite(added[:, 0])))
        > 0.8 * (truth["flux"][0])
    )
    np.testing.assert_array_equal(np.isnan(after.frames), np.isnan(before.frames))
    assert (round(truth["x"]), round(truth["y"])) == (11, 10)


def test_seeing_that_nobody_stated_is_measured_from_the_stars():
    """Against the seeing that the simulator drew the stars with."""
    ratios = []
    for index in range(4):
        sequence = quiet(index)
        fwhm = stellar_fwhm(sequence.frames[:, 0], saturation=50_000)
        ratios.append(np.nanmedian(fwhm / sequence.seeing_fwhm_px))
    assert np.median(ratios) == pytest.approx(1, abs=0.03)


def test_conditions_come_from_the_frames_then_the_stars_then_the_survey():
    sequence = quiet()
    n = len(sequence)
    usual = CRTS.conditions(
        CRTS.visits(np.random.default_rng(0)),
        np.random.default_rng(0),
    )
    stated, count = conditions_of(sequence, usual, Detector())
    np.testing.assert_array_equal(stated.seeing_fwhm_px, sequence.seeing_fwhm_px)
    assert count == 0
    unknown = np.full(n, np.nan)
    silent = replace(sequence, seeing_fwhm_px=unknown, zero_point_mag=unknown)
    measured, count = conditions_of(silent, usual, Detector())
    assert count > n / 2
    assert np.corrcoef(measured.seeing_fwhm_px, sequence.seeing_fwhm_px)[0, 1] > 0.5
    assert np.all(measured.zero_point_mag == np.median(usual.zero_point_mag))
    empty = replace(silent, frames=np.full_like(silent.frames, 100))
    guessed, count = conditions_of(empty, usual, Detector())
    assert count == 0
    assert np.all(guessed.seeing_fwhm_px == np.median(usual.seeing_fwhm_px))


@pytest.mark.parametrize("name", ["SNX", "NON"])
def test_classes_that_cannot_be_planted_are_refused(name):
    with pytest.raises(ConfigError, match="to plant"):
        inject(quiet(), CRTS, name, seed=1, index=0)
