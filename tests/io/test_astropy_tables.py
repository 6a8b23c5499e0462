"""Tables that state their units and moments."""

import warnings

import numpy as np
import pandas as pd
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.io.votable.tree import Field, Resource, TableElement, VOTableFile
from astropy.table import MaskedColumn, QTable, Table
from astropy.time import Time, TimeDelta

from taonet.errors import InputError
from taonet.io.tables import read_table

FORMATS = {".ecsv": "ascii.ecsv", ".vot": "votable", ".parquet": "parquet"}
DAYS = 58000 + np.arange(3.0)


def read(tmp_path, table, suffix=".ecsv"):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table.write(tmp_path / f"t{suffix}", format=FORMATS[suffix])
    return read_table(tmp_path / f"t{suffix}")


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("ra", [10, 11, 12] * u.hourangle, [150, 165, 180]),
        ("RAJ2000", [10, 11, 12] * u.deg, [10, 11, 12]),
        ("dec", [60, 90, 120] * u.arcmin, [1, 1.5, 2]),
        ("dec", [0.1, 0.2, 0.3] * u.rad, np.degrees([0.1, 0.2, 0.3])),
        ("mjd", DAYS * u.day, DAYS),
        ("mjd", DAYS * 86400 * u.s, DAYS),
        ("mag", [18000, 18500, 19000] * u.Unit("mmag"), [18, 18.5, 19]),
    ],
)
def test_units_are_honoured(tmp_path, suffix, name, given, expected):
    found = read(tmp_path, QTable({name: given}), suffix)
    np.testing.assert_allclose(found[name].astype(float), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "unit", "message"),
    [
        ("ra", "m", "column 'ra': a column of an unknown unit.*got m.*give it in deg"),
        ("dec", "furlong", "column 'dec'.*unknown unit.*furlong"),
        ("mjd", "yr", r"column 'mjd': times are years.*\* 365.25"),
        ("seeing_fwhm_px", "arcsec", "unknown unit.*arcsec.*give it in pix"),
    ],
)
def test_units_that_are_none_of_the_quantity_are_refused(tmp_path, name, unit, message):
    head = [
        "# %ECSV 1.0",
        "# ---",
        "# datatype:",
        "# - {name: NAME, unit: UNIT, datatype: float64}",
    ]
    text = "\n".join([*head, "NAME", "1.0"])
    (tmp_path / "t.ecsv").write_text(text.replace("NAME", name).replace("UNIT", unit))
    with pytest.raises(InputError, match=message):
        read_table(tmp_path / "t.ecsv")


@pytest.mark.parametrize("suffix", [".ecsv", ".parquet"])
def test_moments_are_mjd_or_jd_as_the_column_says(tmp_path, suffix):
    moments = {
        "time": Time(DAYS, format="mjd"),
        "t": Time(DAYS + 2_400_000.5, format="jd"),
        "jd": Time(DAYS, format="mjd"),
        "mjd": Time(DAYS, format="mjd", scale="tdb"),
        "exposure": TimeDelta([30, 60, 90] * u.s),
    }
    found = read(tmp_path, Table(moments), suffix)
    np.testing.assert_allclose(found["time"], DAYS, rtol=1e-14)
    np.testing.assert_allclose(found["t"], DAYS, rtol=1e-14)
    np.testing.assert_allclose(found["jd"], DAYS + 2_400_000.5, rtol=1e-14)
    np.testing.assert_allclose((DAYS - found["mjd"]) * 86400, 69.18, atol=0.01)
    np.testing.assert_allclose(found["exposure"] * 86400, [30, 60, 90])


def test_a_column_of_places_is_ra_and_dec(tmp_path):
    places = SkyCoord([1, 2] * u.deg, [3, 4] * u.deg)
    found = read(tmp_path, Table({"object_id": ["a", "b"], "coord": places}))
    np.testing.assert_allclose(found[["ra", "dec"]], [[1, 3], [2, 4]])


@pytest.mark.parametrize("suffix", FORMATS)
def test_long_names_beside_an_empty_cell_keep_their_digits(tmp_path, suffix):
    ids = MaskedColumn([6 * 10**18 + 1, 6 * 10**18 + 3, 0], mask=[False, False, True])
    found = read(tmp_path, Table({"object_id": ids, "band": ["g ", "r", "i"]}), suffix)
    assert found["object_id"].tolist() == ["6000000000000000001", "6000000000000000003", None]
    assert found["band"].tolist() == ["g", "r", "i"]


def test_names_of_votable_columns_keep_all_letters(tmp_path):
    found = read(tmp_path, Table({"object_id": ["a"], "p_SN Ia": [0.5], "p_42": [0.5]}), ".vot")
    assert list(found.columns) == ["object_id", "p_SN Ia", "p_42"]


@pytest.mark.filterwarnings("ignore")
def test_a_votable_with_a_column_twice_is_refused(tmp_path):
    votable = VOTableFile()
    table = TableElement(votable)
    votable.resources.append(Resource())
    votable.resources[0].tables.append(table)
    for key in ("one", "two"):
        table.fields.append(Field(votable, ID=key, name="mag", datatype="double"))
    table.create_arrays(1)
    votable.to_xml(str(tmp_path / "t.vot"))
    with pytest.raises(InputError, match=r"a column is there twice.*'mag'"):
        read_table(tmp_path / "t.vot")


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_hours_minutes_and_seconds_are_degrees(tmp_path, suffix):
    table = pd.DataFrame({"ra": ["10:00:00", "23h59m00s"], "dec": ["-00:30:00", "+10:15:00.0"]})
    path = tmp_path / f"t{suffix}"
    table.to_csv(path, index=False) if suffix == ".csv" else table.to_parquet(path)
    found = read_table(path)
    np.testing.assert_allclose(found["ra"].astype(float), [150, 359.75])
    np.testing.assert_allclose(found["dec"].astype(float), [-0.5, 10.25])
