"""How bright a source of known place and shape is: the linear part of a fit, and its error."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from taonet.photometry.star_windows import StarWindows

LEAST_SEEN = 0.7
"""Share of a star's light that must fall on valid pixels."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Amplitude:
    """A flux as a weighted sum of pixels, NaN where too little of the star's light is seen.

    ``gains`` is what each pixel adds to the flux, ``level_gain`` what the level of sky does that is
    known beforehand.
    """

    flux: Float[np.ndarray, " epoch"]
    formal_variance: Float[np.ndarray, " epoch"]
    model: Float[np.ndarray, "epoch pixel"]
    gains: Float[np.ndarray, "epoch pixel"]
    level_variance: Float[np.ndarray, " epoch"]
    psf: Float[np.ndarray, "epoch pixel"]

    def variance_of(
        self, pixel: Float[np.ndarray, "epoch pixel"], unlike: Float[np.ndarray, " epoch"]
    ) -> Float[np.ndarray, " epoch"]:
        """Return the variance of the flux that comes from the noise of pixels and from the profile.

        A profile that is wrong here is wrong elsewhere too, as its light sums to one: where all
        light counts alike it does not matter.
        """
        square, light = self.gains**2, np.maximum(self.psf, 0)
        profile = (square * light).sum(axis=-1) - 1 / np.maximum(light.sum(axis=-1), 1e-9)
        noise = (square * pixel).sum(axis=-1) + self.level_variance
        return np.asarray(noise + unlike * np.maximum(profile, 0))


def fit_amplitude(
    pixels: Float[np.ndarray, "epoch pixel"],
    weight: Float[np.ndarray, "epoch pixel"],
    psf: Float[np.ndarray, "epoch pixel"],
    level_precision: Float[np.ndarray, " epoch"],
) -> Amplitude:
    """Fit a PSF and a sky level by weighted least squares."""
    weighed = weight * psf
    pp, p1, n = (weighed * psf).sum(-1), weighed.sum(-1), weight.sum(-1) + level_precision
    pd, d = (weighed * pixels).sum(-1), (weight * pixels).sum(-1)
    determinant = pp * n - p1**2
    seen = (psf * (weight > 0)).sum(-1) > LEAST_SEEN * psf.sum(-1)
    solvable = seen & (determinant > 1e-6 * pp * n)
    safe = np.where(solvable, determinant, 1.0)
    flux, level = (n * pd - p1 * d) / safe, (pp * d - p1 * pd) / safe
    model = np.where(solvable, flux, 0)[:, None] * psf + np.where(solvable, level, 0)[:, None]
    return Amplitude(
        flux=np.where(solvable, flux, np.nan),
        formal_variance=np.where(solvable, n / safe, np.nan),
        model=model,
        gains=np.where(solvable, 1 / safe, np.nan)[:, None]
        * (n[:, None] * weighed - p1[:, None] * weight),
        level_variance=(p1 / safe) ** 2 * level_precision,
        psf=psf,
    )


def fitted_flux(
    windows: StarWindows, psf: Float[np.ndarray, "epoch pixel"]
) -> Float[np.ndarray, " epoch"]:
    """Return the flux of a PSF fitted to windows, 0 where there is none."""
    weight = windows.weights(np.zeros_like(windows.light), 0.0)[:, 0]
    pixels = windows.light[:, 0].astype(np.float64)
    return np.asarray(
        np.nan_to_num(fit_amplitude(pixels, weight, psf, windows.level_precision[:, 0]).flux)
    )
