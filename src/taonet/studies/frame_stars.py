"""Stars of real frames that copies can be made of: single, round, and far from others."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.ndimage import gaussian_filter, maximum_filter

from taonet.simulation.empty_places import median_frame
from taonet.sky.cutout import sky_and_noise
from taonet.sky.sequence import ImageSequence

STAR_SIGMA: Final = 5.0
"""A star peaks so many times the noise of a usual frame above the sky."""

LIGHT_SIGMA: Final = 3.0
"""Where the smoothed median frame is so many times its noise above the sky, something is."""

SMOOTHING_PX: Final = 1.2
"""Sigma of the Gaussian that the median frame is smoothed by: about that of a star."""

NOISE_SIGMA: Final = 5.0
"""What is fainter than so many times the noise of the mean frame may be noise."""

SECOND_PEAK: Final = 0.02
"""A lonely star has no other peak of this share of its own beside it, beyond noise."""

FAR_FWHM: Final = 1.5
NEAREST_FAR_PX: Final = 3.0
FAR_SHARE: Final = 0.08
"""A lonely star is fainter than this share of its peak beyond `FAR_FWHM`, or `NEAREST_FAR_PX`."""

LEAST_ROUND: Final = 0.7
"""Least ratio of the minor to the major axis of a star to be copied."""

LEAST_SNR: Final = 150.0
"""A star to be copied is at least so bright in a usual frame, against the noise of the sky."""

LEAST_EPOCH_SNR: Final = 20.0
"""Epochs in which it is fainter are not used."""

LEAST_CORE: Final = 0.5
"""Nor are those with less than this share of its light within half the radius."""

FARTHEST_PX: Final = 2.0
"""Nor those in which it is farther than this from its usual place."""

FADE_FROM: Final = 0.75
"""From this share of the radius outwards a copy fades, to nothing at the radius."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FrameStar:
    """A star as each frame shows it, which copies are made of.

    Parameters
    ----------
    images : array (epoch, row, column)
        Its light in counts, without the sky; zero beyond the radius, its peak at the centre.
    noise : array (epoch,)
        Of the sky in a pixel, in counts.
    place : tuple of int
        Column and row of its peak in the median frame.
    gain : float
        Electrons a count.
    """

    images: Float[np.ndarray, "epoch row column"]
    noise: Float[np.ndarray, " epoch"]
    place: tuple[int, int]
    gain: float

    @property
    def light(self) -> Float[np.ndarray, " epoch"]:
        """Light of the star in counts."""
        return np.asarray(self.images.sum(axis=(1, 2)))

    @property
    def is_sharp(self) -> Bool[np.ndarray, " epoch"]:
        """Whether each frame shows the star clearly: bright enough, most light in the middle.

        A frame that is blurred until the star outgrows its radius, or in which it is not where it
        usually is, gives no copy of which the light is known.
        """
        core = (self.images * (_distances(self.images.shape[1] // 2) <= 0.5)).sum(axis=(1, 2))
        is_bright = self.light > LEAST_EPOCH_SNR * self.error(np.zeros(1))
        is_there = _offsets(self.images) <= FARTHEST_PX
        return np.asarray(is_bright & is_there & (core >= LEAST_CORE * self.light))

    def take(self, epochs: Int[np.ndarray, " some"]) -> "FrameStar":
        """Return the star in the epochs named by index."""
        return replace(self, images=self.images[epochs], noise=self.noise[epochs])

    def error(self, shares: Float[np.ndarray, "*step #epoch"]) -> Float[np.ndarray, "*step epoch"]:
        """Return the least error of the light of copies, in counts.

        It is that of a fit of the true PSF at the true place, against the photons of the copy,
        the noise of the sky, and that of the star's own sky, which is copied too.

        Parameters
        ----------
        shares : array
            Brightness of copies relative to the star.
        """
        share = np.asarray(shares)[..., None, None]
        star = np.maximum(self.images, 0)
        profile = star / np.maximum(star.sum(axis=(1, 2), keepdims=True), 1e-12)
        variance = self.noise[:, None, None] ** 2 * (1 + share**2) + share * star / self.gain
        information = (profile**2 / variance).sum(axis=(-2, -1))
        return np.asarray(np.maximum(information, 1e-30) ** -0.5)


def find_frame_star(
    sequence: ImageSequence,
    *,
    radius_px: int,
    saturation: float,
    gain: float,
) -> FrameStar | None:
    """Return the brightest lonely star of a sequence.

    Lonely is a round star with a single peak, beside which nothing is seen but noise.

    Parameters
    ----------
    radius_px : int
        Its light beyond is not copied; it is so far from the edges.
    saturation : float
        Counts that no pixel of it reaches in more than one frame of twenty.
    gain : float
        Electrons a count.

    Returns
    -------
    FrameStar or None
        None if no star will do.
    """
    frames = sequence.pixels[:, 0].astype(np.float64)
    is_dark = ~is_lit(sequence)
    is_unsaturated = maximum_filter(np.nanpercentile(frames, 95, axis=0), 3) < saturation
    for row, column in _lonely_peaks(sequence, radius_px):
        if not is_unsaturated[row, column]:
            continue
        is_sky = is_dark & (_away(is_dark.shape, row, column) > radius_px + 2)
        sky, noise = _sky_of(frames[:, is_sky])
        images = _cut_star(frames - sky[:, None, None], (column, row), radius_px)
        star = FrameStar(images=images, noise=noise, place=(column, row), gain=gain)
        if np.median(star.light / star.error(np.zeros(1))) >= LEAST_SNR:
            return star
    return None


def find_peaks(sequence: ImageSequence) -> Bool[np.ndarray, "y x"]:
    """Return which pixels are the peak of a star in the median frame."""
    light = light_of_median(sequence)
    _, noise = sky_and_noise(sequence.pixels[:, :1])
    is_bright = light > STAR_SIGMA * float(np.nanmedian(noise))
    return np.asarray(is_bright & (light == maximum_filter(light, 5)))


def light_of_median(sequence: ImageSequence) -> Float[np.ndarray, "y x"]:
    """Return the median frame without its sky; what is not known is dark."""
    median = median_frame(sequence)
    (sky,), _ = sky_and_noise(median[None])
    return np.asarray(np.nan_to_num(median - sky))


def is_lit(sequence: ImageSequence) -> Bool[np.ndarray, "y x"]:
    """Return where something is seen in the smoothed median frame."""
    light = gaussian_filter(light_of_median(sequence), SMOOTHING_PX)
    (sky,), (noise,) = sky_and_noise(light[None])
    return np.asarray(light > sky + LIGHT_SIGMA * noise)


def has_room(shape: tuple[int, ...], before: int, after: int) -> Bool[np.ndarray, "y x"]:
    """Return which pixels have so many others before them and after, themselves included."""
    rows, columns = np.indices(shape)
    is_inside = (rows >= before) & (rows + after <= shape[0])
    return np.asarray(is_inside & (columns >= before) & (columns + after <= shape[1]))


def _lonely_peaks(sequence: ImageSequence, radius_px: int) -> Iterator[tuple[int, int]]:
    """Yield rows and columns of the peaks of lonely stars, the brightest first."""
    light = light_of_median(sequence)
    _, noise = sky_and_noise(sequence.pixels[:, :1])
    chance = NOISE_SIGMA * float(np.nanmedian(noise)) / np.sqrt(len(sequence))
    is_peak = find_peaks(sequence) & has_room(light.shape, radius_px, radius_px + 1)
    for row, column in sorted(np.argwhere(is_peak).tolist(), key=lambda star: -light[tuple(star)]):
        away = _away(light.shape, row, column)
        if _is_single(light, away, radius_px, chance) and _is_round(light, away):
            yield row, column


def _is_single(
    light: Float[np.ndarray, "y x"],
    away: Float[np.ndarray, "y x"],
    radius_px: int,
    chance: float,
) -> bool:
    """Tell whether there is one peak, and all light close to it."""
    far_px = max(FAR_FWHM * _fwhm_px(light, away), NEAREST_FAR_PX)
    peak, is_beside = light[away == 0][0], (away > 0) & (away <= radius_px + 1)
    far = light[is_beside & (away > far_px)].max(initial=0)
    others = light[is_beside & (light == maximum_filter(light, 3))].max(initial=0)
    is_alone = far <= max(FAR_SHARE * peak, chance) and others <= max(SECOND_PEAK * peak, chance)
    return bool(is_alone and far_px < radius_px)


def _is_round(light: Float[np.ndarray, "y x"], away: Float[np.ndarray, "y x"]) -> bool:
    """Tell whether second moments of what is brighter than a tenth of the peak agree."""
    is_near = away <= FAR_FWHM * _fwhm_px(light, away) + 0.5
    weights = np.where(is_near & (light > 0.1 * light[away == 0]), light, 0.0)
    covariance = np.cov(np.indices(light.shape).reshape(2, -1), aweights=weights.ravel())
    minor, major = np.linalg.eigvalsh(covariance)
    return bool(minor >= LEAST_ROUND**2 * major)


def _fwhm_px(light: Float[np.ndarray, "y x"], away: Float[np.ndarray, "y x"]) -> float:
    """Return the diameter of a circle of as many pixels as are brighter than half the peak."""
    is_bright = (light >= 0.5 * light[away == 0]) & (away <= 6)
    return float(2 * np.sqrt(is_bright.sum() / np.pi))


def _away(shape: tuple[int, ...], row: int, column: int) -> Float[np.ndarray, "y x"]:
    rows, columns = np.indices(shape)
    return np.asarray(np.hypot(rows - row, columns - column))


def _sky_of(
    pixels: Float[np.ndarray, "epoch pixel"],
) -> tuple[Float[np.ndarray, " epoch"], Float[np.ndarray, " epoch"]]:
    """Return mean and standard deviation of empty pixels; far outliers do not count."""
    kept = pixels
    for _ in range(5):
        middle, spread = np.nanmedian(kept, axis=1), np.nanstd(kept, axis=1)
        is_near = np.abs(pixels - middle[:, None]) < 4 * spread[:, None]
        kept = np.where(is_near, pixels, np.nan)
    return np.nanmean(kept, axis=1), np.nanstd(kept, axis=1)


def _cut_star(
    light: Float[np.ndarray, "epoch y x"], place: tuple[int, int], radius_px: int
) -> Float[np.ndarray, "epoch row column"]:
    """Return the light around a place, which fades to nothing at the radius."""
    columns, rows = (slice(v - radius_px, v + radius_px + 1) for v in place)
    outwards = np.clip((_distances(radius_px) - FADE_FROM) / (1 - FADE_FROM), 0, 1)
    fading = 0.5 + 0.5 * np.cos(np.pi * outwards)
    return np.asarray(np.nan_to_num(light[:, rows, columns]) * fading)


def _offsets(images: Float[np.ndarray, "epoch row column"]) -> Float[np.ndarray, " epoch"]:
    """Return how far the middle of what is brighter than a third of the peak is from the centre."""
    peak = images.max(axis=(1, 2), keepdims=True)
    bright = np.where(images > peak / 3, images, 0.0)
    axis = np.arange(images.shape[1]) - images.shape[1] // 2
    light = np.maximum(bright.sum(axis=(1, 2)), 1e-12)
    x, y = (bright.sum(axis=other) @ axis / light for other in (1, 2))
    return np.asarray(np.hypot(x, y))


def _distances(radius_px: int) -> Float[np.ndarray, "row column"]:
    """Return distances from the middle of a stamp in units of its radius."""
    axis = np.arange(-radius_px, radius_px + 1) / radius_px
    return np.asarray(np.hypot(axis[:, None], axis[None, :]))
