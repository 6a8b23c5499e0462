"""What is worked out once of a sequence before a network reads it: photometry, encodings, means."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from taonet.data.epoch_photometry import EpochPhotometry
from taonet.data.frame_encodings import FrameEncodings


@dataclass(frozen=True, kw_only=True, eq=False)
class SequenceInputs:
    """What is worked out once of the readable epochs of a sequence.

    Parameters
    ----------
    measured : EpochPhotometry, optional
        For networks that read photometry.
    encoded : FrameEncodings, optional
        For networks that read what a frame encoder says.
    deep : array (look, channel, y, x), optional
        The running mean of the frames at each look, where that was stored; see
        `taonet.data.running_mean`.
    """

    measured: EpochPhotometry | None = None
    encoded: FrameEncodings | None = None
    deep: Float[np.ndarray, "look channel y x"] | None = None

    def lights(self, epochs: Int[np.ndarray, " shown"]) -> "list[EpochPhotometry | FrameEncodings]":
        """Return what is known of the light of some epochs: photometry first."""
        known = (self.measured, self.encoded)
        return [one.take(epochs) for one in known if one is not None]
