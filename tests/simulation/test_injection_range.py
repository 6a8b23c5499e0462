"""Injections in a range: as bright as they say, against noise and hosts measured independently."""

from dataclasses import replace

import numpy as np
import pytest

from taonet.errors import ConfigError, InputError
from taonet.simulation.conditions import Visits
from taonet.simulation.inject import conditions_of, plant
from taonet.simulation.injection_range import (
    InjectionRange,
    draw_in_range,
    light_at_place,
    limiting_magnitude,
    point_source_noise,
)
from taonet.simulation.light import Light
from taonet.simulation.presets.by_name import survey_preset
from taonet.sky.psf import moffat
from taonet.sky.sequence import ImageSequence

TINY = survey_preset("tiny")
MJD = 53500.0 + 10 * np.arange(12.0)


def noise_frames(n=12, size=32, seed=3):
    return np.random.default_rng(seed).normal(1000, 20, (n, 1, size, size)).astype(np.float32)


def sequence_of(frames, **facts):
    n = len(frames)
    return ImageSequence.from_frames(
        "empty", frames, MJD[:n], seeing_fwhm_px=np.full(n, 3.0), zero_point_mag=np.full(n, 27.0),
        **facts,
    )  # fmt: skip


def conditions(sequence):
    visits = Visits(mjd=sequence.mjd, band=sequence.band)
    usual = TINY.conditions(visits, np.random.default_rng(0))
    return conditions_of(sequence, usual, TINY.detector)[0]


def draw(sequence, survey):
    """Return the facts of a supernova that was drawn."""
    rng = np.random.default_rng(1)
    reach = InjectionRange()
    return draw_in_range(sequence, survey, "SN", reach, conditions(sequence), rng)[1]


def test_the_limit_is_where_a_fit_of_the_psf_has_a_signal_of_five():
    sequence = sequence_of(noise_frames())
    limit = limiting_magnitude(
        point_source_noise(sequence, conditions(sequence)), conditions(sequence)
    )
    psf = moffat(32, fwhm_px=3.0)
    frames = (
        np.random.default_rng(5).normal(0, 20, (400, 32, 32)) + 10 ** (0.4 * (27 - limit)) * psf
    )
    fitted = (frames * psf).sum(axis=(1, 2)) / (psf**2).sum()
    assert fitted.mean() / fitted.std() == pytest.approx(5, rel=0.1)


def test_light_that_is_there_is_measured():
    frames = noise_frames()
    frames[:, 0] += 5000 * moffat(32, fwhm_px=3.0, x=17.3, y=15.6).astype(np.float32)
    sequence = sequence_of(frames)
    flux, err = light_at_place(sequence, conditions(sequence), x=17.3, y=15.6)
    assert flux == pytest.approx(5000, rel=0.03)
    empty, _ = light_at_place(sequence_of(noise_frames()), conditions(sequence), x=17.3, y=15.6)
    assert abs(empty) < 4 * err


@pytest.mark.parametrize("class_name", ["SN", "AGN"])
def test_the_brightest_epoch_is_as_bright_as_it_says(class_name):
    sequence, reach = sequence_of(noise_frames()), InjectionRange(above_limit_mag=(1.0, 3.0))
    for seed in range(6):
        rng = np.random.default_rng(seed)
        injection, facts = draw_in_range(
            sequence, TINY, class_name, reach, conditions(sequence), rng
        )
        assert injection.light.mag.min() == pytest.approx(facts["peak_mag"])
        assert facts["limit_mag"] - facts["peak_mag"] == pytest.approx(facts["above_limit_mag"])
        assert 1 <= facts["above_limit_mag"] <= 3
        assert sequence.mjd[injection.light.mag.argmin()] == facts["peak_mjd"]
        offset = np.hypot(injection.x - 16, injection.y - 16)
        assert offset == pytest.approx(facts["offset_px"]) and offset <= 2
        if class_name == "SN":
            assert injection.light.mag.max() >= facts["peak_mag"] + 0.7


def test_planted_light_has_the_signal_that_the_facts_give():
    sequence = sequence_of(noise_frames())
    reach = InjectionRange(above_limit_mag=(2.9, 3.1), offset_px=0.0)
    rng = np.random.default_rng(1)
    injection, facts = draw_in_range(sequence, TINY, "SN", reach, conditions(sequence), rng)
    lit, _ = plant(sequence, TINY, "SN", injection, rng)
    peak = int(injection.light.mag.argmin())
    psf = moffat(32, fwhm_px=3.0)
    flux = ((lit.frames[peak, 0] - 1000) * psf).sum() / (psf**2).sum()
    snr = flux / (20 / np.sqrt((psf**2).sum()))
    # photons of the transient itself count in the facts
    assert facts["peak_snr"] < snr + 3
    assert facts["peak_snr"] == pytest.approx(snr, rel=0.2)


def test_the_host_is_what_is_there_against_the_peak():
    rng = np.random.default_rng
    reach = InjectionRange(above_limit_mag=(1.0, 2.0), offset_px=0.0)
    empty = sequence_of(noise_frames())
    nothing = draw_in_range(empty, TINY, "SN", reach, conditions(empty), rng(1))[1]
    assert nothing["host"] == "none" and np.isnan(nothing["host_mag"])
    for flux, word in ((20_000, "brighter"), (400, "fainter")):
        frames = noise_frames() + (flux * moffat(32, fwhm_px=3.0)).astype(np.float32)
        lit = sequence_of(frames)
        facts = draw_in_range(lit, TINY, "SN", reach, conditions(lit), rng(1))[1]
        assert facts["host"] == word
        assert facts["host_mag"] == pytest.approx(27 - 2.5 * np.log10(flux), abs=0.3)


def test_what_never_changes_within_these_times_is_refused():
    steady = replace(
        TINY,
        draw_light=lambda _t, visits, _rng: Light(mag=np.full(len(visits.mjd), 20.0), subtype=""),
    )
    many, one = sequence_of(noise_frames()), sequence_of(noise_frames(1))
    with pytest.raises(InputError, match="no SN that changes enough"):
        draw(many, steady)
    # of one epoch nobody can ask that
    assert draw(one, steady)["n_lit"] <= 1


def test_frames_without_noise_and_empty_ranges_are_refused():
    blank = sequence_of(np.zeros((3, 1, 32, 32), np.float32))
    with pytest.raises(InputError, match="the noise of no epoch is known"):
        draw(blank, TINY)
    with pytest.raises(ConfigError, match="no range of brightness"):
        InjectionRange(above_limit_mag=(2.0, 2.0))
    with pytest.raises(ConfigError, match="no offset"):
        InjectionRange(offset_px=-1.0)
