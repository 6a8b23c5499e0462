"""What real stars have that the fitted profile has not: bumps, and wings taken for sky.

Bright isolated stars in the stack of known epochs show it: their light, within a wide circle and
above the sky of a ring around it, beside the profile. The look-up table of a PSF (Stetson 1987,
PASP 99, 191) and the aperture correction (1990, PASP 102, 932) in one. Few faint stars constrain it
poorly; it is then taken to be nothing, the more so the better the profile fits.
"""

import numpy as np
from jaxtyping import Float
from scipy.ndimage import map_coordinates, shift

from taonet.photometry.profile import Profile
from taonet.photometry.reference import WELL_SEEN, Reference

RADIUS_PX = 10
"""Light further out is ignored."""

RING_PX = 15
"""Between the two lies the sky of a star."""

SIDE = 2 * RADIUS_PX + 1

LEAST_RING = 60
"""Fewest pixels to measure the sky."""

CORE_PX, NEIGHBOUR, NEIGHBOUR_SNR = 3.0, 0.05, 5.0
"""A pixel further out that has more than such a share of the star's peak beyond the profile, and by
so many sigma, belongs to a neighbour."""

SCATTER = 0.02
"""Of single stars, as a share of their light: neighbours too faint to be seen."""

OF_MISMATCH = 0.5
"""The share of light that a fit misses is so much of the mismatch, one sigma."""

LEAST_MISMATCH = 0.02
"""A profile that fits so well misses next to nothing."""

NOTHING: Float[np.ndarray, "side side"] = np.zeros((SIDE, SIDE))


def profile_residuals(
    reference: Reference,
    members: Profile,
    places: Float[np.ndarray, "star two"],
    mismatch: float,
) -> Float[np.ndarray, "side side"]:
    """Return the residuals of stars from their profile, in every pixel, as shares of their light.

    Parameters
    ----------
    members : Profile (member,)
        Of the epochs in the reference.
    places : array (star, 2)
        x and y of stars in the reference.
    mismatch : float
        See `taonet.photometry.mismatch`.

    Returns
    -------
    array (side, side)
        The star's centre is that of the middle pixel; `SIDE` pixels wide.
    """
    if mismatch < LEAST_MISMATCH:
        return NOTHING
    star_maps = [
        residuals
        for k, place in enumerate(places)
        if _is_isolated(places, k)
        and (residuals := _star_residuals(reference, members, place[0], place[1])) is not None
    ]
    if not star_maps:
        return NOTHING
    maps, error = np.stack([m for m, _ in star_maps]), np.array([e for _, e in star_maps])
    weight = 1 / (error**2 + SCATTER**2)
    # one star with a neighbour must not decide for all
    deviation = np.abs(maps - np.median(maps, axis=0)).sum(axis=(1, 2))
    weight = weight / (1 + (deviation / max(2 * float(np.median(deviation)), SCATTER)) ** 4)
    share = weight.sum() / (weight.sum() + (OF_MISMATCH * mismatch) ** -2.0)
    return np.asarray(share * np.tensordot(weight / weight.sum(), maps, axes=1))


def residuals_at(
    unlike: Float[np.ndarray, "side side"],
    dx: Float[np.ndarray, "..."],
    dy: Float[np.ndarray, "..."],
) -> Float[np.ndarray, "..."]:
    """Return the residuals in pixels whose centres are at (dx, dy) from a star."""
    at = np.stack([dy + RADIUS_PX, dx + RADIUS_PX])
    return np.asarray(map_coordinates(unlike, at, order=1))


def _is_isolated(places: Float[np.ndarray, "star two"], k: int) -> bool:
    others = np.delete(places, k, axis=0)
    return bool((np.hypot(*(others - places[k]).T) > RING_PX).all())


def _star_residuals(
    reference: Reference, members: Profile, x: float, y: float
) -> tuple[Float[np.ndarray, "side side"], float] | None:
    """Return the residuals of one star from its profile and the error of its light, as shares.

    None where too little of it is seen.
    """
    height, width = reference.image.shape
    column, row = round(x), round(y)
    rows = np.arange(max(row - RING_PX, 0), min(row + RING_PX + 1, height))
    columns = np.arange(max(column - RING_PX, 0), min(column + RING_PX + 1, width))
    light = reference.image[np.ix_(rows, columns)]
    valid = reference.seen[np.ix_(rows, columns)] > WELL_SEEN
    dx, dy = columns[None, :] - x, rows[:, None] - y
    radius = np.hypot(dx, dy)
    within, ring = radius <= RADIUS_PX, (radius > RADIUS_PX) & (radius <= RING_PX) & valid
    reach = min(column, row, width - 1 - column, height - 1 - row)
    if reach < RADIUS_PX + 1 or not valid[within].all() or ring.sum() < LEAST_RING:
        return None
    each = members.take((slice(None), None, None)).pixel_shares(dx[None], dy[None])
    psf = np.tensordot(reference.share, each, axes=1)
    flux = float(light[within].sum())
    for _ in range(2):
        # pixels of the ring hold a little of the star's own light
        sky = float(np.median(light[ring] - flux * psf[ring]))
        flux = float((light[within].sum() - sky * within.sum()) / psf[within].sum())
    if flux <= 0:
        return None
    own = np.where(within, (light - sky) / flux - psf, 0.0)
    aside = own[within & (radius > CORE_PX)].max()
    if aside > NEIGHBOUR * psf.max() + NEIGHBOUR_SNR * reference.noise / flux:
        return None
    middle = own[
        row - rows[0] - RADIUS_PX : row - rows[0] + RADIUS_PX + 1,
        column - columns[0] - RADIUS_PX : column - columns[0] + RADIUS_PX + 1,
    ]
    area = within.sum()
    error = reference.noise * np.sqrt(area * (1 + 1.57 * area / ring.sum())) / flux
    return shift(middle, (row - y, column - x), order=1), float(error)
