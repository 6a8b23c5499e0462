"""Positions on the sky: which numbers are one, and the middle of several."""

import numpy as np
from jaxtyping import Float

from taonet.sky.unknown import COORDINATE_SENTINELS

ARCMINUTE = 60.0
"""In arcseconds: positions of one object should lie closer together than this."""

ON_ALL_SIDES = 1e-6
"""Positions whose mean direction is shorter than this have no middle."""


def known_positions(
    ra: Float[np.ndarray, " n"], dec: Float[np.ndarray, " n"]
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Return positions with RA between 0 and 360, and NaN where a coordinate is not known.

    Unknown are numbers that are no place on the sky, sentinels such as −999, and exactly 0/0,
    which programs write where nothing was filled in. RA up to one turn below 0 or above 360 is
    brought into that range.

    Parameters
    ----------
    ra, dec : arrays (n,)
        J2000 degrees.

    Examples
    --------
    >>> known_positions(np.array([-0.5, -999.0, 0.0]), np.array([2.0, -999.0, 0.0]))
    (array([359.5,   nan,   nan]), array([ 2., nan, nan]))
    """
    ra, dec = np.asarray(ra, np.float64), np.asarray(dec, np.float64)
    filled = (ra != 0) | (dec != 0)
    known_ra = (ra > -360) & (ra < 720) & ~np.isin(ra, COORDINATE_SENTINELS) & filled
    known_dec = (np.abs(dec) <= 90) & filled
    return np.where(known_ra, ra, np.nan) % 360, np.where(known_dec, dec, np.nan)


def mean_position(
    ra: Float[np.ndarray, " n"], dec: Float[np.ndarray, " n"]
) -> tuple[float, float, float]:
    """Return the middle of the known positions among some, and how far out the farthest lies.

    The mean is taken on the sphere, so that 359.9° and 0.1° meet at 0°.

    Parameters
    ----------
    ra, dec : arrays (n,)
        J2000 degrees, unknown ones included; see `known_positions`.

    Returns
    -------
    ra, dec : float
        Degrees, NaN where no position is known, or they cancel out.
    spread : float
        Largest distance from the middle, in arcseconds.

    Examples
    --------
    >>> ra, dec, spread = mean_position(np.array([359.9, 0.1]), np.array([10.0, 10.0]))
    >>> round(ra % 360, 6), round(dec, 3), round(spread)
    (0.0, 10.0, 355)
    """
    ra, dec = known_positions(ra, dec)
    known = np.isfinite(ra) & np.isfinite(dec)
    ra, dec = ra[known], dec[known]
    if not len(ra):
        return float("nan"), float("nan"), 0.0
    if (ra == ra[0]).all() and (dec == dec[0]).all():
        return float(ra[0]), float(dec[0]), 0.0
    places = _directions(ra, dec)
    middle = places.mean(axis=0)
    if np.linalg.norm(middle) < ON_ALL_SIDES:
        return float("nan"), float("nan"), float("inf")
    lon, lat = np.arctan2(middle[1], middle[0]), np.arctan2(middle[2], np.hypot(*middle[:2]))
    return (
        float(np.degrees(lon) % 360),
        float(np.degrees(lat)),
        float(_angles(places, middle).max()),
    )


def separation_arcsec(
    ra: Float[np.ndarray, " n"], dec: Float[np.ndarray, " n"], *, ra_0: float, dec_0: float
) -> Float[np.ndarray, " n"]:
    """Return the distance of positions from one place, in arcseconds; NaN where one is unknown.

    Parameters
    ----------
    ra, dec : arrays (n,)
        J2000 degrees, unknown ones included; see `known_positions`.
    ra_0, dec_0 : float
        The place, in degrees.

    Examples
    --------
    >>> separation_arcsec(np.array([0.1]), np.array([0.0]), ra_0=359.9, dec_0=0.0).round()
    array([720.])
    """
    places = _directions(*known_positions(ra, dec))
    middle = _directions(np.array([ra_0]), np.array([dec_0]))[0]
    return _angles(places, middle)


def _directions(
    ra: Float[np.ndarray, " n"], dec: Float[np.ndarray, " n"]
) -> Float[np.ndarray, "n 3"]:
    lon, lat = np.radians(ra), np.radians(dec)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


def _angles(
    places: Float[np.ndarray, "n 3"], middle: Float[np.ndarray, "3"]
) -> Float[np.ndarray, " n"]:
    # the arc tangent is exact for small angles, where the arc cosine is not
    across = np.linalg.norm(np.cross(places, middle), axis=1)
    return np.asarray(np.degrees(np.arctan2(across, places @ middle)) * 3600)
