"""Alert packets as bytes: the records of Avro container files, and the address of each.

A file is read block by block, so memory holds one block whatever the size of the file. What is
damaged costs itself: the records before it are read, and those after the next mark between
blocks.
"""

import io
import json
import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import fastavro

from taonet.errors import InputError
from taonet.io.alerts.codecs import MAX_BLOCK_BYTES, check_codec, unpack
from taonet.io.content import AVRO, not_avro_error
from taonet.types import AnyPath

MARK_BYTES = 16
"""Length of the mark that stands after every block of a file."""

MAX_HEADER_BYTES = 4_000_000
LONGEST_BLOCK_HEADER = 20
"""Bytes of two numbers in Avro's writing."""

LOOK_AHEAD = 1_000_000
HEADER = fastavro.parse_schema(
    {
        "type": "record",
        "name": "header",
        "fields": [
            {"name": "magic", "type": {"type": "fixed", "name": "magic", "size": 4}},
            {"name": "facts", "type": {"type": "map", "values": "bytes"}},
            {"name": "mark", "type": {"type": "fixed", "name": "mark", "size": MARK_BYTES}},
        ],
    }
)

Record = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Container:
    """The header of an Avro container.

    Parameters
    ----------
    schema : parsed schema
    codec : str
        How its blocks are packed.
    mark : bytes
        Stands after every block.
    first_block : int
        Offset in the file.
    """

    schema: Any
    codec: str
    mark: bytes
    first_block: int


class RecordAddress(NamedTuple):
    """The address of a record.

    ``header`` and ``block`` are offsets in the file (one file may hold several containers, one
    after the other); ``start`` and ``size`` count bytes within the unpacked block.
    """

    header: int
    block: int
    start: int
    size: int


class Packet(NamedTuple):
    """A record and its address."""

    place: RecordAddress
    record: Record


class PackedRecord(NamedTuple):
    """The bytes of a record and the schema that they follow."""

    schema: Any
    data: bytes

    def read(self) -> Record:
        """Return the record.

        Raises
        ------
        InputError
            If the bytes do not follow the schema.
        """
        try:
            return _record(io.BytesIO(self.data), self.schema)
        except Exception as error:  # fastavro lets whatever the bytes provoke through
            raise InputError("the file has changed while it was read") from error


class BlockHeader(NamedTuple):
    """The header of a block: how many records it holds, and the place of its bytes."""

    records: int
    payload: int
    size: int


def records_of(path: AnyPath) -> Iterator[Record]:
    """Yield the records of an Avro container file; damage is raised after those that are whole.

    Raises
    ------
    InputError
        If the file is missing, no container, or damaged; a packet in Confluent framing is named
        as such, since its schema lies elsewhere.
    """
    path = Path(path)
    damage: InputError | None = None
    for packet in packets_of(path):
        if isinstance(packet, InputError):
            damage = damage or packet
        else:
            yield packet.record
    if damage is not None:
        raise damage


def packets_of(path: AnyPath) -> Iterator[Packet | InputError]:
    """Yield the records of an Avro container file and, in its place, whatever damage there is.

    Raises
    ------
    InputError
        If the file cannot be opened, or is no container.
    """
    path = Path(path)
    with _stream_of(path) as stream:
        yield from _BlockReader(path, stream).packets()


def read_packed_records(path: AnyPath, places: Iterable[RecordAddress]) -> Iterator[PackedRecord]:
    """Yield the records at some places of a file; each block is unpacked once.

    Parameters
    ----------
    places : iterable of RecordAddress
        In the order of the file.

    Raises
    ------
    InputError
        If the file is no longer what it was.
    """
    path = Path(path)
    header, at, block = -1, -1, b""
    with _stream_of(path) as stream:
        for place in places:
            if header != place.header:
                header = place.header
                container = _container_at(stream, header, path)
            if at != place.block:
                at, block = place.block, _block_at(stream, place.block, container, path)
            yield PackedRecord(container.schema, block[place.start : place.start + place.size])


@contextmanager
def _stream_of(path: Path) -> Iterator[io.BufferedIOBase]:
    if not path.is_file():
        raise InputError("no such file", where=path)
    try:
        with path.open("rb") as stream:
            yield stream
    except OSError as error:
        raise InputError("the file cannot be read", where=path, got=error.strerror) from error


class _BlockReader:
    """One pass over the blocks of a file, from the first to the last that can be found."""

    def __init__(self, path: AnyPath, stream: io.BufferedIOBase) -> None:
        path = Path(path)
        self._path = path
        self._stream = stream
        self._end = stream.seek(0, os.SEEK_END)
        self._open(0)

    def _open(self, header: int) -> None:
        self._header = header
        self._container = _container_at(self._stream, header, self._path)
        self._at = self._container.first_block

    def packets(self) -> Iterator[Packet | InputError]:
        """Yield the packets and the damage of the whole file."""
        while self._at < self._end:
            if _bytes_at(self._stream, self._at, len(AVRO)) == AVRO:
                self._open(self._at)
            else:
                yield from self._block()

    def _block(self) -> Iterator[Packet | InputError]:
        offset, header = self._at, _block_header(self._stream, self._at)
        if header is None or (header.records == 0 and not self._is_marked(header)):
            self._at = self._next_block_offset(offset)
            yield self._damage(f"{self._at - offset} bytes at byte {offset} are no packets")
            return
        n_read, error = yield from self._packets_in(header, offset)
        is_marked = self._is_marked(header)
        if error is None and not is_marked:
            error = self._damage(f"no mark after the block at byte {offset}")
        if error is not None:
            yield error
        # the stated size is right if the packets fill it, or the mark stands where it should
        ends_as_stated = is_marked or n_read == header.records
        self._at = (
            self._end_of(header) if ends_as_stated else self._next_block_offset(header.payload)
        )

    def _packets_in(
        self, header: BlockHeader, offset: int
    ) -> Generator[Packet, None, tuple[int, InputError | None]]:
        data = _bytes_at(self._stream, header.payload, header.size)
        is_cut = len(data) < header.size
        try:
            block = unpack(data, self._container.codec, where=self._path)
        except InputError as error:
            return 0, self._packet_loss(
                header.records, header, offset, "cut off"
            ) if is_cut else error
        n_read, reason = yield from self._records(block, header.records, offset)
        if not reason:
            return n_read, None
        reason = "cut off" if is_cut else reason
        return n_read, self._packet_loss(header.records - n_read, header, offset, reason)

    def _records(
        self, block: bytes, count: int, offset: int
    ) -> Generator[Packet, None, tuple[int, str]]:
        """Yield the records of a block; return how many, and why there are not more."""
        stream = io.BytesIO(block)
        for number in range(count):
            start = stream.tell()
            try:
                record = _record(stream, self._container.schema)
            except Exception as error:  # fastavro lets whatever the bytes provoke through
                return number, f"{type(error).__name__}: {error}"
            end, is_last = stream.tell(), number == count - 1
            if end == start or (is_last and end != len(block)):
                return number, "the packets do not fill the block"
            yield Packet(RecordAddress(self._header, offset, start, end - start), record)
        return count, ""

    def _is_marked(self, header: BlockHeader) -> bool:
        mark = self._container.mark
        return _bytes_at(self._stream, header.payload + header.size, MARK_BYTES) == mark

    def _end_of(self, header: BlockHeader) -> int:
        return header.payload + header.size + MARK_BYTES

    def _next_block_offset(self, start: int) -> int:
        """Return where the first block after a byte begins, or the end of the file."""
        mark = self._container.mark
        while start < self._end:
            position = _bytes_at(self._stream, start, LOOK_AHEAD).find(mark)
            if position >= 0:
                return start + position + MARK_BYTES
            start += LOOK_AHEAD - MARK_BYTES
        return self._end

    def _packet_loss(self, lost: int, header: BlockHeader, offset: int, reason: str) -> InputError:
        place = f"{lost} of {header.records} packets in the block at byte {offset}"
        return self._damage(f"{place}: {reason}")

    def _damage(self, got: str) -> InputError:
        return InputError("damaged or truncated Avro file", where=self._path, got=got)


def _container_at(stream: io.BufferedIOBase, offset: int, path: Path) -> Container:
    head = _bytes_at(stream, offset, MAX_HEADER_BYTES)
    if not head.startswith(AVRO):
        raise not_avro_error(head, where=path)
    header = io.BytesIO(head)
    try:
        stated: Any = fastavro.schemaless_reader(header, HEADER)
        codec = stated["facts"].get("avro.codec", b"null").decode()
        schema = _parse_schema(stated["facts"]["avro.schema"])
    except Exception as error:  # fastavro lets whatever the bytes provoke through
        got = f"the header: {type(error).__name__}: {error}"
        raise InputError("damaged or truncated Avro file", where=path, got=got) from error
    check_codec(codec, where=path)
    if not isinstance(schema, dict) or schema["type"] != "record":
        raise InputError("an Avro file, but not of alerts", where=path)
    return Container(
        schema=schema, codec=codec, mark=stated["mark"], first_block=offset + header.tell()
    )


@lru_cache(maxsize=64)
def _parse_schema(text: bytes) -> Any:
    # one object for the many files of a night that share a schema
    return fastavro.parse_schema(_strip_schema(json.loads(text)))


def _strip_schema(schema: Any) -> Any:
    """Return a schema without what only other work needs.

    Defaults are of use to readers with a schema of their own, and surveys have written wrong
    ones; logical types turn numbers into dates, which fail on numbers that are none.
    """
    if isinstance(schema, list):
        return [_strip_schema(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    without = ("default", "logicalType", "doc")
    return {name: _strip_schema(part) for name, part in schema.items() if name not in without}


def _record(stream: io.BytesIO, schema: Any) -> Record:
    # bytes that are no text must not cost the packet: what has to be exact is checked by itself
    record = fastavro.schemaless_reader(stream, schema, handle_unicode_errors="replace")
    if not isinstance(record, dict):
        raise TypeError("no record")
    return record


def _block_header(stream: io.BufferedIOBase, offset: int) -> BlockHeader | None:
    """Return what stands before a block, or None if that cannot be."""
    header = io.BytesIO(_bytes_at(stream, offset, LONGEST_BLOCK_HEADER))
    try:
        count, size = _read_long(header), _read_long(header)
    except IndexError:
        return None
    if not 0 <= size <= MAX_BLOCK_BYTES or count < 0 or (count and not size):
        return None
    return BlockHeader(count, offset + header.tell(), size)


def _read_long(stream: io.BytesIO) -> int:
    """Read a number as Avro writes it: seven bits a byte, the lowest first, the sign last."""
    number = shift = 0
    while True:
        byte = stream.read(1)[0]
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (number >> 1) ^ -(number & 1)
        shift += 7


def _block_at(stream: io.BufferedIOBase, offset: int, container: Container, path: Path) -> bytes:
    header = _block_header(stream, offset)
    if header is None:
        raise InputError("the file has changed while it was read", where=path)
    return unpack(_bytes_at(stream, header.payload, header.size), container.codec, where=path)


def _bytes_at(stream: io.BufferedIOBase, offset: int, size: int) -> bytes:
    stream.seek(offset)
    return stream.read(size)
