"""Frames prepared for photometry: sky subtracted, bad pixels masked, noise and gain estimated."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Shaped
from scipy.ndimage import maximum_filter

from taonet.sky.cutout import sky_and_noise

DARK = 8.0
"""Pixels so many times the noise below the sky are dead, masked with 0, or beyond the chip."""

SOURCE = 2.5
"""Pixels so many sigma above the sky may belong to a source, and those around them."""

BRIGHT = 6.0
"""Known light so many times the noise may hide it."""

LEAST_CORRELATION = 0.1
"""Less is what undetected sources and chance make."""

MIN_ROWS = 21
"""Of a frame, to measure the correlation of its noise."""

PLATEAU = 4
"""So many pixels at the very top of a frame have hit the ceiling of the detector."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PreparedFrames:
    """Frames of one sequence and band, prepared for photometry.

    Parameters
    ----------
    light : array (epoch, y, x)
        Sky subtracted, ADU, float32; 0 where not valid.
    valid : array (epoch, y, x)
    saturated : array (epoch, y, x)
        Pixels at the ceiling; they are not valid either.
    sky, noise : array (epoch,)
        ADU a pixel; NaN for frames without a pixel.
    photon_noise : array (epoch,)
        Variance per ADU of light, one over the gain; 0 where the frames do not show it.
    correlation : array (3, epoch)
        Of the noise of pixels side by side, of pixels corner to corner, and of those two pixels
        apart; 0 unless frames up to the epoch show more than chance: resampling smooths noise.
    """

    light: Float[np.ndarray, "epoch y x"]
    valid: Bool[np.ndarray, "epoch y x"]
    saturated: Bool[np.ndarray, "epoch y x"]
    sky: Float[np.ndarray, " epoch"]
    noise: Float[np.ndarray, " epoch"]
    photon_noise: Float[np.ndarray, " epoch"]
    correlation: Float[np.ndarray, "three epoch"]

    @property
    def blur_px2(self) -> Float[np.ndarray, " epoch"]:
        """How far resampling smoothed each frame: see `taonet.photometry.profile.Profile`."""
        return blur_px2(self.correlation)

    @property
    def usable(self) -> Bool[np.ndarray, " epoch"]:
        """True for frames that show anything."""
        return np.asarray(np.isfinite(self.noise) & (self.noise > 0))


def prepare_frames(
    frames: Shaped[np.ndarray, "epoch y x"],
    known_light: Float[np.ndarray, "epoch y x"] | None = None,
    *,
    darkest: float = DARK,
    smoothed: bool = True,
) -> PreparedFrames:
    """Prepare frames for photometry; each depends on its own pixels only.

    Parameters
    ----------
    frames : array (epoch, y, x)
    known_light : array (epoch, y, x), optional
        Light to be left out of what sky and noise are measured from: in a small cutout the wings
        of a bright object reach everywhere.
    darkest : float
        Pixels so many times the noise below the sky are not valid; infinite for differences, in
        which what has faded is dark.
    smoothed : bool
        Whether resampling may have smoothed the frames; where a bright object leaves no empty sky
        its own light looks like it.

    The gain comes from the sky: its level in electrons is the square of its noise in electrons,
    so variance per ADU is ``noise² / sky``. That holds for frames that still have their sky and
    whose read-out noise is small beside it.
    """
    sky, noise = sky_and_noise(frames if known_light is None else frames - known_light)
    safe_noise = np.where(noise > 0, noise, np.nan)
    light = frames.astype(np.float32) - np.nan_to_num(sky).astype(np.float32)[:, None, None]
    saturated = _saturated_pixels(frames)
    with np.errstate(invalid="ignore"):
        valid = np.isfinite(light) & ~saturated
        valid &= light > -(darkest * np.nan_to_num(safe_noise)).astype(np.float32)[:, None, None]
        photon = np.where(sky > 3 * noise, noise**2 / sky, 0.0)
    correlation = np.zeros((3, len(frames)))
    if smoothed:
        correlation = _correlation(light, valid, np.nan_to_num(safe_noise, nan=1.0), known_light)
    return PreparedFrames(
        light=np.where(valid, light, np.float32(0)),
        valid=valid,
        saturated=saturated,
        sky=sky,
        noise=safe_noise,
        photon_noise=np.nan_to_num(photon) * variance_reduction(correlation),
        correlation=correlation,
    )


def blur_px2(correlation: Float[np.ndarray, "three epoch"]) -> Float[np.ndarray, " epoch"]:
    """Return the variance, along an axis, of the smoothing that makes neighbours correlated.

    As that of shares ``1 − a`` and ``a`` of two neighbours, which is what a linear interpolation
    takes: its variance is ``a (1 − a)``, and the correlation ``a (1 − a) / (1 − 2 a (1 − a))``.
    Pixels further apart share nothing then: what they share is faint light, and no smoothing.
    """
    side = np.maximum(correlation[0] - correlation[2], 0)
    side = np.where(side > LEAST_CORRELATION, side, 0)
    return np.asarray(side / (1 + 2 * side))


def variance_reduction(
    correlation: Float[np.ndarray, "three epoch"],
) -> Float[np.ndarray, " epoch"]:
    """Return by how much the variance of pixels was larger before resampling smoothed them.

    What smoothing takes from the variance of pixels it adds to what neighbours share.
    """
    return np.asarray(1 + 4 * correlation[0] + 4 * correlation[1])


def _correlation(
    light: Float[np.ndarray, "epoch y x"],
    valid: Bool[np.ndarray, "epoch y x"],
    noise: Float[np.ndarray, " epoch"],
    known_light: Float[np.ndarray, "epoch y x"] | None,
) -> Float[np.ndarray, "three epoch"]:
    """Return the correlation of neighbouring pixels of empty sky, over the epochs so far."""
    # half of a frame is plenty of sky
    half = slice(0, max(light.shape[1] // 2, MIN_ROWS))
    light, valid = light[:, half], valid[:, half]
    unit = noise[:, None, None].astype(np.float32)
    if known_light is not None:
        object_light = known_light[:, half].astype(np.float32)
        # a share of what is known is left of it, and is no noise
        light, valid = light - object_light, valid & (object_light < BRIGHT * unit)
    snr = light / unit
    # the first epoch shows every later one where the sky is empty
    dark = ~maximum_filter(valid[:1] & (snr[:1] > SOURCE), (1, 5, 5))
    is_sky = valid & dark & (np.abs(snr) < 3)
    z = np.where(is_sky, snr, 0)
    variance = (z**2).sum(axis=(1, 2)).cumsum() / np.maximum(is_sky.sum(axis=(1, 2)).cumsum(), 1)
    turned, is_sky_turned = z[:, :, ::-1], is_sky[:, :, ::-1]
    pairs = (
        (_product(z, 0, 1) + _product(z, 1, 0), _product(is_sky, 0, 1) + _product(is_sky, 1, 0)),
        (_product(z, 1, 1) + _product(turned, 1, 1),
         _product(is_sky, 1, 1) + _product(is_sky_turned, 1, 1)),
        (_product(z, 0, 2), _product(is_sky, 0, 2)),
    )  # fmt: skip
    correlation = np.stack([product.cumsum() / np.maximum(n.cumsum(), 1) for product, n in pairs])
    correlation = correlation / np.maximum(variance, 1e-9)
    return np.where(correlation[:1] > LEAST_CORRELATION, np.maximum(correlation, 0), 0.0)


def _product(z: Shaped[np.ndarray, "epoch y x"], dy: int, dx: int) -> Float[np.ndarray, " epoch"]:
    """Return the sum of products of each pixel with the one (dx, dy) further on."""
    height, width = z.shape[1:]
    one, other = z[:, : height - dy, : width - dx], z[:, dy:, dx:]
    return np.asarray(np.einsum("eyx,eyx->e", one, other, dtype=np.float64))


def _saturated_pixels(frames: Shaped[np.ndarray, "epoch y x"]) -> Bool[np.ndarray, "epoch y x"]:
    top = np.fmax.reduce(frames.reshape(len(frames), -1), axis=1)
    saturated = np.zeros(frames.shape, bool)
    for k in np.flatnonzero(np.isfinite(top) & (top > 10_000)):
        # steps of 20 counts make neighbours equal by chance, at the top of a bright star hardly
        if np.count_nonzero(frames[k] == top[k]) >= PLATEAU:
            saturated[k] = frames[k] >= 0.98 * top[k]
    return saturated
