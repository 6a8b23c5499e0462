"""Which epochs of a sequence are shown, and how bright their pixels are drawn.

All epochs of a channel have one stretch, so that brightness compares.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float, Int, Shaped
from matplotlib.axes import Axes
from matplotlib.colors import Colormap
from matplotlib.image import AxesImage

from taonet.reports.palette import BOTH_WAYS, FAINT, NIGHT, RULE
from taonet.sky.cutout import sky_and_noise
from taonet.sky.sequence import ImageSequence

MAX_CUTOUTS: Final = 8
DIFFERENCE: Final = "difference"
BRIGHTEST: Final = 99.7
"""Percentile of the pixels shown above which they saturate: real frames hold cosmic rays."""

FAINTEST_SIGMA: Final = 2.0
FAINTEST_RANGE_SIGMA: Final = 8.0
"""Where nothing is brighter, the range reaches so far: noise alone stays dark."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ChannelImages:
    """The cutouts of one channel, ready to be drawn.

    Parameters
    ----------
    channel : str
    images : array (shown, y, x)
        Between ``low`` and 1; NaN = no data.
    colours : Colormap
        From ``low`` to 1.
    low : float
        0; of differences, which go both ways, −1.
    """

    channel: str
    images: Float[np.ndarray, "shown y x"]
    colours: Colormap
    low: float

    def draw(self, axes: Axes, number: int) -> AxesImage:
        """Draw one of the images with y up, hatched where there are no data."""
        axes.set(xticks=[], yticks=[])
        axes.patch.set(facecolor="white", edgecolor=RULE, hatch="/////", linewidth=0)
        for spine in axes.spines.values():
            spine.set(visible=True, color=FAINT, linewidth=0.6)
        return axes.imshow(
            self.images[number],
            cmap=self.colours,
            vmin=self.low,
            vmax=1,
            origin="lower",
            interpolation="nearest",
            aspect="equal",
        )


def usable_epochs(sequence: ImageSequence) -> Int[np.ndarray, " usable"]:
    """Return the epochs that hold information, or the first one where none does."""
    usable = np.flatnonzero(sequence.usable)
    return usable if len(usable) else np.zeros(1, np.int64)


def shown_epochs(sequence: ImageSequence, mjd_last: float = np.inf) -> Int[np.ndarray, " shown"]:
    """Pick at most eight usable epochs up to a time, evenly spaced in time, in order."""
    known = np.flatnonzero(sequence.usable & (sequence.mjd <= mjd_last))
    if not len(known):
        known = np.arange(len(sequence))[:1]
    if len(known) <= MAX_CUTOUTS:
        return known
    mjd = sequence.mjd[known]
    remaining, chosen = list(range(len(known))), []
    for target_mjd in np.linspace(mjd[0], mjd[-1], MAX_CUTOUTS):
        nearest = min(remaining, key=lambda i: abs(mjd[i] - target_mjd))
        remaining.remove(nearest)
        chosen.append(nearest)
    return np.asarray(known[np.sort(chosen)])


def stretch_channel(
    sequence: ImageSequence, epochs: Int[np.ndarray, " shown"], channel: str
) -> ChannelImages:
    """Return the cutouts of a channel at one stretch: differences both ways about zero."""
    if channel == DIFFERENCE:
        images, colours, low = stretch_differences(sequence, epochs), BOTH_WAYS, -1.0
    else:
        images, colours, low = stretch_cutouts(sequence, epochs, channel=channel), NIGHT, 0.0
    return ChannelImages(channel=channel, images=images, colours=colours, low=low)


def stretch_cutouts(
    sequence: ImageSequence, epochs: Int[np.ndarray, " shown"], *, channel: str | None = None
) -> Float[np.ndarray, "shown y x"]:
    """Return cutouts between 0 and 1 at one common stretch, so that brightness compares.

    Each frame's sky level is subtracted, as it is not part of the object; then the asinh is taken
    in units of the noise of the whole sequence, and one range serves all: from 2 sigma below the
    sky to the brightest 0.3 % of the pixels shown.

    Parameters
    ----------
    channel : str, optional
        The first one by default.
    """
    signal = _compress(sequence, epochs, channel or sequence.channels[0])
    low = np.arcsinh(-FAINTEST_SIGMA / 2)
    high = _reach(signal)
    return np.asarray(np.clip((signal - low) / (high - low), 0, 1), dtype=np.float64)


def stretch_differences(
    sequence: ImageSequence, epochs: Int[np.ndarray, " shown"]
) -> Float[np.ndarray, "shown y x"]:
    """Return difference images between −1 and 1 at one common stretch, 0 being no change."""
    signal = _compress(sequence, epochs, DIFFERENCE)
    return np.asarray(np.clip(signal / _reach(np.abs(signal)), -1, 1), dtype=np.float64)


def _compress(
    sequence: ImageSequence, epochs: Int[np.ndarray, " shown"], channel: str
) -> Float[np.ndarray, "shown y x"]:
    """Return the asinh of the light above the sky, in units of twice the usual noise."""
    frames = sequence.pixels[:, sequence.channels.index(channel)]
    sky, noise = sky_and_noise(frames)
    known = noise[sequence.usable & np.isfinite(noise)]
    usual = float(np.median(known)) if len(known) else 1.0
    light = frames[epochs] - sky[epochs, None, None]
    return np.asarray(np.arcsinh(light / (2 * usual)), dtype=np.float64)


def _reach(signal: Shaped[np.ndarray, "shown y x"]) -> float:
    finite = signal[np.isfinite(signal)]
    least = float(np.arcsinh(FAINTEST_RANGE_SIGMA / 2))
    return max(least, float(np.percentile(finite, BRIGHTEST))) if len(finite) else least
