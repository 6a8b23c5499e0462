"""Which survey sent a packet, by the names of its fields."""

import pytest

from fixtures.make_alerts import packet
from taonet.errors import InputError
from taonet.io.alerts.surveys import FIELD_TABLES, ZTF, field_table_of


def test_a_survey_is_known_by_its_fields_be_they_null():
    assert field_table_of(packet(1)) is ZTF
    assert field_table_of({"objectId": None, "candidate": None}) is ZTF
    assert field_table_of({"objectId": "x", "candidate": {"fid": None, "jd": None}}) is ZTF


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"objectId": "x"},
        {"objectId": "x", "candidate": {"fid": 1}},
        {"objectId": "x", "candidate": 7},
        {"diaObjectId": 1, "candidate": {"fid": 1, "jd": 2459000.5}},
    ],
)
def test_a_packet_of_no_known_survey_is_refused_with_what_it_has(record):
    with pytest.raises(InputError, match=r"not known here.*known surveys: ztf") as refused:
        field_table_of(record)
    assert all(name in str(refused.value) for name in record)


def test_no_packet_can_be_of_two_surveys():
    marks = [set(table.marks) for table in FIELD_TABLES]
    for i, own in enumerate(marks):
        assert own
        assert not any(own <= other for other in marks[:i])


def test_the_fields_of_ztf_are_where_its_schema_has_them():
    # https://zwickytransientfacility.github.io/ztf-avro-alert/schema.html: fid is 1, 2, 3 for g, R
    # and i, fwhm is in pixels of the science image, and times are JD
    assert ZTF.bands == {1: "g", 2: "r", 3: "i"}
    record = packet(1)
    for names in (ZTF.time, ZTF.band, ZTF.ra, ZTF.dec, ZTF.seeing_fwhm_px, ZTF.zero_point_mag):
        table, _, field = names[0].partition(".")
        assert field in record[table]
    assert 2459000.5 - ZTF.time_offset == 59000.0
    for names in ZTF.stamps.values():
        assert record[names[0]]["stampData"]
