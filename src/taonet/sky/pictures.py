"""Cutouts as pictures: which epochs of a sequence are shown, how they are stretched, as PNG."""

import base64
import struct
import zlib
from html import escape
from typing import Final

import numpy as np
from jaxtyping import Float, Int, Shaped

from taonet.markup import facts_html
from taonet.sky.cutout import centre_crop, sky_and_noise
from taonet.sky.sequence import ImageSequence

MAX_CUTOUTS: Final = 8
DIFFERENCE: Final = "difference"
BRIGHTEST: Final = 99.7
"""Percentile of the pixels shown above which they saturate: real frames hold cosmic rays."""

FAINTEST_SIGMA: Final = 2.0
FAINTEST_RANGE_SIGMA: Final = 8.0
"""Where nothing is brighter, the range reaches so far: noise alone stays dark."""

OBJECT_PX: Final = 5
"""Side of the square whose light tells when the object was brightest."""

SIDE_PX: Final = 84
"""Side of a cutout on the screen, in a notebook."""


def usable_epochs(sequence: ImageSequence) -> Int[np.ndarray, " usable"]:
    """Return the epochs that hold information, or the first one where none does."""
    usable = np.flatnonzero(sequence.usable)
    return usable if len(usable) else np.zeros(1, np.int64)


def shown_epochs(
    sequence: ImageSequence, mjd_last: float = np.inf, *, most: int = MAX_CUTOUTS
) -> Int[np.ndarray, " shown"]:
    """Pick at most so many usable epochs up to a time, evenly spaced in time, in order.

    The epoch in which the object is brightest takes the place of that next to it, but for the
    first and the last one: what lasts for weeks would fall between epochs that are months apart.

    Parameters
    ----------
    most : int
        Three or more.
    """
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
    brightest = int(np.argmax(_object_light(sequence, known)))
    if brightest not in chosen:
        inner = np.array(chosen[1:-1])
        chosen[1 + int(np.argmin(np.abs(mjd[inner] - mjd[brightest])))] = brightest
    return np.asarray(known[np.sort(chosen)])


def brightest_epoch(sequence: ImageSequence) -> Int[np.ndarray, " one"]:
    """Return the usable epoch in which the object is brightest, as an array of one."""
    usable = usable_epochs(sequence)
    return usable[[int(np.argmax(_object_light(sequence, usable)))]]


def _object_light(
    sequence: ImageSequence, epochs: Int[np.ndarray, " some"]
) -> Float[np.ndarray, " some"]:
    """Return the light at the object's place in each epoch, in units of the noise."""
    frames = sequence.pixels[epochs, 0]
    sky, noise = sky_and_noise(frames)
    square = centre_crop(frames, min(OBJECT_PX, *frames.shape[-2:])).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        light = (square.mean(axis=(-2, -1)) - sky) / noise
    return np.where(np.isfinite(light), light, -np.inf)


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
