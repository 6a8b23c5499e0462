"""Where the stars of a field lie in each epoch: by whole pixels first, and then by their parts."""

import numpy as np

from photometry.made import STARS, field
from taonet.photometry.alignment import measure_stars
from taonet.photometry.mismatch import Mismatch
from taonet.photometry.prepared_frames import prepare_frames
from taonet.photometry.steepness import Steepness

N = 8
AWAY = np.array([(0, 0), (3, 0), (0, -2), (-4, 4), (1, 1), (0, 0), (2, -3), (-1, 0)])
"""Whole pixels along x and y."""


def measure(frames):
    known = Steepness.default(len(frames)), Mismatch.default(len(frames))
    places = STARS[:, 0], STARS[:, 1]
    guess = np.full(len(frames), 2.7)
    epochs = np.arange(len(frames))
    return measure_stars(prepare_frames(frames), epochs, places, guess, known, causal=True)


def test_stars_are_found_as_far_away_as_pointings_differ():
    sequence, truth = field(N, seed=3)
    frames = [
        np.roll(f[0], away[::-1], (0, 1)) for f, away in zip(sequence.frames, AWAY, strict=True)
    ]
    fit, coarse = measure(np.stack(frames))
    shift = coarse + np.stack([fit.shift_x, fit.shift_y], axis=1)
    np.testing.assert_allclose(shift, AWAY + truth["shift"], atol=0.1)
    # shifts of less than two pixels are left to the fit, which begins at nothing
    near = np.hypot(*(shift - coarse).T) < 1
    assert near.sum() >= 5
    np.testing.assert_allclose(shift[near], (AWAY + truth["shift"])[near], atol=0.02)
    still, none = measure(sequence.frames[:, 0])
    assert not none.any()
    widths = still.profile.fwhm_px[near], fit.profile.fwhm_px[near]
    np.testing.assert_allclose(*widths, rtol=0.02)


def test_noise_alone_moves_nothing():
    noise = np.random.default_rng(1).normal(1000, 10, (40, 64, 64)).astype(np.float32)
    _, coarse = measure(noise)
    assert not coarse.any()
