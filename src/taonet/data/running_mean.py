"""The running mean of a sequence's frames: what one exposure is too shallow to show.

A faint host needs tens of exposures. The mean changes slowly, so the network reads it after the
epochs 1, 3, 8, 20, 50, 125, … only, and uses the last look in between: causal, and cheap.
"""

import numpy as np
from jaxtyping import Float, Int

from taonet.data.transforms import SOFT_SCALE

LOOK_GROWTH = 2.5
"""The next look is taken after so many times as many epochs."""

SOFTENING = 0.3
"""In units of the usual noise of one frame: deep images show less than that."""


def look_epochs(n_epochs: int) -> Int[np.ndarray, " look"]:
    """Return after how many epochs the mean is read.

    Examples
    --------
    >>> look_epochs(60).tolist()
    [1, 3, 8, 20, 50]
    """
    looks = [1]
    while (after := int(np.ceil(looks[-1] * LOOK_GROWTH))) <= n_epochs:
        looks.append(after)
    return np.array(looks, np.int64)


def deep_images(
    images: Float[np.ndarray, "epoch channel y x"],
    weight: Float[np.ndarray, "epoch channel"],
) -> tuple[Float[np.ndarray, "look channel y x"], Int[np.ndarray, " epoch"]]:
    """Return the weighted mean of the frames so far at each look, and the look each epoch uses.

    Parameters
    ----------
    images : array (epoch, channel, y, x)
        Sky subtracted, in units of the usual noise; NaN = no data.
    weight : array (epoch, channel)
        Of each frame.
    """
    looks = look_epochs(len(images))
    seen = np.isfinite(images)
    share = np.where(seen, weight[..., None, None], 0).astype(np.float32)
    light = np.where(seen, images, 0) * share
    # sums between looks, then over looks: the frames themselves need no running sum
    starts = np.concatenate([[0], looks[:-1]])
    total = np.add.reduceat(light[: looks[-1]], starts, axis=0).cumsum(axis=0)
    weights = np.add.reduceat(share[: looks[-1]], starts, axis=0).cumsum(axis=0)
    mean = total / np.where(weights > 0, weights, 1)
    deep = np.arcsinh(mean / SOFTENING, dtype=np.float32) / SOFT_SCALE
    return deep.astype(np.float32), look_of(np.arange(len(images)))


def look_of(epochs: Int[np.ndarray, " epoch"]) -> Int[np.ndarray, " epoch"]:
    """Return the look that each epoch uses; both are counted from 0.

    Examples
    --------
    >>> look_of(np.array([0, 1, 2, 6, 7])).tolist()
    [0, 0, 1, 1, 2]
    """
    if not len(epochs):
        return np.zeros(0, np.int64)
    looks = look_epochs(int(epochs.max()) + 1)
    return np.searchsorted(looks, epochs + 1, side="right") - 1
