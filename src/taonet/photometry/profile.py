"""The profile of a star on pixels, and how it changes with width, shape and place.

A Moffat profile with oval isophotes, averaged over each pixel by two by two Gauss-Legendre points:
for seeing of two pixels and more that is exact to 0.2 % of the peak.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Complex, Float

BETA = 3.5
"""Steepness of the wings; 3.5 suits ground-based seeing (as in `taonet.sky.psf.moffat`)."""

_HALF_STEP = float(1 / (2 * np.sqrt(3)))
"""Where in a pixel the profile is read: Gauss-Legendre points of second order, on both axes."""

_ALPHA_OF_FWHM = float(1 / (2 * np.sqrt(2 ** (1 / BETA) - 1)))

PIXEL_FWHM2 = float(8 * np.log(2) / 12)
"""What averaging over a pixel adds to the square of the width."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Profile:
    """Width and shape of the PSF, any number of them.

    Parameters
    ----------
    fwhm_px : array (...)
        Full width at half maximum before the light is averaged over pixels.
    stretch : array (...)
        Ellipticity ``(a − b)/(a + b)`` times ``exp(2i angle)`` of the long axis from x to y; an
        oval PSF has the area of a round one of the same width.
    """

    fwhm_px: Float[np.ndarray, "..."]
    stretch: Complex[np.ndarray, "..."]

    def on(
        self, dx: Float[np.ndarray, "..."], dy: Float[np.ndarray, "..."]
    ) -> Float[np.ndarray, "..."]:
        """Return the share of a star's light in pixels whose centres lie at (dx, dy) from it."""
        # the squared distance is a x² + b y² + c x y, in units of the profile's own scale
        alpha2 = _alpha(self.fwhm_px) ** 2
        e = self.stretch
        norm = e.real**2 + e.imag**2
        unit = 1 / (alpha2 * (1 - norm))
        a, b = unit * (1 + norm - 2 * e.real), unit * (1 + norm + 2 * e.real)
        c = unit * -4 * e.imag
        ax, by = a * dx, b * dy
        middle = ax * dx + by * dy + c * (dx * dy) + 1
        along_x = _HALF_STEP * (2 * ax + c * dy)
        along_y = _HALF_STEP * (2 * by + c * dx)
        # the four points of a pixel lie half a step to either side along both axes
        both, other = along_x + along_y, along_x - along_y
        near, far = _HALF_STEP**2 * (a + b + c), _HALF_STEP**2 * (a + b - c)
        one, two = middle + near, middle + far
        total = _falling(one + both) + _falling(one - both)
        total += _falling(two + other) + _falling(two - other)
        return np.asarray(total * ((BETA - 1) / (4 * np.pi * alpha2)))

    def slopes(
        self, dx: Float[np.ndarray, "..."], dy: Float[np.ndarray, "..."]
    ) -> Float[np.ndarray, "five ..."]:
        """Return how the shares change with the star's x and y, log width, and shape (real, imag).

        Read at the centres of pixels, of a profile as much wider as a pixel makes it, and to first
        order in the ellipticity: this steers a fit, no more.
        """
        e, width2 = self.stretch, self.fwhm_px**2
        alpha2 = _alpha(np.sqrt(width2 + PIXEL_FWHM2)) ** 2
        radius2 = _radius2(dx, dy, e)
        u = 1 + radius2 / alpha2
        profile = _falling(u) * ((BETA - 1) / (np.pi * alpha2))
        steep = (2 * BETA / alpha2) * profile / u  # −2 dP/d(r²)
        own = width2 / (width2 + PIXEL_FWHM2)
        slopes = np.empty((5, *profile.shape), profile.dtype)
        slopes[0] = steep * ((1 - 2 * e.real) * dx - 2 * e.imag * dy)
        slopes[1] = steep * ((1 + 2 * e.real) * dy - 2 * e.imag * dx)
        slopes[2] = own * (steep * radius2 - 2 * profile)
        slopes[3] = own * steep * (dx * dx - dy * dy)
        slopes[4] = own * steep * (2 * dx * dy)
        return slopes

    def transform(
        self, kx: Float[np.ndarray, "..."], ky: Float[np.ndarray, "..."]
    ) -> Float[np.ndarray, "..."]:
        """Return the Fourier transform of the profile, averaged over a pixel.

        Parameters
        ----------
        kx, ky : array
            Radians a pixel, to be broadcast against the profiles.

        Notes
        -----
        For a steepness of 3.5 it is ``exp(−z)(1 + z + z²/3)`` with ``z = α|k|`` (Trujillo et al.
        2001, MNRAS 328, 977).
        """
        z = _alpha(self.fwhm_px) * np.sqrt(_radius2(kx, ky, -self.stretch))
        window = np.sinc(kx / (2 * np.pi)) * np.sinc(ky / (2 * np.pi))
        return np.asarray(np.exp(-z) * (1 + z * (1 + z / 3)) * window)

    def take(self, index: Any) -> "Profile":
        """Return some of the profiles, by any index that numpy knows."""
        return Profile(
            fwhm_px=np.asarray(self.fwhm_px[index]), stretch=np.asarray(self.stretch[index])
        )


def noise_pixels(profile: Profile) -> Float[np.ndarray, "..."]:
    """Return ``1 / ∫ P²``: the pixels whose noise the best fit of a star takes in."""
    return np.asarray(np.pi * _alpha(profile.fwhm_px) ** 2 * (2 * BETA - 1) / (BETA - 1) ** 2)


def _alpha(fwhm_px: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    return np.asarray(fwhm_px * _ALPHA_OF_FWHM)


def _falling(u: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    # u ** −3.5 without the slow general power
    root = np.sqrt(u)
    root *= u
    root *= u
    root *= u
    return np.asarray(np.reciprocal(root, out=root))


def _radius2(
    x: Float[np.ndarray, "..."], y: Float[np.ndarray, "..."], stretch: Complex[np.ndarray, "..."]
) -> Float[np.ndarray, "..."]:
    """Return the squared distance as an oval PSF sees it.

    With ``z = x + iy``: ``((1 + |e|²) |z|² − 2 Re(e* z²)) / (1 − |e|²)``.
    """
    norm = stretch.real**2 + stretch.imag**2
    turned = stretch.real * (x * x - y * y) + stretch.imag * (2 * x * y)
    return np.asarray(((1 + norm) * (x * x + y * y) - 2 * turned) / (1 - norm))
