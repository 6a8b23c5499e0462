"""Tables in memory give the light curves that the same tables give from files, to the last bit."""

import warnings
from dataclasses import fields, is_dataclass

import numpy as np
import pandas as pd
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.table import MaskedColumn, QTable, Table
from astropy.time import Time
from astropy.timeseries import TimeSeries
from astropy.utils.masked import Masked

from taonet.errors import InputError
from taonet.io.lightcurves.tables import Curve, UpperLimits, light_curves_of, read_light_curves
from taonet.io.prediction_table import prediction_table, read_predictions, write_predictions
from taonet.io.tables import read_table, table_in_memory, write_table
from taonet.sky.flux import flux_of

ASTROPY = {".ecsv": "ascii.ecsv", ".vot": "votable", ".votable": "votable", ".parquet": "parquet"}
SEPARATORS = {".csv": ",", ".tsv": "\t", ".txt": " ", ".dat": " "}
RNG = np.random.default_rng(1)
DAYS = 58000 + np.sort(RNG.uniform(0, 100, 6))
POINTS = pd.DataFrame(
    {
        "object_id": ["a", "a", "b", "a", "b", "c"],
        "mjd": RNG.permutation(DAYS),
        "mag": [18.1, np.nan, 19 + 1 / 3, 99.0, 20.5, 17.0],
        "magerr": RNG.uniform(0.01, 0.2, 6),
        "band": ["g", "r", "g", "", "r", "g"],
        "ra": [10.1, 10.1, 359.99, 10.1, 0.01, np.nan],
        "dec": RNG.uniform(-0.01, 0.01, 6),
        "class_name": ["SN", "SN", "CV", "SN", "CV", None],
        "airmass": 1.2,
    }
)


def assert_same(one, other):
    """Compare dataclasses to the last bit, NaN equal to NaN."""
    assert type(one) is type(other)
    if is_dataclass(one):
        for name in (field.name for field in fields(one)):
            assert_same(getattr(one, name), getattr(other, name))
    elif isinstance(one, tuple) and one and is_dataclass(one[0]):
        assert len(one) == len(other)
        for pair in zip(one, other, strict=True):
            assert_same(*pair)
    else:
        np.testing.assert_array_equal(one, other)


def write(table, path):
    if isinstance(table, Table):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            table.write(path, format=ASTROPY[path.suffix])
    elif path.suffix in SEPARATORS:
        missing = "nan" if path.suffix in (".txt", ".dat") else ""
        table.to_csv(path, index=False, sep=SEPARATORS[path.suffix], na_rep=missing)
    else:
        write_table(table, path) if path.suffix != ".votable" else write_votable(table, path)


def write_votable(table, path):
    write_table(table, path.with_suffix(".vot"))
    path.with_suffix(".vot").rename(path)


@pytest.mark.parametrize("suffix", [*SEPARATORS, *ASTROPY])
def test_a_frame_gives_what_it_gives_from_a_file_of_any_format(tmp_path, suffix):
    table = POINTS if suffix not in (".txt", ".dat") else POINTS.assign(band="g", class_name="SN")
    table = table[table["band"] != ""] if suffix not in (".parquet", ".csv", ".tsv") else table
    before = table.copy(deep=True)
    path = tmp_path / f"t{suffix}"
    write(table, path)
    assert_same(light_curves_of(table), read_light_curves(path))
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize(
    "table",
    [
        POINTS.convert_dtypes(),
        POINTS.convert_dtypes(dtype_backend="pyarrow"),
        POINTS.astype({"object_id": "category", "band": "category", "mag": "float32"}),
        POINTS.set_index("object_id"),
        POINTS.set_index(["object_id", "mjd"]),
        POINTS[POINTS["object_id"] == "a"],
        POINTS.assign(mjd=pd.to_datetime(POINTS["mjd"] - 40587, unit="D", utc=True)),
        POINTS.assign(object_id=pd.array([2**62 + 1, None, 2**62 + 3] * 2, "Int64")),
        POINTS.assign(mag=np.array([b"18.1", b">19", b"17", b"", None, b"16"], object)),
        POINTS.assign(ra="10:00:00", dec="-00:30:00.5"),
        POINTS.drop(columns=["object_id", "class_name"]),
    ],
    ids=[
        "nullable", "arrow", "categories", "index", "two indices", "filtered", "dates",
        "long names", "bytes", "sexagesimal", "one object",
    ],
)  # fmt: skip
def test_frames_of_all_types_give_what_they_give_from_parquet(tmp_path, table):
    path = tmp_path / "light curve.parquet"
    table.to_parquet(path)
    found, expected = light_curves_of(table), read_light_curves(path)
    assert_same(found.curves, expected.curves)
    assert_same(found.mending, expected.mending)
    assert {what.partition(", the file's")[0] for what in expected.remarks} == set(found.remarks)


def test_cells_of_several_types_are_read_as_from_text(tmp_path):
    table = POINTS.assign(
        mag=np.array([18.1, ">19.5", "17", 20, None, 16.25], object), object_id=[1, "b"] * 3
    )
    table = table.drop(columns="class_name")
    table.to_csv(tmp_path / "t.csv", index=False)
    assert_same(light_curves_of(table), read_light_curves(tmp_path / "t.csv"))


def moments_and_places():
    moments = Time(DAYS, format="mjd", scale="tdb")
    fluxes = Masked([1, 2, 3, 4, 5, 6] * u.mJy, mask=[0, 1, 0, 0, 0, 0])
    return {
        "object_id": MaskedColumn(["a", "a", "b", "b", "c", ""], mask=[0, 0, 0, 0, 0, 1]),
        "time": moments,
        "flux": fluxes,
        "flux_err": np.linspace(0.1, 0.2, 6) * u.mJy,
        "coord": SkyCoord(np.full(6, 10) * u.deg, np.full(6, 20) * u.deg, frame="galactic").icrs,
        "band": ["g", "r"] * 3,
    }


@pytest.mark.parametrize("kind", [Table, QTable, TimeSeries], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("suffix", [".ecsv", ".parquet"])
def test_tables_of_astropy_give_what_they_give_from_a_file(tmp_path, kind, suffix):
    table = kind(moments_and_places())
    names, first = list(table.colnames), table["flux"].copy()
    write(QTable(table), tmp_path / f"t{suffix}")
    found = light_curves_of(table)
    assert_same(found, read_light_curves(tmp_path / f"t{suffix}"))
    one = found.curves[0]
    # a mask is a missing point; times are UTC, 69 s before TDB; 1 mJy is of AB 16.4
    assert [len(curve.mjd) for curve in found.curves] == [1, 2, 1]
    assert found.mending.nameless == found.mending.not_a_number == 1
    assert (DAYS[0] - one.mjd[0]) * 86400 == pytest.approx(69.184, abs=0.01)
    assert one.mag[0] == pytest.approx(16.4, abs=1e-9)
    icrs = SkyCoord(10 * u.deg, 20 * u.deg, frame="galactic").icrs
    assert (one.ra, one.dec) == pytest.approx((icrs.ra.deg, icrs.dec.deg), abs=1e-9)
    assert table.colnames == names
    assert (table["flux"] == first)[0]


def test_a_masked_moment_or_place_is_missing():
    columns = moments_and_places()
    columns["time"][0] = np.ma.masked
    columns["coord"] = Masked(columns["coord"].ra), Masked(columns["coord"].dec)
    columns["ra"], columns["dec"] = columns.pop("coord")
    columns["ra"].mask[4], columns["dec"].mask[4] = True, True
    found = light_curves_of(QTable(columns))
    assert [curve.object_id for curve in found.curves] == ["b", "c"]
    assert np.isnan(found.curves[1].ra)
    assert found.without_points == ("a",)


def test_a_table_that_was_read_is_read_again(tmp_path):
    write(QTable(moments_and_places()), tmp_path / "t.ecsv")
    again = light_curves_of(read_table(tmp_path / "t.ecsv"))
    assert_same(again.curves, read_light_curves(tmp_path / "t.ecsv").curves)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"mjd": [1]}, "^the table: no table .got dict. — give a pandas DataFrame or an astropy T"),
        (POINTS.drop(columns="mjd"), "^the table: no column 'mjd'"),
        (POINTS.rename(columns={"mag": "mjd"}), "^the table: a column is there twice .got 'mjd'"),
        (QTable({"mjd": DAYS * u.m, "mag": DAYS}), "^the table, column 'mjd': a column of an unk"),
        (POINTS.assign(class_name=list("abcdef")), "^the table: 2 objects of more than one class"),
        (POINTS.assign(mjd=POINTS["mjd"] + 2_400_000.5), "^the table, column 'mjd'.*look like JD"),
    ],
    ids=["dict", "no time", "twice", "unit", "classes", "JD"],
)
def test_what_is_no_table_of_light_curves_is_one_line(table, message):
    with pytest.raises(InputError, match=message):
        light_curves_of(table)
    with pytest.raises(InputError, match=message.replace("the table", "mine")):
        light_curves_of(table, where="mine")


# ---- one curve


def test_a_curve_may_be_of_values_of_astropy():
    mjd = 58000.0 + np.arange(3)
    curve = Curve(
        object_id="x", class_name=None, mjd=Time(mjd, format="mjd").tai, band="g",
        mag=Masked([18, 19, 20] * u.ABmag, mask=[0, 1, 0]), magerr=[100, 100, 200] * u.Unit("mmag"),
        flux=[1, 2, 4] * u.uJy, flux_err=[100, 100, 200] * u.nJy, ra=10 * u.hourangle,
        limits=UpperLimits(mjd=mjd * u.day, mag=pd.Series([20, 20, None]), band="r"),
    )  # fmt: skip
    np.testing.assert_allclose(curve.mjd, mjd, atol=1e-10)
    np.testing.assert_array_equal(curve.mag, [18, np.nan, 20])
    np.testing.assert_allclose(curve.magerr, [0.1, 0.1, 0.2])
    assert curve.flux is not None
    assert curve.flux_err is not None
    # fluxes of a zero point of 25, in which one microjansky is of 23.9
    np.testing.assert_allclose(curve.flux, np.array([1, 2, 4]) * flux_of(np.array(23.9), 25.0))
    np.testing.assert_allclose(curve.flux_err / curve.flux, [0.1, 0.05, 0.05])
    assert curve.ra == pytest.approx(150)
    assert curve.band == ("g",) * 3
    np.testing.assert_array_equal(curve.limits.mag, [20, 20, np.nan])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mjd": [58001.0, 58000.0]}, "light curve x: times decrease — sort"),
        ({"mjd": [2458000.5, 2458001.5]}, "times look like JD"),
        ({"mag": [18.0]}, "mag has not one value a point .got 1 for 2 points"),
        ({"magerr": [0.1, 0.1] * u.s}, "magerr has a unit of another quantity"),
        ({"flux": [1.0, 2.0]}, "only one of flux and flux_err — give both"),
        ({"band": ("g",)}, "band has not one value a point"),
        ({"ra": SkyCoord(1 * u.deg, 2 * u.deg)}, "ra holds no numbers"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, dict) else "",
)
def test_a_curve_checks_itself(changes, message):
    columns = {"mjd": [58000.0, 58001.0], "mag": [18.0, 19.0], "magerr": [0.1, 0.1]}
    with pytest.raises(InputError, match=message):
        Curve(object_id="x", class_name=None, **{**columns, **changes})


# ---- prediction tables

PREDICTIONS = pd.DataFrame(
    {
        "object_id": [7, 7, 12],
        "class_name": ["SN", "SN", None],
        "n_epochs": [1, 2, 1],
        "p_SN": [0.75, 0.5, 1 / 3],
        "p_type II": [0.25, 0.5, 2 / 3],
        "set": [("SN", "type II"), (), None],
    }
)


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".ecsv", ".vot"])
def test_predictions_in_memory_are_those_of_a_file(tmp_path, suffix):
    before = PREDICTIONS.copy(deep=True)
    names = PREDICTIONS["object_id"].astype(str)
    write_predictions(PREDICTIONS.assign(object_id=names), tmp_path / f"p{suffix}")
    expected = read_predictions(tmp_path / f"p{suffix}")
    found = prediction_table(PREDICTIONS)
    assert found["set"].tolist() == expected["set"].tolist() == [("SN", "type II"), (), None]
    assert found["object_id"].tolist() == expected["object_id"].tolist() == ["7", "7", "12"]
    pd.testing.assert_frame_equal(
        found.drop(columns="class_name"), expected.drop(columns="class_name"), check_dtype=False
    )
    pd.testing.assert_frame_equal(prediction_table(found), found)
    pd.testing.assert_frame_equal(PREDICTIONS, before)


@pytest.mark.parametrize(
    ("sets", "expected"),
    [
        ([["SN"], [], None], [("SN",), (), None]),
        ([np.array(["SN"], object), np.array([], object), None], [("SN",), (), None]),
        (['["SN", "type II"]', "[]", None], [("SN", "type II"), (), None]),
        (["SN type II", "", None], [("SN", "type II"), (), None]),
        ([None, None, None], [None, None, None]),
    ],
    ids=["lists", "arrays", "JSON", "version 0", "none"],
)
def test_sets_in_memory_may_be_written_in_many_ways(sets, expected):
    table = PREDICTIONS.assign(set=pd.Series(sets, dtype="object"))
    assert prediction_table(table)["set"].tolist() == expected


def test_predictions_may_be_a_table_of_astropy():
    columns = {name: PREDICTIONS[name].tolist() for name in ("object_id", "n_epochs", "p_SN")}
    table = Table({**columns, "p_type II": [0.25, 0.5, 2 / 3], "set": ['["SN"]', "[]", "[]"]})
    found = prediction_table(table)
    assert found["object_id"].tolist() == ["7", "7", "12"]
    assert found["set"].tolist() == [("SN",), (), ()]


def test_predictions_that_cannot_be_read_are_named():
    with pytest.raises(InputError, match="mine, column 'set': a set names a class"):
        prediction_table(PREDICTIONS.assign(set=pd.Series([("XX",)] * 3)), where="mine")
    newer = PREDICTIONS.copy()
    newer.attrs["metadata"] = {"taonet_schema_version": "99"}
    with pytest.raises(InputError, match="the table: a prediction table of a newer version"):
        prediction_table(newer)
    pd.testing.assert_frame_equal(prediction_table(POINTS), table_in_memory(POINTS))
