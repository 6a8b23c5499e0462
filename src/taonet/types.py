"""Types that every room shares: arrays of known shape, numbers of known range, the progress hook.

Shapes are checked at run time in the tests. Axis names used everywhere: ``object``, ``epoch``,
``channel``, ``y``, ``x``, ``class``; ``frame`` counts the real epochs of several objects laid end
to end. Where a setting breaks a range, the recipe reader names its key.
"""

import os
from collections.abc import Callable, Iterable
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge, Gt, Le
from jaxtyping import Shaped

Frames = Shaped[np.ndarray, "epoch channel y x"]
"""Cutouts of one object in the survey's own units and dtype."""

Images = Shaped[np.ndarray, "*batch y x"]
"""Any stack of two-dimensional images, indexed ``[y, x]``."""

AnyPath = str | os.PathLike[str]
"""A path as a caller may give it; at the door it becomes a `pathlib.Path`."""

Natural = Annotated[int, Ge(1)]
"""1, 2, 3, …"""

Count = Annotated[int, Ge(0)]
"""0, 1, 2, …"""

Positive = Annotated[float, Gt(0)]
"""More than zero."""

NotNegative = Annotated[float, Ge(0)]
"""Zero or more."""

Share = Annotated[float, Ge(0), Le(1)]
"""From 0 to 1."""

Track = Callable[[Iterable[Any], int, str], Iterable[Any]]
"""Passes items on and shows how far the work is: the items, their number, and a title."""


def no_progress(items: Iterable[Any], _total: int, _title: str) -> Iterable[Any]:
    """Pass items on and show nothing: the `Track` of a caller who watches nothing."""
    return items
