"""Types of pixels: which one holds several without a change of any value."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from jaxtyping import Shaped


def common_type(types: Iterable[np.dtype[Any]]) -> np.dtype[Any]:
    """Return the type, in this machine's byte order, that pixels of several types are put into.

    Examples
    --------
    >>> common_type([np.dtype(">u2"), np.dtype("i2")])
    dtype('int32')
    """
    return np.result_type(*types).newbyteorder("=")


def lossless_cast(
    pixels: Shaped[np.ndarray, "*n"], dtype: np.dtype[Any]
) -> Shaped[np.ndarray, "*n"] | None:
    """Return pixels as another type, or None if one of them would change.

    Examples
    --------
    >>> lossless_cast(np.array([1.0, 2.0]), np.dtype("u2"))
    array([1, 2], dtype=uint16)
    >>> lossless_cast(np.array([1.5, np.nan]), np.dtype("u2")) is None
    True
    >>> lossless_cast(np.array([-3], "i2"), np.dtype("u2")) is None
    True
    """
    if pixels.dtype == dtype:
        return pixels.astype(dtype, copy=False)
    with np.errstate(invalid="ignore", over="ignore"):
        cast = pixels.astype(dtype)
        # compared as they were: an integer beyond 2^53 equals its neighbours as a float
        back = cast.astype(pixels.dtype)
        # −3 goes into unsigned integers and back without a trace
        alike = np.array_equal(cast < 0, pixels < 0)
    same = alike and np.array_equal(back, pixels, equal_nan=pixels.dtype.kind == "f")
    return cast if same else None


def cast_to_float(pixels: Shaped[np.ndarray, "*n"]) -> Shaped[np.ndarray, "*n"]:
    """Return pixels as a type that can hold NaN: integers of up to 16 bits as float32.

    Examples
    --------
    >>> cast_to_float(np.zeros(1, "u2")).dtype, cast_to_float(np.zeros(1, "i4")).dtype
    (dtype('float32'), dtype('float64'))
    """
    if pixels.dtype.kind == "f":
        return pixels
    return pixels.astype(np.float32 if pixels.dtype.itemsize <= 2 else np.float64)
