import numpy as np
import pytest

from fixtures.make_alerts import packet
from taonet.errors import InputError
from taonet.io.alerts.packets import alert_of, object_id_of


@pytest.mark.parametrize(
    ("x", "y", "shape", "gap"),
    [
        (10.0, 1500.0, (63, 40), np.s_[:, :23]),
        (3060.0, 1500.0, (63, 40), np.s_[:, 40:]),
        (1500.0, 5.0, (37, 63), np.s_[:26, :]),
        (1500.0, 3078.0, (35, 63), np.s_[35:, :]),
    ],
)
def test_a_stamp_cut_by_the_chip_is_padded_on_the_cut_side(x, y, shape, gap):
    alert = alert_of(packet(3, shape=shape, xpos=x, ypos=y))
    expected = np.zeros((63, 63), bool)
    expected[gap] = True
    assert alert.padded
    np.testing.assert_array_equal(np.isnan(alert.frame), [expected] * 3)


def test_a_stamp_cut_by_two_edges_is_padded_on_both():
    alert = alert_of(packet(3, shape=(53, 50), xpos=3054.0, ypos=22.0))
    expected = np.zeros((63, 63), bool)
    expected[:10], expected[:, 50:] = True, True
    np.testing.assert_array_equal(np.isnan(alert.frame[1]), expected)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"shape": (61, 61)}, "not cut by the edge of the chip .got 61 of 63 pixels, 1499 from"),
        ({"shape": (63, 61), "xpos": 2500.0}, "not cut by the edge"),
        ({"shape": (20, 63), "ypos": 5.0}, "not cut by the edge"),
        ({"shape": (40, 63), "ypos": 5000.0}, "not cut by the edge"),
        ({"shape": (40, 63), "ypos": None}, "no position on the chip"),
        ({"shape": (40, 63), "ypos": -999.0}, "no position on the chip"),
        ({"shape": (40, 63), "ypos": float("nan")}, "no position on the chip"),
        ({"shape": (65, 65)}, "too large"),
    ],
)
def test_a_small_stamp_that_no_edge_explains_is_refused(changes, words):
    with pytest.raises(InputError, match=words):
        alert_of(packet(3, **changes))


@pytest.mark.parametrize(
    "code",
    ["t", "T", "1", "true", "True", "yes", "y", "pos", "+", "1.0", " t ", b"t", True, 1, 1.0, None],
)
def test_a_difference_that_is_science_minus_template_stays(code):
    np.testing.assert_array_equal(
        alert_of(packet(3, isdiffpos=code)).frame, alert_of(packet(3)).frame
    )


@pytest.mark.parametrize(
    "code",
    ["f", "F", "0", "false", "False", "no", "n", "neg", "-", "-1", b"f", False, 0, -1, 0.0, -1.0],
)
def test_a_difference_that_is_template_minus_science_is_turned(code):
    plain, turned = alert_of(packet(3)).frame, alert_of(packet(3, isdiffpos=code)).frame
    np.testing.assert_array_equal(turned[2], -plain[2])
    np.testing.assert_array_equal(turned[:2], plain[:2])


@pytest.mark.parametrize("code", ["", "maybe", float("nan"), "2x"])
def test_a_code_that_says_nothing_about_the_difference_is_not_guessed(code):
    with pytest.raises(InputError, match="not known whether the difference is turned"):
        alert_of(packet(3, isdiffpos=code))


def test_a_null_instead_of_the_code_is_told():
    assert any("which way" in remark for remark in alert_of(packet(3, isdiffpos=None)).remarks)
    assert alert_of(packet(3)).remarks == ()


@pytest.mark.parametrize(
    ("jd", "words"),
    [
        (61200.2, "no Julian Date .got 61200.2. — it looks like an MJD: JD = MJD . 2400000.5"),
        (0.0, "no Julian Date"),
        (-999.0, "no Julian Date"),
        (1.7e12, "no Julian Date"),
        (float("nan"), "no Julian Date"),
        (float("inf"), "no Julian Date"),
        (None, "has no time"),
        ("", "time is no number"),
        ("soon", "time is no number"),
        ("2_459_000.5", "time is no number"),
        (True, "time is no number"),
    ],
)
def test_a_time_that_is_no_julian_date_is_refused(jd, words):
    with pytest.raises(InputError, match=words):
        alert_of(packet(3, jd=jd))


def test_numbers_written_as_text_are_numbers():
    texts = {"jd": " 2459000.5", "ra": "10.0", "fwhm": "2.0", "fid": "1", "magzpsci": "2.6e1"}
    alert, plain = alert_of(packet(3, **texts)), alert_of(packet(3))
    for name in ("mjd", "ra", "band", "seeing_fwhm_px", "zero_point_mag"):
        assert getattr(alert, name) == getattr(plain, name)


@pytest.mark.parametrize("name", ["ra", "dec", "fwhm", "magzpsci"])
@pytest.mark.parametrize("value", ["", "null", "n/a", "12,5", True, ["1"]])
def test_text_that_is_no_number_is_refused_wherever_it_stands(name, value):
    with pytest.raises(InputError, match="is no number"):
        alert_of(packet(3, **{name: value}))


@pytest.mark.parametrize("value", [None, -999.0, -9999.0, float("nan"), "nan"])
def test_seeing_and_zero_point_may_be_unknown(value):
    alert = alert_of(packet(3, fwhm=value, magzpsci=value))
    assert np.isnan([alert.seeing_fwhm_px, alert.zero_point_mag]).all()


@pytest.mark.parametrize(
    "place", [(None, 20.0), (-999.0, -999.0), (0.0, 0.0), (10.0, -99.0), (1e20, 1e20)]
)
def test_a_position_may_be_unknown_and_is_told(place):
    alert = alert_of(packet(3, ra=place[0], dec=place[1]))
    assert np.isnan(alert.ra + alert.dec)
    assert "no position in a packet" in alert.remarks


@pytest.mark.parametrize(
    ("code", "band"), [(1, "g"), (2.0, "r"), ("3", "i"), ("g", "g"), ("zr", "r")]
)
def test_bands_have_codes_and_names(code, band):
    assert alert_of(packet(3, fid=code)).band == band


@pytest.mark.parametrize("code", [0, 4, -999, 1.5, "", "u", True, None])
def test_a_band_that_the_survey_does_not_have_is_refused(code):
    with pytest.raises(InputError, match=r"band that the survey does not have|has no band"):
        alert_of(packet(3, fid=code))


@pytest.mark.parametrize("value", ["", " ", None, "null", "None", "nan", "0", 0])
def test_what_stands_for_no_object_is_no_object_id(value):
    with pytest.raises(InputError, match="has no object id"):
        object_id_of(packet(3, object_id=value))


@pytest.mark.parametrize("value", [1.5e18, True, ["a"]])
def test_an_id_that_may_have_lost_digits_is_refused(value):
    for changes in ({"objectId": value}, {"candid": value}):
        with pytest.raises(InputError, match="neither text nor a whole number"):
            alert_of({**packet(3), **changes})


def test_an_id_that_is_no_text_is_refused():
    with pytest.raises(InputError, match="bytes that are no text"):
        object_id_of(packet(3, object_id="ZTF\ufffd"))


@pytest.mark.parametrize(("value", "name"), [(2**62 + 1, str(2**62 + 1)), (b"ZTF1", "ZTF1")])
def test_ids_of_other_types_become_text(value, name):
    assert object_id_of(packet(3, object_id=value)) == name


def test_a_field_that_is_null_is_missed_by_name_not_taken_for_another_survey():
    with pytest.raises(InputError, match="has no time"):
        alert_of({**packet(3), "candidate": None})
    with pytest.raises(InputError, match=r"survey not known here .*known surveys: ztf"):
        alert_of({"objectid": "x", "candidate": {"jd": 2459000.5}})


def test_a_field_number_below_zero_names_no_field():
    assert alert_of(packet(3, field=-999)).survey_field == ""
    assert alert_of(packet(3, field=0)).survey_field == "0"
