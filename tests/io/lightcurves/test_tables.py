"""Tables of light curves from elsewhere: what is mended, what is refused; both are said."""

import numpy as np
import pandas as pd
import pytest

from taonet.errors import InputError
from taonet.io.lightcurves.tables import read_light_curves
from taonet.sky.flux import flux_of

NAN, INF = np.nan, np.inf


def a_table(**changes):
    columns = {
        "object_id": ["a", "a", "a", "b", "b"],
        "mjd": [55000.0, 55001.0, 55002.0, 55000.5, 55003.0],
        "mag": [18.0, 18.5, 19.0, 17.0, 17.5],
        "magerr": [0.1, 0.1, 0.2, 0.1, 0.1],
    }
    return pd.DataFrame({**columns, **changes})


def read(tmp_path, table, suffix=".parquet"):
    path = tmp_path / f"t{suffix}"
    if suffix == ".csv":
        table.to_csv(path, index=False)
    else:
        table.to_parquet(path, index=False)
    return read_light_curves(path)


def with_rows(*rows, **more):
    extra = pd.DataFrame(rows, columns=["object_id", "mjd", "mag", "magerr"])
    return pd.concat([a_table(), extra], ignore_index=True).assign(**more)


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


@pytest.mark.parametrize(
    "names",
    [
        {"mjd": "time", "mag": "magnitude", "magerr": "error"},
        {"mjd": "MJD", "mag": "Mag", "magerr": "Magerr", "object_id": "MasterID"},
        {"mjd": "t", "magerr": "err", "object_id": "id"},
    ],
)
def test_columns_by_other_names(tmp_path, names):
    plain, renamed = (read(tmp_path, t) for t in (a_table(), a_table().rename(columns=names)))
    for one, other in zip(plain.curves, renamed.curves, strict=True):
        assert one.object_id == other.object_id
        for name in ("mjd", "mag", "magerr"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@pytest.mark.parametrize("error", ["flux_err", "error"])
@pytest.mark.parametrize("zero_point", [None, 23.9])
def test_fluxes_stand_in_for_magnitudes(tmp_path, error, zero_point):
    table, zp = a_table(), zero_point or 25.0
    flux = flux_of(table["mag"].to_numpy(), zp)
    fluxes = pd.DataFrame({"object_id": table["object_id"], "mjd": table["mjd"], "flux": flux})
    fluxes[error] = flux * table["magerr"] / 1.0857362
    if zero_point:
        fluxes["zp"] = zero_point
    fluxes.loc[4, "flux"] = -1.0
    found = read(tmp_path, fluxes)
    one, other = found.curves
    np.testing.assert_allclose(one.mag, [18.0, 18.5, 19.0])
    np.testing.assert_allclose(one.magerr, [0.1, 0.1, 0.2], rtol=1e-6)
    # a negative flux is a measurement
    np.testing.assert_allclose(other.flux[1:], -flux_of(np.array([zp]), 25.0), rtol=1e-12)
    assert np.isnan(other.mag).tolist() == [False, True]
    assert found.mending.dropped_rows == 0


def test_bands_and_upper_limits(tmp_path):
    table = with_rows(("a", 55003.0, 99.0, 99.0), ("a", 55004.0, NAN, NAN), ("b", 55009.0, 99, 0.1))
    found = read(tmp_path, table.assign(filter="g", limiting_mag=[20.0] * 6 + [20.5, NAN]))
    one, other = found.curves
    assert one.band == ("g", "g", "g")
    np.testing.assert_array_equal(one.limits.mjd, [55003.0, 55004.0])
    np.testing.assert_array_equal(one.limits.mag, [20.0, 20.5])
    assert one.limits.band == ("g", "g")
    assert len(other.limits.mjd) == 0
    assert (found.mending.not_detected, found.mending.upper_limits) == (3, 2)
    assert "2 kept as upper limits" in str(found.mending)


@pytest.mark.parametrize(
    ("row", "reason", "said"),
    [
        ((None, 55005.0, 18.0, 0.1), "nameless", "1 without an object"),
        (("a", NAN, 18.0, 0.1), "not_a_number", "1 with a value that is not a number"),
        (("a", 55005.0, NAN, 0.1), "not_a_number", "not a number"),
        (("a", 55005.0, 18.0, NAN), "not_a_number", "not a number"),
        (("a", INF, 18.0, 0.1), "infinite", "1 with an infinite value"),
        (("a", 55005.0, -INF, 0.1), "infinite", "infinite"),
        (("a", 55005.0, 18.0, INF), "infinite", "infinite"),
        (("a", -2409998.5, 18.0, 0.1), "impossible_times", "before MJD 9000"),
        (("a", 55005.0, 99.0, 0.1), "not_detected", "1 not detected"),
        (("a", 55005.0, 99.999, 0.1), "not_detected", "not detected"),
        (("a", 55005.0, -99.0, 0.1), "not_detected", "not detected"),
        (("a", 55005.0, 999.0, 999.0), "not_detected", "not detected"),
        (("a", 55005.0, 20.5, 99.0), "not_detected", "not detected"),
        (("a", 55005.0, 18.0, 0.0), "bad_errors", "1 with an error that is not positive"),
        (("a", 55005.0, 18.0, -0.1), "bad_errors", "not positive"),
        (("a", 55001.0, 18.5, 0.1), "repeated", "1 repeated exactly"),
    ],
)
def test_what_is_no_point_is_left_out_counted_once_and_said(tmp_path, row, reason, said):
    found = read(tmp_path, with_rows(row))
    sound = read(tmp_path, a_table())
    for one, other in zip(found.curves, sound.curves, strict=True):
        np.testing.assert_array_equal(one.mag, other.mag)
    assert getattr(found.mending, reason) == 1
    assert found.mending.dropped_rows == 1
    assert str(found.mending).startswith("1 of 6 rows dropped: ")
    assert said in str(found.mending)
    assert "\n" not in str(found.mending)


def test_two_points_of_one_time_and_another_band_are_no_repetition(tmp_path):
    table = with_rows(("a", 55001.0, 18.5, 0.1), band=["g"] * 5 + ["r"])
    assert len(read(tmp_path, table).curves[0].mjd) == 4


def test_points_are_sorted_and_it_is_said(tmp_path):
    found = read(tmp_path, a_table().iloc[[4, 2, 0, 1, 3]])
    for one, other in zip(found.curves, read(tmp_path, a_table()).curves, strict=True):
        np.testing.assert_array_equal(one.mjd, other.mjd)
        np.testing.assert_array_equal(one.mag, other.mag)
    assert found.mending.unsorted_objects == 2
    assert str(found.mending) == "2 objects sorted by time"


def test_objects_in_turn_are_sorted_but_in_order_of_time(tmp_path):
    found = read(tmp_path, a_table().iloc[[0, 3, 1, 4, 2]])
    assert [c.object_id for c in found.curves] == ["a", "b"]
    assert found.mending.unsorted_objects == 0


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


def test_a_word_where_a_number_belongs_costs_its_row_alone(tmp_path):
    found = read(tmp_path, a_table(mag=["18.0", "bright", "19", "17", "17.5"]))
    assert [len(curve.mjd) for curve in found.curves] == [2, 2]
    assert str(found.mending) == "1 of 5 rows dropped: 1 with a word where a number belongs"


def test_numbers_as_text_are_numbers(tmp_path):
    found = read(tmp_path, a_table(mag=["18.0", " 18.5", "19", "", "nan"]))
    np.testing.assert_array_equal(found.curves[0].mag, [18.0, 18.5, 19.0])
    assert found.mending.not_a_number == 2
    assert found.without_points == ("b",)


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


def test_a_table_without_names_of_objects_is_one_object_named_after_its_file(tmp_path):
    found = read(tmp_path, a_table().drop(columns="object_id").sort_values("mjd"))
    assert [(curve.object_id, len(curve.mjd)) for curve in found.curves] == [("t", 5)]
    assert any("no column names objects" in line and "'t'" in line for line in found.remarks)
    frames = a_table().drop(columns="object_id").assign(image_id=[1, 1, 2, 2, 3])
    assert [curve.object_id for curve in read(tmp_path, frames).curves] == ["t"]


@pytest.mark.parametrize(
    ("columns", "names"),
    [
        ({"id": [1, 2, 3, 4, 5], "obj_id": list("aaabb")}, ["a", "b"]),
        ({"name": list("vwxyz"), "object_id": list("aaabb")}, ["a", "b"]),
        ({"OBJID": list("aaabb")}, ["a", "b"]),
        ({"object_id": [None] * 5, "oid": list("aaabb")}, ["a", "b"]),
    ],
)
def test_the_column_that_names_objects_best_is_used(tmp_path, columns, names):
    found = read(tmp_path, a_table().drop(columns="object_id").assign(**columns))
    assert [curve.object_id for curve in found.curves] == names


@pytest.mark.parametrize("name", ["passband", "filtercode", "fid", "filter", "phot_filter", "FLT"])
def test_bands_by_other_names(tmp_path, name):
    found = read(tmp_path, a_table(**{name: ["1", "2", "1", "2", "2"]}))
    assert found.curves[0].band == ("1", "2", "1")
    assert not found.remarks


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize(
    ("mag", "magerr", "limit"),
    [(">16.5", "99.99", 16.5), ("> 16.5", "", 16.5), ("-16.5", "0", 16.5), ("<16.5", "", None)],
)
def test_limits_are_not_detected_and_kept_where_it_is_clear(tmp_path, suffix, mag, magerr, limit):
    table = a_table(mag=["18.0", mag, "19.0", "17.0", "17.5"])
    table["magerr"] = ["0.1", magerr, "0.2", "0.1", "0.1"]
    found = read(tmp_path, table, suffix)
    np.testing.assert_array_equal(found.curves[0].mag, [18.0, 19.0])
    np.testing.assert_array_equal(found.curves[0].limits.mag, [] if limit is None else [limit])
    assert found.mending.not_detected == 1


@pytest.mark.parametrize(
    ("flux", "flux_err"),
    [(-999.0, 1.0), (-999.0, -999.0), (-99.0, -99.0), (1e20, 1.0), (5.0, 1e20), (NAN, 1.0)],
)
def test_what_stands_for_no_flux_is_no_flux(tmp_path, flux, flux_err):
    table = a_table().drop(columns=["mag", "magerr"])
    table["flux"], table["flux_err"] = [5.0, flux, -99.0, 4.0, 3.0], [1.0, flux_err, 1.0, 1.0, 1.0]
    found = read(tmp_path, table.assign(zp=25.0))
    np.testing.assert_allclose(found.curves[0].flux, [5.0, -99.0])
    assert found.mending.not_a_number == 1


def test_a_flux_without_its_zero_point_is_left_out(tmp_path):
    table = a_table().drop(columns=["mag", "magerr"]).assign(flux=5.0, flux_err=1.0)
    table["flux"] += np.arange(5)
    found = read(tmp_path, table.assign(zp=[25.0, -999.0, 26.0, 25.0, NAN]))
    assert [len(curve.mjd) for curve in found.curves] == [2, 1]
    assert found.mending.not_a_number == 2
    bare = read(tmp_path, table)
    assert any("no zero point" in line and "25" in line for line in bare.remarks)


def test_magnitudes_beside_fluxes_tell_their_zero_point_or_are_used_themselves(tmp_path):
    table = a_table()
    flux = flux_of(table["mag"].to_numpy(), 27.0)
    table = table.assign(flux=flux, flux_err=flux / 10)
    table.loc[1, ["flux", "mag"]] = [-7.0, NAN]
    found = read(tmp_path, table)
    np.testing.assert_allclose(found.curves[0].mag, [18.0, NAN, 19.0])
    np.testing.assert_allclose(found.curves[0].flux[1], -7.0 * 10**-0.8)
    other = read(tmp_path, a_table(flux=[1.0, 900.0, 3.0, 2.0, 1.0], flux_err=1.0))
    assert other.curves[0].flux is None
    assert any("magnitudes are used" in line for line in other.remarks)


def test_magnitudes_without_errors_that_contradict_the_fluxes_are_left_alone(tmp_path):
    table = a_table(flux=[1.0, 900.0, 3.0, 2.0, 1.0], flux_err=1.0).drop(columns="magerr")
    found = read(tmp_path, table)
    assert found.curves[0].flux is not None
    assert any("fluxes have no zero point" in line for line in found.remarks)


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


def test_two_columns_that_mean_one_are_refused_by_name(tmp_path):
    with pytest.raises(InputError, match=r"two columns of one name.*'mjd' and 'MJD'"):
        read(tmp_path, a_table(MJD=1.0))
    import pyarrow as pa
    import pyarrow.parquet as pq

    twice = pa.Table.from_arrays([pa.array([1.0])] * 2, names=["mag", "mag"])
    pq.write_table(twice, tmp_path / "twice.parquet")
    with pytest.raises(InputError, match=r"a column is there twice.*'mag'"):
        read_light_curves(tmp_path / "twice.parquet")


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_classes_and_objects_of_any_name_are_kept(tmp_path, suffix):
    names = ["NA", "NA", "NA", "007", "007"]
    found = read(tmp_path, a_table(object_id=names, label=["None"] * 3 + ["90"] * 2), suffix)
    assert {c.object_id: c.class_name for c in found.curves} == {"NA": "None", "007": "90"}
    assert found.mending.dropped_rows == 0


def test_a_word_in_place_of_a_position_costs_the_position_alone(tmp_path):
    place = {"ra": ["10", "unknown", "10", "11", "11"], "dec": 5.0}
    found = read(tmp_path, a_table(**place))
    assert [len(curve.mjd) for curve in found.curves] == [3, 2]
    np.testing.assert_allclose([curve.ra for curve in found.curves], [10, 11])
    assert "column 'ra': 1 words are taken as unknown" in found.remarks
