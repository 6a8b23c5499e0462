"""Differences of made fields: white noise, honest flux, and no part of an epoch in its template."""

import numpy as np

from photometry.made import STARS, difference_of, field
from taonet.photometry.lightcurves import light_curve, measure_bands
from taonet.photometry.templates.choice import ENOUGH
from taonet.sky.psf import moffat
from taonet.sky.sequence import ImageSequence


def test_the_difference_of_a_constant_field_is_white_noise():
    sequence, _ = field(20, seed=5, flux=0.0)
    (part,) = measure_bands(sequence, mode="difference", causal=False)
    difference = difference_of(part)
    z = difference.light / difference.noise[:, None, None]
    empty = z[:, 24:40, 24:40]
    # wings of bright stars make the sky look a little noisier than it is
    assert 0.9 < np.std(empty) < 1.03
    beside = (empty[:, :, 1:] * empty[:, :, :-1]).mean() / empty.var()
    assert abs(beside) < 0.06
    # under the stars, too, little is left of 40,000 to 80,000 ADU
    assert np.abs(z).max() < 8


def test_only_epochs_after_the_template_are_measured_without_knowing_later_ones():
    sequence, _ = field(16, seed=7, flux=0.0, host=15_000.0)
    curve = light_curve(sequence, mode="difference", causal=True)
    assert np.isnan(curve.flux[:ENOUGH]).all()
    assert np.isfinite(curve.flux[ENOUGH:]).all()


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
    difference = difference_of(part)
    left = np.abs(difference.light[10:])
    peaks = difference.subtracted_light[10:].max(axis=(1, 2))
    at_stars = [left[:, int(y) - 3 : int(y) + 5, int(x) - 3 : int(x) + 5] for x, y, _ in STARS]
    # twice as much without the kernel
    assert (np.max(at_stars, axis=(0, 2, 3)) / peaks).mean() < 0.035
