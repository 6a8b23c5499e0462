"""Array shapes as part of a signature (checked at run time in the tests).

Axis names used everywhere: ``object``, ``epoch``, ``channel``, ``y``, ``x``, ``class``;
``frame`` counts the real epochs of several objects laid end to end.
"""

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

Frames = Shaped[np.ndarray, "epoch channel y x"]
"""Cutouts of one object in the survey's own units and dtype."""

Images = Shaped[np.ndarray, "*batch y x"]
"""Any stack of two-dimensional images, indexed ``[y, x]``."""

PerEpoch = Float[np.ndarray, " epoch"]
"""One float an epoch."""

EpochBits = Int[np.ndarray, " epoch"]
"""One integer of quality bits an epoch."""

EpochFlags = Bool[np.ndarray, " epoch"]
"""One truth value an epoch, True = good."""

__all__ = ["EpochBits", "EpochFlags", "Frames", "Images", "PerEpoch"]
