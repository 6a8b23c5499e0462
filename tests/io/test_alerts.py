import gzip
import io

import fastavro
import numpy as np
import pytest
from astropy.io import fits

from taonet.errors import InputError
from taonet.io.archive import Archive
from taonet.io.avro import records_of
from taonet.io.ingest import ingest
from taonet.io.sources import alerts_source
from taonet.io.surveys import alert_of

SCHEMA = {
    "type": "record",
    "name": "alert",
    "fields": [
        {"name": "objectId", "type": "string"},
        {"name": "candid", "type": "long"},
        {
            "name": "candidate",
            "type": {
                "type": "record",
                "name": "candidate",
                "fields": [
                    {"name": name, "type": kind}
                    for name, kind in (
                        ("jd", "double"), ("fid", "int"), ("ra", "double"), ("dec", "double"),
                        ("xpos", "double"), ("ypos", "double"), ("fwhm", "double"),
                        ("magzpsci", ["null", "double"]), ("field", "int"),
                        ("isdiffpos", ["null", "string"]),
                    )
                ],
            },
        },
        *(
            {"name": f"cutout{kind}", "type": ["null", {
                "type": "record", "name": kind,
                "fields": [{"name": "fileName", "type": "string"},
                           {"name": "stampData", "type": "bytes"}]}]}
            for kind in ("Science", "Template", "Difference")
        ),
    ],
}  # fmt: skip


def stamp(value, shape=(63, 63)):
    image = np.full(shape, value, np.float32)
    image[0, 0] = value + 1
    stream = io.BytesIO()
    fits.PrimaryHDU(image).writeto(stream)
    return {"fileName": "x.fits.gz", "stampData": gzip.compress(stream.getvalue())}


def packet(candid, *, object_id="ZTF1", jd=2459000.5, fid=1, shape=(63, 63), **changes):
    candidate = {
        "jd": jd, "fid": fid, "ra": 10.0, "dec": 20.0, "xpos": 1500.0, "ypos": 1500.0,
        "fwhm": 2.0, "magzpsci": 26.0, "field": 550, "isdiffpos": "t",
    }  # fmt: skip
    record = {
        "objectId": object_id,
        "candid": candid,
        "candidate": {**candidate, **changes.pop("candidate", {})},
        "cutoutScience": stamp(candid, shape),
        "cutoutTemplate": stamp(1, shape),
        "cutoutDifference": stamp(candid - 1, shape),
    }
    return {**record, **changes}


def write(path, packets, codec="null"):
    with path.open("wb") as stream:
        fastavro.writer(stream, SCHEMA, packets, codec=codec)
    return path


@pytest.mark.parametrize("codec", ["null", "deflate", "snappy"])
def test_packets_become_one_sequence_an_object_in_time_order(tmp_path, codec):
    packets = [packet(9, jd=2459009.5, fid=2), packet(3, jd=2459003.5), packet(5, object_id="ZTF2")]
    write(tmp_path / "many.avro", packets, codec)
    write(tmp_path / "one.avro", [packet(4, jd=2459004.5)], codec)
    summary = ingest(alerts_source([tmp_path]), tmp_path / "a")
    assert (summary.objects, summary.frames, summary.set_aside) == (2, 4, 0)
    sequence = Archive(tmp_path / "a")[0]
    assert sequence.exposure_id == ("3", "4", "9")
    assert sequence.band == ("g", "g", "r")
    assert list(sequence.mjd) == [59003, 59004, 59009]
    assert sequence.channels == ("science", "template", "difference")
    assert list(sequence.frames[:, 0, 1, 1]) == [3, 4, 9]
    assert list(sequence.zero_point_mag) == [26] * 3


def test_the_same_packet_twice_counts_once(tmp_path):
    write(tmp_path / "a.avro", [packet(3), packet(3)])
    write(tmp_path / "b.avro", [packet(3)])
    assert ingest(alerts_source([tmp_path]), tmp_path / "a").frames == 1


@pytest.mark.parametrize(
    ("position", "low"),
    [({"xpos": 10.0, "ypos": 1500.0}, True), ({"xpos": 3060.0, "ypos": 1500.0}, False)],
)
def test_a_stamp_cut_by_the_chip_is_padded_on_the_cut_side(position, low):
    alert = alert_of(packet(3, shape=(63, 40), candidate=position))
    gaps = np.isnan(alert.frame[0]).all(axis=0)
    assert alert.padded
    assert gaps.sum() == 23
    assert gaps[:23].all() == low
    assert gaps[40:].all() == (not low)


@pytest.mark.parametrize(("code", "sign"), [("t", 1), ("1", 1), (None, 1), ("f", -1), ("0", -1)])
def test_differences_are_always_science_minus_template(code, sign):
    plain = alert_of(packet(3)).frame
    turned = alert_of(packet(3, candidate={"isdiffpos": code})).frame
    np.testing.assert_array_equal(turned[2], sign * plain[2])
    np.testing.assert_array_equal(turned[:2], plain[:2])


def test_bad_packets_are_set_aside_and_the_rest_goes_on(tmp_path):
    write(tmp_path / "good.avro", [packet(1)])
    write(tmp_path / "null.avro", [packet(2, cutoutScience=None, jd=2459002.5)])
    broken = {"fileName": "x", "stampData": b"\x1f\x8bnonsense"}
    write(tmp_path / "zip.avro", [packet(3, object_id="ZTF3", cutoutScience=broken)])
    whole = (tmp_path / "good.avro").read_bytes()
    (tmp_path / "cut.avro").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "wire.avro").write_bytes(b"\x00\x00\x00\x01\x2c" + b"body")
    summary = ingest(alerts_source([tmp_path]), tmp_path / "a")
    assert (summary.objects, summary.set_aside, summary.notes) == (1, 3, 1)
    reasons = (tmp_path / "a" / "set_aside.jsonl").read_text()
    for expected in ("science stamp", "damaged or truncated", "Confluent framing", "schema 300"):
        assert expected in reasons


def test_a_bomb_in_a_stamp_is_refused():
    bomb = {"fileName": "x", "stampData": gzip.compress(bytes(50_000_000))}
    with pytest.raises(InputError, match="too large when unzipped"):
        alert_of(packet(1, cutoutScience=bomb))


@pytest.mark.parametrize("content", [b"", b"hello", b"Obj\x01" + bytes(40)])
def test_files_that_are_no_alerts_are_one_clear_line(tmp_path, content):
    (tmp_path / "x.avro").write_bytes(content)
    with pytest.raises(InputError):
        list(records_of(tmp_path / "x.avro"))


def test_the_real_supernova(shared_data, tmp_path):
    summary = ingest(
        alerts_source([shared_data / "alerts" / "ztf" / "ZTF21abiuvdk"]), tmp_path / "a"
    )
    archive = Archive(tmp_path / "a")
    assert (summary.objects, summary.set_aside) == (1, 0)
    assert archive[0].frames.shape == (34, 3, 63, 63)
    assert np.all(np.diff(archive[0].mjd) > 0)
    assert archive.bands == ("g", "r")
