"""Which stars of a field serve to align and calibrate its epochs."""

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.ndimage import gaussian_filter, maximum_filter

from taonet.photometry.profile import Profile
from taonet.photometry.star_fit import fit_stars
from taonet.photometry.star_windows import cut_windows, window_half_px

STAR_LEAST_SNR = 10.0
"""Fainter stars hardly constrain an epoch."""

ISOLATED_PX = 4
"""A star has no brighter neighbour within so many pixels."""

EDGE_PX = 6
"""Stars nearer to the edge leave the frame with the next pointing."""

OWN_PX = 2.0
"""The object lies within so many pixels of the centre."""

MOST_STARS = 6
LEAST_SHARE = 0.05
"""Stars of a smaller share of the brightest one's signal-to-noise ratio add nothing."""

WIDTH_SPREAD = 0.15
"""Stars are of one width; what is so much wider than the narrowest is a galaxy or a blend."""

MAX_WIDTH_ERROR = 0.15
"""Largest two-sigma relative error of a width that others are compared with."""


def find_peaks(
    image: Float[np.ndarray, "y x"],
    valid: Bool[np.ndarray, "y x"],
    *,
    noise: float,
    fwhm_px: float,
    apart_px: int,
    least_snr: float,
) -> tuple[Int[np.ndarray, "peak 2"], Float[np.ndarray, " peak"]]:
    """Find places where an image is brighter than around, the brightest first.

    Parameters
    ----------
    image : array (y, x)
        Sky subtracted; pixels that are not valid are taken as 0.
    noise : float
        Of a pixel.
    fwhm_px : float
        Of the PSF; the image is smoothed by it first.
    apart_px : int
        Of two peaks so near to each other the brighter one is kept.
    least_snr : float
        Of a peak.

    Returns
    -------
    places : array (peak, 2)
        As (y, x).
    snr : array (peak,)
        Signal-to-noise ratio of the smoothed image.
    """
    sigma = fwhm_px / 2.355
    smooth = gaussian_filter(np.where(valid, image, 0.0), sigma)
    # the noise of white noise smoothed by a Gaussian
    snr = smooth / max(noise, 1e-9) * (2 * np.sqrt(np.pi) * sigma)
    peak = (snr == maximum_filter(snr, 2 * apart_px + 1)) & (snr > least_snr)
    places = np.argwhere(peak)
    order = np.argsort(-snr[peak], kind="stable")
    return places[order], snr[peak][order]


def reference_stars(
    image: Float[np.ndarray, "y x"],
    valid: Bool[np.ndarray, "y x"],
    *,
    noise: float,
    photon_noise: float,
    fwhm_px: float,
    beta: float,
    blur_px2: float,
) -> tuple[Float[np.ndarray, " star"], Float[np.ndarray, " star"], Float[np.ndarray, "own two"]]:
    """Return the places of isolated, unsaturated stars in an image: x and y.

    The object at the centre is none of them, as it may change; its own place, x and y, comes last
    and by itself, or nothing where it does not look like a star.
    """
    peaks, _ = find_peaks(
        image, valid, noise=noise, fwhm_px=fwhm_px, apart_px=ISOLATED_PX, least_snr=STAR_LEAST_SNR
    )
    size = np.array(image.shape)
    inside = ((peaks >= EDGE_PX) & (peaks < size - EDGE_PX)).all(axis=1)
    away = np.hypot(*(peaks - size // 2).T)
    peaks = peaks[inside & ((away > EDGE_PX) | (away < OWN_PX))][: MOST_STARS + 5]
    peaks = peaks.astype(np.float64)
    if not len(peaks):
        return np.zeros(0), np.zeros(0), np.zeros((0, 2))
    n = len(peaks)
    windows = cut_windows(
        np.broadcast_to(image, (n, *image.shape)),
        np.broadcast_to(valid, (n, *image.shape)),
        peaks[:, 1:],
        peaks[:, :1],
        half_px=window_half_px(fwhm_px),
        noise=np.full(n, noise),
        photon_noise=np.full(n, photon_noise),
    )
    guess = Profile(
        fwhm_px=np.full(n, fwhm_px),
        stretch=np.zeros(n, complex),
        beta=np.full(n, beta),
        blur_px2=np.full(n, blur_px2),
    )
    fit = fit_stars(windows, guess, rounds=3)
    good = np.isfinite(fit.flux[:, 0]) & (fit.flux[:, 0] > 0)
    good &= windows.valid.all(axis=(1, 2)) & (np.hypot(fit.shift_x, fit.shift_y) < 1.5)
    width, error = np.log(fit.profile.fwhm_px), 2 * fit.width_err
    # traces of cosmic rays are narrower than any star, but badly fitted: they set no measure
    sure = good & (error < MAX_WIDTH_ERROR)
    narrow = (width + error)[sure if sure.any() else good].min(initial=np.inf)
    good &= (width - error < narrow + WIDTH_SPREAD) & (width + error > narrow - 2 * WIDTH_SPREAD)
    snr = np.where(good, fit.flux[:, 0] / fit.flux_err[:, 0], 0.0)
    x, y = peaks[:, 1] + fit.shift_x, peaks[:, 0] + fit.shift_y
    own = np.hypot(*(peaks - size // 2).T) < OWN_PX
    chosen = np.flatnonzero(~own & (snr > LEAST_SHARE * snr[~own].max(initial=0)))[:MOST_STARS]
    own &= snr > 0
    return x[chosen], y[chosen], np.stack([x[own], y[own]], axis=1)
