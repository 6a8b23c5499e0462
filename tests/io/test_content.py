"""Files known by their first bytes, as the programs that make them write those."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import cramjam
import pytest

from taonet.errors import InputError
from taonet.io.content import (
    HEAD_BYTES,
    NAMES,
    PACKED,
    head_of,
    is_confluent,
    name_of_content,
    not_avro_error,
    packing_of,
)


def zip_of(content):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("x", content)
    return stream.getvalue()


def tar_of(content):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        member = tarfile.TarInfo("x")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("pack", "name"),
    [
        (gzip.compress, "gzip"),
        (bz2.compress, "bzip2"),
        (lzma.compress, "xz"),
        (zip_of, "zip"),
        (tar_of, "tar"),
        (lambda content: bytes(cramjam.zstd.compress(content)), "zstandard"),
        (lambda content: bytes(cramjam.lz4.compress(content)), "lz4"),
    ],
    ids=["gzip", "bzip2", "xz", "zip", "tar", "zstandard", "lz4"],
)
def test_packed_files_are_known_by_what_packs_them(pack, name, tmp_path):
    path = tmp_path / "x"
    path.write_bytes(pack(b"SIMPLE  =" * 1000))
    assert packing_of(head_of(path)) == name
    error = not_avro_error(head_of(path), where=path)
    assert isinstance(error, InputError)
    assert f"got {name}" in str(error) and "unpack it" in str(error)


def test_no_beginning_is_that_of_another():
    magic = [*PACKED, *NAMES]
    for one in magic:
        assert [other for other in magic if one.startswith(other)] == [one]


def test_what_is_not_known_has_no_name(tmp_path):
    assert packing_of(b"") == packing_of(b"hello") == ""
    assert name_of_content(b"hello") == ""
    assert head_of(tmp_path / "none") == head_of(tmp_path) == b""
    (tmp_path / "long").write_bytes(bytes(3 * HEAD_BYTES))
    assert len(head_of(tmp_path / "long")) == HEAD_BYTES


def test_a_packet_of_kafka_names_its_schema():
    head = b"\0" + (77).to_bytes(4, "big") + b"body"
    assert is_confluent(head)
    assert not is_confluent(head[:5])
    assert "got schema 77" in str(not_avro_error(head, where="x"))
    # a tar begins with the name of its first file, and may begin with zeros
    assert "got tar" in str(not_avro_error(bytes(257) + b"ustar", where="x"))
