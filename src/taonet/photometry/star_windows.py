"""Small windows around stars, cut from every epoch at once."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

MODEL_MISMATCH = 0.03
"""A model is trusted to this share of a star's light a pixel: real PSFs are no Moffat profiles."""

OUTLIER = 6.0
"""Pixels so many times their error above the model were hit by a cosmic ray or a satellite."""

OUTLIER_MISMATCH = 0.15
"""The core of a badly modelled star is no cosmic ray, not even where the model has it a pixel off.
"""

HALO = 0.01
"""The halo around a very bright star, this share of its peak, is no cosmic ray either."""

WIDTHS = 1.6
"""Windows reach so many times the FWHM to each side, and five to nine pixels."""


@dataclass(frozen=True, kw_only=True, eq=False)
class StarWindows:
    """Windows of the frames, sky subtracted.

    Parameters
    ----------
    light : array (epoch, star, pixel)
        In ADU; 0 where not valid.
    valid : array (epoch, star, pixel)
    noise : array (epoch,)
        Of the sky, one sigma, ADU.
    photon_noise : array (epoch,)
        Variance per ADU of light: one over the gain.
    dx, dy : array (epoch, star, pixel)
        Pixel centres as seen from where the star is expected.
    level_err : float
        What is not known of the level of sky that was taken off, one sigma, in units of the noise
        of a pixel; infinite where every star has a level of its own.
    """

    light: Float[np.ndarray, "epoch star pixel"]
    valid: Bool[np.ndarray, "epoch star pixel"]
    noise: Float[np.ndarray, " epoch"]
    photon_noise: Float[np.ndarray, " epoch"]
    dx: Float[np.ndarray, "epoch star pixel"]
    dy: Float[np.ndarray, "epoch star pixel"]
    level_err: float = np.inf

    @property
    def level_precision(self) -> Float[np.ndarray, "epoch 1"]:
        """One over the variance of the level of sky, as far as it is known beforehand."""
        return np.asarray((self.level_err * np.maximum(self.noise, 1e-9))[:, None] ** -2.0)

    def weights(
        self, model: Float[np.ndarray, "epoch star pixel"], mismatch: float = MODEL_MISMATCH
    ) -> Float[np.ndarray, "epoch star pixel"]:
        """Return one over the variance of each pixel under a model of the light; 0 if not valid."""
        variance = self.variance(model) + (mismatch * model) ** 2
        return np.where(self.valid, 1 / variance, 0.0)

    def variance(
        self, model: Float[np.ndarray, "epoch star pixel"]
    ) -> Float[np.ndarray, "epoch star pixel"]:
        """Return the variance of each pixel: the sky's noise, and the photons of the model."""
        sky = np.maximum(self.noise, 1e-9)[:, None, None] ** 2
        return np.asarray(sky + self.photon_noise[:, None, None] * np.maximum(model, 0))

    def without_outliers(
        self,
        shining: Float[np.ndarray, "epoch star pixel"],
        model: Float[np.ndarray, "epoch star pixel"] | None = None,
    ) -> "StarWindows":
        """Return the windows without pixels that are far brighter than a model of them.

        Parameters
        ----------
        shining : array (epoch, star, pixel)
            All light whose photons make noise.
        model : array (epoch, star, pixel), optional
            What is left of it in the windows; the same by default.
        """
        model = shining if model is None else model
        halo = HALO * np.abs(shining).max(axis=-1, keepdims=True)
        tolerated = (OUTLIER_MISMATCH * _highest_around(np.abs(shining))) ** 2 + halo**2
        limit = OUTLIER * np.sqrt(self.variance(shining) + tolerated)
        return replace(self, valid=self.valid & (self.light - model <= limit))


def window_half_px(fwhm_px: float) -> int:
    """Return how far windows around stars of such a width reach."""
    return int(np.clip(np.ceil(WIDTHS * np.nan_to_num(fwhm_px)), 5, 9))


def cut_windows(
    light: Float[np.ndarray, "epoch y x"],
    valid: Bool[np.ndarray, "epoch y x"],
    x: Float[np.ndarray, "epoch star"],
    y: Float[np.ndarray, "epoch star"],
    *,
    half_px: int,
    noise: Float[np.ndarray, " epoch"],
    photon_noise: Float[np.ndarray, " epoch"],
) -> StarWindows:
    """Cut square windows around expected places; what lies outside of the frame is not valid.

    Parameters
    ----------
    light : array (epoch, y, x)
        Sky subtracted, in ADU.
    x, y : array (epoch, star)
        Expected places in pixels.
    half_px : int
        The windows reach so many pixels to each side.
    """
    reach = np.arange(-half_px, half_px + 1)
    columns = np.rint(x).astype(np.int64)[:, :, None] + reach
    rows = np.rint(y).astype(np.int64)[:, :, None] + reach
    away_x = (columns - x[:, :, None]).astype(np.float32)
    away_y = (rows - y[:, :, None]).astype(np.float32)
    pixels, inside = _gather(light, rows, columns)
    good, _ = _gather(valid, rows, columns)
    shape = (*x.shape, len(reach) ** 2)
    seen = (good & inside).reshape(shape)
    n = len(reach)
    dx = np.broadcast_to(away_x[:, :, None, :], (*x.shape, n, n))
    dy = np.broadcast_to(away_y[:, :, :, None], (*x.shape, n, n))
    return StarWindows(
        light=np.where(seen, pixels.reshape(shape), 0).astype(np.float32),
        valid=seen,
        noise=noise.astype(np.float32),
        photon_noise=photon_noise.astype(np.float32),
        dx=dx.reshape(shape),
        dy=dy.reshape(shape),
    )


def _highest_around(
    light: Float[np.ndarray, "epoch star pixel"],
) -> Float[np.ndarray, "epoch star pixel"]:
    """Return the highest of each pixel and the eight around it."""
    n = round(light.shape[-1] ** 0.5)
    image = light.reshape(*light.shape[:-1], n, n)
    rows = image.copy()
    np.maximum(rows[..., 1:, :], image[..., :-1, :], out=rows[..., 1:, :])
    np.maximum(rows[..., :-1, :], image[..., 1:, :], out=rows[..., :-1, :])
    highest = rows.copy()
    np.maximum(highest[..., 1:], rows[..., :-1], out=highest[..., 1:])
    np.maximum(highest[..., :-1], rows[..., 1:], out=highest[..., :-1])
    return highest.reshape(light.shape)


def _gather(
    images: np.ndarray[tuple[int, ...], np.dtype[np.generic]],
    rows: Int[np.ndarray, "epoch star n"],
    columns: Int[np.ndarray, "epoch star n"],
) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.generic]], Bool[np.ndarray, "epoch star n n"]]:
    height, width = images.shape[1:]
    inside_y, inside_x = (rows >= 0) & (rows < height), (columns >= 0) & (columns < width)
    # one flat index: a few times as fast as three
    place = np.arange(len(images))[:, None, None, None] * height
    place = (place + np.clip(rows, 0, height - 1)[:, :, :, None]) * width
    place = place + np.clip(columns, 0, width - 1)[:, :, None, :]
    values = images.reshape(-1).take(place)
    return values, inside_y[:, :, :, None] & inside_x[:, :, None, :]
