"""Differences of made fields: white noise, honest flux, and no part of an epoch in its template."""

import numpy as np
import pytest

from photometry.made import field
from taonet.photometry.lightcurves import light_curve, measure


def test_the_difference_of_a_constant_field_is_white_noise():
    sequence, _ = field(20, seed=5, flux=0.0)
    (part,) = measure(sequence, mode="difference", causal=False)
    difference = part.difference
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
    (part,) = measure(sequence, causal=True)
    # ADU of the first epoch are the unit: what a star of the field has there against its true flux
    return part.forced.flux[0] / part.calibration.scale[0] / 20_000


def test_the_first_epoch_has_no_template_and_later_ones_never_their_own_light():
    flux = np.zeros(16)
    flux[9] = 9000.0
    sequence, truth = field(16, seed=7, flux=flux, host=15_000.0)
    curve = light_curve(sequence, mode="difference", causal=True)
    assert np.isnan(curve.flux[0])
    assert np.isfinite(curve.flux[1:]).all()
    archival = light_curve(sequence, mode="difference", causal=False)
    unit = truth["clear"].mean()
    assert archival.flux[9] * unit / 9000 == pytest.approx(1, abs=0.25)
    assert np.median(archival.flux[10:]) < -100  # the flash is in the others' template
