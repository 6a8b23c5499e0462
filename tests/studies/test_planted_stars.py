"""Planted stars are what they are said to be: light, place, noise; and nothing else is there."""

import numpy as np
import pytest

from studies.drawn import EPOCHS, GAIN, NOISE, SKY, STARS, frames_of, sequence_of
from taonet.sky.psf import moffat
from taonet.studies.frame_stars import FrameStar, find_frame_star, find_peaks
from taonet.studies.planted_stars import (
    BRIGHTEST_SNR,
    FAINTEST_SNR,
    MOST_SHARE,
    cut_around,
    find_empty_places,
    hide_star,
    plant,
    plant_changing,
    plant_steady,
)


def test_nothing_is_seen_at_empty_places(sequence):
    places = list(find_empty_places(sequence, 41, most=3))
    assert len(places) == 3
    for x, y in places:
        assert all(np.hypot(x - u, y - v) >= 8 for u, v, _ in STARS)
        cut = cut_around(sequence, (x, y), 41)
        assert cut.frames.shape == (EPOCHS, 1, 41, 41)
        assert not find_peaks(cut)[16:25, 16:25].any()
        np.testing.assert_allclose(np.median(cut.frames[:, 0, 18:23, 18:23]), SKY, atol=NOISE / 3)
    assert len(list(find_empty_places(sequence, 64, most=3))) == 0


def test_the_error_is_the_scatter_of_a_fit_with_the_true_psf(star):
    """Of many copies in empty frames: the mean is the truth, the scatter the stated error."""
    psf = moffat(64, fwhm_px=2.5)[26:39, 26:39]
    rng, n = np.random.default_rng(3), 3000
    bright = FrameStar(
        images=np.repeat(star.images[:1], n, axis=0), noise=np.full(n, NOISE), place=star.place,
        gain=GAIN,
    )  # fmt: skip
    share = 0.05
    empty = sequence_of(rng.normal(SKY, NOISE, (n, 13, 13)))
    planted = plant(empty, bright, np.full(n, share), np.ones(n), rng=rng)
    frames = planted.sequence.frames[:, 0] - SKY
    weight = psf / (NOISE**2 + planted.flux[0] * psf / GAIN)
    fitted = (frames * weight).sum(axis=(1, 2)) / (weight * psf / psf.sum()).sum()
    assert planted.snr[0] == pytest.approx(planted.flux[0] / planted.flux_err[0])
    # the copied star's own noise moves all copies alike: compared is the scatter
    assert fitted.std() == pytest.approx(planted.flux_err[0], rel=0.06)
    assert fitted.mean() == pytest.approx(planted.flux[0], rel=0.03)


def test_ratios_are_log_uniform_within_their_range(sequence, star):
    cut = cut_around(sequence, (32, 14), 21)
    planted = [
        plant_changing(cut, star, np.ones(EPOCHS), rng=np.random.default_rng(k)) for k in range(20)
    ]
    snr = np.concatenate([one.snr for one in planted])
    most = np.minimum(
        MOST_SHARE * star.light / star.error(np.full(1, MOST_SHARE)), BRIGHTEST_SNR
    ).max()
    assert snr.min() >= FAINTEST_SNR * 0.99 and snr.max() <= most * 1.01
    below = (snr < np.sqrt(FAINTEST_SNR * most)).mean()
    assert below == pytest.approx(0.5, abs=0.07)


def test_clouds_dim_a_steady_star_as_they_dim_the_field(sequence, star, clear):
    cut = cut_around(sequence, (32, 14), 21)
    planted = plant_steady(cut, star, clear / np.median(clear), rng=np.random.default_rng(1))
    np.testing.assert_allclose(planted.flux, planted.flux[0], rtol=1e-9)
    added = (planted.sequence.frames - cut.frames).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(added / np.median(added), clear / np.median(clear), rtol=0.1)
    assert np.median(planted.snr) == pytest.approx(50, rel=0.1)


def test_whole_numbers_stay_whole_and_no_light_is_lost(sequence, star):
    counts = sequence_of(np.rint(sequence.frames[:, 0]).astype(np.uint16))
    cut = cut_around(counts, (32, 14), 21)
    planted = plant(cut, star, np.full(EPOCHS, 0.01), np.ones(EPOCHS), rng=np.random.default_rng(1))
    assert planted.sequence.frames.dtype == np.uint16
    added = planted.sequence.frames.astype(float) - cut.frames
    assert added.sum(axis=(1, 2, 3)).mean() == pytest.approx(planted.flux.mean(), rel=0.05)


def test_a_hidden_star_leaves_real_sky_at_the_centre(clear):
    small = sequence_of(frames_of([(10.2, 9.9, 30_000.0)], size=21, clear=clear, fwhm=3.9))
    star = find_frame_star(small, radius_px=9, saturation=1e5, gain=GAIN)
    assert star is not None
    hidden = hide_star(small, star, np.random.default_rng(1))
    assert hidden.frames.shape == small.frames.shape
    sums = hidden.frames[:, 0, 7:14, 7:14].sum(axis=(1, 2)) - 49 * SKY
    assert abs(sums.mean()) < 1.5 * 7 * NOISE
    # pixels of the corner, turned about: the same noise, pixel by pixel
    corner = small.frames[:, 0, :3, :3]
    moved = hidden.frames[:, 0, 10:13, 10:13]
    assert np.corrcoef(corner.ravel(), moved.ravel())[0, 1] > 0.95
    assert not find_peaks(hidden).any()


def test_a_star_is_hidden_in_good_and_bad_seeing_alike(clear):
    """Tails that follow the seeing would be taken for sky, and faint light for none."""
    fwhm = np.random.default_rng(3).uniform(3.0, 6.0, EPOCHS)
    small = sequence_of(frames_of([(10.0, 10.0, 60_000.0)], size=21, clear=clear, fwhm=fwhm))
    star = find_frame_star(small, radius_px=8, saturation=1e5, gain=GAIN)
    assert star is not None
    hidden = hide_star(small, star, np.random.default_rng(1)).frames[:, 0].astype(float)
    y, x = np.indices((21, 21)) - 10
    away = np.hypot(x, y)
    middle, around = (hidden[:, ring].mean(axis=1) for ring in (away < 3, (away > 7) & (away < 10)))
    assert abs(np.median(middle - around)) < 0.2 * NOISE
    assert np.corrcoef(middle - around, fwhm)[0, 1] > -0.6
