"""The bytes of a FITS file: read whole, unzipped, and refused if they are not FITS."""

import zlib
from pathlib import Path

from taonet.errors import InputError
from taonet.io.content import HEAD_BYTES, name_of_content, packing_of

MAX_BYTES = 2 * 1024**3
"""The largest file that is read, unzipped; real files of cutouts are a thousand times smaller."""

_CONTROL = set(range(32)) - set(b"\t\n\r")


def read_fits_bytes(path: Path, *, max_bytes: int) -> bytes:
    """Return the content of a FITS file, unzipped if it is gzipped.

    Raises
    ------
    InputError
        If the file is missing, too large, a damaged gzip file or not FITS.
    """
    content = _file_bytes(path, max_bytes=max_bytes)
    if not content.startswith(b"SIMPLE  ="):
        what = _kind_of_content(content)
        do = "it must begin with SIMPLE  ="
        raise InputError("not a FITS file", where=path, got=what or None, do=do)
    return content


def _file_bytes(path: Path, *, max_bytes: int) -> bytes:
    if path.is_dir():
        raise InputError("a folder, not a FITS file", where=path)
    try:
        if path.stat().st_size > max_bytes:
            raise _too_large(path, max_bytes)
        content = path.read_bytes()
    except FileNotFoundError:
        raise InputError("no such file", where=path) from None
    except OSError as error:
        raise InputError("cannot be read", where=path, got=error.strerror) from error
    if not content:
        raise InputError("the file is empty", where=path)
    return _unzip(content, path, max_bytes) if content.startswith(b"\x1f\x8b") else content


def _unzip(content: bytes, path: Path, max_bytes: int) -> bytes:
    # Whole, and with a limit while unzipping: a zip bomb must not fill the memory first.
    parts, room = [], max_bytes
    while content:
        member = zlib.decompressobj(wbits=31)
        try:
            parts.append(member.decompress(content, room + 1))
        except zlib.error as error:
            raise InputError("a corrupt gzip file", where=path, got=error) from error
        room -= len(parts[-1])
        if room < 0:
            raise _too_large(path, max_bytes)
        if not member.eof:
            raise InputError(
                "a truncated gzip file", where=path, do="copy or download the file again"
            )
        content = member.unused_data.lstrip(b"\0")
    return b"".join(parts)


def _too_large(path: Path, max_bytes: int) -> InputError:
    what = f"larger than {max_bytes:,} bytes unzipped"
    return InputError(what, where=path, do="give one file an object")


def _kind_of_content(content: bytes) -> str:
    """Return what a file is that is no FITS file, by its first bytes; empty if not known."""
    head = content[:HEAD_BYTES]
    if packing := packing_of(head):
        return f"a file packed as {packing}"
    if name := name_of_content(head):
        return name
    return "a text file" if head.strip() and not set(head) & _CONTROL else ""
