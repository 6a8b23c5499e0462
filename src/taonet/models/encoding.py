"""From a sequence to what the frame encoder says of its epochs."""

import numpy as np
import torch
from jaxtyping import Float, Int

from taonet.data.encoder_inputs import EncoderInputs, inputs_of_sequence
from taonet.data.frame_encodings import FrameEncodings, encodings_of
from taonet.models.frame_encoder import FrameEncoder
from taonet.sky.sequence import ImageSequence

FRAMES_AT_ONCE = 512


def encode_sequence(
    encoder: FrameEncoder,
    sequence: ImageSequence,
    epochs: Int[np.ndarray, " shown"] | None = None,
) -> FrameEncodings:
    """Encode every epoch of a sequence, each by what was known by then.

    The first channel is read. Means are of frames of one band, whether or not a network is told
    the bands.

    Parameters
    ----------
    sequence : ImageSequence
        Only with epochs that can be read.
    epochs : array, optional
        Which of them, in which order, as if there were no others; all by default.
    """
    inputs, band = inputs_of_sequence(sequence, epochs)
    return encodings_of(inputs, encode_inputs(encoder, inputs), band)


@torch.inference_mode()
def encode_inputs(
    encoder: FrameEncoder, inputs: EncoderInputs
) -> Float[np.ndarray, "epoch output"]:
    """Return the encoder's numbers for prepared frames; see `encodings_of`."""
    parts = []
    for first in range(0, len(inputs.frames), FRAMES_AT_ONCE):
        some = slice(first, first + FRAMES_AT_ONCE)
        tensors = [
            torch.from_numpy(values[some]).to(encoder.device)
            for values in (inputs.frames, inputs.means, inputs.conditions)
        ]
        parts.append(encoder(*tensors).numbers().cpu().numpy())
    return np.concatenate(parts)
