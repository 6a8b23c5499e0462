"""How the blocks of an Avro file are packed: one function a codec, each with a limit.

The decoders are those of Python and of cramjam, so that no codec needs a package of its own.
"""

import bz2
import lzma
import zlib
from collections.abc import Callable

import cramjam

from taonet.errors import InputError

MAX_BLOCK_BYTES = 512_000_000
"""A block larger than this when unpacked is refused: a packet has some 100 kB."""


def unpack(data: bytes, codec: str, *, where: object) -> bytes:
    """Unpack a block; of one that is cut off as much as can be had.

    Raises
    ------
    InputError
        If the bytes are not what the codec makes; the codec is named.
    """
    try:
        return CODECS[codec](data)
    except Exception as error:  # each decoder has errors of its own
        raise InputError(
            "a block of an Avro file cannot be unpacked",
            where=where,
            got=f"codec {codec}: {error}",
            do="get the file again, or write it again with codec null or deflate",
        ) from error


def check_codec(codec: str, *, where: object) -> None:
    """Refuse a codec that cannot be unpacked here.

    Raises
    ------
    InputError
    """
    if codec not in CODECS:
        raise InputError(
            "an Avro file in a codec that is not known here",
            where=where,
            got=codec,
            do=f"write it again with one of {', '.join(CODECS)}",
        )


def _identity(data: bytes) -> bytes:
    return data


def _inflate(data: bytes) -> bytes:
    # Avro's deflate has neither header nor check sum
    decoder = zlib.decompressobj(wbits=-15)
    block = decoder.decompress(data, MAX_BLOCK_BYTES)
    if decoder.unconsumed_tail:
        raise OverflowError(f"more than {MAX_BLOCK_BYTES} bytes when unpacked")
    return block


def _from_bzip2(data: bytes) -> bytes:
    decoder = bz2.BZ2Decompressor()
    block = decoder.decompress(data, MAX_BLOCK_BYTES)
    if not decoder.needs_input and not decoder.eof:
        raise OverflowError(f"more than {MAX_BLOCK_BYTES} bytes when unpacked")
    return block


def _from_xz(data: bytes) -> bytes:
    decoder = lzma.LZMADecompressor()
    block = decoder.decompress(data, MAX_BLOCK_BYTES)
    if not decoder.needs_input and not decoder.eof:
        raise OverflowError(f"more than {MAX_BLOCK_BYTES} bytes when unpacked")
    return block


def _from_snappy(data: bytes) -> bytes:
    packed, check = data[:-4], data[-4:]
    if cramjam.snappy.decompress_raw_len(packed) > MAX_BLOCK_BYTES:
        raise OverflowError(f"more than {MAX_BLOCK_BYTES} bytes when unpacked")
    block = bytes(cramjam.snappy.decompress_raw(packed))
    if zlib.crc32(block).to_bytes(4, "big") != check:
        raise ValueError("the check sum is wrong")
    return block


def _from_lz4(data: bytes) -> bytes:
    if int.from_bytes(data[:4], "little") > MAX_BLOCK_BYTES:
        raise OverflowError(f"more than {MAX_BLOCK_BYTES} bytes when unpacked")
    return bytes(cramjam.lz4.decompress_block(data))


def _from_zstandard(data: bytes) -> bytes:
    # the length is not always written down, so ever larger buffers are tried: pictures that are
    # zipped already hardly shrink, and the first one serves
    room = max(8 * len(data), 1_000_000)
    while room <= MAX_BLOCK_BYTES:
        block = bytearray(room)
        try:
            size = cramjam.zstd.decompress_into(data, block)
        except cramjam.DecompressionError as error:
            if "whole buffer" not in str(error):
                raise
        else:
            return bytes(memoryview(block)[:size])
        room *= 8
    raise OverflowError(f"more than {MAX_BLOCK_BYTES} bytes when unpacked")


CODECS: dict[str, Callable[[bytes], bytes]] = {
    "null": _identity,
    "deflate": _inflate,
    "snappy": _from_snappy,
    "zstandard": _from_zstandard,
    "xz": _from_xz,
    "bzip2": _from_bzip2,
    "lz4": _from_lz4,
}
