"""The codecs of Avro: blocks unpacked as others packed them, and none beyond its limit."""

import bz2
import lzma

import pytest

from fixtures.make_alerts import PACKING, container, schema
from taonet.errors import InputError
from taonet.io.alerts import codecs as avro_codecs
from taonet.io.alerts.framing import packets_of


def test_a_codec_nobody_knows_is_named_with_the_remedy(tmp_path):
    (tmp_path / "x.avro").write_bytes(container(schema(), "brotli", []))
    with pytest.raises(InputError, match=r"codec that is not known here \(got brotli\) — write"):
        list(packets_of(tmp_path / "x.avro"))


@pytest.mark.parametrize("codec", list(PACKING)[1:])
def test_a_block_that_unpacks_to_too_much_is_refused(monkeypatch, codec):
    monkeypatch.setattr(avro_codecs, "MAX_BLOCK_BYTES", 8_000_000)
    with pytest.raises(InputError, match="more than 8000000 bytes"):
        avro_codecs.unpack(PACKING[codec](bytes(9_000_000)), codec, where="x")


@pytest.mark.parametrize("codec", avro_codecs.CODECS)
@pytest.mark.parametrize("block", [b"", b"x", bytes(3_000_000), bytes(range(256)) * 99])
def test_a_block_is_what_was_packed(codec, block):
    assert avro_codecs.unpack(PACKING[codec](block), codec, where="x") == block


def test_blocks_are_unpacked_as_python_packs_them():
    block = bytes(range(256)) * 99
    assert avro_codecs.unpack(bz2.compress(block), "bzip2", where="x") == block
    assert avro_codecs.unpack(lzma.compress(block), "xz", where="x") == block


def test_a_changed_byte_is_noticed_where_the_codec_has_a_check_sum():
    for codec in ("snappy", "xz", "bzip2"):
        packed = bytearray(PACKING[codec](b"a packet" * 99))
        packed[-1] ^= 1
        if codec != "snappy":
            packed[len(packed) // 2] ^= 1
        with pytest.raises(InputError, match=f"cannot be unpacked.*codec {codec}"):
            avro_codecs.unpack(bytes(packed), codec, where="x")
