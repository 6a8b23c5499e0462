"""Frames that are spoilt where it matters: a hole in the object, a trail, a ghost, dust.

Each epoch is compared with the earlier ones of its band, so that what is found does not depend on
later ones, and only around the object: what lies far from it does no harm. The object itself may
change as it likes. Differences are not looked at: their science images are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from taonet.sky.cutout import Quality, sky_and_noise

NEAR_PX: Final = 7
"""So far from the centre pixel a frame is looked at."""

OBJECT_PX: Final = 2.5
"""Radius of the object's place: a hole in it is not made up for."""

LEAST_MISSING: Final = 0.1
"""Share of the place that a hole takes at least."""

DARK: Final = 8.0
"""Pixels so many times the noise below the sky hold no data."""

BESIDE_PX: Final = 4.5
"""What is farther from the centre than this is not the object."""

CLEAR: Final = 4.0
"""Pixels so many times the noise off what they were have changed."""

LEAST_CHANGED: Final = 6
"""Such pixels on one side: a cosmic ray hits fewer."""

LEAST_SHIFT: Final = 0.6
"""All of the sky beside the object has moved by so many times the noise of a pixel."""

WING: Final = 0.05
"""How much of a star's height changes of seeing may move about."""

WING_PX: Final = 3.0
"""Width of the widest wings."""


def find_spoilt(
    frames: Shaped[np.ndarray, "epoch channel y x"], band: Sequence[str]
) -> Int[np.ndarray, " epoch"]:
    """Return the bits HOLE and STRAY_LIGHT of each epoch.

    Parameters
    ----------
    frames : array (epoch, channel, y, x)
        In time order; the first channel is looked at.
    band : sequence of str
        Of each epoch.

    Examples
    --------
    >>> frames = np.random.default_rng(1).normal(100, 5, (4, 1, 32, 32))
    >>> frames[2, 0, 16, 15:20] = np.nan
    >>> find_spoilt(frames, [""] * 4).tolist()
    [0, 0, 1024, 0]
    """
    bits = np.zeros(len(frames), np.int32)
    if not len(frames):
        return bits
    light, noise = _light_around_object(frames[:, 0])
    seen = np.isfinite(light)
    place = _Place.of(light.shape[1:])
    missing = (~seen[:, place.inside]).mean(axis=1)
    bits[missing >= LEAST_MISSING] |= Quality.HOLE
    past: dict[str, _Past] = {}
    for k in np.flatnonzero(noise > 0).tolist():
        before = past.get(band[k], _Past.empty(light.shape[1:]))
        if not _has_stray_light(light[k], before, place):
            past[band[k]] = before.with_frame(light[k])
        elif before.odd is not None and not _has_stray_light(light[k], before.odd, place):
            # two frames running that look alike: what was there before them was spoilt
            past[band[k]] = before.odd.with_frame(light[k])
        else:
            bits[k] |= Quality.STRAY_LIGHT
            alone = _Past.empty(light.shape[1:]).with_frame(light[k])
            past[band[k]] = replace(before, odd=alone)
    return bits


def _light_around_object(
    images: Shaped[np.ndarray, "epoch y x"],
) -> tuple[Float[np.ndarray, "epoch Y X"], Float[np.ndarray, " epoch"]]:
    """Return the pixels around the centre in units of the noise, NaN without data; the noise."""
    sky, noise = sky_and_noise(images)
    height, width = images.shape[1:]
    rows = slice(max(height // 2 - NEAR_PX, 0), height // 2 + NEAR_PX + 1)
    columns = slice(max(width // 2 - NEAR_PX, 0), width // 2 + NEAR_PX + 1)
    noise = np.nan_to_num(noise)
    unit = np.where(noise > 0, noise, np.inf)
    with np.errstate(invalid="ignore"):
        light = (images[:, rows, columns] - sky[:, None, None]) / unit[:, None, None]
        seen = np.isfinite(light) & (light > -DARK)
    return np.where(seen, light, np.nan), noise


@dataclass(frozen=True, kw_only=True, eq=False)
class _Place:
    """Which pixels are the object's, which lie beside it, and how far wings of it reach there."""

    inside: Bool[np.ndarray, "y x"]
    beside: Bool[np.ndarray, "y x"]
    wing: Float[np.ndarray, "y x"]

    @classmethod
    def of(cls, shape: tuple[int, ...]) -> "_Place":
        y, x = np.indices(shape)
        distance = np.hypot(y - shape[0] // 2, x - shape[1] // 2)
        return cls(
            inside=distance <= OBJECT_PX,
            beside=distance > BESIDE_PX,
            wing=(1 + (distance / WING_PX) ** 2) ** -2.0,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Past:
    """The sum of earlier frames, how many of them showed each pixel, and the one just set aside."""

    total: Float[np.ndarray, "y x"]
    count: Float[np.ndarray, "y x"]
    odd: "_Past | None" = None

    @classmethod
    def empty(cls, shape: tuple[int, ...]) -> "_Past":
        return cls(total=np.zeros(shape), count=np.zeros(shape))

    def with_frame(self, light: Float[np.ndarray, "y x"]) -> "_Past":
        """Return the past of the next epoch."""
        known = np.isfinite(light)
        return _Past(total=self.total + np.where(known, light, 0.0), count=self.count + known)


def _has_stray_light(light: Float[np.ndarray, "y x"], past: _Past, place: _Place) -> bool:
    """Return whether light has come or gone beside the object that no star's wings explain."""
    known = np.isfinite(light) & (past.count > 0) & place.beside
    if known.sum() < 2 * LEAST_CHANGED:
        return False
    count = np.maximum(past.count, 1)
    usual = past.total / count
    sigma = np.sqrt(1 + 1 / count)
    height = np.nanmax(np.where(place.inside, light, 0.0), initial=0.0)
    highest = usual.max()
    wings = WING * highest + 1.5 * place.wing * max(height, highest)
    tolerance = CLEAR * sigma + 0.5 * _spread(np.maximum(usual, 0)) + wings
    change = np.where(known, light - usual, 0.0)
    changed = np.abs(change) > tolerance
    if max((changed & (change > 0)).sum(), (changed & (change < 0)).sum()) >= LEAST_CHANGED:
        return True
    calm = known & (tolerance < 2 * CLEAR * sigma)
    change = np.clip(change, -tolerance, tolerance)
    return bool(calm.sum() >= known.sum() / 2 and abs(change[calm].mean()) > LEAST_SHIFT)


def _spread(image: Float[np.ndarray, "y x"]) -> Float[np.ndarray, "y x"]:
    """Return the highest of the pixels up to two away along each axis."""
    for axis in (0, 1):
        padded = np.pad(image, [(2, 2) if a == axis else (0, 0) for a in (0, 1)], mode="edge")
        n = image.shape[axis]
        image = np.max([padded.take(range(k, k + n), axis=axis) for k in range(5)], axis=0)
    return image
