"""The reference: what the best epochs of a sequence, stacked, show of its field."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.fft import irfft2, rfft2

from taonet.photometry.prepared_frames import PreparedFrames

WELL_SEEN = 0.8
"""Share of the epochs of a stack that must have seen a pixel."""

STACK = 24
"""So many of the best frames make the image that stars are looked for in."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Reference:
    """The best epochs that are known, stacked: what stars and templates are taken from.

    Parameters
    ----------
    serves : array (served,)
        The epochs that were measured by it.
    epochs, share : array (member,)
        Those that are in it, and the weight of each; the weights sum to one.
    image : array (y, x)
        In units of calibrated flux.
    seen : array (y, x)
        Share of the weight that had a valid pixel there.
    noise : float
        Of a pixel, in the unit of the image.
    """

    serves: Int[np.ndarray, " served"]
    epochs: Int[np.ndarray, " member"]
    share: Float[np.ndarray, " member"]
    image: Float[np.ndarray, "y x"]
    seen: Float[np.ndarray, "y x"]
    noise: float


def stack_deepest(
    frames: PreparedFrames,
    known: Int[np.ndarray, " known"],
    serves: Int[np.ndarray, " served"],
    *,
    scale: Float[np.ndarray, " epoch"],
    shift: Float[np.ndarray, "epoch two"],
    fwhm_px: Float[np.ndarray, " epoch"],
) -> Reference:
    """Stack the deepest of the known epochs, each shifted back and brought to one flux scale.

    Parameters
    ----------
    known : array (known,)
        The epochs to choose from.
    serves : array (served,)
        Those that are to be measured by the stack.
    scale, shift, fwhm_px : arrays (epoch, …)
        Of all epochs.
    """
    best = deepest_epochs(frames, known, scale=scale, fwhm_px=fwhm_px)
    return stack(frames, best, serves, scale=scale, shift=shift)


def deepest_epochs(
    frames: PreparedFrames,
    known: Int[np.ndarray, " known"],
    *,
    scale: Float[np.ndarray, " epoch"],
    fwhm_px: Float[np.ndarray, " epoch"],
) -> Int[np.ndarray, " best"]:
    """Return those of some epochs that see the faintest stars, in order of time."""
    depth = scale[known] / (frames.noise[known] * fwhm_px[known])
    return np.sort(known[np.argsort(-depth, kind="stable")[:STACK]])


def stack(
    frames: PreparedFrames,
    members: Int[np.ndarray, " member"],
    serves: Int[np.ndarray, " served"],
    *,
    scale: Float[np.ndarray, " epoch"],
    shift: Float[np.ndarray, "epoch two"],
) -> Reference:
    """Stack epochs, all of them; see `stack_deepest`."""
    scale, shift = scale[members], shift[members]
    weight = (scale / frames.noise[members]) ** 2
    share = weight / weight.sum()
    transforms = rfft2(frames.light[members])
    height, width = frames.light.shape[1:]
    rows = np.exp(2j * np.pi * np.outer(shift[:, 1], np.fft.fftfreq(height)))
    columns = np.exp(2j * np.pi * np.outer(shift[:, 0], np.fft.rfftfreq(width)))
    total = np.einsum("e,eyx,ey,ex->yx", share / scale, transforms, rows, columns, optimize=True)
    # pointings differ by parts of a pixel: what is not valid need not be shifted
    seen = np.tensordot(share, frames.valid[members], axes=1)
    return Reference(
        serves=serves,
        epochs=members,
        share=share,
        image=irfft2(total, s=(height, width)) / np.maximum(seen, 0.1),
        seen=seen,
        noise=float(1 / np.sqrt(weight.sum())),
    )
