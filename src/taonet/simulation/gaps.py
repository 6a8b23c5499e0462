"""Where a cutout holds no data: beyond the edge of the chip, and in masked patches."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

WOBBLE_PX = 2
"""A survey comes back to a field to within some pixels."""


@dataclass(frozen=True, kw_only=True)
class Gaps:
    """How often pixels are missing.

    Parameters
    ----------
    edge_share : float
        Share of objects so near to the edge of a chip that their cutouts are cut.
    edge_px : (int, int)
        Least and greatest width of what is missing there.
    patch_share : float
        Share of objects beside a masked patch: a saturated star, bad pixels.
    patch_px : (float, float)
        Least and greatest radius of a patch.
    """

    edge_share: float = 0.0
    edge_px: tuple[int, int] = (1, 24)
    patch_share: float = 0.0
    patch_px: tuple[float, float] = (1.5, 8.0)


def draw_gaps(
    gaps: Gaps, size_px: int, n_epochs: int, rng: np.random.Generator
) -> tuple[Bool[np.ndarray, "epoch y x"], Bool[np.ndarray, " epoch"]]:
    """Draw which pixels of an object's cutouts are missing.

    Returns
    -------
    missing : array (epoch, y, x)
        True where there is no data; never the object itself.
    cut : array (epoch,)
        True where the edge of the chip cuts the cutout.
    """
    missing = np.zeros((n_epochs, size_px, size_px), bool)
    cut = np.zeros(n_epochs, bool)
    if rng.random() < gaps.edge_share:
        widths = rng.integers(*gaps.edge_px) + rng.integers(-WOBBLE_PX, WOBBLE_PX + 1, n_epochs)
        cut = widths > 0
        side = int(rng.integers(4))
        for frame, width in zip(missing, widths.clip(0), strict=True):
            # the four sides are one side of the picture turned and turned again
            np.rot90(frame, side)[:width] = True
    if rng.random() < gaps.patch_share:
        missing |= _patch(gaps, size_px, rng)
    return missing, cut


def _patch(gaps: Gaps, size_px: int, rng: np.random.Generator) -> Bool[np.ndarray, "y x"]:
    radius, centre = rng.uniform(*gaps.patch_px), size_px // 2
    farthest = size_px / 2
    away, direction = rng.uniform(radius + 4, farthest + 4), rng.uniform(0, 2 * np.pi)
    axis = np.arange(size_px) - centre
    dx, dy = axis[None, :] - away * np.cos(direction), axis[:, None] - away * np.sin(direction)
    return np.asarray(np.hypot(dx, dy) < radius)
