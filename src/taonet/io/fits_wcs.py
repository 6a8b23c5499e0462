"""The position and orientation of a frame on the sky, from the WCS in its header.

Frames are turned in quarters and mirrored, and shifted by whole pixels; no pixel is resampled.
"""

import re
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int, Shaped

from taonet.io.fits_header import Header
from taonet.io.pixel_types import cast_to_float

MOST_TURN = 3.0
"""Degrees by which a frame may be off a quarter turn: 1.7 pixels at 32 from the centre."""

MOST_STRETCH = 0.05
"""Plate scales may differ by such a share within an object."""

LEAST_PIXEL, LARGEST_PIXEL = np.radians([1e-8, 0.1])
"""No telescope's pixels are smaller or larger; radians."""

_CARDS = re.compile(
    r"WCSAXES|(CTYPE|CRVAL|CRPIX|CDELT|CUNIT|CROTA)\d|(CD|PC)\d_\d|P[VS]\d_\d+|LONPOLE|LATPOLE"
    r"|EQUINOX|EPOCH|RADESYS|RADECSYS|[AB]P?_(\d_\d|ORDER)"
)

Matrix = Float[np.ndarray, "2 2"]


@dataclass(frozen=True, kw_only=True, eq=False)
class SkyFrame:
    """A WCS that converts positions.

    Parameters
    ----------
    wcs : astropy.wcs.WCS
        Of two celestial axes.
    system : astropy frame or None
        That of its coordinates, where they are not RA and Dec of J2000.
    """

    wcs: Any
    system: Any

    def pixel_of(self, ra: float, dec: float) -> tuple[float, float] | None:
        """Return the zero-based pixel ``(x, y)`` of a place; None where the frame has none."""
        lon, lat = self._own_coordinates(ra, dec)
        order = (lon, lat) if self.wcs.wcs.lng == 0 else (lat, lon)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                x, y = (float(v) for v in self.wcs.all_world2pix(*order, 0, quiet=True))
        except Exception:  # wcslib and its callers raise many kinds; all mean the same here
            return None
        # beyond the horizon of a projection a pixel is found that shows another place
        back = self.direction(x, y) - _direction(np.array([ra]), np.array([dec]))[0]
        return (x, y) if np.linalg.norm(back) < 1e-4 else None

    def direction(self, x: float, y: float) -> Float[np.ndarray, "3"]:
        """Return the unit vector towards a pixel, in equatorial coordinates."""
        return np.asarray(self._directions(np.array([x]), np.array([y]))[0])

    def slopes(
        self, x: float, y: float, basis: Float[np.ndarray, "n 3"]
    ) -> Float[np.ndarray, "n 2"]:
        """Return by how much a place moves along some directions, a pixel of x and of y.

        Columns are x and y; radians.
        """
        here = np.array([x + 0.5, x - 0.5, x, x]), np.array([y, y, y + 0.5, y - 0.5])
        right, left, up, down = self._directions(*here)
        return np.asarray(basis @ np.stack([right - left, up - down], axis=1))

    def _directions(
        self, x: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"]
    ) -> Float[np.ndarray, "n 3"]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            world = self.wcs.all_pix2world(x, y, 0)
        lon, lat = world if self.wcs.wcs.lng == 0 else world[::-1]
        if self.system is not None:
            from astropy.coordinates import SkyCoord

            place = SkyCoord(lon, lat, unit="deg", frame=self.system).icrs
            lon, lat = place.ra.deg, place.dec.deg
        return _direction(lon, lat)

    def _own_coordinates(self, ra: float, dec: float) -> tuple[float, float]:
        if self.system is None:
            return ra, dec
        from astropy.coordinates import SkyCoord

        place = SkyCoord(ra, dec, unit="deg").transform_to(self.system).spherical
        return float(place.lon.deg), float(place.lat.deg)


def sky_frame(header: Header) -> SkyFrame | None:
    """Return the WCS of a header; None where there is none of the sky.

    Raises
    ------
    ValueError
        If there is one that makes no sense.
    """
    if not isinstance(header.get("CTYPE1"), str):
        return None
    from astropy.wcs import WCS
    from astropy.wcs.utils import wcs_to_celestial_frame

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wcs = WCS(_cards(header))
            if not wcs.has_celestial:
                return None
            wcs = wcs if wcs.naxis == 2 else wcs.celestial
            system = wcs_to_celestial_frame(wcs)
            frame = SkyFrame(wcs=wcs, system=None if _is_plain(system) else system)
            slopes = frame.slopes(0.0, 0.0, np.eye(3))
    except Exception as error:  # wcslib and its callers raise many kinds
        raise ValueError("not a WCS") from error
    # astropy takes a matrix of zeros for one of ones: degrees a pixel, as placeholders have them
    extent = np.linalg.svd(slopes, compute_uv=False) if np.isfinite(slopes).all() else np.zeros(2)
    if not (extent.min() > LEAST_PIXEL and extent.max() < LARGEST_PIXEL):
        raise ValueError("a WCS without the scale of an image")
    return frame


def tangent_basis(direction: Float[np.ndarray, "3"]) -> Float[np.ndarray, "2 3"]:
    """Return two directions at right angles on the sky about a place."""
    away = np.eye(3)[np.argmin(np.abs(direction))]
    east = np.cross(away, direction)
    east /= np.linalg.norm(east)
    return np.stack([east, np.cross(direction, east)])


@dataclass(frozen=True, kw_only=True, eq=False)
class Turn:
    """How a frame must be turned to have the orientation of another.

    Parameters
    ----------
    matrix : array (2, 2)
        Takes offsets ``(x, y)`` of the frame to offsets of the other; of whole quarters.
    degrees : float
        The whole angle between them, 0 … 360, after mirroring if they are mirrored.
    is_mirrored : bool
    left_over : float
        What quarters do not turn back, in degrees.
    stretch : float
        Plate scale over the other's.
    """

    matrix: Int[np.ndarray, "2 2"]
    degrees: float
    is_mirrored: bool
    left_over: float
    stretch: float

    @property
    def is_none(self) -> bool:
        """Whether the frame has that orientation already."""
        return bool((self.matrix == np.eye(2)).all())


def turn_between(own: Matrix, other: Matrix) -> Turn:
    """Compare the slopes of two frames.

    Examples
    --------
    >>> turn = turn_between(-np.eye(2), np.eye(2))
    >>> turn.degrees, turn.matrix.tolist(), turn.left_over
    (180.0, [[-1, 0], [0, -1]], 0.0)
    """
    across = np.linalg.solve(other, own)
    determinant = float(np.linalg.det(across))
    mirror = np.diag([np.sign(determinant), 1.0])
    straight = across @ mirror
    degrees = np.degrees(
        np.arctan2(straight[1, 0] - straight[0, 1], straight[0, 0] + straight[1, 1])
    )
    quarters = int(np.rint(degrees / 90))
    cosine, sine = [(1, 0), (0, 1), (-1, 0), (0, -1)][quarters % 4]
    turned = np.array([[cosine, -sine], [sine, cosine]])
    return Turn(
        matrix=np.rint(turned @ mirror).astype(np.int64),
        degrees=float(degrees % 360),
        is_mirrored=determinant < 0,
        left_over=float(abs(degrees - 90 * quarters)),
        stretch=float(np.sqrt(abs(determinant))),
    )


def turn_back(
    pixels: Shaped[np.ndarray, "y x"], place: tuple[float, float], turn: Turn
) -> tuple[Shaped[np.ndarray, "Y X"], tuple[float, float]]:
    """Turn a frame by quarters, and the place ``(x, y)`` of an object with it.

    Examples
    --------
    >>> upside_down = turn_between(-np.eye(2), np.eye(2))
    >>> turn_back(np.array([[1, 2], [3, 4]]), (0.0, 0.0), upside_down)
    (array([[4, 3],
           [2, 1]]), (1.0, 1.0))
    """
    x, y = place
    if turn.matrix[0, 0] == 0:
        pixels, x, y = pixels.T, y, x
    signs = turn.matrix.sum(axis=1)
    height, width = pixels.shape
    if signs[0] < 0:
        pixels, x = pixels[:, ::-1], width - 1 - x
    if signs[1] < 0:
        pixels, y = pixels[::-1], height - 1 - y
    return pixels, (x, y)


def centre_on(
    pixels: Shaped[np.ndarray, "y x"], place: tuple[float, float], shape: tuple[int, ...]
) -> Shaped[np.ndarray, "Y X"]:
    """Put a frame into one of a shape, the pixel of a place ``(x, y)`` at its centre.

    NaN where the frame has nothing; unchanged where all is in place already.

    Examples
    --------
    >>> centre_on(np.array([[1, 2, 3]], "u2"), (0.0, 0.0), (1, 3))
    array([[nan,  1.,  2.]], dtype=float32)
    """
    height, width = shape
    left = width // 2 - int(np.rint(place[0]))
    top = height // 2 - int(np.rint(place[1]))
    if pixels.shape == (height, width) and left == top == 0:
        return pixels
    source = cast_to_float(pixels)
    full = np.full((height, width), np.nan, source.dtype)
    rows = slice(max(top, 0), min(top + pixels.shape[0], height))
    columns = slice(max(left, 0), min(left + pixels.shape[1], width))
    if rows.start < rows.stop and columns.start < columns.stop:
        full[rows, columns] = source[
            rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
        ]
    return full if np.isnan(full).any() else full.astype(pixels.dtype)


def _cards(header: Header) -> Any:
    from astropy.io import fits

    cards = fits.Header()
    for key, value in header.items():
        if value is not None and _CARDS.fullmatch(key):
            cards[key] = value
    return cards


def _is_plain(system: Any) -> bool:
    if system.name == "fk5":
        return bool(abs(system.equinox.jyear - 2000) < 0.01)
    return bool(system.name == "icrs")


def _direction(
    ra: Float[np.ndarray, " n"], dec: Float[np.ndarray, " n"]
) -> Float[np.ndarray, "n 3"]:
    lon, lat = np.radians(ra), np.radians(dec)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
