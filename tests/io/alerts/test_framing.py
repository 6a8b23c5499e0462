"""Avro containers: every whole packet is read, and what is damaged is named."""

import zlib
from unittest.mock import Mock

import pytest

from fixtures.make_alerts import PACKING, body, container, packet, schema, write
from taonet.errors import InputError
from taonet.io.alerts import codecs as avro_codecs
from taonet.io.alerts import framing as avro
from taonet.io.alerts.framing import Packet, packets_of, read_packed_records, records_of

MARK = b"0123456789abcdef"


def good_packets(path):
    return [one for one in packets_of(path) if isinstance(one, Packet)]


def read(path):
    """The alert ids in a file, and the words about what is wrong with it."""
    good = [one.record["candid"] for one in good_packets(path)]
    return good, [str(one) for one in packets_of(path) if isinstance(one, InputError)]


def in_two_blocks(codec="null"):
    packing = PACKING[codec]
    blocks = [(2, packing(body([packet(1), packet(2)]))), (1, packing(body([packet(3)])))]
    return container(schema(), codec, blocks, mark=MARK)


@pytest.mark.parametrize("codec", avro_codecs.CODECS)
def test_every_codec_of_avro_is_read(tmp_path, codec):
    (tmp_path / "x.avro").write_bytes(in_two_blocks(codec))
    assert read(tmp_path / "x.avro") == ([1, 2, 3], [])


@pytest.mark.parametrize("codec", ["null", "deflate", "bzip2", "xz", "snappy", "zstandard", "lz4"])
def test_what_fastavro_writes_is_read(tmp_path, codec):
    write(tmp_path / "x.avro", [packet(1), packet(2)], codec=codec)
    assert read(tmp_path / "x.avro") == ([1, 2], [])


@pytest.mark.parametrize("codec", ["zstandard", "deflate", "snappy", "lz4", "xz", "bzip2"])
def test_a_block_that_its_codec_cannot_unpack_is_named_with_the_codec(tmp_path, codec):
    data = container(schema(), codec, [(1, body([packet(1)]))])
    (tmp_path / "x.avro").write_bytes(data)
    good, words = read(tmp_path / "x.avro")
    assert not good
    assert f"codec {codec}" in words[0]
    assert "codec null or deflate" in words[0]
    assert "damaged" not in words[0]


@pytest.mark.parametrize("codec", ["null", "deflate"])
def test_of_a_file_that_is_cut_off_every_whole_packet_is_read(tmp_path, codec):
    whole = in_two_blocks(codec)
    first_end = whole.index(MARK, whole.index(MARK) + 1)
    for length, expected in ((len(whole) - 40, [1, 2]), (first_end - 40, [1])):
        (tmp_path / "x.avro").write_bytes(whole[:length])
        good, words = read(tmp_path / "x.avro")
        assert good == expected
        assert len(words) == 1
        assert "damaged or truncated Avro file (got 1 of" in words[0]
        assert "cut off" in words[0]


def test_damage_in_a_block_costs_that_block_alone(tmp_path):
    blocks = [(1, zlib.compress(body([packet(k)]))[2:-4]) for k in (1, 2, 3)]
    blocks[1] = (1, b"\xff" + blocks[1][1][1:])
    (tmp_path / "x.avro").write_bytes(container(schema(), "deflate", blocks))
    good, words = read(tmp_path / "x.avro")
    assert good == [1, 3]
    assert len(words) == 1


def test_after_lost_bytes_reading_goes_on_at_the_next_mark(tmp_path):
    whole = container(schema(), "null", [(1, body([packet(k)])) for k in (1, 2, 3)])
    second = whole.index(MARK, whole.index(MARK) + 1) + 300
    (tmp_path / "x.avro").write_bytes(whole[:second] + whole[second + 1 :])
    good, words = read(tmp_path / "x.avro")
    assert good == [1, 3]
    assert len(words) == 1
    assert "1 of 1 packets" in words[0]


def test_a_mark_that_is_wrong_costs_no_packet(tmp_path):
    whole = bytearray(in_two_blocks())
    for at in (whole.index(MARK, whole.index(MARK) + 1), len(whole) - 3):
        damaged = whole.copy()
        damaged[at] ^= 0xFF
        (tmp_path / "x.avro").write_bytes(damaged)
        good, words = read(tmp_path / "x.avro")
        assert good == [1, 2, 3]
        assert "no mark after the block" in words[0]


@pytest.mark.parametrize("tail", [b"\n", bytes(2880), b"trailing words"])
def test_bytes_after_the_last_packet_are_told_and_cost_nothing(tmp_path, tail):
    (tmp_path / "x.avro").write_bytes(in_two_blocks() + tail)
    good, words = read(tmp_path / "x.avro")
    assert good == [1, 2, 3]
    assert len(words) == 1


def test_containers_end_to_end_in_one_file_are_all_read(tmp_path):
    (tmp_path / "x.avro").write_bytes(in_two_blocks() + in_two_blocks("deflate"))
    assert read(tmp_path / "x.avro") == ([1, 2, 3, 1, 2, 3], [])
    places = [one.place for one in good_packets(tmp_path / "x.avro")]
    again = [packed.read()["candid"] for packed in read_packed_records(tmp_path / "x.avro", places)]
    assert again == [1, 2, 3, 1, 2, 3]


def test_good_records_come_before_the_complaint(tmp_path):
    (tmp_path / "x.avro").write_bytes(in_two_blocks()[:-60])
    seen: list[int] = []
    with pytest.raises(InputError, match="damaged or truncated"):
        seen.extend(record["candid"] for record in records_of(tmp_path / "x.avro"))
    assert seen == [1, 2]


def test_defaults_of_the_wrong_branch_and_logical_types_do_no_harm(tmp_path):
    odd = schema()
    for field in odd["fields"][2]["type"]["fields"]:
        field.update(type=[*field["type"][1:], "null"], default=None)
    odd["fields"][1]["type"] = {"type": "long", "logicalType": "timestamp-micros"}
    plain = {**odd, "fields": [dict(field) for field in odd["fields"]]}
    plain["fields"][1] = {"name": "candid", "type": "long"}
    plain["fields"][2] = {
        "name": "candidate",
        "type": {
            **odd["fields"][2]["type"],
            "fields": [
                {"name": f["name"], "type": f["type"]} for f in odd["fields"][2]["type"]["fields"]
            ],
        },
    }
    data = container(odd, "null", [(1, body([packet(2**62)], plain))])
    (tmp_path / "x.avro").write_bytes(data)
    assert read(tmp_path / "x.avro") == ([2**62], [])


def test_bytes_that_are_no_text_do_not_cost_the_packet(tmp_path):
    data = body([packet(5)]).replace(b"x.fits.gz", b"\xff.fits.gz")
    (tmp_path / "x.avro").write_bytes(container(schema(), "null", [(1, data)]))
    assert read(tmp_path / "x.avro") == ([5], [])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty file"),
        (b"hello", "not an Avro container"),
        (b'{"objectId": 1}', "got JSON"),
        (b"Obj\x01" + bytes(40), "damaged or truncated"),
        (b"\x00\x00\x00\x01\x2cbody", "Confluent framing, whose schema lies elsewhere"),
        (b"\x1f\x8b\x08" + bytes(20), "unpack it into a folder"),
        (b"PK\x03\x04" + bytes(20), "unpack it into a folder"),
        (bytes(257) + b"ustar" + bytes(100), "unpack it into a folder"),
        (b"version https://git-lfs.github.com/spec/v1", "pointer of Git LFS"),
        (container({"type": "array", "items": "long"}, "null", []), "not of alerts"),
        (container({"type": "record"}, "null", []), "damaged or truncated"),
    ],
)
def test_what_is_no_container_is_named(tmp_path, content, words):
    (tmp_path / "x.avro").write_bytes(content)
    with pytest.raises(InputError, match=words):
        list(packets_of(tmp_path / "x.avro"))


def test_a_count_that_cannot_be_does_not_run_for_ever(tmp_path):
    nothing = {"type": "record", "name": "nothing", "fields": []}
    (tmp_path / "x.avro").write_bytes(container(nothing, "null", [(2**50, b"x")]))
    (error,) = packets_of(tmp_path / "x.avro")
    assert "do not fill the block" in str(error)


def test_places_fetch_the_same_records_and_each_block_once(tmp_path, monkeypatch):
    (tmp_path / "x.avro").write_bytes(in_two_blocks("deflate"))
    first = good_packets(tmp_path / "x.avro")
    unpack = Mock(wraps=avro_codecs.unpack)
    monkeypatch.setattr(avro, "unpack", unpack)
    again = [
        packed.read()
        for packed in read_packed_records(tmp_path / "x.avro", [one.place for one in first])
    ]
    assert again == [one.record for one in first]
    assert unpack.call_count == 2
