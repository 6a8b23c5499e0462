"""Frames of stars seen through clouds, drawn for tests."""

import numpy as np

from taonet.sky.psf import moffat
from taonet.sky.sequence import ImageSequence

EPOCHS, SKY, NOISE, GAIN = 30, 500.0, 5.0, 4.0
STARS = ((32.0, 32.0, 40_000.0), (12.0, 50.0, 15_000.0), (50.0, 14.0, 4_000.0))


def frames_of(stars, *, size, clear, fwhm=2.5, seed=1):
    """Draw stars through clouds, with noise of sky and photons; a FWHM, or one a frame."""
    rng = np.random.default_rng(seed)
    widths = np.broadcast_to(fwhm, len(clear))
    light = np.stack([
        sum(flux * moffat(size, fwhm_px=width, x=x, y=y) for x, y, flux in stars)
        for width in widths
    ])  # fmt: skip
    counts = clear[:, None, None] * light
    counts = counts + np.sqrt(NOISE**2 + counts / GAIN) * rng.normal(size=counts.shape)
    return counts + SKY


def sequence_of(frames):
    return ImageSequence.from_frames("real", frames[:, None], 59000.0 + np.arange(len(frames)))
