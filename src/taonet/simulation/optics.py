"""From light to noise-free pixels: stars and galaxies through seeing, shift and pixel.

Light is added up in Fourier space, where the blur is a product and a shift is a phase. All stars
of a field are one matrix product, every epoch is one inverse transform, and total flux, sub-pixel
place and the light that a pixel gathers over its area are exact whatever the seeing.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Complex, Float
from scipy.fft import ifft, irfft
from scipy.special import j0

BETA = 3.5
"""Steepness of the Moffat profile, as in `taonet.sky.psf.moffat`."""

MARGIN_PX = 32
"""Room around the frame: what leaves on one side comes back on the other."""

FINE = 2
"""Points a pixel: the PSF is only 2 to 3 pixels wide, so one a pixel would ring."""

CHUNK = 16
"""Epochs drawn at once; more would not fit into the processor's cache."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FrequencyGrid:
    """The spatial frequencies of a square frame with its margin.

    Parameters
    ----------
    size_px : int
        Side of the frame.
    kx, ky : arrays (kx,), (ky,)
        Radians a pixel; kx only from zero up, since light is real.
    """

    size_px: int
    kx: Float[np.ndarray, " kx"]
    ky: Float[np.ndarray, " ky"]

    @property
    def side(self) -> int:
        """Points on a side, margin included."""
        return len(self.ky)


@lru_cache(maxsize=8)
def frequency_grid(size_px: int) -> FrequencyGrid:
    """Return the frequencies for frames of a size."""
    side = FINE * (size_px + MARGIN_PX)
    return FrequencyGrid(
        size_px=size_px,
        kx=2 * np.pi * np.fft.rfftfreq(side, 1 / FINE),
        ky=2 * np.pi * np.fft.fftfreq(side, 1 / FINE),
    )


def point_sources(
    grid: FrequencyGrid,
    flux: Float[np.ndarray, " star"],
    x: Float[np.ndarray, " star"],
    y: Float[np.ndarray, " star"],
) -> Complex[np.ndarray, "ky kx"]:
    """Return the transform of point sources, one matrix product for all of them.

    Parameters
    ----------
    flux : array (star,)
        Total flux, any unit.
    x, y : array (star,)
        Positions in pixels, integer = centre of a pixel; up to half the margin outside.
    """
    rows = np.exp(-1j * np.outer(grid.ky, y)) * flux
    return np.asarray(rows @ np.exp(-1j * np.outer(x, grid.kx)))


def sersic_galaxy(
    grid: FrequencyGrid,
    *,
    flux: float,
    x: float,
    y: float,
    radius_px: float,
    sersic_index: float,
    axis_ratio: float,
    angle: float,
) -> Complex[np.ndarray, "ky kx"]:
    """Return the transform of a galaxy with a Sérsic profile.

    Parameters
    ----------
    flux : float
        Total flux, out to infinity.
    x, y : float
        Centre in pixels.
    radius_px : float
        Half-light radius along the major axis.
    sersic_index, axis_ratio, angle : float
        See `taonet.simulation.light.Galaxy`.
    """
    kx, ky = grid.kx[None, :], grid.ky[:, None]
    along = kx * np.cos(angle) + ky * np.sin(angle)
    across = axis_ratio * (ky * np.cos(angle) - kx * np.sin(angle))
    frequencies, values = _sersic_transform(sersic_index)
    profile = np.interp(radius_px * np.hypot(along, across), frequencies, values)
    point = point_sources(grid, np.array([flux]), np.array([x]), np.array([y]))
    return np.asarray(profile * point)


@dataclass(frozen=True, kw_only=True, eq=False)
class EpochInputs:
    """What differs between the images of one scene; arrays (epoch,).

    Parameters
    ----------
    transparency : array (epoch,)
        Factor on the constant light.
    flux, x, y : array (epoch,)
        Total flux and place in pixels of the source that changes.
    shift_x, shift_y : array (epoch,)
        Shift of everything in pixels.
    seeing_fwhm_px, stretch : array (epoch,)
        See `taonet.simulation.conditions.Conditions`.
    """

    transparency: Float[np.ndarray, " epoch"]
    flux: Float[np.ndarray, " epoch"]
    x: Float[np.ndarray, " epoch"]
    y: Float[np.ndarray, " epoch"]
    shift_x: Float[np.ndarray, " epoch"]
    shift_y: Float[np.ndarray, " epoch"]
    seeing_fwhm_px: Float[np.ndarray, " epoch"]
    stretch: Complex[np.ndarray, " epoch"] | None = None


def render_epochs(
    grid: FrequencyGrid, fixed: Complex[np.ndarray, "ky kx"], epochs: EpochInputs
) -> Float[np.ndarray, "epoch y x"]:
    """Draw every epoch: the light that is always there, and one source that changes and moves.

    Parameters
    ----------
    fixed : array (ky, kx)
        Transform of all that is constant, as made by `point_sources` and `sersic_galaxy`.
    epochs : EpochInputs

    Returns
    -------
    array (epoch, y, x)
        float32, in the unit of the flux.
    """
    steady, shift_x, shift_y = fixed.astype(np.complex64), epochs.shift_x, epochs.shift_y
    inputs = (epochs.transparency, epochs.flux, epochs.x + shift_x, epochs.y + shift_y)
    column = [np.asarray(a, np.float64) for a in inputs]
    frames = np.empty((len(epochs.flux), grid.size_px, grid.size_px), np.float32)
    for low in range(0, len(frames), CHUNK):
        part = slice(low, low + CHUNK)
        clear, source, at_x, at_y = (a[part, None, None] for a in column)
        sky = steady * (clear * _phase(grid, shift_x[part], shift_y[part]))
        sky += source.astype(np.float32) * _phase(grid, at_x[:, 0, 0], at_y[:, 0, 0])
        stretch = None if epochs.stretch is None else epochs.stretch[part]
        sky *= _blur(grid, epochs.seeing_fwhm_px[part], stretch)
        frames[part] = _at_pixels(grid, sky)
    return frames


def _at_pixels(
    grid: FrequencyGrid, sky: Complex[np.ndarray, "epoch ky kx"]
) -> Float[np.ndarray, "epoch y x"]:
    """Transform back at the pixels of the frame only."""
    # reading every second point of the fine grid is folding its spectrum onto half its length
    folded = sky[:, : grid.side // FINE] + sky[:, grid.side // FINE :]
    rows = ifft(folded, axis=1)[:, : grid.size_px]
    return np.asarray(FINE * irfft(rows, n=grid.side)[:, :, : FINE * grid.size_px : FINE])


def _phase(
    grid: FrequencyGrid, x: Float[np.ndarray, " epoch"], y: Float[np.ndarray, " epoch"]
) -> Complex[np.ndarray, "epoch ky kx"]:
    rows = np.exp(-1j * np.outer(y, grid.ky)).astype(np.complex64)
    columns = np.exp(-1j * np.outer(x, grid.kx)).astype(np.complex64)
    return np.asarray(rows[:, :, None] * columns[:, None, :])


def _blur(
    grid: FrequencyGrid,
    fwhm_px: Float[np.ndarray, " epoch"],
    stretch: Complex[np.ndarray, " epoch"] | None,
) -> Float[np.ndarray, "epoch ky kx"]:
    """Return the transform of Moffat profiles averaged over a pixel.

    For a steepness of 3.5 the Bessel function of the transform is elementary:
    ``exp(−z) (1 + z + z²/3)`` with ``z = α k`` (Trujillo et al. 2001, MNRAS 328, 977).
    """
    alpha = fwhm_px / (2 * np.sqrt(2 ** (1 / BETA) - 1))
    modulus = _modulus(grid) if stretch is None else _stretched_modulus(grid, stretch)
    z = alpha.astype(np.float32)[:, None, None] * modulus
    return np.asarray(np.exp(-z) * (1 + z * (1 + z / 3)) * _pixel(grid))


@lru_cache(maxsize=8)
def _modulus(grid: FrequencyGrid) -> Float[np.ndarray, "ky kx"]:
    return np.asarray(np.hypot(grid.kx[None, :], grid.ky[:, None]), np.float32)


def _stretched_modulus(
    grid: FrequencyGrid, stretch: Complex[np.ndarray, " epoch"]
) -> Float[np.ndarray, "epoch ky kx"]:
    """Return the frequencies as a PSF with axes a and b sees them, a·b being that of a round one.

    Of ``e = (a − b)/(a + b)`` along an angle: ``|k'|² = ((1 + e²) k² + 2 Re(e* k²)) / (1 − e²)``,
    with k the complex number ``kx + i ky``.
    """
    e = stretch.astype(np.complex64)[:, None, None]
    norm = np.abs(e) ** 2
    square, double_x, double_y = _squares(grid)
    squared = (1 + norm) * square + 2 * (e.real * double_x + e.imag * double_y)
    return np.asarray(np.sqrt(np.maximum(squared / (1 - norm), 0)))


@lru_cache(maxsize=8)
def _squares(grid: FrequencyGrid) -> tuple[Float[np.ndarray, "ky kx"], ...]:
    """Return ``|k|²`` and the real and imaginary part of ``(kx + i ky)²``."""
    kx, ky = grid.kx[None, :].astype(np.float32), grid.ky[:, None].astype(np.float32)
    return kx**2 + ky**2, kx**2 - ky**2, 2 * kx * ky


@lru_cache(maxsize=8)
def _pixel(grid: FrequencyGrid) -> Float[np.ndarray, "ky kx"]:
    # the light that a square pixel gathers is the picture convolved with that square
    window = np.sinc(grid.kx[None, :] / (2 * np.pi)) * np.sinc(grid.ky[:, None] / (2 * np.pi))
    return np.asarray(window.astype(np.float32))


@lru_cache(maxsize=8)
def _sersic_transform(
    index: float,
) -> tuple[Float[np.ndarray, " k"], Float[np.ndarray, " k"]]:
    """Return the transform of a round Sérsic profile of unit flux and half-light radius.

    The profile is ``exp(−b r^(1/n))`` with b of Ciotti & Bertin (1999, A&A 352, 447, eq. 18).
    """
    b = 2 * index - 1 / 3 + 4 / (405 * index) + 46 / (25515 * index**2)
    radius = np.geomspace(1e-5, (40 / b) ** index, 6000)
    light = np.exp(-b * radius ** (1 / index)) * radius**2 * np.log(radius[1] / radius[0])
    frequencies = np.concatenate([[0.0], np.geomspace(0.01, 100, 300)])
    values = np.array([(light * j0(k * radius)).sum() for k in frequencies])
    return frequencies, values / values[0]
