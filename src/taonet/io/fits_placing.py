"""All frames of an object in one orientation, the object at the centre of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Shaped

from taonet.errors import InputError
from taonet.io.fits_wcs import (
    MOST_STRETCH,
    MOST_TURN,
    Matrix,
    SkyFrame,
    Turn,
    centre_on,
    tangent_basis,
    turn_back,
    turn_between,
)
from taonet.sky.pixel_scale import known_scale

SkyFrames = Sequence[SkyFrame | None]

TURNED = "frames turned to the orientation of the first, by their WCS"
SHIFTED = "frames shifted so that the object is at the centre, by their WCS and its ra and dec"
FITTED = "frames of another size placed by their WCS, with NaN where they show nothing"
APART = "by their WCS the frames' centres lie apart; with ra and dec in the table they are aligned"

ARCSEC_A_DEGREE = 3600

APART_PX = 2.0
"""Pixels by which the centres of frames may differ without a remark."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Placement:
    """How the frames of an object are placed: as the first of them that has a WCS.

    Parameters
    ----------
    position : (float, float) or None
        RA and Dec of the object; where unknown it is taken to be at the centre of each frame.
    shape : (int, int)
        Of the frames that come out.
    basis : array (2, 3)
        Two directions on the sky.
    slopes : array (2, 2)
        Of the first frame along them, at the object.
    centre : array (3,)
        Where the centre of the first frame points.
    """

    position: tuple[float, float] | None
    shape: tuple[int, ...]
    basis: Float[np.ndarray, "2 3"]
    slopes: Matrix
    centre: Float[np.ndarray, "3"]

    @classmethod
    def from_first_frame(
        cls,
        first: SkyFrame,
        first_shape: tuple[int, ...],
        position: tuple[float, float] | None,
        *,
        usual_shape: tuple[int, ...],
    ) -> "Placement":
        """Take the first frame as the measure of the others."""
        place = _place(first, first_shape, position) or _centre(first_shape)
        basis = tangent_basis(first.direction(*place))
        return cls(
            position=position,
            shape=usual_shape,
            basis=basis,
            slopes=first.slopes(*place, basis),
            centre=first.direction(*_centre(first_shape)),
        )

    def apply(
        self, pixels: Shaped[np.ndarray, "y x"], frame: SkyFrame
    ) -> tuple[Shaped[np.ndarray, "Y X"], list[str]]:
        """Turn a frame and put the object at its centre; return what was done, too.

        Raises
        ------
        InputError
            If the object is not on the frame, or the frame cannot be turned by quarters.
        """
        place = _place(frame, pixels.shape, self.position)
        if place is None or not _is_on(place, pixels.shape):
            raise _off_image(place, pixels.shape)
        turn = turn_between(frame.slopes(*place, self.basis), self.slopes)
        _check(turn)
        turned, place = turn_back(pixels, place, turn)
        shape = self.shape if self.position is not None else turned.shape
        moved = centre_on(turned, place, shape)
        middle = tuple(float(axis) for axis in _centre(turned.shape))
        remarks = [] if turn.is_none else [TURNED]
        if turned.shape != shape:
            remarks.append(FITTED)
        elif self.position is not None and turn.is_none and _whole_pixel(place) != middle:
            remarks.append(SHIFTED)
        if self.position is None and self._is_apart(frame, pixels.shape):
            remarks.append(APART)
        return moved, remarks

    @property
    def pixel_scale_arcsec(self) -> float:
        """Side of a pixel where the object is, to five digits; NaN where it makes no sense."""
        side = np.degrees(np.sqrt(abs(np.linalg.det(self.slopes)))) * ARCSEC_A_DEGREE
        return known_scale(float(f"{side:.5g}"))

    def _is_apart(self, frame: SkyFrame, shape: tuple[int, ...]) -> bool:
        away = self.basis @ (frame.direction(*_centre(shape)) - self.centre)
        return float(np.linalg.norm(np.linalg.solve(self.slopes, away))) > APART_PX


def _centre(shape: tuple[int, ...]) -> tuple[float, float]:
    return float(shape[1] // 2), float(shape[0] // 2)


def _whole_pixel(place: tuple[float, float]) -> tuple[float, float]:
    return float(np.rint(place[0])), float(np.rint(place[1]))


def _place(
    frame: SkyFrame, shape: tuple[int, ...], position: tuple[float, float] | None
) -> tuple[float, float] | None:
    return _centre(shape) if position is None else frame.pixel_of(*position)


def _is_on(place: tuple[float, float], shape: tuple[int, ...]) -> bool:
    x, y = place
    return -0.5 <= x < shape[1] - 0.5 and -0.5 <= y < shape[0] - 0.5


def _off_image(place: tuple[float, float] | None, shape: tuple[int, ...]) -> InputError:
    height, width = shape
    got = f"pixel {place[0]:.0f}, {place[1]:.0f} of {width} × {height}" if place else "no pixel"
    return InputError(
        "by the WCS the object is not on the image",
        got=got,
        do="a WCS must be cut together with its image, as astropy's Cutout2D does",
    )


def _check(turn: Turn) -> None:
    if abs(turn.stretch - 1) > MOST_STRETCH:
        got = f"{turn.stretch:.2f} times that of the first epoch"
        raise InputError("by the WCS another plate scale", got=got)
    if turn.left_over > MOST_TURN:
        got = f"{turn.degrees:.1f}° to the first epoch" + (", mirrored" * turn.is_mirrored)
        do = "turn the frames before, by resampling them"
        raise InputError("by the WCS turned by an angle that is no quarter", got=got, do=do)
