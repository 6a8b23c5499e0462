"""The profile of a star on pixels, and how it changes with width, shape, steepness and place.

A Moffat profile (1969, A&A 3, 455) with oval isophotes, averaged over each pixel by two by two
Gauss-Legendre points: for seeing of two pixels and more that is exact to 0.2 % of the peak.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from jaxtyping import Complex, Float
from scipy.special import gammaln, kve

USUAL_BETA = 3.5
"""Steepness of the wings where no star shows it: telescopes on the ground have 2.1 (ZTF) to 4.8."""

GAUSSIAN_BETA = 20.0
"""Steeper profiles cannot be told from a Gaussian."""

FLATTEST_BETA = 1.6
"""With less, half of the light would lie outside of any cutout."""

_PIXEL_VARIANCE = 1 / 12
"""Of light within a pixel along an axis. Gauss-Legendre points of second order lie one sigma to
either side of its middle; where resampling has smoothed the picture they lie further out."""

FWHM2_OF_VARIANCE = float(8 * np.log(2))
"""Square of the width of a Gaussian of unit variance."""


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
    beta : array (...)
        Steepness of the wings, which fall as ``r^(−2 beta)``.
    blur_px2 : array (...)
        Variance along each axis of what smoothed the picture after it was taken: resampling.
    """

    fwhm_px: Float[np.ndarray, "..."]
    stretch: Complex[np.ndarray, "..."]
    beta: Float[np.ndarray, "..."]
    blur_px2: Float[np.ndarray, "..."]

    def pixel_shares(
        self, dx: Float[np.ndarray, "..."], dy: Float[np.ndarray, "..."]
    ) -> Float[np.ndarray, "..."]:
        """Return the share of a star's light in pixels whose centres lie at (dx, dy) from it."""
        dx, dy, _ = np.broadcast_arrays(dx, dy, self.fwhm_px)
        # the squared distance is a x² + b y² + c x y, in units of the profile's own scale
        beta, alpha2, e = self.beta, self.alpha2, self.stretch
        norm = e.real**2 + e.imag**2
        unit = 1 / (alpha2 * (1 - norm))
        a, b = unit * (1 + norm - 2 * e.real), unit * (1 + norm + 2 * e.real)
        c = unit * -4 * e.imag
        # a pixel is read at four points, a step to either side of its middle along both axes; with
        # u there, p and q its changes over a step, the mean of u^(−beta) is that of the middle
        # times a series in (p/u)² and (q/u)²: one power instead of four
        step2 = _PIXEL_VARIANCE + self.blur_px2
        step = np.sqrt(step2)
        p, q = a * dx, b * dy
        inverse = p * dx
        spare = q * dy
        inverse += spare
        spare = np.multiply(dx, c * dy, out=spare)
        inverse += spare
        inverse += 1 + step2 * (a + b)
        np.reciprocal(inverse, out=inverse)
        p *= 2
        p += np.multiply(c, dy, out=spare)
        q *= 2
        q += np.multiply(c, dx, out=spare)
        np.multiply(step, inverse, out=spare)
        p *= spare
        q *= spare
        second = beta * (beta + 1) / 2
        fourth = second * (beta + 2) * (beta + 3) / 12
        sixth = fourth * (beta + 4) * (beta + 5) / 30
        product = p * q
        p *= p
        p += np.multiply(q, q, out=q)
        squares = p
        total = np.multiply(sixth, squares, out=q)
        total += fourth
        total *= squares
        total += second
        total *= squares
        total += 1
        squares *= 12 * sixth
        squares += 4 * fourth
        squares *= product
        # what the four points have of c itself
        squares -= np.multiply(2 * second * (beta + 2) * step2 * c, inverse, out=spare)
        squares *= product
        total += squares
        np.log(inverse, out=inverse)
        inverse *= beta
        total *= np.exp(inverse, out=inverse)
        total *= (beta - 1) / (np.pi * alpha2)
        return np.asarray(total)

    def slopes(
        self, dx: Float[np.ndarray, "..."], dy: Float[np.ndarray, "..."], *, first: int = 5
    ) -> Float[np.ndarray, "shape ..."]:
        """Return how the shares change: with x and y, log width, shape (real, imag), and 1/beta.

        Read at the centres of pixels, of a profile as much wider as a pixel makes it, and to first
        order in the ellipticity: this steers a fit, no more.

        Parameters
        ----------
        first : int
            How many of these six: 2, 5 or 6.
        """
        dx, dy, _ = np.broadcast_arrays(dx, dy, self.fwhm_px)
        e, beta, width2 = self.stretch, self.beta, self.fwhm_px**2
        added = FWHM2_OF_VARIANCE * (_PIXEL_VARIANCE + self.blur_px2)
        alpha2 = _alpha2(width2 + added, beta)
        own = width2 / (width2 + added)
        radius2 = _radius2(dx, dy, e)
        slopes = np.empty((first, *radius2.shape), radius2.dtype)
        u = radius2 / alpha2
        u += 1
        log_u = np.log(u)
        profile = np.multiply(log_u, -beta)
        np.exp(profile, out=profile)
        profile *= (beta - 1) / (np.pi * alpha2)
        steep = np.divide(profile, u, out=u)
        steep *= 2 * beta / alpha2  # −2 dP/d(r²)
        for i, (one, other, along, across) in enumerate(((-1, -1, dx, dy), (1, -1, dy, dx))):
            np.multiply(1 + 2 * one * e.real, along, out=slopes[i])
            slopes[i] += 2 * other * e.imag * across
            slopes[i] *= steep
        if first == 2:
            return slopes
        steep_radius2 = np.multiply(steep, radius2, out=radius2)
        np.multiply(profile, -2, out=slopes[2])
        slopes[2] += steep_radius2
        slopes[2] *= own
        steep *= own
        np.multiply(dx + dy, dx - dy, out=slopes[3])
        slopes[3] *= steep
        np.multiply(dx, 2 * dy, out=slopes[4])
        slopes[4] *= steep
        if first == 5:
            return slopes
        # at a given width the scale α shrinks as 1/beta grows
        shrinks = np.log(2) / (1 - 2 ** (-1 / beta))
        log_u *= beta**2
        log_u += shrinks - beta**2 / (beta - 1)
        np.multiply(profile, log_u, out=slopes[5])
        steep_radius2 *= shrinks / 2
        slopes[5] -= steep_radius2
        return slopes

    def transform(
        self, kx: Float[np.ndarray, "..."], ky: Float[np.ndarray, "..."]
    ) -> Float[np.ndarray, "..."]:
        """Return the Fourier transform of the profile, averaged over a pixel.

        Parameters
        ----------
        kx, ky : array
            Radians a pixel, to be broadcast against the profiles.
        """
        t = self.fwhm_px * np.sqrt(_radius2(kx, ky, -self.stretch))
        window = np.sinc(kx / (2 * np.pi)) * np.sinc(ky / (2 * np.pi))
        blur = np.sqrt(self.blur_px2)
        return np.asarray(
            _round_transform(t, self.beta) * (window * np.cos(kx * blur) * np.cos(ky * blur))
        )

    @property
    def alpha2(self) -> Float[np.ndarray, "..."]:
        """The square of Moffat's scale length, in pixels."""
        return _alpha2(self.fwhm_px**2, self.beta)

    def take(self, index: Any) -> "Profile":
        """Return some of the profiles, by any index that numpy knows."""
        return Profile(
            fwhm_px=np.asarray(self.fwhm_px[index]),
            stretch=np.asarray(self.stretch[index]),
            beta=np.asarray(self.beta[index]),
            blur_px2=np.asarray(self.blur_px2[index]),
        )


def _alpha2(
    fwhm2: Float[np.ndarray, "..."], beta: Float[np.ndarray, "..."]
) -> Float[np.ndarray, "..."]:
    return np.asarray(fwhm2 / (4 * (2 ** (1 / beta) - 1)))


_STEP = 0.04
_MOST = 60.0
_BETAS = 1 / np.linspace(1 / GAUSSIAN_BETA, 1 / FLATTEST_BETA, 60)


def _round_transform(
    t: Float[np.ndarray, "..."], beta: Float[np.ndarray, "..."]
) -> Float[np.ndarray, "..."]:
    """Return the transform of round profiles where width times frequency is ``t``."""
    table = _log_transforms()
    row = (1 / np.clip(beta, FLATTEST_BETA, GAUSSIAN_BETA) - 1 / _BETAS[0]) / (
        1 / _BETAS[1] - 1 / _BETAS[0]
    )
    low = np.clip(row.astype(np.int64), 0, len(_BETAS) - 2)
    place = np.minimum(t, _MOST - 2 * _STEP) / _STEP
    column = place.astype(np.int64)
    down, along = row - low, place - column
    near, far = (
        (1 - along) * table[r, column] + along * table[r, column + 1] for r in (low, low + 1)
    )
    return np.asarray(np.exp((1 - down) * near + down * far))


@lru_cache(maxsize=1)
def _log_transforms() -> Float[np.ndarray, "beta t"]:
    """Return logarithms of transforms, ``2 (z/2)^ν K_ν(z) / Γ(ν)`` with ``z = α k``, ν = beta − 1.

    Trujillo et al. 2001, MNRAS 328, 977; tabulated, since Bessel functions of any order are slow.
    """
    t = np.arange(0, _MOST, _STEP)
    nu = _BETAS[:, None] - 1
    z = t * np.sqrt(_alpha2(np.ones(1), _BETAS))[:, None]
    z[:, 0] = 1.0
    logs = np.log(2) - gammaln(nu) + nu * np.log(z / 2) + np.log(kve(nu, z)) - z
    logs[:, 0] = 0.0
    return np.asarray(logs)


def _radius2(
    x: Float[np.ndarray, "..."], y: Float[np.ndarray, "..."], stretch: Complex[np.ndarray, "..."]
) -> Float[np.ndarray, "..."]:
    """Return the squared distance as an oval PSF sees it.

    With ``z = x + iy``: ``((1 + |e|²) |z|² − 2 Re(e* z²)) / (1 − |e|²)``.
    """
    norm = stretch.real**2 + stretch.imag**2
    turned = stretch.real * (x * x - y * y) + stretch.imag * (2 * x * y)
    return np.asarray(((1 + norm) * (x * x + y * y) - 2 * turned) / (1 - norm))
