"""The bare array, the unit and the mask in a value of astropy, pandas or numpy.ma.

Whoever passes a value of a library has imported that library. So its classes are looked up among
the modules that are loaded, and nothing is imported here.
"""

import sys
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from jaxtyping import Bool, Shaped

from taonet.errors import InputError

UNIT_WORDS: Final = {"d": "days", "deg": "degrees", "pix": "pixels", "mag": "AB magnitudes"}
"""What astropy's names of our units are called in messages."""

Array = Shaped[np.ndarray, "..."]


class ArrayParts(NamedTuple):
    """What a value consists of.

    Parameters
    ----------
    array : array
        Plain, of any type.
    unit : astropy unit or None
    mask : array or None
        True where there is no value, as in numpy.ma.
    """

    array: Array
    unit: Any = None
    mask: Bool[np.ndarray, "..."] | None = None


def is_of(value: object, module: str, name: str) -> bool:
    """Return whether a value is of a class of a library, which need not be installed.

    Parameters
    ----------
    module, name : str
        Where the class is, such as ``"astropy.time"``, and its name there.
    """
    loaded = sys.modules.get(module)
    return loaded is not None and isinstance(value, getattr(loaded, name))


def holds_objects(values: object) -> bool:
    """Return whether a list holds more than numbers and words: arrays, quantities, moments."""
    if not isinstance(values, list | tuple):
        return False
    return not all(isinstance(one, int | float | str | bytes | np.generic) for one in values)


def parts_of(values: Any, *, name: str, where: object) -> ArrayParts:
    """Take values apart.

    Parameters
    ----------
    values : array-like
        An array, masked array, Quantity, column of an astropy table, NDData, pandas Series, or a
        list of these.
    name : str
        What the values are called, for errors.

    Raises
    ------
    InputError
        If those of a list differ in shape, or their units do not belong together.
    """
    if type(values) is np.ndarray:
        return ArrayParts(values)
    if holds_objects(values):
        return _stack_parts([parts_of(one, name=name, where=where) for one in values], name, where)
    if is_of(values, "astropy.nddata", "NDData"):
        mask = None if values.mask is None else np.broadcast_to(values.mask, values.data.shape)
        return ArrayParts(np.asarray(values.data), values.unit, mask)
    if is_of(values, "pandas", "Series"):
        return ArrayParts(_series_array(values))
    with_unit = (("astropy.units", "Quantity"), ("astropy.table", "Column"))
    unit = values.unit if any(is_of(values, *one) for one in with_unit) else None
    if is_of(values, "astropy.utils.masked", "Masked"):
        return ArrayParts(np.asarray(values.unmasked), unit, np.asarray(values.mask))
    if np.ma.isMaskedArray(values):
        return ArrayParts(np.asarray(np.ma.getdata(values)), unit, np.ma.getmaskarray(values))
    try:
        return ArrayParts(np.asarray(values), unit)
    except ValueError as error:
        raise _shape_error(error, name, where) from None


def convert_unit(array: Array, own: Any, unit: Any, *, name: str, where: object) -> Array:
    """Return an array in another unit.

    Parameters
    ----------
    own : astropy unit or None
    unit : astropy unit, or its name

    Raises
    ------
    InputError
        If it is one of another quantity.
    """
    try:
        return np.asarray(own.to(unit, array))
    except (AttributeError, TypeError, ValueError):  # no unit, text in the array, another quantity
        raise unit_error(own, unit, name=name, where=where) from None


def unit_error(own: Any, unit: Any, *, name: str, where: object) -> InputError:
    """Return the error that names a unit of another quantity, and the one to use."""
    do = f"give it in {UNIT_WORDS.get(str(unit), unit)}"
    return InputError(f"{name} has a unit of another quantity", where=where, got=own, do=do)


def _series_array(values: Any) -> Array:
    if values.dtype.kind == "M":
        return np.asarray(values.to_numpy(dtype="datetime64[ns]"))
    try:
        return np.asarray(values.to_numpy(np.float64, na_value=np.nan))
    except (TypeError, ValueError):
        return np.asarray(values.to_numpy(object, na_value=None))


def _stack_parts(parts: Sequence[ArrayParts], name: str, where: object) -> ArrayParts:
    unit = parts[0].unit
    arrays = [
        one.array if one.unit == unit else convert_unit(*one[:2], unit, name=name, where=where)
        for one in parts
    ]
    try:
        array = np.stack(arrays)
    except ValueError as error:
        raise _shape_error(error, name, where) from None
    if all(one.mask is None for one in parts):
        return ArrayParts(array, unit)
    nothing = np.zeros(array.shape[1:], bool)
    masks = [nothing if one.mask is None else one.mask for one in parts]
    return ArrayParts(array, unit, np.stack(masks))


def _shape_error(error: ValueError, name: str, where: object) -> InputError:
    return InputError(f"{name} of several shapes", where=where, got=error)
