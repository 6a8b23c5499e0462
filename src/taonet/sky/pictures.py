"""Cutouts as pictures: which epochs of a sequence are shown, how they are stretched, as PNG."""

import base64
import struct
import zlib
from html import escape

import numpy as np
from jaxtyping import Float, Int

from taonet.markup import facts_html
from taonet.sky.cutout import sky_and_noise
from taonet.sky.sequence import ImageSequence

MAX_CUTOUTS = 8
SIDE_PX = 84
"""Side of a cutout on the screen, in a notebook."""


def shown_epochs(
    sequence: ImageSequence, mjd_last: float = float("inf"), *, most: int = MAX_CUTOUTS
) -> Int[np.ndarray, " shown"]:
    """Pick a few usable epochs up to a time, evenly spaced in time, in order."""
    known = np.flatnonzero(sequence.usable & (sequence.mjd <= mjd_last))
    if not len(known):
        known = np.arange(len(sequence))[:1]
    if len(known) <= most:
        return known
    mjd = sequence.mjd[known]
    remaining, chosen = list(range(len(known))), []
    for target_mjd in np.linspace(mjd[0], mjd[-1], most):
        nearest = min(remaining, key=lambda i: abs(mjd[i] - target_mjd))
        remaining.remove(nearest)
        chosen.append(nearest)
    return np.asarray(known[np.sort(chosen)])


def stretch_cutouts(
    sequence: ImageSequence, epochs: Int[np.ndarray, " shown"]
) -> Float[np.ndarray, "shown y x"]:
    """Return cutouts between 0 and 1 at one common stretch, so that brightness compares.

    The first channel is shown. Each frame's sky level is subtracted, as it is not part of the
    object; then the asinh is taken in units of the noise of the whole sequence, and one range
    serves all: from 2 sigma below the sky to the brightest 0.3 % of the pixels shown.
    """
    frames = sequence.pixels[:, 0]
    sky, noise = sky_and_noise(frames)
    usual = np.nanmedian(np.where(sequence.usable, noise, np.nan)) if sequence.usable.any() else 1.0
    scale = usual if usual > 0 else 1.0
    signal = np.arcsinh((frames[epochs] - sky[epochs, None, None]) / (2 * scale))
    finite = signal[np.isfinite(signal)]
    low, high = np.arcsinh(-1.0), np.arcsinh(4.0)
    if len(finite):
        high = max(high, float(np.percentile(finite, 99.7)))
    return np.asarray(np.clip((signal - low) / (high - low), 0, 1), dtype=np.float64)


def grey_png(image: Float[np.ndarray, "y x"]) -> bytes:
    """Return an image as a PNG of greys, y pointing up.

    Parameters
    ----------
    image : array (y, x)
        From 0, black, to 1, white; NaN is mid-grey.
    """
    grey = np.where(np.isfinite(image), np.clip(image, 0, 1) * 255, 128).astype(np.uint8)[::-1]
    height, width = grey.shape
    # a filter byte, "none", begins every row
    rows = np.hstack([np.zeros((height, 1), np.uint8), grey]).tobytes()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_part(*part) for part in parts)


def _png_part(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def sequence_html(sequence: ImageSequence) -> str:
    """Return how a sequence shows itself in a notebook: facts above a few of its cutouts."""
    height, width = sequence.frames.shape[-2:]
    facts = {
        "class": sequence.class_name or "not known",
        "epochs": len(sequence),
        "MJD": f"{sequence.mjd[0]:.3f} to {sequence.mjd[-1]:.3f}",
        "bands": " ".join(sorted(set(sequence.band) - {""})) or "not named",
        "pixels": f"{height} × {width}, {sequence.frames.dtype.name}",
        "channels": " ".join(sequence.channels),
    }
    if np.isfinite(sequence.ra):
        facts["position"] = f"{sequence.ra:.5f} {sequence.dec:+.5f} (J2000, degrees)"
    return facts_html(f"Sequence {sequence.object_id}", facts, below=_strip_html(sequence))


def _strip_html(sequence: ImageSequence) -> str:
    epochs = shown_epochs(sequence)
    cells = []
    for epoch, image in zip(epochs.tolist(), stretch_cutouts(sequence, epochs), strict=True):
        content = base64.b64encode(grey_png(image)).decode()
        caption = escape(f"{sequence.mjd[epoch]:.2f} {sequence.band[epoch]}".strip())
        cells.append(
            "<figure style='display:inline-block;margin:0 4px 0 0;text-align:center'>"
            f"<img src='data:image/png;base64,{content}' alt='cutout of MJD {caption}' "
            f"style='width:{SIDE_PX}px;height:{SIDE_PX}px;image-rendering:pixelated'>"
            f"<figcaption style='font-size:80%;opacity:.65'>{caption}</figcaption></figure>"
        )
    return "".join(cells)
