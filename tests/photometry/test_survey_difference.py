"""Fluxes in differences that came with the cutouts, against the truth."""

import numpy as np
import pytest

from photometry.made import field
from taonet.photometry.lightcurves import light_curve, measure_bands
from taonet.sky.sequence import ImageSequence

N = 30
RISE = np.r_[np.zeros(10), 6000 * np.exp(-np.arange(20) / 8)]


def with_differences(flux, *, seed=3):
    """A field on whose host something changes, with differences to what it was without that."""
    with_it, truth = field(N, flux=flux, host=2000.0, seed=seed, size=63)
    without, _ = field(N, flux=0.0, host=2000.0, seed=seed, size=63)
    science = with_it.frames[:, 0].astype(float)
    # both have the same noise, so that the difference has nearly none of its own
    change = science - without.frames[:, 0]
    noise = np.sqrt(16**2 + np.maximum(change, 0) / 4)
    difference = change + noise * np.random.default_rng(seed).normal(size=change.shape)
    frames = np.stack([science, science - difference, difference], axis=1)
    channels = ("science", "template", "difference")
    return ImageSequence.from_frames("made", frames, with_it.mjd, channels=channels), truth


@pytest.fixture(scope="module")
def made():
    return with_differences(RISE)


def test_what_has_changed_is_measured_with_honest_errors(made):
    sequence, truth = made
    (part,) = measure_bands(sequence, mode="difference", causal=False)
    pull = (part.fluxes.flux - RISE * truth["clear"]) / part.fluxes.flux_err
    assert abs(np.mean(pull)) < 0.6
    assert 0.5 < np.std(pull) < 1.3
    bright = RISE > 3000
    ratio = (part.fluxes.flux / (RISE * truth["clear"]).clip(1))[bright]
    assert np.median(ratio) == pytest.approx(1, abs=0.04)
    assert set(part.template) == {"survey"}


def test_what_has_faded_is_as_far_below_as_it_was_above(made):
    sequence, _ = made
    frames = sequence.frames.copy()
    frames[:, 2] *= -1
    turned = ImageSequence.from_frames("made", frames, sequence.mjd, channels=sequence.channels)
    one, other = (light_curve(s, mode="difference", causal=False) for s in (sequence, turned))
    bright = RISE > 3000
    np.testing.assert_allclose(other.flux[bright], -one.flux[bright], rtol=0.05)


def test_later_epochs_change_nothing_of_earlier_ones(made):
    sequence, _ = made
    whole = light_curve(sequence, mode="difference")
    early = light_curve(sequence.up_to(sequence.mjd[16]), mode="difference")
    np.testing.assert_allclose(early.flux, whole.flux[:17], rtol=1e-5, atol=1e-3)
    np.testing.assert_allclose(early.flux_err, whole.flux_err[:17], rtol=1e-5)


def test_a_blank_difference_is_no_measurement(made):
    sequence, _ = made
    frames = sequence.frames.copy()
    frames[4, 2] = np.nan
    blank = ImageSequence.from_frames("made", frames, sequence.mjd, channels=sequence.channels)
    (part,) = measure_bands(blank, mode="difference", causal=False)
    assert np.flatnonzero(np.isnan(part.fluxes.flux)).tolist() == [4]
