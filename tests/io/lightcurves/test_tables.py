"""Tables of light curves from elsewhere: what is mended, what is refused; both are said."""

import numpy as np
import pytest

from fixtures.make_curve_tables import a_table, read
from taonet.errors import InputError
from taonet.io.lightcurves.tables import bands_of, read_light_curves

NAN, INF = np.nan, np.inf


def test_a_sound_table_is_read_as_it_is(tmp_path):
    place = {"ra": [1.0] * 3 + [NAN, 2.0], "dec": [3.0] * 5}
    found = read(tmp_path, a_table(**place, class_name=["SN"] * 3 + [None] * 2))
    one, other = found.curves
    assert (one.object_id, one.class_name, one.ra, one.dec) == ("a", "SN", 1.0, 3.0)
    assert (other.object_id, other.class_name, other.ra) == ("b", None, 2.0)
    assert one.flux is None
    assert one.band == ("", "", "")
    np.testing.assert_array_equal(one.mag, [18.0, 18.5, 19.0])
    assert found.mending.dropped_rows == 0
    assert str(found.mending) == ""


def test_jd_is_refused_with_the_formula_unless_the_column_says_so(tmp_path):
    jd = a_table()["mjd"] + 2_400_000.5
    with pytest.raises(InputError, match=r"5 of 5 times .* MJD = JD - 2400000.5"):
        read(tmp_path, a_table(mjd=jd))
    found = read(tmp_path, a_table().drop(columns="mjd").assign(JD=jd))
    np.testing.assert_array_equal(found.curves[0].mjd, [55000.0, 55001.0, 55002.0])
    assert "JD turned into MJD" in str(found.mending)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (a_table().drop(columns="magerr"), "no column 'magerr'.*object_id, mjd, mag.*name it one"),
        (a_table().drop(columns="mag"), "no column 'mag'"),
        (a_table().drop(columns=["mag", "magerr"]).assign(flux=1.0), "no column 'flux_err'"),
        (a_table().drop(columns="mjd"), "no column 'mjd'"),
        (
            a_table().drop(columns="object_id").assign(star=list("aabbc")),
            "no column 'object_id'.*'star' of 3 names",
        ),
        (a_table().iloc[:0], "an empty table"),
        (a_table(mag=["18.0", "bright", "19", "?", "n/a!"]), "'mag'.*text.*3 of 5.*'bright'"),
        (a_table(mjd=["2011-02-03"] * 5), "'mjd'.*text in a number column, in 5 of 5"),
        (a_table(magerr=-1.0), "no point that can be used.*5 with an error that is not positive"),
        (a_table(label=["SN", "CV", "SN", "CV", "CV"]), "1 object of more than one.*a: SN and CV"),
        (a_table(object_id=[1e18, 1e18, NAN, 2e18, 2e18]), "names are floats"),
    ],
)
def test_what_cannot_be_mended_is_one_clear_line(tmp_path, table, message):
    with pytest.raises(InputError, match=message) as caught:
        read(tmp_path, table)
    assert "t.parquet" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_ids_of_many_digits_keep_them_all(tmp_path):
    ids = ["1001121180684103058", "1001121180684103058", None, "007", "007"]
    found = read(tmp_path, a_table(object_id=ids), ".csv")
    assert [c.object_id for c in found.curves] == ["007", "1001121180684103058"]
    whole = read(tmp_path, a_table(object_id=[7.0, 7.0, NAN, 8.0, 8.0]))
    assert [c.object_id for c in whole.curves] == ["7", "8"]


def test_real_curves_with_their_repetitions_and_absurd_times(shared_data):
    found = read_light_curves(shared_data / "crts_lightcurves" / "transients.parquet")
    assert len(found.curves) == 194
    assert sum(len(c.mjd) for c in found.curves) == found.mending.rows - found.mending.dropped_rows


@pytest.mark.parametrize(
    ("ra", "dec", "expected"),
    [
        ([359.999, 0.001, -0.001], [10.0] * 3, 0.0),
        ([-999.0, 150.0, 0.0], [-999.0, 2.0, 0.0], 150.0),
        ([-999.0] * 3, [-999.0] * 3, NAN),
        ([0.0] * 3, [0.0] * 3, NAN),
        (["10:00:00"] * 3, ["02:00:00"] * 3, 150.0),
    ],
)
def test_positions_meet_on_the_sphere_and_unknown_ones_do_not_count(tmp_path, ra, dec, expected):
    found = read(tmp_path, a_table().iloc[:3].assign(ra=ra, dec=dec))
    np.testing.assert_allclose((found.curves[0].ra + 180) % 360, (expected + 180) % 360, atol=1e-3)


def test_positions_of_one_object_that_lie_apart_are_said(tmp_path):
    place = {"ra": [10.0, 190.0, 10.0, 20.0, 20.0], "dec": [5.0, 5.0, 5.0, 6.0, 6.0]}
    remarks = read(tmp_path, a_table(**place)).remarks
    assert remarks["positions of one object lie more than an arcminute apart"] == 1


@pytest.mark.parametrize("index", ["object_id", ["object_id", "mjd"], "mjd"])
def test_a_named_index_is_a_column(tmp_path, index):
    a_table().set_index(index).to_parquet(tmp_path / "t.parquet")
    found = read_light_curves(tmp_path / "t.parquet")
    assert [(curve.object_id, len(curve.mjd)) for curve in found.curves] == [("a", 3), ("b", 2)]


def test_the_numbers_of_rows_are_no_column(tmp_path):
    a_table().iloc[1:].to_parquet(tmp_path / "t.parquet")
    assert not read_light_curves(tmp_path / "t.parquet").remarks


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_classes_and_objects_of_any_name_are_kept(tmp_path, suffix):
    names = ["NA", "NA", "NA", "007", "007"]
    found = read(tmp_path, a_table(object_id=names, label=["None"] * 3 + ["90"] * 2), suffix)
    assert {c.object_id: c.class_name for c in found.curves} == {"NA": "None", "007": "90"}
    assert found.mending.dropped_rows == 0


def test_bands_are_named_plainly_from_blue_to_red(tmp_path):
    table = a_table(band=["ztfr", "ztfg", "r", "V", "V"])
    assert bands_of(read(tmp_path, table).curves) == ("g", "V", "r")
    assert bands_of(read(tmp_path, a_table()).curves) == ("",)
    assert bands_of([]) == ()
