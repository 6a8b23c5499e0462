"""Light curves from pixels, against the truth of simulated sequences, and laws they must obey."""

from dataclasses import replace

import numpy as np
import pytest

from photometry.made import field
from taonet.photometry.lightcurves import light_curve, measure_bands, measure_science_again
from taonet.photometry.subtract import template_mean
from taonet.simulation.objects import simulate_object
from taonet.simulation.presets.by_name import survey_preset
from taonet.sky.cutout import Quality
from taonet.sky.flux import flux_of


def simulated(survey, class_name, index, *, keep=None, seed=2):
    sequence, truth = simulate_object(survey_preset(survey), class_name, seed=seed, index=index)
    some = np.arange(len(sequence))[:keep]
    mag = np.array([np.inf if m is None else m for m in truth["mag"]])[some]
    return sequence.take(some), flux_of(mag, 25.0)


@pytest.mark.parametrize("mode", ["science", "difference"])
@pytest.mark.parametrize(("survey", "keep"), [("crts", 24), ("hits", 14), ("ztf", 12)])
def test_later_epochs_never_change_earlier_fluxes(survey, keep, mode):
    sequence, _ = simulated(survey, "SN", 3, keep=keep)
    whole = light_curve(sequence, mode=mode)
    for n in (1, 2, 6, 10):
        mjd = sequence.mjd[n - 1]
        early = light_curve(sequence.up_to(mjd), mode=mode)
        seen = len(early.mjd)
        assert whole.quality is not None
        np.testing.assert_allclose(early.flux, whole.flux[:seen], rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(early.flux_err, whole.flux_err[:seen], rtol=1e-5)
        np.testing.assert_array_equal(early.quality, whole.quality[:seen])


def pulls(survey, class_names, numbers, *, mode, causal=True):
    """Return (measured − true)/error and true/error of the good epochs of simulated objects."""
    found = []
    for index in numbers:
        class_name = class_names[index % len(class_names)]
        sequence, true = simulated(survey, class_name, index, seed=5)
        if survey == "crts":
            sequence = replace(sequence, seeing_fwhm_px=np.full(len(sequence), np.nan))
        if mode == "difference":
            true = over_template(sequence, true, causal)
        curve = light_curve(sequence, mode=mode, causal=causal)
        good = np.isfinite(curve.flux) & np.isfinite(true)
        assert curve.quality is not None
        good &= (curve.quality & ~int(Quality.UNCALIBRATED)) == 0
        found.append(np.stack([curve.flux - true, true, curve.flux_err])[:, good])
    off, true, error = np.concatenate(found, axis=1)
    return off / error, np.abs(true / error)


def over_template(sequence, true, causal):
    """Subtract what the template holds of the object: the mean over the epochs in it."""
    over = np.full(len(true), np.nan)
    for part in measure_bands(sequence, mode="difference", causal=causal):
        own = true[part.epochs]
        assert part.difference is not None
        over[part.epochs] = own - template_mean(part.difference.templates, own)
    return over


@pytest.mark.slow
def test_errors_are_honest_on_hosts():
    pull, snr = pulls("crts", ["SN"], range(5), mode="difference", causal=False)
    assert len(pull) > 350
    assert abs(pull.mean()) < 0.25  # templates are common to an object's epochs: five draws
    assert 0.85 < pull.std() < 1.1
    assert (snr > 3).sum() > 5


def test_errors_are_honest_on_stars():
    pull, snr = pulls("crts", ["CV", "NON"], [0, 1, 2, 3, 5, 6], mode="science")
    seen = (snr > 3) & (snr < 300)
    assert abs(np.median(pull[seen])) < 0.35
    assert 0.8 < 1.4826 * np.median(np.abs(pull[seen] - np.median(pull[seen]))) < 1.25


def test_every_epoch_has_a_limit_and_blank_ones_nothing():
    sequence, _ = simulated("crts", "CV", 0)
    frames = sequence.frames.copy()
    frames[7] = 0
    blank = replace(sequence, frames=frames, quality=sequence.quality | 0)
    blank.quality[7] |= Quality.BLANK
    curve = light_curve(blank)
    assert np.isnan(curve.flux[7])
    measured = np.isfinite(curve.flux)
    assert measured.sum() >= len(sequence) - 3
    assert (np.abs(curve.limiting_mag[measured] - 19.7) < 2).all()


def test_a_quarter_turn_leaves_the_light_curve_as_it_was():
    sequence, _ = simulated("crts", "CV", 4, keep=10)
    # the centre pixel of an even cutout is not in the middle: turn about it
    odd = replace(sequence, frames=sequence.frames[:, :, 1:, 1:])
    turned = replace(odd, frames=np.rot90(odd.frames, axes=(2, 3)).copy())
    one, other = light_curve(odd), light_curve(turned)
    np.testing.assert_allclose(one.flux, other.flux, atol=0.2 * np.nanmedian(one.flux_err))


@pytest.mark.parametrize("missing", [3, 11])
def test_a_missing_zero_point_does_not_move_the_magnitudes(missing):
    zero_point = np.full(12, 26.0)
    zero_point[missing] = np.nan
    sequence, _ = field(12, zero_point_mag=zero_point)
    whole, _ = field(12, zero_point_mag=np.full(12, 26.0))
    mag, true = light_curve(sequence).mag, light_curve(whole).mag
    assert mag == pytest.approx(true, abs=0.25)


def is_uncalibrated(curve):
    return [bool(bits & Quality.UNCALIBRATED) for bits in curve.quality]


def test_epochs_before_any_zero_point_are_flagged_beside_those_that_have_one():
    zero_point = np.full(12, 26.0)
    zero_point[:2] = np.nan
    curve = light_curve(field(12, zero_point_mag=zero_point)[0])
    assert is_uncalibrated(curve) == [True] * 2 + [False] * 10
    plain = light_curve(field(12)[0])
    assert not any(is_uncalibrated(plain))


def test_the_same_frames_are_measured_again_as_they_were():
    few, _ = simulated("crts", "SN", 3, keep=5)
    parts = measure_bands(few)
    again = measure_science_again(few, parts)
    for before, after in zip(parts, again, strict=True):
        np.testing.assert_array_equal(after.fluxes.flux, before.fluxes.flux)
    frames = few.frames.copy()
    frames[-1, :, 28:37, 28:37] = np.median(frames[-1])
    ((covered,), (whole,)) = measure_science_again(replace(few, frames=frames), parts), parts
    assert covered.fluxes.flux[-1] != whole.fluxes.flux[-1]
    np.testing.assert_array_equal(covered.calibration.scale, whole.calibration.scale)
