"""Positions and shapes of the stars of a field in each epoch: pointings differ."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float, Int
from scipy.ndimage import uniform_filter

from taonet.photometry.mismatch import Mismatch
from taonet.photometry.prepared_frames import PreparedFrames
from taonet.photometry.profile import Profile
from taonet.photometry.star_fit import StarFit, fit_stars
from taonet.photometry.star_windows import cut_windows, window_half_px
from taonet.photometry.steepness import Steepness

REACH_PX = 4
"""Pointings differ by less than so many pixels."""

CLEAR = 6.0
"""Stars must be brighter elsewhere by so many sigma; roots of noise scatter by 0.4."""


def measure_stars(
    frames: PreparedFrames,
    epochs: Int[np.ndarray, " some"],
    places: tuple[Float[np.ndarray, " star"], Float[np.ndarray, " star"]],
    guess: Float[np.ndarray, " some"],
    wings: tuple[Steepness, Mismatch],
    *,
    causal: bool,
    all_points: bool = False,
) -> tuple[StarFit, Float[np.ndarray, "some two"]]:
    """Fit the stars in some epochs, after finding how many whole pixels they are off."""
    x, y = places
    light, valid = frames.light[epochs], frames.valid[epochs]
    coarse = _whole_pixels(light / frames.noise[epochs, None, None], x, y)
    windows = cut_windows(
        light,
        valid,
        x + coarse[:, :1],
        y + coarse[:, 1:],
        half_px=window_half_px(guess[0]),
        noise=frames.noise[epochs],
        photon_noise=frames.photon_noise[epochs],
    )
    steepness, mismatch = wings
    start = Profile(
        fwhm_px=guess,
        stretch=np.zeros(len(guess), complex),
        beta=steepness.beta,
        blur_px2=frames.blur_px2[epochs],
    )
    is_settled = steepness.is_settled(len(x))
    fit = fit_stars(
        windows,
        start,
        steepness=None if is_settled else steepness,
        mismatch=None if is_settled else mismatch,
        causal=causal,
        all_points=all_points,
    )
    if is_settled:
        fit = replace(fit, steepness=steepness, mismatch=mismatch)
    return fit, coarse


def _whole_pixels(
    snr: Float[np.ndarray, "some y x"],
    x: Float[np.ndarray, " star"],
    y: Float[np.ndarray, " star"],
) -> Float[np.ndarray, "some two"]:
    """Return by how many whole pixels the stars are off: where they are brightest together."""
    reach = np.arange(-REACH_PX, REACH_PX + 1)
    rows = np.clip(np.rint(y).astype(int)[:, None] + reach, 0, snr.shape[1] - 1)
    columns = np.clip(np.rint(x).astype(int)[:, None] + reach, 0, snr.shape[2] - 1)
    windows = snr[:, rows[:, :, None], columns[:, None, :]]
    # one bright star must not outweigh all others
    summed = uniform_filter(np.sqrt(np.maximum(windows, 0)).sum(axis=1), (0, 3, 3)) * 9
    inner = summed[:, 1:-1, 1:-1]
    centre = inner[:, REACH_PX - 2 : REACH_PX + 1, REACH_PX - 2 : REACH_PX + 1].max(axis=(1, 2))
    flat = inner.reshape(len(snr), -1)
    row, column = np.divmod(flat.argmax(axis=1), inner.shape[2])
    # a shift must be seen clearly: noise alone makes some place the brightest
    clear = flat.max(axis=1) - centre > CLEAR * 0.4 * np.sqrt(9 * len(x))
    shift = np.stack([reach[column + 1], reach[row + 1]], axis=1)
    return np.where(clear[:, None], shift, 0).astype(np.float64)
