"""Alert packets as bytes: which framing, which records."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fastavro

from taonet.errors import InputError

CONTAINER_MAGIC = b"Obj\x01"
CONFLUENT_MAGIC = b"\x00"
MAX_BYTES = 512_000_000
"""A container file larger than this is refused: packets are some 100 kB each."""


def records_of(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of an Avro object container file.

    Raises
    ------
    InputError
        If the file is missing, no container, or damaged; a packet in Confluent framing is named
        as such, since its schema lies elsewhere.
    """
    if not path.is_file():
        raise InputError("no such file", where=path)
    if path.stat().st_size > MAX_BYTES:
        raise InputError("too large for an alert file", where=path, got=path.stat().st_size)
    payload = path.read_bytes()
    if payload[:4] != CONTAINER_MAGIC:
        raise InputError(_other_framing(payload), where=path)
    try:
        for record in fastavro.reader(io.BytesIO(payload)):
            if not isinstance(record, dict):
                raise InputError("an Avro file, but not of alerts", where=path)
            yield record
    except InputError:
        raise
    except Exception as error:  # fastavro lets whatever the bytes provoke through
        reason = f"{type(error).__name__}: {error}"
        raise InputError("damaged or truncated Avro file", where=path, got=reason) from error


def _other_framing(payload: bytes) -> str:
    if not payload:
        return "empty file"
    if payload[:1] == CONFLUENT_MAGIC and len(payload) > 5:
        schema = int.from_bytes(payload[1:5], "big")
        return f"a packet in Confluent framing (schema {schema}); its schema lies elsewhere"
    return "not an Avro container file"
