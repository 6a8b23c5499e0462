"""Drawing the frames: point sources, a host galaxy, the sky, the detector.

Noise-free light is drawn for all epochs of a source at once, each source in its own small box.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt
from scipy.fft import irfft2, rfft2

from taonet.sky.psf import moffat

OVERSAMPLE = 3
"""Points on a side at which the PSF is averaged over a pixel: it is only 2 to 3 pixels wide."""

HOST_OVERSAMPLE = 2
SEEING_NODES = 4
"""A host is convolved at this many seeings; epochs in between are interpolated."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Weather:
    """The conditions of every epoch.

    Parameters
    ----------
    seeing_fwhm_px : array (epoch,)
    zero_point_mag : array (epoch,)
        AB magnitude of one ADU.
    sky_adu : array (epoch,)
        Sky level in ADU a pixel.
    shift_x, shift_y : array (epoch,)
        Error of the pointing in pixels.
    """

    seeing_fwhm_px: Float[np.ndarray, " epoch"]
    zero_point_mag: Float[np.ndarray, " epoch"]
    sky_adu: Float[np.ndarray, " epoch"]
    shift_x: Float[np.ndarray, " epoch"]
    shift_y: Float[np.ndarray, " epoch"]


@dataclass(frozen=True, kw_only=True)
class Detector:
    """What turns light into numbers.

    Parameters
    ----------
    gain : float
        Electrons an ADU.
    read_noise_adu : float
    saturation_adu : int
        Pixels stop here.
    cosmic_rays : float
        Mean number a frame.
    blank_share : float
        Share of frames that are lost: every pixel has one value.
    """

    gain: float = 4.75
    read_noise_adu: float = 2.0
    saturation_adu: int = 65535
    cosmic_rays: float = 0.03
    blank_share: float = 0.002


def draw_star(
    canvas: Float[np.ndarray, "epoch y x"],
    flux: Float[np.ndarray, " epoch"],
    x: Float[np.ndarray, " epoch"],
    y: Float[np.ndarray, " epoch"],
    seeing_fwhm_px: Float[np.ndarray, " epoch"],
    *,
    radius_px: int,
    beta: float = 3.5,
) -> None:
    """Add a point source to every epoch, averaged over each pixel (Moffat 1969).

    Parameters
    ----------
    canvas : array (epoch, y, x)
        Changed in place, in ADU.
    flux : array (epoch,)
        Total flux in ADU.
    x, y : array (epoch,)
        Position in pixels; may lie outside.
    radius_px : int
        Half the side of the box that is drawn.
    """
    size = canvas.shape[-1]
    box = np.arange(-radius_px, radius_px + 1)
    left, low = np.rint(x).astype(int), np.rint(y).astype(int)
    fine = (np.arange(OVERSAMPLE) + 0.5) / OVERSAMPLE - 0.5
    axis = (box[:, None] + fine).ravel()
    dx2 = (axis + (left - x)[:, None]) ** 2
    dy2 = (axis + (low - y)[:, None]) ** 2
    alpha2 = (seeing_fwhm_px / (2 * np.sqrt(2 ** (1 / beta) - 1))) ** 2
    profile = (1 + (dy2[:, :, None] + dx2[:, None, :]) / alpha2[:, None, None]) ** -beta
    side = len(box)
    pixels = profile.reshape(-1, side, OVERSAMPLE, side, OVERSAMPLE).mean(axis=(2, 4))
    pixels *= ((beta - 1) / (np.pi * alpha2) * flux)[:, None, None]
    rows, columns = low[:, None] + box, left[:, None] + box
    inside = ((rows >= 0) & (rows < size))[:, :, None] & ((columns >= 0) & (columns < size))[
        :, None, :
    ]
    epochs = np.arange(len(canvas))[:, None, None]
    seen = np.broadcast_to(epochs, inside.shape)[inside]
    rows = np.broadcast_to(rows[:, :, None], inside.shape)[inside]
    columns = np.broadcast_to(columns[:, None, :], inside.shape)[inside]
    canvas[seen, rows, columns] += pixels[inside]


def box_radius_px(brightest_flux: float, sky_noise_adu: float, seeing_fwhm_px: float) -> int:
    """Return how far a star must be drawn until its wings drown in a fifth of the noise."""
    beta = 3.5
    alpha = seeing_fwhm_px / (2 * np.sqrt(2 ** (1 / beta) - 1))
    peak = brightest_flux * (beta - 1) / (np.pi * alpha**2)
    reach = alpha * np.sqrt(max((5 * peak / sky_noise_adu) ** (1 / beta) - 1, 0))
    return int(np.clip(np.ceil(reach), 4, 40))


def draw_galaxy(
    canvas: Float[np.ndarray, "epoch y x"],
    flux: Float[np.ndarray, " epoch"],
    x: Float[np.ndarray, " epoch"],
    y: Float[np.ndarray, " epoch"],
    seeing_fwhm_px: Float[np.ndarray, " epoch"],
    *,
    radius_px: float,
    axis_ratio: float,
    angle: float,
) -> None:
    """Add an exponential disc, convolved with the PSF, to every epoch.

    The disc (Sérsic index 1) is drawn at a few seeings and interpolated between them; small
    shifts of the pointing follow from its slopes.

    Parameters
    ----------
    flux : array (epoch,)
        Total flux in ADU.
    x, y : array (epoch,)
        Centre in pixels.
    radius_px : float
        Half-light radius along the major axis.
    axis_ratio, angle : float
        Minor over major axis; position angle in radians.
    """
    size = canvas.shape[-1]
    x0, y0 = float(np.median(x)), float(np.median(y))
    nodes = np.linspace(seeing_fwhm_px.min(), seeing_fwhm_px.max() + 1e-6, SEEING_NODES)
    disc = _disc(size, x0, y0, radius_px, axis_ratio, angle)
    images = np.stack([_convolved(disc, size, node) for node in nodes])
    place = np.interp(seeing_fwhm_px, nodes, np.arange(SEEING_NODES))
    low = np.minimum(place.astype(int), SEEING_NODES - 2)
    part = (place - low)[:, None, None]
    light = images[low] * (1 - part) + images[low + 1] * part
    slope_y, slope_x = np.gradient(light, axis=(1, 2))
    light -= slope_x * (x - x0)[:, None, None] + slope_y * (y - y0)[:, None, None]
    canvas += flux[:, None, None] * light


def _disc(
    size: int, x: float, y: float, radius_px: float, axis_ratio: float, angle: float
) -> Float[np.ndarray, "fine fine"]:
    # an exponential disc holds half of its light within 1.678 scale lengths
    scale = radius_px / 1.678
    fine = (np.arange(size * HOST_OVERSAMPLE) + 0.5) / HOST_OVERSAMPLE - 0.5
    dx, dy = fine[None, :] - x, fine[:, None] - y
    along = dx * np.cos(angle) + dy * np.sin(angle)
    across = (-dx * np.sin(angle) + dy * np.cos(angle)) / axis_ratio
    profile = np.exp(-np.hypot(along, across) / scale)
    return np.asarray(profile / (2 * np.pi * scale**2 * axis_ratio * HOST_OVERSAMPLE**2))


def _convolved(
    disc: Float[np.ndarray, "fine fine"], size: int, seeing_fwhm_px: float
) -> Float[np.ndarray, "y x"]:
    side = len(disc)
    psf = moffat(side, fwhm_px=seeing_fwhm_px * HOST_OVERSAMPLE)
    kernel = rfft2(np.roll(psf / psf.sum(), (-(side // 2), -(side // 2)), axis=(0, 1)))
    fine = irfft2(rfft2(disc) * kernel, s=(side, side))
    return np.asarray(fine.reshape(size, HOST_OVERSAMPLE, size, HOST_OVERSAMPLE).sum(axis=(1, 3)))


def expose(
    light: Float[np.ndarray, "epoch y x"],
    weather: Weather,
    detector: Detector,
    rng: np.random.Generator,
) -> UInt[np.ndarray, "epoch y x"]:
    """Turn noise-free light into counts: sky, photon and read noise, cosmic rays, saturation.

    Returns
    -------
    array (epoch, y, x)
        uint16, in ADU.
    """
    mean = light + weather.sky_adu[:, None, None]
    sigma = np.sqrt(np.maximum(mean, 0) / detector.gain + detector.read_noise_adu**2)
    counts = mean + sigma * rng.standard_normal(mean.shape, dtype=np.float32)
    _add_cosmic_rays(counts, detector, rng)
    whole = np.clip(np.rint(counts), 0, detector.saturation_adu).astype(np.uint16)
    whole[rng.random(len(counts)) < detector.blank_share] = 0
    return np.asarray(whole)


def _add_cosmic_rays(
    counts: Float[np.ndarray, "epoch y x"], detector: Detector, rng: np.random.Generator
) -> None:
    n = rng.poisson(detector.cosmic_rays * len(counts))
    epochs = rng.integers(len(counts), size=n)
    rows, columns = rng.integers(counts.shape[-1], size=(2, n))
    counts[epochs, rows, columns] += rng.exponential(2000, n)
