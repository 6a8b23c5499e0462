"""How wide the stars of a frame are."""

from functools import lru_cache

import numpy as np
from jaxtyping import Float, Int, Shaped
from numpy.lib.stride_tricks import sliding_window_view

from taonet.sky.cutout import sky_and_noise
from taonet.sky.psf import moffat

REACH_PX = 5
"""A star is measured on so many pixels to each side, and has no brighter neighbour there."""

WINDOW_SIGMA_PX = 2.0
"""Width of the Gaussian that keeps the noise of the wings out of the moments."""

LEAST_PEAK = 30.0
"""Stars count if their peak is so many times the noise of the sky."""

LEAST_CENTRAL_PEAK = 10.0
"""Where the object is known to be, so much of a peak will do."""


def stellar_fwhm(
    frames: Shaped[np.ndarray, "epoch y x"], *, saturation: float = np.inf
) -> Float[np.ndarray, " epoch"]:
    """Measure the seeing of each frame from the stars that lie in it.

    The median over its stars of a windowed second moment, turned into a width by what the same
    moment gives on Moffat profiles. The object at the centre is left out: it may be a galaxy.

    Parameters
    ----------
    frames : array (epoch, y, x)
        In any unit of flux; NaN = no data.
    saturation : float
        Stars that reach it are left out; in the unit of the frames.

    Returns
    -------
    array (epoch,)
        FWHM of the PSF in pixels, before it is averaged over a pixel; NaN where there is no
        star bright and isolated enough.
    """
    if not len(frames) or min(frames.shape[1:]) <= 2 * REACH_PX:
        return np.full(len(frames), np.nan)
    sky, noise = sky_and_noise(frames)
    least = np.where(noise > 0, LEAST_PEAK * noise, np.inf)
    most = saturation - sky
    light = (np.nan_to_num(frame - level) for frame, level in zip(frames, sky, strict=True))
    return np.array([_fwhm_of(*of_frame) for of_frame in zip(light, least, most, strict=True)])


def _fwhm_of(light: Float[np.ndarray, "y x"], least: float, most: float) -> float:
    stars = _peaks(light, least, most)
    reach = np.arange(-REACH_PX, REACH_PX + 1)
    widths = [_width(light[np.ix_(y + reach, x + reach)]) for y, x in stars]
    known, fwhm = _calibration()
    measured = np.interp(widths, known, fwhm, left=np.nan, right=np.nan)
    measured = measured[np.isfinite(measured)]
    return float(np.median(measured)) if len(measured) else float("nan")


def _peaks(light: Float[np.ndarray, "y x"], least: float, most: float) -> Int[np.ndarray, "star 2"]:
    """Return (y, x) of the pixels that are brighter than all within reach."""
    side = 2 * REACH_PX + 1
    inner = light[REACH_PX:-REACH_PX, REACH_PX:-REACH_PX]
    highest = sliding_window_view(light, (side, side)).max(axis=(2, 3))
    peaks = np.argwhere((inner == highest) & (inner > least) & (inner < most)) + REACH_PX
    centre = np.array(light.shape) // 2
    return np.asarray(peaks[np.hypot(*(peaks - centre).T) > REACH_PX])


def _width(light: Float[np.ndarray, "y x"]) -> float:
    """Return the r.m.s. radius along an axis under a Gaussian window, NaN where there is none."""
    axis = np.arange(len(light)) - len(light) // 2
    x = y = 0.0
    for _ in range(4):
        dx, dy = axis[None, :] - x, axis[:, None] - y
        weighed = light * np.exp(-(dx**2 + dy**2) / (2 * WINDOW_SIGMA_PX**2))
        total = weighed.sum()
        if total <= 0:
            return float("nan")
        # the window pulls its own centroid back half way
        x += 2 * float((weighed * dx).sum() / total)
        y += 2 * float((weighed * dy).sum() / total)
        if np.hypot(x, y) > 2:
            return float("nan")
    return float(np.sqrt(max((weighed * (dx**2 + dy**2)).sum() / (2 * total), 0)))


@lru_cache(maxsize=1)
def _calibration() -> tuple[Float[np.ndarray, " width"], Float[np.ndarray, " width"]]:
    """Return the windowed widths of Moffat profiles averaged over pixels, and their FWHM."""
    fwhm = np.linspace(1.0, 7.0, 25)
    side, fine = 2 * REACH_PX + 1, 5
    profiles = [moffat(side * fine, fwhm_px=value * fine) for value in fwhm]
    pixels = [p.reshape(side, fine, side, fine).sum(axis=(1, 3)) for p in profiles]
    return np.array([_width(image) for image in pixels]), fwhm


def central_fwhm(frames: Shaped[np.ndarray, "epoch y x"]) -> Float[np.ndarray, " epoch"]:
    """Measure how wide the object at the centre of each frame is, as `stellar_fwhm` does stars.

    Returns
    -------
    array (epoch,)
        FWHM in pixels; NaN where it is too faint, or the frame too small.
    """
    if not len(frames) or min(frames.shape[1:]) <= 2 * REACH_PX:
        return np.full(len(frames), np.nan)
    sky, noise = sky_and_noise(frames)
    y, x = frames.shape[1] // 2, frames.shape[2] // 2
    near = np.s_[y - REACH_PX : y + REACH_PX + 1, x - REACH_PX : x + REACH_PX + 1]
    lights = (np.nan_to_num(frame[near] - level) for frame, level in zip(frames, sky, strict=True))
    clear = [
        light if light.max() > LEAST_CENTRAL_PEAK * sigma else None
        for light, sigma in zip(lights, noise, strict=True)
    ]
    known, fwhm = _calibration()
    widths = [np.nan if light is None else _width(light) for light in clear]
    return np.asarray(np.interp(widths, known, fwhm, left=np.nan, right=np.nan))
