"""The same object seen elsewhere in the frame, turned, or with a fault beside it; numpy only."""

from typing import Final

import numpy as np
from jaxtyping import Float

from taonet.data.counterfactual_light import with_new_gaps, with_pixels
from taonet.data.counterfactual_noise import measure_frames
from taonet.errors import InputError
from taonet.sky.sequence import ImageSequence

USUAL_FWHM_PX: Final = 3.0
"""Width of a trail in a frame that does not state its seeing."""

TRAIL_DISTANCE: Final = (0.55, 0.8)
"""How far a trail passes from the object, as a share of the distance to the edge."""

TRAIL_PEAK: Final = (10.0, 50.0)
"""Brightness of a trail, in units of the noise."""

Image = Float[np.ndarray, "y x"]


def move(sequence: ImageSequence, dx: float, dy: float) -> ImageSequence:
    """Move every frame, so that the object lies (dx, dy) pixels off the centre.

    Whole pixels are shifted; parts of a pixel are shifted in Fourier space, which keeps the noise
    what it was (interpolation would smooth it) and leaves faint rings around stars of less than
    2 pixels FWHM. What comes in at the edges is not known: the frame is mirrored there. Pixels
    without data would tell at first sight that the frame was moved, made-up sky would cut through
    stars and hosts, and a smaller frame is one that many networks do not read.

    Raises
    ------
    InputError
        If the object would leave the frame.

    Examples
    --------
    >>> frames = np.arange(25.0).reshape(1, 5, 5)
    >>> sequence = ImageSequence.from_frames("mine", frames, [59000.0])
    >>> move(sequence, 1, 0).frames[0, 0, 0]
    array([0., 0., 1., 2., 3.])
    """
    height, width = sequence.frames.shape[-2:]
    if abs(dx) >= width // 2 or abs(dy) >= height // 2:
        where, got = f"sequence {sequence.object_id}", f"({dx:g}, {dy:g}) of {width} × {height} px"
        raise InputError("the object would leave the frame", where=where, got=got)
    pixels, sky, _ = measure_frames(sequence)
    whole_x, whole_y = round(dx), round(dy)
    if (whole_x, whole_y) != (dx, dy):
        pixels = sky + _shift_in_fourier_space(pixels - sky, dx - whole_x, dy - whole_y)
    return with_new_gaps(sequence, _shift(pixels, whole_x, whole_y))


def turn(sequence: ImageSequence, quarter_turns: int, *, flip: bool = False) -> ImageSequence:
    """Turn every frame about the object, anticlockwise where y points up, after mirroring x.

    In frames of an even size the object is not in the middle: a row or a column is lost, and its
    neighbour stands twice, as in `move`.

    Parameters
    ----------
    quarter_turns : int
        Any; four change nothing but what is lost at the edge.
    flip : bool
        Mirror x first.
    """
    pixels, _, _ = measure_frames(sequence)
    if flip:
        pixels = _mirror_about_object(pixels)
    for _ in range(quarter_turns % 4):
        # turning is exchanging x and y, then mirroring x
        pixels = _mirror_about_object(np.swapaxes(pixels, -1, -2))
    return with_new_gaps(sequence, pixels)


def trail(sequence: ImageSequence, epoch: int, rng: np.random.Generator) -> ImageSequence:
    """Draw a satellite's trail through one epoch, near the object but not through it.

    A straight line of the width of a star, in the science image and the difference.
    """
    pixels, _, noise = measure_frames(sequence)
    height, width = pixels.shape[-2:]
    angle, side = rng.uniform(0, 2 * np.pi), rng.uniform(*TRAIL_DISTANCE)
    peak = rng.uniform(*TRAIL_PEAK)
    y, x = np.indices((height, width))
    across = np.cos(angle) * (x - width // 2) + np.sin(angle) * (y - height // 2)
    sigma = _fwhm(sequence, epoch) / 2.355
    profile = np.exp(-0.5 * ((across - side * (min(height, width) // 2)) / sigma) ** 2)
    for channel, name in enumerate(sequence.channels):
        if name != "template":
            # the same light in both, in units of the science image's noise
            pixels[epoch, channel] += peak * noise[epoch, 0] * profile
    return with_pixels(sequence, pixels)


def hole(sequence: ImageSequence, epoch: int, rng: np.random.Generator) -> ImageSequence:
    """Cut a square without data out of one epoch, beside the object.

    It measures a fifth of the frame and begins a quarter of the frame from the object.
    """
    pixels, _, _ = measure_frames(sequence)
    size = min(pixels.shape[-2:])
    side = max(size // 5, 1)
    near = rng.integers(2) == 1
    start = size // 2 + size // 4 if near else size // 2 - size // 4 - side + 1
    along = int(rng.integers(0, size - side + 1))
    low_y, low_x = (start, along) if rng.integers(2) == 1 else (along, start)
    pixels[epoch, :, low_y : low_y + side, low_x : low_x + side] = np.nan
    return with_new_gaps(sequence, pixels)


def _fwhm(sequence: ImageSequence, epoch: int) -> float:
    stated = float(sequence.seeing_fwhm_px[epoch])
    return stated if np.isfinite(stated) else USUAL_FWHM_PX


def _shift(
    pixels: Float[np.ndarray, "epoch channel y x"], dx: int, dy: int
) -> Float[np.ndarray, "epoch channel y x"]:
    """Move frames by whole pixels; they are mirrored at their edges."""
    height, width = pixels.shape[-2:]
    room_y, room_x = abs(dy), abs(dx)
    wide = np.pad(pixels, ((0, 0), (0, 0), (room_y,) * 2, (room_x,) * 2), "symmetric")
    top, left = room_y - dy, room_x - dx
    return wide[..., top : top + height, left : left + width]


def _shift_in_fourier_space(
    light: Float[np.ndarray, "epoch channel y x"], dx: float, dy: float
) -> Float[np.ndarray, "epoch channel y x"]:
    """Move frames without sky by less than a pixel; NaN also beside gaps."""
    height, width = light.shape[-2:]
    # mirrored at their edges, frames have no jump there
    padded = np.pad(np.nan_to_num(light), ((0, 0), (0, 0), (0, height), (0, width)), "symmetric")
    tall, wide = padded.shape[-2:]
    waves_y, waves_x = np.fft.fftfreq(tall)[:, None], np.fft.rfftfreq(wide)
    phase = np.exp(-2j * np.pi * (waves_y * dy + waves_x * dx))
    moved = np.fft.irfft2(np.fft.rfft2(padded) * phase, s=(tall, wide))[..., :height, :width]
    gaps = np.where(np.isnan(light), np.nan, 0.0)
    step_x, step_y = int(np.sign(dx)), int(np.sign(dy))
    for x, y in ((0, 0), (step_x, 0), (0, step_y), (step_x, step_y)):
        moved = moved + _shift(gaps, x, y)
    # between a pixel and its mirror image the noise is doubled: take what is further in instead
    return _shift(_shift(np.asarray(moved), -step_x, -step_y), step_x, step_y)


def _mirror_about_object(
    pixels: Float[np.ndarray, "epoch channel y x"],
) -> Float[np.ndarray, "epoch channel y x"]:
    """Mirror x so that the object stays at ``size // 2``."""
    return _shift(pixels[..., ::-1], 1 - pixels.shape[-1] % 2, 0)
