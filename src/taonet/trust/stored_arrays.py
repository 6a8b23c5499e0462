"""Arrays of a record as bundles store them: in single precision, and checked when they are read."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import Any, Final

import numpy as np
from jaxtyping import Shaped

from taonet.errors import InputError

SINGLE: Final = {"f": np.float32, "i": np.int32}
DOUBLE: Final = {"f": np.float64, "i": np.int64}

Shapes = Mapping[str, tuple[str, ...]]
"""Of each array, the names of its axes; an axis is as long in one array as in all others."""


def stored_arrays(record: Any) -> dict[str, np.ndarray]:
    """Return the arrays of a dataclass by name, real numbers in single precision."""
    arrays = {field.name: getattr(record, field.name) for field in fields(record)}
    return {
        name: np.ascontiguousarray(values, SINGLE[values.dtype.kind])
        for name, values in arrays.items()
    }


def read_arrays(
    stored: Mapping[str, np.ndarray], shapes: Shapes, *, whole: Collection[str], where: str
) -> tuple[dict[str, np.ndarray], dict[str, int]]:
    """Return stored arrays in double precision, and how long each axis is.

    Parameters
    ----------
    whole : collection of str
        Arrays of whole numbers.
    where : str
        What they belong to, for errors.

    Raises
    ------
    InputError
        If an array is missing, holds what is not finite, or does not fit the others.
    """
    missing = [name for name in shapes if name not in stored]
    if missing:
        raise InputError("arrays are missing", where=where, got=", ".join(missing))
    arrays = {name: stored[name] for name in shapes}
    sizes: dict[str, int] = {}
    for name, values in arrays.items():
        place = f"{where}, {name}"
        if values.dtype.kind != ("i" if name in whole else "f") or not np.isfinite(values).all():
            raise InputError("not finite numbers", where=place, got=values.dtype)
        if values.ndim != len(shapes[name]) or not values.size:
            raise InputError("another shape", where=place, got=values.shape)
        _check_sizes(sizes, values, shapes[name], place)
    check_epochs(arrays["epochs"], where=where)
    return {name: v.astype(DOUBLE[v.dtype.kind]) for name, v in arrays.items()}, sizes


def _check_sizes(
    sizes: dict[str, int], values: Shaped[np.ndarray, "..."], axes: tuple[str, ...], place: str
) -> None:
    """Add the sizes of an array to those known, and refuse others."""
    for axis, size in zip(axes, values.shape, strict=True):
        if sizes.setdefault(axis, size) != size:
            got = f"{size} for {axis}, not {sizes[axis]}"
            raise InputError("does not fit the others", where=place, got=got)


def check_epochs(epochs: Shaped[np.ndarray, " knot"], *, where: str) -> None:
    """Refuse numbers of epochs that do not grow from 1 on."""
    if epochs[0] < 1 or (np.diff(epochs) <= 0).any():
        raise InputError("numbers of epochs do not grow from 1 on", where=f"{where}, epochs")
