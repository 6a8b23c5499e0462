"""Aperture photometry at the centre of every cutout of a sequence."""

from functools import lru_cache

import numpy as np
from jaxtyping import Bool, Float, Shaped

from taonet.errors import InputError
from taonet.sky.flux import ZERO_POINT_MAG
from taonet.sky.lightcurve import LightCurve
from taonet.sky.sequence import ImageSequence

SUBPIXELS = 10
"""Pixels on the rim of an aperture are weighed by this many points on a side."""

MIN_SKY_PIXELS = 20
"""A ring of fewer pixels is too poor a measure of the sky."""


@lru_cache(maxsize=64)
def aperture_weights(
    shape: tuple[int, int], radius_px: float, x: float, y: float
) -> Float[np.ndarray, "y x"]:
    """Return the share of each pixel that lies within a circle; read-only, since kept for reuse.

    Parameters
    ----------
    shape : (int, int)
        Of the image, (y, x).
    radius_px, x, y : float
        Radius and centre of the circle in pixels.

    Examples
    --------
    >>> bool(abs(aperture_weights((21, 21), 3.0, 10.0, 10.0).sum() - np.pi * 9) < 0.05)
    True
    """
    fine = (np.arange(SUBPIXELS) + 0.5) / SUBPIXELS - 0.5
    dy = (np.arange(shape[0])[:, None] + fine).ravel() - y
    dx = (np.arange(shape[1])[:, None] + fine).ravel() - x
    inside = dy[:, None] ** 2 + dx[None, :] ** 2 < radius_px**2
    fine_pixels = inside.reshape(shape[0], SUBPIXELS, shape[1], SUBPIXELS)
    weights = np.asarray(fine_pixels.mean(axis=(1, 3)))
    weights.flags.writeable = False
    return weights


def aperture_flux(
    frames: Shaped[np.ndarray, "epoch y x"],
    *,
    radius_px: float,
    sky_inner_px: float,
    sky_outer_px: float,
    x: float | None = None,
    y: float | None = None,
) -> tuple[Float[np.ndarray, " epoch"], Float[np.ndarray, " epoch"]]:
    """Sum the light within a circle above the sky of a ring around it.

    Parameters
    ----------
    frames : array (epoch, y, x)
        In any unit of flux; NaN = no data.
    radius_px : float
        Radius of the aperture.
    sky_inner_px, sky_outer_px : float
        Radii of the ring, from which the aperture itself is left out. Where the cutout has fewer
        than 20 pixels between them, all pixels outside the aperture serve.
    x, y : float, optional
        Centre; by default the centre pixel, ``size // 2``.

    Returns
    -------
    flux, flux_err : arrays (epoch,)
        In the unit of the frames. The error is that of the sky's noise over the aperture and of
        the sky level; the object's own photon noise is not in it, since no gain is known. NaN
        where a pixel within the aperture has no data, or the ring has none.

    Raises
    ------
    InputError
        If the aperture does not fit into the cutout, or fills it.
    """
    height, width = frames.shape[1:]
    x = width // 2 if x is None else x
    y = height // 2 if y is None else y
    if not 0 < radius_px <= min(x, y, width - 1 - x, height - 1 - y) + 0.5:
        got = f"radius {radius_px:g} at ({x:g}, {y:g}) in {width} × {height} pixels"
        raise InputError("the aperture does not fit into the cutout", got=got)
    weights = aperture_weights((height, width), float(radius_px), float(x), float(y))
    ring = _ring((height, width), weights, (sky_inner_px, sky_outer_px), (x, y))
    sky, noise, n_sky = _sky_in_ring(frames[:, ring].astype(np.float64))
    used = weights > 0
    area = float(weights.sum())
    flux = frames[:, used].astype(np.float64) @ weights[used] - area * sky
    n_effective = float((weights**2).sum())
    variance = noise**2 * (n_effective + area**2 / np.maximum(n_sky, 1))
    # a frame without any noise is blank: nothing was measured in it
    measured = np.isfinite(flux) & (n_sky > 1) & (noise > 0)
    return np.where(measured, flux, np.nan), np.where(measured, np.sqrt(variance), np.nan)


def _ring(
    shape: tuple[int, int],
    weights: Float[np.ndarray, "y x"],
    radii: tuple[float, float],
    centre: tuple[float, float],
) -> Bool[np.ndarray, "y x"]:
    radius = np.hypot(
        np.arange(shape[0])[:, None] - centre[1], np.arange(shape[1])[None, :] - centre[0]
    )
    outside = weights == 0
    if not outside.any():
        raise InputError(
            "the aperture leaves no pixel for the sky",
            got=f"{shape[1]} × {shape[0]} pixels",
            do="use a smaller radius",
        )
    ring = outside & (radius >= radii[0]) & (radius <= radii[1])
    return np.asarray(ring if ring.sum() >= MIN_SKY_PIXELS else outside)


def _sky_in_ring(
    pixels: Float[np.ndarray, "epoch pixel"],
) -> tuple[Float[np.ndarray, " epoch"], Float[np.ndarray, " epoch"], Float[np.ndarray, " epoch"]]:
    """Return level, noise and number of pixels of each ring, stars clipped away.

    Two rounds of clipping at three sigma around the median; the level is then the mean of what
    is left, whose error is smaller than a median's.
    """
    clipped = np.where(np.isfinite(pixels), pixels, np.nan)
    with np.errstate(invalid="ignore"):
        for _ in range(2):
            level = _median(clipped)
            spread = 1.4826 * _median(np.abs(clipped - level[:, None]))
            # noise below one count leaves most integer pixels equal: nothing to clip by
            limit = np.where(spread > 0, 3 * spread, np.inf)[:, None]
            clipped = np.where(np.abs(clipped - level[:, None]) <= limit, clipped, np.nan)
    n = np.isfinite(clipped).sum(axis=1).astype(np.float64)
    level = np.nansum(clipped, axis=1) / np.maximum(n, 1)
    square = np.nansum((clipped - level[:, None]) ** 2, axis=1) / np.maximum(n - 1, 1)
    # clipping at three sigma takes 1.35 % of the standard deviation of Gaussian noise
    return np.where(n > 0, level, np.nan), np.sqrt(square) * 1.0135, n


def _median(values: Float[np.ndarray, "epoch pixel"]) -> Float[np.ndarray, " epoch"]:
    # nanmedian warns about rows without data and is slow; sorting puts NaN last
    ordered = np.sort(values, axis=1)
    n = np.isfinite(values).sum(axis=1)
    rows = np.arange(len(values))
    return np.asarray(
        (ordered[rows, np.maximum(n - 1, 0) // 2] + ordered[rows, np.maximum(n, 1) // 2]) / 2
    )


def aperture_curve(sequence: ImageSequence, *, radius_px: float | None = None) -> LightCurve:
    """Measure the object at the centre in every epoch, each from its own pixels.

    Only the default radius and the choice of zero points look at the whole sequence, so that one
    aperture and one scale hold for all epochs. For what was known at a time, measure
    ``sequence.up_to(mjd)``; or give a radius, and later epochs never change an earlier flux.

    Parameters
    ----------
    sequence : ImageSequence
        The first channel is measured.
    radius_px : float, optional
        By default 1.2 times the median seeing, or 3 pixels where the seeing is not known, and no
        more than a quarter of the cutout.

    Returns
    -------
    LightCurve
        NaN for blank epochs. Zero points are the sequence's where it has them for every usable
        epoch, else 25 throughout: mixing the two would make a step in the curve.

    Raises
    ------
    InputError
        If the aperture does not fit into the cutout, or fills it.
    """
    size = min(sequence.frames.shape[-2:])
    radius = default_radius_px(sequence) if radius_px is None else radius_px
    flux, flux_err = aperture_flux(
        sequence.pixels[:, 0],
        radius_px=radius,
        sky_inner_px=min(3 * radius, 0.33 * size),
        sky_outer_px=min(6 * radius, 0.5 * size),
    )
    known = np.isfinite(sequence.zero_point_mag[sequence.usable]).all()
    zero_point = np.full(len(sequence), ZERO_POINT_MAG)
    return LightCurve(
        object_id=sequence.object_id,
        mjd=sequence.mjd,
        flux=np.where(sequence.usable, flux, np.nan),
        flux_err=np.where(sequence.usable, flux_err, np.nan),
        zero_point_mag=sequence.zero_point_mag if known else zero_point,
        band=sequence.band,
        class_name=sequence.class_name,
    )


def default_radius_px(sequence: ImageSequence) -> float:
    """Return the radius used where none is given (see `aperture_curve`)."""
    size = int(min(sequence.frames.shape[-2:]))
    seeing = sequence.seeing_fwhm_px[np.isfinite(sequence.seeing_fwhm_px)]
    radius = 1.2 * float(np.median(seeing)) if len(seeing) else 3.0
    return min(radius, size / 4)
