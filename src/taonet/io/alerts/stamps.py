"""Stamps: the small FITS files inside alert packets, as bytes."""

import io
import warnings
import zlib
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.utils.exceptions import AstropyWarning
from jaxtyping import Float

from taonet.errors import InputError
from taonet.io.content import FITS, name_of_content

MAX_STAMP_BYTES = 4_000_000
"""Unzipped stamps larger than this are refused (a 71 × 71 triplet has 60 kB)."""

GZIP = b"\x1f\x8b"
MOST_ZIPS = 3
"""A stamp that was zipped twice is unzipped twice."""

OTHER_PLANES = ("UNCERT", "ERR", "VAR", "WHT", "DQ", "MASK", "PSF", "PSFIMAGE")
"""Names of images beside the picture."""


def stamp_of(stamp: Any) -> Float[np.ndarray, "y x"]:
    """Decode a stamp: FITS bytes, plain or gzipped, bare or as ``{fileName, stampData}``.

    Returns
    -------
    image : array (y, x)
        float32, NaN = no data.

    Raises
    ------
    InputError
        If the bytes are no image.
    """
    data = stamp.get("stampData") if isinstance(stamp, dict) else stamp
    if isinstance(data, str) and data:
        raise InputError("a stamp is text instead of bytes", got=f"{data[:20]!r}…")
    if not isinstance(data, bytes) or not data:
        raise InputError("a stamp holds no bytes")
    data = _unzip(data)
    if not data.startswith(FITS):
        name = name_of_content(data)
        raise InputError("a stamp is no FITS file", got=name or f"bytes {data[:4]!r}")
    return _flat(_image_in(data))


def _unzip(data: bytes) -> bytes:
    for _ in range(MOST_ZIPS):
        if not data.startswith(GZIP):
            break
        unzip = zlib.decompressobj(wbits=31)
        try:
            data = unzip.decompress(data, MAX_STAMP_BYTES)
        except zlib.error as error:
            raise InputError("a stamp cannot be unzipped", got=error) from error
        if unzip.unconsumed_tail:
            raise InputError("a stamp is too large when unzipped", got=f"> {MAX_STAMP_BYTES} bytes")
        if not unzip.eof:
            raise InputError("a stamp is cut off")
    return data


def _image_in(data: bytes) -> np.ndarray:
    try:
        with warnings.catch_warnings():
            # ZTF's headers are a column off the standard; astropy reads them all the same
            warnings.simplefilter("ignore", AstropyWarning)
            with fits.open(io.BytesIO(data), memmap=False, uint=False) as hdus:
                images = [hdu for hdu in hdus if hdu.is_image and hdu.shape]
                pictures = [hdu for hdu in images if hdu.name.upper() not in OTHER_PLANES]
                if not pictures:
                    raise InputError("a stamp holds no image", got=_kinds_in(hdus))
                return np.asarray(pictures[0].data)
    except InputError:
        raise
    except Exception as error:  # astropy raises whatever the bytes provoke
        got = f"{type(error).__name__}: {error}"
        raise InputError("a stamp cannot be read", got=got) from error


def _kinds_in(hdus: fits.HDUList) -> str:
    return ", ".join(f"{hdu.name} {type(hdu).__name__}".strip() for hdu in hdus)


def _flat(image: np.ndarray) -> Float[np.ndarray, "y x"]:
    """Return an image without axes of length one in front of its two."""
    shape = image.shape
    if image.ndim < 2 or image.size != shape[-2] * shape[-1] or not image.size:
        got = " × ".join(str(n) for n in shape)
        raise InputError("a stamp is no image of two axes", got=f"{got} values")
    return np.ascontiguousarray(image.reshape(shape[-2:]), dtype=np.float32)
