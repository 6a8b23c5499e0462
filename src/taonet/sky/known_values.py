"""What is known of a sequence, out of whatever users give: frames, a place, the side of a pixel."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Shaped

from taonet.errors import InputError
from taonet.sky.plain_values import (
    is_position,
    plain_angle,
    plain_number,
    plain_pixels,
    plain_position,
)
from taonet.sky.position import known_positions
from taonet.sky.unknown import PIXEL_SCALE_ARCSEC, known_numbers


def plain_frames(
    frames: Any, channels: Sequence[str], *, where: str
) -> Shaped[np.ndarray, "epoch channel y x"]:
    """Return frames as a plain array of four axes, NaN where a mask covers them."""
    plain = plain_pixels(frames, where=where)
    if plain.ndim == 3 and len(channels) == 1:
        plain = plain[:, None]
    if plain.ndim != 4 or plain.dtype.kind not in "iuf":
        raise InputError(
            "frames are not numbers of (epoch, channel, y, x)",
            where=where,
            got=f"{plain.dtype} of shape {plain.shape}",
            do="the axis of channels may be left out where channels names a single one",
        )
    return plain


def known_scale(scale: Any, *, where: str) -> float:
    """Return the side of a pixel in arcsec, NaN where it is not known or absurd."""
    plain = plain_number(scale, "arcsec", name="pixel_scale_arcsec", where=where)
    return float(known_numbers(np.array(plain), PIXEL_SCALE_ARCSEC))


def known_place(position: Any, ra: Any, dec: Any, *, where: str) -> tuple[float, float]:
    """Return right ascension and declination in degrees, NaN where they are not known.

    Raises
    ------
    InputError
        If it is given twice, or an angle is a position.
    """
    for name, angle in (("ra", ra), ("dec", dec)):
        if is_position(angle):
            raise InputError(f"{name} is a position", where=where, do="give it as position=")
    place = (plain_angle(ra, name="ra", where=where), plain_angle(dec, name="dec", where=where))
    if position is not None:
        if not np.isnan(place).all():
            raise InputError("both a position and ra, dec", where=where, do="give one of them")
        place = plain_position(position, where=where)
    (known_ra,), (known_dec,) = known_positions(*(np.array([one]) for one in place))
    return float(known_ra), float(known_dec)
