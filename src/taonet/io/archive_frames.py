"""The frames of an archive that is being written: one growing file, whose type can be widened.

Pixels are stored as one type: that of the first object, as long as it holds those of the others
without a change of any value; else all frames are written anew as a wider one.
"""

import os
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Shaped

from taonet.io.pixel_types import lossless_cast

FRAMES = "frames.npy"
HEADER_BYTES = 128
CHUNK_BYTES = 32_000_000


class FrameFile:
    """The open file of frames, positioned behind the last one.

    Parameters
    ----------
    path : Path
        Made by `create_frame_file`.
    length : int
        Bytes of frames that are safe; what follows them is cut off.
    """

    def __init__(self, path: Path, *, length: int) -> None:
        self._path = path
        self._file = path.open("r+b")
        self._file.truncate(HEADER_BYTES + length)
        self._file.seek(0, os.SEEK_END)

    def append(self, frames: Shaped[np.ndarray, "epoch channel y x"]) -> None:
        """Write frames behind the others."""
        self._file.write(frames.data)

    def widen(self, old: np.dtype[Any], new: np.dtype[Any]) -> bool:
        """Write all frames anew as another type; return False if one of them would change."""
        path = self._path.with_name(f"{FRAMES}.new")
        if not self._write_as(old, new, path):
            path.unlink()
            self._file.seek(0, os.SEEK_END)
            return False
        self._file.close()
        # the new file states its type: a kill before the journal is written does no harm
        path.replace(self._path)
        self._file = self._path.open("r+b")
        self._file.seek(0, os.SEEK_END)
        return True

    def _write_as(self, old: np.dtype[Any], new: np.dtype[Any], path: Path) -> bool:
        with path.open("wb") as wider:
            wider.write(new.str.encode().ljust(HEADER_BYTES, b"\0"))
            self._file.seek(HEADER_BYTES)
            while part := self._file.read(CHUNK_BYTES):
                cast = lossless_cast(np.frombuffer(part, old), new)
                if cast is None:
                    return False
                wider.write(cast.data)
        return True

    def write_header(self, shape: tuple[int, ...], dtype: str) -> None:
        """Make the file one of numpy's npy format."""
        self._file.seek(0)
        self._file.write(_npy_header(shape, dtype))

    def flush(self) -> None:
        """Hand what was written to the operating system."""
        self._file.flush()

    @property
    def is_closed(self) -> bool:
        """Whether nothing more can be written."""
        return self._file.closed

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def create_frame_file(path: Path) -> None:
    """Write a file without frames, with room for the header."""
    path.write_bytes(b"\0" * HEADER_BYTES)


def stated_type(path: Path) -> str:
    """Return the type that frames were widened to, from the file; empty if they were not."""
    with path.open("rb") as file:
        header = file.read(HEADER_BYTES)
    # an archive that is nearly finished has the header of the npy format there
    return "" if header.startswith(b"\x93NUMPY") else header.rstrip(b"\0").decode("ascii")


def _npy_header(shape: tuple[int, ...], dtype: str) -> bytes:
    # the header of the npy format, version 1.0, filled with blanks to a fixed length so that it
    # can be written last
    text = repr({"descr": dtype, "fortran_order": False, "shape": shape})
    body = text.ljust(HEADER_BYTES - 11) + "\n"
    return b"\x93NUMPY\x01\x00" + (HEADER_BYTES - 10).to_bytes(2, "little") + body.encode()
