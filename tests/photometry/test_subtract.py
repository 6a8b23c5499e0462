"""Differences of made fields: white noise, honest flux, and no part of an epoch in its template."""

import numpy as np
import pytest

from photometry.made import STARS, field
from taonet.photometry.lightcurves import light_curve, measure_bands
from taonet.photometry.templates.choice import ENOUGH
from taonet.photometry.templates.template import MjdRange
from taonet.sky.psf import moffat
from taonet.sky.sequence import ImageSequence


def test_the_difference_of_a_constant_field_is_white_noise():
    sequence, _ = field(20, seed=5, flux=0.0)
    (part,) = measure_bands(sequence, mode="difference", causal=False)
    difference = part.difference
    assert difference is not None
    z = difference.light / difference.noise[:, None, None]
    empty = z[:, 24:40, 24:40]
    # wings of bright stars make the sky look a little noisier than it is
    assert 0.9 < np.std(empty) < 1.03
    beside = (empty[:, :, 1:] * empty[:, :, :-1]).mean() / empty.var()
    assert abs(beside) < 0.06
    # under the stars, too, little is left of 40,000 to 80,000 ADU
    assert np.abs(z).max() < 8


def test_a_transient_on_a_host_is_measured_as_if_there_were_none():
    rise = np.r_[np.zeros(30), 4000 * np.exp(-np.arange(10) / 5)]
    sequence, _ = field(40, seed=6, flux=rise, host=20_000.0)
    # to these epochs the template is what was there before
    curve = light_curve(sequence, mode="difference", causal=True)
    scale = curve.flux[30:36] / rise[30:36]
    assert np.median(scale) / light_scale(sequence) == pytest.approx(1, abs=0.05)
    before = curve.flux[8:30] / curve.flux_err[8:30]
    assert abs(before.mean()) < 0.8
    assert 0.5 < before.std() < 1.5


def light_scale(sequence):
    (part,) = measure_bands(sequence, causal=True)
    # ADU of the first epoch are the unit: what a star of the field has there against its true flux
    return part.fluxes.flux[0] / part.calibration.scale[0] / 20_000


def test_only_epochs_after_the_template_are_measured_without_knowing_later_ones():
    sequence, _ = field(16, seed=7, flux=0.0, host=15_000.0)
    curve = light_curve(sequence, mode="difference", causal=True)
    assert np.isnan(curve.flux[:ENOUGH]).all()
    assert np.isfinite(curve.flux[ENOUGH:]).all()


def test_no_part_of_an_epoch_is_in_its_own_template_and_all_count_from_one_level():
    flux = np.zeros(16)
    flux[9] = 9000.0
    sequence, _ = field(16, seed=7, flux=flux, host=15_000.0)
    unit = np.median(light_curve(sequence, causal=False).flux) / 15_000
    # by itself the template leaves the flash out
    archival = light_curve(sequence, mode="difference", causal=False)
    assert archival.flux[9] / unit / 9000 == pytest.approx(1, abs=0.1)
    assert abs(np.median(archival.flux[10:])) < 100
    # told to hold it, it holds a third: in the others it is missing, in its own epoch, too
    chosen = MjdRange(first=sequence.mjd[8], last=sequence.mjd[10])
    (part,) = measure_bands(sequence, mode="difference", causal=False, template=chosen)
    assert part.difference is not None
    (template,) = part.difference.templates
    share = template.own_share(9)
    assert 0.2 < share < 0.6
    flux, error = (x / part.calibration.scale for x in (part.fluxes.flux, part.fluxes.flux_err))
    true = np.where(np.arange(16) == 9, 1 - share, -share) * 9000 * unit
    assert np.abs((flux - true) / error).max() < 3.5
    assert flux[9] / unit / 9000 == pytest.approx(1 - share, abs=0.1)


def test_what_psfs_of_no_formula_leave_of_stars_is_taken_off():
    """The guiding of some epochs slipped: a fifth of the light lies beside the rest."""
    rng, n = np.random.default_rng(9), 14
    frames = rng.normal(1000, 8, (n, 1, 64, 64))
    for epoch in range(n):
        width, slip = rng.uniform(2.4, 3.0), 1.6 * (epoch >= 10)
        for x, y, flux in (*STARS, (32.2, 31.8, 2e4)):
            frames[epoch, 0] += 0.8 * flux * moffat(64, fwhm_px=width, x=x, y=y)
            frames[epoch, 0] += 0.2 * flux * moffat(64, fwhm_px=width, x=x + slip, y=y)
    (part,) = measure_bands(ImageSequence.from_frames("made", frames, 55000 + np.arange(n)),
                      mode="difference")  # fmt: skip
    assert part.difference is not None
    left = np.abs(part.difference.light[10:])
    peaks = part.difference.subtracted_light[10:].max(axis=(1, 2))
    at_stars = [left[:, int(y) - 3 : int(y) + 5, int(x) - 3 : int(x) + 5] for x, y, _ in STARS]
    # twice as much without the kernel
    assert (np.max(at_stars, axis=(0, 2, 3)) / peaks).mean() < 0.035
