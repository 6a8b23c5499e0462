"""Recognise file types by their first bytes, for clear error messages."""

from pathlib import Path

from taonet.errors import InputError

HEAD_BYTES = 512
"""Enough of a file to recognise it."""

AVRO = b"Obj\x01"
FITS = b"SIMPLE"
CONFLUENT = b"\x00"
CONFLUENT_HEADER_BYTES = 5
"""A zero byte, then four bytes with the number of the schema."""

PACKED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstandard",
    b"\x04\x22\x4d\x18": "lz4",
    b"7z\xbc\xaf\x27\x1c": "7-zip",
}
TAR, TAR_MARK_AT = b"ustar", 257

NAMES = {
    FITS: "FITS",
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG": "PNG",
    b"GIF8": "GIF",
    b"PAR1": "Parquet",
    b"\x89HDF": "HDF5",
    b"\xc3\x01": "Avro in single-object framing",
    b"version https://git-lfs": "a pointer of Git LFS instead of the file",
    b"%PDF": "PDF",
    b"<": "a web page or XML",
    b"{": "JSON",
    b"[": "JSON",
}


def head_of(path: Path) -> bytes:
    """Return the first bytes of a file; none of one that cannot be read."""
    try:
        with path.open("rb") as stream:
            return stream.read(HEAD_BYTES)
    except OSError:
        return b""


def packing_of(head: bytes) -> str:
    """Return how a file is packed, by its first bytes; empty if it is not.

    Examples
    --------
    >>> packing_of(b"PK" + bytes([3, 4])), packing_of(b"Obj" + bytes([1]))
    ('zip', '')
    """
    if head[TAR_MARK_AT:].startswith(TAR):
        return "tar"
    return next((name for magic, name in PACKED.items() if head.startswith(magic)), "")


def is_confluent(head: bytes) -> bool:
    """Return whether bytes may be a packet as it travels in Kafka: its schema is kept elsewhere."""
    return head.startswith(CONFLUENT) and len(head) > CONFLUENT_HEADER_BYTES


def name_of_content(head: bytes) -> str:
    """Return what bytes that begin like this are called; empty if that is not known.

    Examples
    --------
    >>> name_of_content(bytes([0xFF, 0xD8, 0xFF, 0xE0]))
    'JPEG'
    """
    return next((name for magic, name in NAMES.items() if head.startswith(magic)), "")


def not_avro_error(head: bytes, *, where: object) -> InputError:
    """Return the error that names what a file is instead of an Avro container."""
    if not head:
        return InputError("empty file", where=where)
    if packing := packing_of(head):
        do = "unpack it into a folder and give the folder"
        return InputError(
            "a packed file: packets in it are not read", where=where, got=packing, do=do
        )
    if is_confluent(head) and not packing:
        schema = int.from_bytes(head[1:CONFLUENT_HEADER_BYTES], "big")
        what = "a packet in Confluent framing, whose schema lies elsewhere"
        return InputError(what, where=where, got=f"schema {schema}")
    return InputError("not an Avro container file", where=where, got=name_of_content(head) or None)
