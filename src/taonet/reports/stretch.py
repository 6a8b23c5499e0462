"""The cutouts of a channel as matplotlib draws them, all at one stretch."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.colors import Colormap
from matplotlib.image import AxesImage

from taonet.reports.palette import BOTH_WAYS, FAINT, NIGHT, RULE
from taonet.sky.pictures import DIFFERENCE, stretch_cutouts, stretch_differences
from taonet.sky.sequence import ImageSequence


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


def stretch_channel(
    sequence: ImageSequence, epochs: Int[np.ndarray, " shown"], channel: str
) -> ChannelImages:
    """Return the cutouts of a channel at one stretch: differences both ways about zero."""
    if channel == DIFFERENCE:
        images, colours, low = stretch_differences(sequence, epochs), BOTH_WAYS, -1.0
    else:
        images, colours, low = stretch_cutouts(sequence, epochs, channel=channel), NIGHT, 0.0
    return ChannelImages(channel=channel, images=images, colours=colours, low=low)
