import json
import os
from dataclasses import replace
from unittest.mock import Mock

import numpy as np
import pytest

from fixtures.make_alerts import ANY, body, container, packet, picture, schema, stamp, wrap, write
from taonet.errors import InputError
from taonet.io.alerts import codecs, objects, surveys
from taonet.io.alerts import framing as avro
from taonet.io.archive import Archive
from taonet.io.ingest import ingest
from taonet.io.sources import alerts_source


def found_in(*paths):
    return list(alerts_source(list(paths)).read(frozenset()))


def counts(found):
    """Sequences, items set aside, parts set aside."""
    return (
        sum(one.sequence is not None for one in found),
        sum(one.rejection is not None for one in found),
        sum(len(one.parts) for one in found),
    )


@pytest.mark.parametrize("codec", ["null", "deflate", "snappy"])
def test_packets_become_one_sequence_an_object_in_time_order(tmp_path, codec):
    packets = [packet(9, jd=2459009.5, fid=2), packet(3, jd=2459003.5), packet(5, object_id="ZTF2")]
    write(tmp_path / "many.avro", packets, codec=codec, block=10**6)
    write(tmp_path / "one.avro", [packet(4, jd=2459004.5)], codec=codec)
    summary = ingest(alerts_source([tmp_path]), tmp_path / "a")
    assert (summary.objects, summary.frames, summary.set_aside) == (2, 4, 0)
    sequence = Archive(tmp_path / "a")[0]
    assert sequence.exposure_id == ("3", "4", "9")
    assert sequence.band == ("g", "g", "r")
    assert list(sequence.mjd) == [59003, 59004, 59009]
    assert sequence.channels == ("science", "template", "difference")
    assert list(sequence.frames[:, 0, 1, 1]) == [3, 4, 9]
    assert list(sequence.zero_point_mag) == [26] * 3


def test_the_same_packet_twice_counts_once_across_files_and_codecs(tmp_path):
    write(tmp_path / "a.avro", [packet(3), packet(3)])
    write(tmp_path / "b.avro", [packet(3)], codec="deflate")
    summary = ingest(alerts_source([tmp_path]), tmp_path / "a")
    assert summary.frames == 1
    assert summary.remarks == {"a packet that came more than once counts once": 1}


def test_one_exposure_under_two_alert_ids_is_one_epoch_and_listed(tmp_path):
    write(tmp_path / "a.avro", [packet(1), packet(2), packet(3, jd=2459003.5)])
    summary = ingest(alerts_source([tmp_path]), tmp_path / "a")
    assert (summary.objects, summary.frames, summary.notes) == (1, 2, 1)
    assert dict(summary.note_reasons) == {"another alert of the same exposure": 1}


def test_one_name_at_two_places_is_not_one_sequence_without_a_word(tmp_path):
    write(tmp_path / "a.avro", [packet(1), packet(2, ra=190.0, dec=-40.0, jd=2459003.5)])
    summary = ingest(alerts_source([tmp_path]), tmp_path / "a")
    sequence = Archive(tmp_path / "a")[0]
    assert (len(sequence), sequence.ra, sequence.dec, summary.notes) == (1, 10.0, 20.0, 1)
    (line,) = (tmp_path / "a" / "set_aside.jsonl").read_text().splitlines()
    assert json.loads(line)["source"].endswith("a.avro, packet 2")


def test_bad_packets_are_set_aside_and_the_rest_goes_on(tmp_path):
    write(tmp_path / "good.avro", [packet(1)])
    write(tmp_path / "null.avro", [packet(2, cutoutScience=None, jd=2459002.5)])
    broken = wrap(b"\x1f\x8bnonsense")
    write(tmp_path / "zip.avro", [packet(3, object_id="ZTF3", cutoutScience=broken)])
    whole = (tmp_path / "good.avro").read_bytes()
    (tmp_path / "cut.avro").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "wire.avro").write_bytes(b"\x00\x00\x00\x01\x2c" + b"body")
    summary = ingest(alerts_source([tmp_path]), tmp_path / "a")
    assert (summary.items, summary.objects, summary.set_aside, summary.notes) == (4, 1, 3, 1)
    reasons = (tmp_path / "a" / "set_aside.jsonl").read_text()
    for expected in ("science stamp", "damaged or truncated", "Confluent framing", "schema 300"):
        assert expected in reasons


def test_every_packet_that_came_in_is_counted_once(tmp_path):
    bad = {
        "stamp": packet(2, stamps=[wrap(b"\xff\xd8\xff"), None, None], jd=2459001.5),
        "text": packet(3, fwhm="none", jd=2459002.5),
        "time": packet(4, jd=59000.0),
        "nobody": packet(5, object_id=""),
        "alone": packet(6, object_id="ZTF6", fid=9),
        "shift": packet(7, shape=(61, 61)),
    }
    kinds = {"fwhm": ANY}
    write(tmp_path / "a.avro", [packet(1), *bad.values(), packet(8, jd=2459009.5)], kinds=kinds)
    found = found_in(tmp_path / "a.avro")
    assert counts(found) == (1, 2, 4)
    assert [len(one.sequence) for one in found if one.sequence] == [2]
    reasons = [one.rejection for one in found if one.rejection]
    reasons += [part for one in found for part in one.parts]
    assert len({str(reason) for reason in reasons}) == len(bad)
    assert all(reason.kind for reason in reasons)


def test_of_an_object_with_no_good_packet_each_packet_is_listed_once(tmp_path):
    write(tmp_path / "a.avro", [packet(k, fid=7, jd=2459000.5 + k) for k in range(3)])
    (one,) = found_in(tmp_path / "a.avro")
    assert (one.rejection.source, one.rejection.part, len(one.parts)) == ("ZTF1", False, 2)
    assert "a.avro, packet 1" in one.rejection.reason


def test_null_stamps_cost_their_packets_alone(tmp_path):
    whole = stamp(picture())
    packets = [
        packet(1),
        packet(2, jd=2459001.5, stamps=[whole, whole, None]),
        packet(3, jd=2459002.5, stamps=[whole, wrap(None), whole]),
    ]
    assert counts(found_in(write(tmp_path / "a.avro", packets))) == (1, 0, 2)


def test_a_file_of_one_packet_and_damage_counts_once(tmp_path):
    for name, change in (("mark", -8), ("packet", -400)):
        write(tmp_path / name / "good.avro", [packet(1, object_id="ZTFgood")])
        whole = bytearray(write(tmp_path / name / "bad.avro", [packet(2)]).read_bytes())
        whole[change] ^= 0xFF
        (tmp_path / name / "bad.avro").write_bytes(whole)
        good, set_aside, _ = counts(found_in(tmp_path / name))
        assert good + set_aside == 2


def test_a_truncated_file_keeps_its_good_packets_and_says_what_is_lost(tmp_path):
    path = write(tmp_path / "a.avro", [packet(k, object_id=f"ZTF{k}") for k in range(8)])
    path.write_bytes(path.read_bytes()[:-100])
    source = alerts_source([path])
    found = list(source.read(frozenset()))
    assert counts(found) == (7, 0, 1)
    assert source.count == 7
    (part,) = (part for one in found for part in one.parts)
    assert part.source == str(path)
    assert "1 of 1 packets" in part.reason


def test_a_damage_is_told_once_though_an_ingest_goes_on_after_an_interruption(tmp_path):
    path = write(tmp_path / "a.avro", [packet(k, object_id=f"ZTF{k}") for k in range(4)])
    path.write_bytes(path.read_bytes()[:-100])
    source = alerts_source([path])
    rest = list(source.read(frozenset({"ZTF0"})))
    assert counts(rest) == (2, 0, 0)


def test_every_field_may_be_nullable(tmp_path):
    def loose(kind):
        if isinstance(kind, list):
            kind = next(part for part in kind if part != "null")
        if isinstance(kind, dict):
            fields = [{"name": f["name"], "type": loose(f["type"])} for f in kind["fields"]]
            kind = {**kind, "fields": fields}
        return [kind, "null"]

    whole = schema()
    fields = [{"name": f["name"], "type": loose(f["type"])} for f in whole["fields"]]
    everything = {**whole, "name": "topLevelRecord", "fields": fields}
    data = body([packet(1), packet(2, jd=2459003.5)], everything)
    (tmp_path / "a.avro").write_bytes(container(everything, "null", [(2, data)]))
    (one,) = found_in(tmp_path / "a.avro")
    assert len(one.sequence) == 2


def test_packets_without_an_object_id_are_not_one_object(tmp_path):
    packets = [packet(1, object_id=""), packet(2, object_id=None, ra=90.0), packet(3)]
    source = alerts_source([write(tmp_path / "a.avro", packets)])
    found = list(source.read(frozenset()))
    assert source.count == len(found) == 3
    assert counts(found) == (1, 2, 0)
    rest = list(source.read(frozenset(one.item for one in found[:1])))
    assert len(rest) == 2


def test_a_late_packet_in_another_file_takes_its_place_in_time(tmp_path):
    write(tmp_path / "a.avro", [packet(3, jd=2459006.5), packet(1, jd=2459000.5)])
    write(tmp_path / "b.avro", [packet(2, jd=2459003.5)])
    (one,) = found_in(tmp_path)
    assert one.sequence.exposure_id == ("1", "2", "3")


def mixed_night(folder, *, files, objects, **kw):
    """Files each of which holds one alert of every object."""
    for k in range(files):
        packets = [
            packet(100 * k + j, object_id=f"ZTF{j}", jd=2459000.5 + k) for j in range(objects)
        ]
        write(folder / f"{k:03d}.avro", packets, **kw)


@pytest.mark.parametrize("codec", ["deflate", "null"])
@pytest.mark.parametrize("block", [1, 10**7])
def test_objects_spread_over_many_files_cost_no_more_than_two_looks(
    tmp_path, monkeypatch, codec, block
):
    mixed_night(tmp_path, files=12, objects=6, codec=codec, block=block)
    unpack = Mock(wraps=codecs.unpack)
    monkeypatch.setattr(avro, "unpack", unpack)
    assert [len(one.sequence) for one in found_in(tmp_path)] == [12] * 6
    assert unpack.call_count == 2 * 12 * (6 if block == 1 else 1)


def test_large_blocks_are_unpacked_once_a_handful_of_objects(tmp_path, monkeypatch):
    mixed_night(tmp_path, files=10, objects=6, codec="deflate", block=10**7)
    size = len(body([packet(1)]))
    monkeypatch.setattr(objects, "CHUNK_BYTES", 25 * size)
    unpack = Mock(wraps=codecs.unpack)
    monkeypatch.setattr(avro, "unpack", unpack)
    assert [len(one.sequence) for one in found_in(tmp_path)] == [10] * 6
    assert unpack.call_count <= 10 * (1 + 3)


def test_no_more_than_a_handful_of_packets_is_held_at_a_time(tmp_path, monkeypatch):
    mixed_night(tmp_path, files=4, objects=20)
    monkeypatch.setattr(objects, "CHUNK_BYTES", 12 * len(body([packet(1)])))
    fetched = []

    def counting(path, places):
        for one in avro.read_packed_records(path, places):
            fetched.append(one)
            yield one

    monkeypatch.setattr(objects, "read_packed_records", counting)
    ahead = []
    for n, _ in enumerate(alerts_source([tmp_path]).read(frozenset())):
        ahead.append(len(fetched) - 4 * n)
    assert len(fetched) == 80
    assert max(ahead) <= 16


def test_files_that_change_between_the_two_looks_cost_their_packets(tmp_path):
    write(tmp_path / "a.avro", [packet(1)])
    write(tmp_path / "b.avro", [packet(2, jd=2459001.5)])
    source = alerts_source([tmp_path])
    (tmp_path / "b.avro").unlink()
    assert counts(list(source.read(frozenset()))) == (1, 0, 1)


def spark_folder(folder):
    write(folder / "part-00000-x.snappy.avro", [packet(1)])
    write(folder / "part-00001-x.snappy.avro", [packet(2, jd=2459003.5)])
    write(folder / "part-00002-x.avro", [])
    (folder / "_SUCCESS").write_bytes(b"")
    (folder / ".part-00000-x.snappy.avro.crc").write_bytes(b"crc\0\1")
    (folder / "._part-00000-x.snappy.avro").write_bytes(b"\0\5\x16\7\0\2\0\0Mac OS X")
    return folder


def test_a_folder_of_spark_is_read_and_what_is_not_is_told(tmp_path):
    folder = spark_folder(tmp_path / "d" / "night.avro")
    for given in (folder, folder.parent):
        source = alerts_source([given])
        (one,) = source.read(frozenset())
        assert one.sequence is not None
        assert len(one.sequence) == 2
        said = " ".join(source.remarks)
        assert "3 files of the folder not read" in said
        assert "_SUCCESS" in said
        assert "1 Avro files without a packet" in said


@pytest.mark.parametrize("name", ["UP.AVRO", "3231234567890123456", "a b [x].é.avro", "-o.avro"])
def test_files_are_alerts_by_name_or_by_content(tmp_path, name):
    write(tmp_path / name, [packet(1)])
    assert counts(found_in(tmp_path)) == (1, 0, 0)


def test_names_that_are_no_text_are_read_and_listed(tmp_path):
    write(tmp_path / "good.avro", [packet(1)])
    write(tmp_path / "bad.avro", [packet(2, object_id="ZTF2", cutoutScience=None)])
    for name in ("good", "bad"):
        odd = os.fsencode(tmp_path) + b"/" + name.encode() + b"\xff.avro"
        (tmp_path / f"{name}.avro").rename(os.fsdecode(odd))
    summary = ingest(alerts_source([tmp_path]), tmp_path / "a")
    assert (summary.objects, summary.set_aside) == (1, 1)
    assert "bad" in (tmp_path / "a" / "set_aside.jsonl").read_text()


def test_a_packed_night_is_set_aside_in_words_that_say_to_unpack(tmp_path):
    write(tmp_path / "a.avro", [packet(1)])
    (tmp_path / "ztf_public_20260101.tar.gz").write_bytes(b"\x1f\x8b\x08" + bytes(50))
    good, bad = sorted(found_in(tmp_path), key=lambda one: one.sequence is None)
    assert good.sequence is not None
    assert "unpack it" in bad.rejection.reason
    with pytest.raises(InputError, match="unpack it"):
        ingest(alerts_source([tmp_path / "ztf_public_20260101.tar.gz"]), tmp_path / "out")


def test_when_nothing_can_be_read_all_reasons_are_told(tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a.avro").write_bytes(b"\x00\x00\x00\x03\x84" + bytes(200))
    for k in range(3):
        write(tmp_path / "d" / f"n{k}.avro", [packet(k, object_id=f"Z{k}", cutoutScience=None)])
    with pytest.raises(InputError) as error:
        ingest(alerts_source([tmp_path / "d"]), tmp_path / "a")
    assert "3 × the packet has no science stamp" in str(error.value)
    assert "1 × a packet in Confluent framing" in str(error.value)


def test_the_real_supernova(shared_data, tmp_path):
    summary = ingest(
        alerts_source([shared_data / "alerts" / "ztf" / "ZTF21abiuvdk"]), tmp_path / "a"
    )
    archive = Archive(tmp_path / "a")
    assert (summary.objects, summary.set_aside) == (1, 0)
    assert archive[0].frames.shape == (34, 3, 63, 63)
    assert np.all(np.diff(archive[0].mjd) > 0)
    assert archive.bands == ("g", "r")


@pytest.mark.parametrize(
    ("folder", "frames", "kinds"),
    [
        ("ztf", 120, {}),
        ("atlas", 0, {"an alert of a survey not known here": 12}),
        ("decam", 0, {"an alert of a survey not known here": 1}),
        ("pgir", 0, {"an alert of a survey not known here": 17}),
        ("winter", 0, {"an alert of a survey not known here": 11}),
        (
            "lsst",
            0,
            {
                "an alert of a survey not known here": 82,
                "a packet in Confluent framing, whose schema lies elsewhere": 1,
            },
        ),
    ],
)
def test_of_real_packets_every_one_is_read_or_named(shared_data, folder, frames, kinds):
    found = found_in(shared_data / "alerts" / folder)
    assert sum(len(one.sequence) for one in found if one.sequence is not None) == frames
    reasons = [one.rejection.kind for one in found if one.rejection is not None]
    assert {kind: reasons.count(kind) for kind in set(reasons)} == kinds
    assert not any(one.parts for one in found)


LS4 = replace(
    surveys.ZTF,
    survey="ls4",
    marks=("ls4Id",),
    object_id=("ls4Id",),
    bands={"g": "g", "z": "z"},
)


@pytest.fixture
def with_ls4(monkeypatch):
    """Make packets with a field ls4Id those of a second survey."""
    monkeypatch.setattr(surveys, "FIELD_TABLES", (LS4, surveys.ZTF))


def ls4_packet(candid, **changes):
    return {**packet(candid, **changes), "ls4Id": f"LS4-{candid}"}


def write_ls4(path, packets):
    layout = schema(fid=["null", "string"])
    layout["fields"].append({"name": "ls4Id", "type": "string"})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(container(layout, "null", [(len(packets), body(packets, layout))]))


@pytest.mark.usefixtures("with_ls4")
def test_the_archive_has_the_survey_whose_packets_were_read(tmp_path):
    write_ls4(tmp_path / "a.avro", [ls4_packet(1, fid="z"), ls4_packet(2, fid="g")])
    ingest(alerts_source([tmp_path / "a.avro"]), tmp_path / "ls4")
    archive = Archive(tmp_path / "ls4")
    assert (archive.survey, archive.taxonomy.name, archive.bands) == ("ls4", "ls4", ("g", "z"))
    write(tmp_path / "b.avro", [packet(1)])
    ingest(alerts_source([tmp_path / "b.avro"]), tmp_path / "ztf")
    assert Archive(tmp_path / "ztf").survey == "ztf"


@pytest.mark.usefixtures("with_ls4")
def test_packets_of_two_surveys_are_refused_with_their_numbers(tmp_path):
    write_ls4(tmp_path / "a.avro", [ls4_packet(1, fid="z"), ls4_packet(2, fid="g")])
    write(tmp_path / "b.avro", [packet(1)])
    with pytest.raises(InputError, match=r"several surveys .*2 of ls4, 1 of ztf.*one survey at a"):
        alerts_source([tmp_path])


def test_packets_of_an_unknown_survey_cost_themselves_alone(tmp_path):
    write(tmp_path / "a.avro", [packet(1)])
    layout = {"type": "record", "name": "other", "fields": [{"name": "id", "type": "long"}]}
    (tmp_path / "b.avro").write_bytes(container(layout, "null", [(1, body([{"id": 1}], layout))]))
    summary = ingest(alerts_source([tmp_path]), tmp_path / "out")
    assert (summary.objects, dict(summary.reasons)) == (
        1,
        {"an alert of a survey not known here": 1},
    )
    assert Archive(tmp_path / "out").survey == "ztf"
