"""What spoils single frames, whatever they show: holes, shadows, empty parts, trails, ghosts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Shaped

from taonet.simulation.detector import TRAIL_SIGMA_PX, Detector
from taonet.simulation.exposures import Exposures, Scene

Exposing = Callable[[Scene, Detector, np.random.Generator], Exposures]

NEAR_PX = 4.0
"""A defect near the object is centred within so many pixels of it along each axis."""


@dataclass(frozen=True, kw_only=True)
class Defects:
    """How often frames are spoilt, and how much. All numbers are guesses, and meant to be wide.

    Parameters
    ----------
    clean_share : float
        Share of objects none of whose frames is spoilt.
    bad_share : (float, float)
        Of the other objects, the range of the share of spoilt frames. Each has one defect, every
        kind as likely as any other.
    near_share : float
        Share of holes, shadows, trails and ghosts that lie near the object; the others lie
        anywhere.
    hole_px, shadow_px, ghost_px : (float, float)
        Radii.
    shadow_depth : (float, float)
        Share of the light that a grain of dust takes away.
    empty_part : (float, float)
        How much of a partly empty frame is missing, from one of its sides.
    trail_noise, ghost_noise : (float, float)
        Height of what is added, in units of the frame's noise; trails in decades.
    quantised_share : float
        Share of objects whose counts come in coarse steps, in all frames: those of the image
        release of CRTS do, by 20 ADU at a noise of 20.
    step_noise : (float, float)
        The step in units of the noise.
    """

    clean_share: float = 0.5
    bad_share: tuple[float, float] = (0.02, 0.15)
    near_share: float = 0.5
    hole_px: tuple[float, float] = (1.5, 6.0)
    shadow_px: tuple[float, float] = (3.0, 9.0)
    shadow_depth: tuple[float, float] = (0.05, 0.5)
    empty_part: tuple[float, float] = (0.1, 0.7)
    trail_noise: tuple[float, float] = (0.7, 2.0)
    ghost_px: tuple[float, float] = (4.0, 14.0)
    ghost_noise: tuple[float, float] = (0.5, 5.0)
    quantised_share: float = 0.15
    step_noise: tuple[float, float] = (0.3, 2.0)


def expose_with_defects(
    expose: Exposing,
    defects: Defects,
    channels: tuple[str, ...],
    scene: Scene,
    detector: Detector,
    rng: np.random.Generator,
) -> Exposures:
    """Expose a scene and spoil some of the frames; the truth says which, and how.

    The defects know the place of the object, and nothing of what it is. Differences are spoilt as
    the science image is; templates never are. Light that is added brings no noise of its own.

    Parameters
    ----------
    expose : callable
        Takes the scene, the detector and the generator; returns the exposures to spoil.
    defects : Defects
    channels : tuple of str
        What each channel of the frames shows.
    """
    exposures = expose(scene, detector, rng)
    frames, kinds = exposures.frames.copy(), _draw_kinds(defects, len(exposures.frames), rng)
    spoilt = [channels.index(name) for name in ("science", "difference") if name in channels]
    for epoch, kind in kinds.items():
        spoil = partial(KINDS[kind], defects, _Place.draw(defects, scene, rng))
        frames[epoch, spoilt] = _spoil(frames[epoch, spoilt], spoil, rng)
    step = _draw_step(defects, frames, rng)
    truth = {
        **exposures.truth,
        "defects": {kind: [e for e, one in kinds.items() if one == kind] for kind in KINDS},
        "step_adu": step,
    }
    return replace(exposures, frames=_quantise(frames, step) if step else frames, truth=truth)


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where a defect lies: distances of every pixel from it, and its direction."""

    dx: Float[np.ndarray, "1 x"]
    dy: Float[np.ndarray, "y 1"]
    side: int
    angle: float

    @classmethod
    def draw(cls, defects: Defects, scene: Scene, rng: np.random.Generator) -> "_Place":
        near = np.array([scene.x, scene.y]) + rng.uniform(-NEAR_PX, NEAR_PX, 2)
        far = rng.uniform(0, scene.size_px, 2)
        x, y = near if rng.random() < defects.near_share else far
        axis = np.arange(scene.size_px)
        side, angle = int(rng.integers(4)), float(rng.uniform(0, np.pi))
        return cls(dx=axis[None, :] - x, dy=axis[:, None] - y, side=side, angle=angle)

    def inside(self, radius_px: float) -> Float[np.ndarray, "y x"]:
        """Return a disc with a soft edge: 1 inside, 0 outside."""
        beyond = np.clip((np.hypot(self.dx, self.dy) - radius_px) / 0.5, -50, 50)
        return np.asarray(1 / (1 + np.exp(beyond)))


Science = Float[np.ndarray, "y x"]
Spoiling = Callable[[Defects, _Place, Science, np.random.Generator], Science]
"""Takes the science image with its sky; returns it spoilt, NaN where nothing is left."""


def _hole(defects: Defects, at: _Place, image: Science, rng: np.random.Generator) -> Science:
    inside = np.hypot(at.dx, at.dy) < rng.uniform(*defects.hole_px)
    return np.where(inside, np.nan, image)


def _shadow(defects: Defects, at: _Place, image: Science, rng: np.random.Generator) -> Science:
    depth, radius = rng.uniform(*defects.shadow_depth), rng.uniform(*defects.shadow_px)
    return np.asarray(image * (1 - depth * at.inside(radius)))


def _partly_empty(
    defects: Defects, at: _Place, image: Science, rng: np.random.Generator
) -> Science:
    width = max(1, round(rng.uniform(*defects.empty_part) * len(image)))
    # the four sides are one side of the picture turned and turned again
    np.rot90(image, at.side)[:width] = np.nan
    return image


def _trail(defects: Defects, at: _Place, image: Science, rng: np.random.Generator) -> Science:
    across = at.dx * np.sin(at.angle) - at.dy * np.cos(at.angle)
    height = _noise(image) * 10 ** rng.uniform(*defects.trail_noise)
    return np.asarray(image + height * np.exp(-0.5 * (across / TRAIL_SIGMA_PX) ** 2))


def _ghost(defects: Defects, at: _Place, image: Science, rng: np.random.Generator) -> Science:
    """Add a bright star out of focus: a disc with the shadow of the secondary mirror in it."""
    radius, height = rng.uniform(*defects.ghost_px), rng.uniform(*defects.ghost_noise)
    ring = at.inside(radius) - at.inside(radius * rng.uniform(0.2, 0.5))
    return np.asarray(image + height * _noise(image) * ring)


KINDS: Mapping[str, Spoiling] = {
    "hole": _hole,
    "shadow": _shadow,
    "partly empty": _partly_empty,
    "trail": _trail,
    "ghost": _ghost,
}


def _draw_kinds(defects: Defects, n_epochs: int, rng: np.random.Generator) -> dict[int, str]:
    """Draw which frames are spoilt, and by what."""
    share = rng.uniform(*defects.bad_share) * (rng.random() >= defects.clean_share)
    bad = np.flatnonzero(rng.random(n_epochs) < share)
    kinds = rng.integers(len(KINDS), size=len(bad))
    names = tuple(KINDS)
    return {epoch: names[kind] for epoch, kind in zip(bad.tolist(), kinds.tolist(), strict=True)}


def _spoil(
    images: Shaped[np.ndarray, "channel y x"],
    spoil: Callable[[Science, np.random.Generator], Science],
    rng: np.random.Generator,
) -> Shaped[np.ndarray, "channel y x"]:
    """Spoil the science image, and change the difference, if there is one, by as much."""
    science = images[0].astype(np.float64)
    spoilt = spoil(science.copy(), rng)
    changed = images + (spoilt - science)
    changed[0] = spoilt
    return _in_counts(changed, images.dtype)


def _in_counts(
    images: Float[np.ndarray, "*frame y x"], dtype: np.dtype[Any]
) -> Shaped[np.ndarray, "*frame y x"]:
    if not np.issubdtype(dtype, np.integer):
        return images.astype(dtype)
    # whole numbers know no NaN and are nought there
    counts = np.clip(np.rint(np.nan_to_num(images)), 0, np.iinfo(dtype).max)
    return np.asarray(counts.astype(dtype))


def _noise(image: Shaped[np.ndarray, "y x"]) -> float:
    """Estimate the noise of a frame from its lower half, which holds few stars."""
    seen = image[_has_data(image)]
    return float(1.4826 * (np.median(seen) - np.percentile(seen, 25))) if len(seen) else 0


def _has_data(image: Shaped[np.ndarray, "y x"]) -> Bool[np.ndarray, "y x"]:
    return np.asarray(np.isfinite(image) & (image != 0))


def _draw_step(
    defects: Defects, frames: Shaped[np.ndarray, "epoch channel y x"], rng: np.random.Generator
) -> float | None:
    """Draw the step of the counts, None for most objects."""
    step, chance = rng.uniform(*defects.step_noise), rng.random()
    if chance >= defects.quantised_share or not len(frames):
        return None
    step = float(np.median([_noise(frame) for frame in frames[:, 0]]) * step)
    # steps of whole counts stay whole
    whole = np.issubdtype(frames.dtype, np.integer)
    return max(1.0, float(round(step))) if whole else round(step, 3) or None


def _quantise(
    frames: Shaped[np.ndarray, "epoch channel y x"], step: float
) -> Shaped[np.ndarray, "epoch channel y x"]:
    return _in_counts(np.rint(frames / step) * step, frames.dtype)
