"""Pixels that hold no data: numbers that stand for it, and borders filled with one value.

Programs write −999, 3e38 or 0 where a detector ended. Such pixels are no sky: taken for it they
make the noise 0 and every weight infinite. Each frame is judged by its own pixels only.
"""

from typing import Final

import numpy as np
from jaxtyping import Bool, Shaped

from taonet.sky.unknown import PIXEL_SENTINELS
from taonet.types import Images

NO_LIGHT: Final = 0.999e20
"""No pixel holds so much: programs write 1e20 or the largest number there is for no data."""

BLOCK_PX: Final = 5
"""Side of the square of equal pixels in a corner that begins a filled region."""

RARE: Final = 0.02
"""Share of a frame that holds a value of the sky by chance, at most."""

LEAST_PX: Final = 8
"""In smaller frames a line of equal pixels is nothing unusual."""

USUAL_VALUE: Final = 0.5
"""Where more than this share of what lies between the lines of a border holds the border's value,
it is a value of the sky, rounded or clipped, and the border is no border."""


def without_sentinels(
    frames: Shaped[np.ndarray, "epoch channel y x"],
) -> Shaped[np.ndarray, "epoch channel y x"]:
    """Return frames with NaN where a number stands for no data; integers as they are.

    Real ZTF templates hold −3.4e38 there.

    Examples
    --------
    >>> without_sentinels(np.array([[[[1.0, -3.4e38], [-999.0, -20.0]]]]))
    array([[[[  1.,  nan],
             [ nan, -20.]]]])
    """
    if not np.issubdtype(frames.dtype, np.floating):
        return frames
    nan = np.asarray(np.nan, frames.dtype)
    absurd = np.abs(frames) > NO_LIGHT
    frames = np.where(absurd, nan, frames) if absurd.any() else frames
    lowest = _lowest(frames)
    for sentinel in PIXEL_SENTINELS:
        for which in np.argwhere(lowest == sentinel):
            frame = frames[tuple(which)]
            is_sentinel = frame == sentinel
            if _lowest(np.where(is_sentinel, nan, frame)) > sentinel / 2:
                frames = frames.copy()
                frames[tuple(which)] = np.where(is_sentinel, nan, frame)
    return frames


def _lowest(frames: Images) -> Shaped[np.ndarray, "*batch"]:
    return np.asarray(np.fmin.reduce(np.fmin.reduce(frames, axis=-1), axis=-1))


def with_gaps(frames: Images) -> Images:
    """Return frames with NaN where they hold no data: in borders filled with one value.

    Frames without such a border, nearly all there are, are returned as they are. Integers of up
    to 16 bits become float32, longer ones float64; both hold them exactly.

    Parameters
    ----------
    frames : array (..., y, x)

    Examples
    --------
    >>> half = np.concatenate([np.zeros((8, 5)), 1 + np.arange(24.0).reshape(8, 3)], axis=1)
    >>> with_gaps(half)[0]
    array([nan, nan, nan, nan, nan,  1.,  2.,  3.])
    """
    if min(frames.shape[-2:]) < LEAST_PX:
        return frames
    flat = frames.reshape(-1, *frames.shape[-2:])
    suspects = np.flatnonzero(_has_suspect_border(flat))
    empty = {int(i): mask for i in suspects if (mask := empty_border(flat[i])).any()}
    if not empty:
        return frames
    gappy = flat.astype(np.result_type(frames.dtype, np.float32))
    for i, mask in empty.items():
        gappy[i][mask] = np.nan
    return gappy.reshape(frames.shape)


def empty_border(frame: Shaped[np.ndarray, "y x"]) -> Bool[np.ndarray, "y x"]:
    """Return True for the pixels of a border that was filled with one value.

    A border is rows or columns of one value from the edge on, or a region of one value that
    fills a corner, as turned frames have. A value that the rest of the frame is full of is not
    fill but sky, rounded or clipped. A frame of one value only has no border: it is blank.
    """
    empty = np.zeros(frame.shape, bool)
    for corner in ((0, 0), (0, -1), (-1, 0), (-1, -1)):
        value = frame[corner]
        if np.isfinite(value) and not empty[corner]:
            same = frame == value
            lines = _lines(same, frame)
            within = np.isfinite(frame) & ~lines
            if within.any() and same[within].mean() <= USUAL_VALUE:
                empty |= lines | _solid_region(_blocks(same), same)
    return empty


def _has_suspect_border(flat: Shaped[np.ndarray, "frame y x"]) -> Bool[np.ndarray, " frame"]:
    """Return True for frames in which a corner equals what follows it along one of its edges."""
    suspect = np.zeros(len(flat), bool)
    for y, down in ((0, 1), (-1, -1)):
        for x, right in ((0, 1), (-1, -1)):
            row, column = flat[:, y, ::right], flat[:, ::down, x]
            for line in (row, column):
                suspect |= (line[:, 1:BLOCK_PX] == line[:, :1]).all(axis=1)
    return suspect


def _lines(
    same: Bool[np.ndarray, "y x"], frame: Shaped[np.ndarray, "y x"]
) -> Bool[np.ndarray, "y x"]:
    """Return whole rows and columns of the value, or of it and gaps, from the edges on."""
    filled = same | ~np.isfinite(frame)
    lines = np.zeros(same.shape, bool)
    for axis in (0, 1):
        full = (filled.all(axis=1 - axis) & same.any(axis=1 - axis)).astype(bool)
        from_edge = np.minimum.accumulate(full) | np.minimum.accumulate(full[::-1])[::-1]
        lines |= from_edge[:, None] if axis == 0 else from_edge[None, :]
    return np.asarray(lines & same)


def _blocks(same: Bool[np.ndarray, "y x"]) -> Bool[np.ndarray, "y x"]:
    """Return the squares in the corners that are of the value throughout."""
    seeds = np.zeros(same.shape, bool)
    for rows in (slice(BLOCK_PX), slice(-BLOCK_PX, None)):
        for columns in (slice(BLOCK_PX), slice(-BLOCK_PX, None)):
            seeds[rows, columns] |= same[rows, columns].all()
    return seeds


def _solid_region(
    seeds: Bool[np.ndarray, "y x"], same: Bool[np.ndarray, "y x"]
) -> Bool[np.ndarray, "y x"]:
    """Return the solid region of the value around the seeds.

    Only pixels whose eight neighbours hold the value, too, lead on: by chance that hardly happens.
    """
    if not seeds.any():
        return seeds
    region = _flood(seeds, ~_widen(~same))
    # where the value is rare elsewhere, none of it beside the region is there by chance
    rare = (same & ~region).mean() < RARE
    return _flood(region, same) if rare else _widen(region) & same


def _flood(
    region: Bool[np.ndarray, "y x"], ground: Bool[np.ndarray, "y x"]
) -> Bool[np.ndarray, "y x"]:
    """Return a region with all of the ground that is connected to it."""
    while True:
        wider = region | (_widen(region) & ground)
        if np.array_equal(wider, region):
            return region
        region = wider


def _widen(mask: Bool[np.ndarray, "y x"]) -> Bool[np.ndarray, "y x"]:
    """Return a mask with all neighbours of its pixels."""
    for axis in (0, 1):
        before, after = np.roll(mask, 1, axis), np.roll(mask, -1, axis)
        for shifted, edge in ((before, 0), (after, -1)):
            shifted[(edge,) if axis == 0 else (slice(None), edge)] = False
        mask = mask | before | after
    return mask
