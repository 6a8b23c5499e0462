"""What is left of constant sources in a difference, and the small kernel that takes it off.

PSFs that follow a formula are not known exactly, nor are scale and shift. The light of all other
sources shows how the subtracted image must be corrected once more: convolved with a kernel of free
pixels (Alard & Lupton 1998, ApJ 503, 325, with the basis of Bramich 2008, MNRAS
386, L77), as far as the light outweighs what was known before.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Complex, Float
from scipy.fft import fftfreq, irfft2, rfft2, rfftfreq
from scipy.ndimage import gaussian_filter, label, minimum_filter

REACH_PX = 2
"""The kernel has 5 × 5 pixels."""

BRIGHT_SNR = 5.0
"""Pixels so far above the noise, smoothed by a star's core, constrain the kernel."""

CORE_PX = 1.5
AROUND_PX = 4
"""Nearer to a pixel that is not valid, light is missing."""

OBJECT_FWHM = 2.0
"""Radius in FWHM within which the object may have changed."""

TRUSTED = 0.01
"""What no kernel takes off, as a share of the light of a pixel."""

ODD = 3.0
ROUNDS = 6
"""Pixels that are so many sigma off lose half of their weight: sources may vary."""

LOOSE = 0.3
"""Of a pixel of the kernel, one sigma, beforehand."""

SHIFT_PX = 0.05
SPREAD_PX2 = 0.3
"""How well shift and squared width of the PSF are known beforehand besides their errors."""

_OFFSETS = np.arange(-REACH_PX, REACH_PX + 1)
DY, DX = (axis.ravel() for axis in np.meshgrid(_OFFSETS, _OFFSETS, indexing="ij"))


@dataclass(frozen=True, kw_only=True, eq=False)
class Kernel:
    """What the subtracted image is to be convolved with, besides itself.

    Parameters
    ----------
    pixels : array (pixel,)
        In the order of `DY`, `DX`; 0 where nothing has to be bent.
    covariance : array (pixel, pixel)
    """

    pixels: Float[np.ndarray, " pixel"]
    covariance: Float[np.ndarray, "pixel pixel"]

    def apply(self, image: Float[np.ndarray, "y x"]) -> Float[np.ndarray, "y x"]:
        """Convolve an image, which goes on at its other edge."""
        return np.asarray(irfft2(rfft2(image) * self._transform(image.shape), s=image.shape))

    def _transform(self, shape: tuple[int, ...]) -> Complex[np.ndarray, "ky kx"]:
        rows = np.exp(-2j * np.pi * np.outer(fftfreq(shape[0]), DY))
        columns = np.exp(-2j * np.pi * np.outer(rfftfreq(shape[1]), DX))
        return np.asarray((rows * self.pixels) @ columns.T)

    def sum_error(
        self, image: Float[np.ndarray, "y x"], weights: Float[np.ndarray, "h w"], x: int, y: int
    ) -> float:
        """Return the error that the kernel's gives a weighted sum of pixels around (x, y).

        Parameters
        ----------
        image : array (y, x)
            That was subtracted.
        weights : array (h, w)
            Their middle lies at (x, y).
        """
        rows = y + np.arange(len(weights)) - len(weights) // 2
        columns = x + np.arange(weights.shape[1]) - weights.shape[1] // 2
        sums = [
            (
                weights
                * np.take(np.take(image, rows - dy, 0, mode="wrap"), columns - dx, 1, mode="wrap")
            ).sum()
            for dy, dx in zip(DY, DX, strict=True)
        ]
        return float(np.sqrt(np.array(sums) @ self.covariance @ np.array(sums)))


def fit_kernel(
    difference: Float[np.ndarray, "y x"],
    subtracted: Float[np.ndarray, "y x"],
    *,
    usable: Bool[np.ndarray, "y x"],
    variance: Float[np.ndarray, "y x"],
    scale_err: float,
    shift_err_px: float,
) -> Kernel:
    """Fit the kernel that, applied to what was subtracted, gives what is left in a difference.

    Parameters
    ----------
    difference, subtracted : array (y, x)
    usable : array (y, x)
        Pixels of sources that are not expected to change; see `constant_pixels`.
    variance : array (y, x)
        Of a pixel of the difference.
    scale_err, shift_err_px : float
        How well the sum and the first moments are known beforehand.
    """
    precision = _prior(scale_err, shift_err_px)
    y, x = np.nonzero(usable)
    rows, columns = y - DY[:, None], x - DX[:, None]
    light = subtracted[rows % len(subtracted), columns % subtracted.shape[1]]
    residual = difference[y, x]
    error = np.hypot(np.sqrt(variance[y, x]), TRUSTED * subtracted[y, x])
    pixels, weight = np.zeros(len(DX)), error**-2
    for _ in range(ROUNDS):
        normal = (light * weight) @ light.T + precision
        pixels = np.linalg.solve(normal, (light * weight) @ residual)
        pull = np.abs(residual - pixels @ light) / error
        weight = error**-2 / (1 + (pull / ODD) ** 2)
    return Kernel(pixels=pixels, covariance=np.linalg.inv(normal))


def constant_pixels(
    steady: Float[np.ndarray, "y x"],
    valid: Bool[np.ndarray, "y x"],
    *,
    noise: float,
    fwhm_px: float,
    x: float,
    y: float,
) -> Bool[np.ndarray, "y x"]:
    """Return the pixels of sources other than that at (x, y).

    Parameters
    ----------
    steady : array (y, x)
        Of the template.
    noise : float
        Of a pixel of the epoch.
    """
    bright = gaussian_filter(steady, CORE_PX) > BRIGHT_SNR * noise
    rows, columns = np.ogrid[: steady.shape[0], : steady.shape[1]]
    near = np.hypot(columns - x, rows - y) < OBJECT_FWHM * fwhm_px
    # the wings of the object go on
    source, _ = label(bright)
    aside = ~near & ~np.isin(source, np.unique(source[near & bright]))
    return np.asarray(bright & aside & minimum_filter(valid, 2 * AROUND_PX + 1))


def _prior(scale_err: float, shift_err_px: float) -> Float[np.ndarray, "pixel pixel"]:
    """Return the precision of the kernel's pixels beforehand, by its moments."""
    shift = np.hypot(SHIFT_PX, shift_err_px)
    known = (
        (np.ones(len(DX)), scale_err),
        (DX, shift),
        (DY, shift),
        (DX**2 + DY**2, SPREAD_PX2),
        (DX**2 - DY**2, SPREAD_PX2),
        (2 * DX * DY, SPREAD_PX2),
    )
    precision = np.eye(len(DX)) / LOOSE**2
    for moment, error in known:
        precision += np.outer(moment, moment) / max(error, 1e-4) ** 2
    return np.asarray(precision)
