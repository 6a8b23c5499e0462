"""A FITS scanner for files of many small images: headers are parsed once, pixels decoded at once.

In a file of cutouts nearly all headers are the same to the byte. The scanner compares bytes
before it parses anything, and keeps consecutive HDUs with one header together as a run, whose
images decode as one strided array. It follows the FITS standard 4.0 for IMAGE and
BINTABLE extensions; it does not read compressed images and variable-length columns.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Shaped

from taonet.errors import InputError
from taonet.io.fits_bytes import MAX_BYTES, read_fits_bytes
from taonet.io.fits_header import BLOCK, CARD, Header, parse_header
from taonet.types import AnyPath

_PIXELS = {8: "u1", 16: ">i2", 32: ">i4", 64: ">i8", -32: ">f4", -64: ">f8"}


@dataclass(frozen=True, kw_only=True, eq=False)
class HduRun:
    """Consecutive HDUs whose headers are the same to the byte.

    Parameters
    ----------
    first : int
        Index of the first one in the file, the primary HDU being 0.
    count : int
        How many there are.
    header : mapping
        The header that they share.
    start : int
        Where the data of the first one begin, in bytes.
    stride : int
        Bytes from one to the next.
    source : bytes
        The whole file.
    where : Path
        Its name, for messages.
    """

    first: int
    count: int
    header: Header
    start: int
    stride: int
    source: bytes
    where: Path

    @property
    def kind(self) -> str:
        """``IMAGE``, ``BINTABLE``, …; the primary HDU is an ``IMAGE``."""
        return str(self.header.get("XTENSION", "IMAGE"))

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one array, slowest axis first; ``()`` where there are no data."""
        return _shape(self.header)

    @property
    def location(self) -> str:
        """The file and the HDU, for messages."""
        return f"{self.where}, HDU {self.first}"


def scan_fits(path: AnyPath, *, max_bytes: int = MAX_BYTES) -> tuple[HduRun, ...]:
    """Read a FITS file, gzipped or not, and find its HDUs.

    Parameters
    ----------
    path : Path
    max_bytes : int
        The most that is read or unzipped.

    A few bytes behind the last HDU, as downloads leave them, are passed over.

    Raises
    ------
    InputError
        If the file is missing, too large, truncated or not FITS.
    """
    path = Path(path)
    runs, damage = scan_up_to_damage(path, max_bytes=max_bytes)
    if damage is not None:
        raise damage
    return runs


def scan_up_to_damage(
    path: AnyPath, *, max_bytes: int = MAX_BYTES
) -> tuple[tuple[HduRun, ...], InputError | None]:
    """Find the HDUs of a file up to the first that is damaged; return what is wrong with that one.

    Parameters
    ----------
    path : Path
    max_bytes : int
        The most that is read or unzipped.

    Raises
    ------
    InputError
        If not even the first HDU can be read.
    """
    path = Path(path)
    source = read_fits_bytes(path, max_bytes=max_bytes)
    runs: list[HduRun] = []
    try:
        runs.extend(_runs(source, path))
    except InputError as damage:
        if not runs:
            raise
        return tuple(runs), damage
    return tuple(runs), None


def images_of(run: HduRun) -> Shaped[np.ndarray, "hdu ..."]:
    """Decode the images of a run, with the scaling that their header states.

    The dtype is native: unsigned where ``BZERO`` makes it so, floating where a scaling or ``BLANK``
    makes it so (float32 up to 16 bits, float64 beyond), and as stored otherwise. Pixels that hold
    ``BLANK`` are NaN.

    Examples
    --------
    >>> from taonet.io.fits_scan import scan_fits
    >>> cutouts = [images_of(run) for run in scan_fits(path)]  # doctest: +SKIP
    """
    return physical_values(_stored_pixels(run), run, blank="BLANK")


def physical_values(
    stored: Shaped[np.ndarray, "..."], run: HduRun, *, blank: str
) -> Shaped[np.ndarray, "..."]:
    """Scale pixels as the header of a run states; NaN where they hold the value of a card.

    Parameters
    ----------
    stored : array
        As they are in the file.
    blank : str
        The card that names the stored value of pixels without data.
    """
    nothing = _whole_number(run.header.get(blank))
    if stored.dtype.kind not in "iu":
        nothing = None
    zero = number_card(run, "BZERO", 0)
    scale = number_card(run, "BSCALE", 1)
    values = scale_values(stored, zero, scale, keep_integers=nothing is None)
    if nothing is not None:
        values[stored == nothing] = np.nan
    return values


def _whole_number(value: object) -> int | None:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _runs(source: bytes, path: Path) -> Iterator[HduRun]:
    position, index = 0, 0
    while position < len(source):
        if index and not source.startswith(b"XTENSION", position):
            # what tapes, archives and downloads leave behind the last HDU looks like no card
            if source[position + 8 : position + 10] != b"= ":
                return
            raise InputError(f"HDU {index}: no header where one should begin", where=path)
        run = _run_at(source, position, index, path)
        yield run
        position += run.count * run.stride
        index += run.count


def _run_at(source: bytes, position: int, index: int, path: Path) -> HduRun:
    start = _header_end(source, position, index, path)
    block = source[position:start]
    header = parse_header(block)
    run = HduRun(
        first=index, count=1, header=header, start=start, stride=0, source=source, where=path
    )
    size = _data_bytes(run)
    if start + size > len(source):
        raise InputError(
            f"truncated at HDU {index}",
            where=path,
            got=f"{len(source) - start:,} of {size:,} bytes of data",
            do="copy or download the file again",
        )
    stride = start - position + -(-size // BLOCK) * BLOCK
    count = _repeats(source, position, block, stride)
    return HduRun(
        first=index,
        count=count,
        header=header,
        start=start,
        stride=stride,
        source=source,
        where=path,
    )


def _header_end(source: bytes, position: int, index: int, path: Path) -> int:
    for end in range(position + BLOCK, len(source) + 1, BLOCK):
        block = source[end - BLOCK : end]
        end_card = block.rfind(b"END")
        # Only blanks may follow END, so it is the last word of its block, or it is not there.
        # Some programs write NUL bytes instead of blanks.
        if end_card >= 0 and end_card % CARD == 0 and not block[end_card + 3 :].strip(b"\0 \r\n\t"):
            return end
    if b"\nEND" in source[position:]:
        do = "it was saved as text; save it anew with a FITS program"
        raise InputError(f"line breaks between the cards of HDU {index}", where=path, do=do)
    raise InputError(
        f"truncated in the header of HDU {index}",
        where=path,
        got=f"{len(source) - position:,} bytes without END",
        do="copy or download the file again",
    )


def _repeats(source: bytes, position: int, block: bytes, stride: int) -> int:
    # A last HDU without its padding still counts, so only whole strides are compared.
    n_strides = (len(source) - position) // stride
    count = 1
    while count < n_strides and source.startswith(block, position + count * stride):
        count += 1
    return count


def _data_bytes(run: HduRun) -> int:
    header = run.header
    bits = header.get("BITPIX")
    if bits not in _PIXELS:
        raise InputError("BITPIX is not one of FITS", where=run.location, got=bits)
    shape = _checked_shape(run)
    if not shape:
        return 0
    if count_card(run, "GCOUNT", 1) != 1:
        raise InputError(
            "random groups are not understood", where=run.location, do="set GCOUNT to 1"
        )
    return abs(int(str(bits))) // 8 * (count_card(run, "PCOUNT", 0) + math.prod(shape))


def _checked_shape(run: HduRun) -> tuple[int, ...]:
    axes = count_card(run, "NAXIS")
    if axes > 999:
        raise InputError("NAXIS is beyond 999", where=run.location, got=axes)
    return tuple(count_card(run, f"NAXIS{i}") for i in range(axes, 0, -1))


def _shape(header: Header) -> tuple[int, ...]:
    return tuple(int(str(header[f"NAXIS{i}"])) for i in range(int(str(header["NAXIS"])), 0, -1))


def _stored_pixels(run: HduRun) -> Shaped[np.ndarray, "hdu ..."]:
    dtype = np.dtype(_PIXELS[int(str(run.header["BITPIX"]))])
    if not math.prod(run.shape or (0,)):
        return np.zeros((run.count, 0), dtype)
    inner = np.cumprod((dtype.itemsize, *run.shape[:0:-1])).tolist()[::-1]
    return np.ndarray((run.count, *run.shape), dtype, run.source, run.start, (run.stride, *inner))


def scale_values(
    stored: Shaped[np.ndarray, "..."],
    zero: int | float,
    scale: int | float,
    *,
    keep_integers: bool = True,
) -> Shaped[np.ndarray, "..."]:
    """Return ``stored * scale + zero`` in the native type that holds it, unsigned where possible.

    Parameters
    ----------
    keep_integers : bool
        Integers stay integers where scale and zero allow; otherwise all values become floats.
    """
    dtype = stored.dtype.newbyteorder("=")
    bits = 8 * dtype.itemsize
    if keep_integers and scale == 1 and dtype.kind in "iu":
        if zero == 0:
            return stored.astype(dtype)
        if zero == 2 ** (bits - 1) and dtype.kind == "i":
            unsigned = stored.view(f">u{dtype.itemsize}").astype(f"u{dtype.itemsize}")
            unsigned ^= unsigned.dtype.type(1 << (bits - 1))  # adds 2^(bits-1), without overflow
            return unsigned
        if zero == -128 and bits == 8:
            return (stored ^ np.uint8(128)).view(np.int8)
    if dtype.kind in "iu":
        dtype = np.dtype(np.float32 if bits <= 16 else np.float64)
    values = stored.astype(dtype)
    with np.errstate(over="ignore", invalid="ignore"):  # an absurd BZERO gives inf, no warning
        if scale != 1:
            values *= dtype.type(scale)
        if zero != 0:
            values += dtype.type(zero)
    return values


def count_card(run: HduRun, key: str, default: int | None = None) -> int:
    """Return a card that counts something.

    Raises
    ------
    InputError
        If it is no whole number of zero or more.
    """
    value = run.header.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InputError(f"{key} is not a count", where=run.location, got=value)
    return value


def number_card(run: HduRun, key: str, default: int) -> int | float:
    """Return a card that is a finite number.

    Raises
    ------
    InputError
        If it is none.
    """
    value = run.header.get(key, default)
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise InputError(f"{key} is not a number", where=run.location, got=value)
    return value
