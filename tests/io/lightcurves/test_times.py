"""Which column holds the times, and what they must not be."""

import numpy as np
import pandas as pd
import pytest

from taonet.errors import InputError
from taonet.io.column_names import plain
from taonet.io.lightcurves.times import times_of

MJD = 58000 + np.arange(4.0)
JD = MJD + 2_400_000.5


def times(**columns):
    table = pd.DataFrame({name.replace("__", "-"): column for name, column in columns.items()})
    return times_of(table, {plain(name): str(name) for name in table.columns}, "t.csv")


@pytest.mark.parametrize(
    ("columns", "used"),
    [
        ({"date": ["2019-01-05"] * 4, "jd": JD}, "jd"),
        ({"hjd": JD + 0.005, "mjd": MJD}, "mjd"),
        ({"time": MJD - 1000, "MJD": MJD}, "MJD"),
        ({"bjd": JD, "hjd": JD}, "hjd"),
        ({"mjd": [np.nan] * 4, "jd": JD}, "jd"),
        ({"OBSMJD": MJD, "year": 2017.0}, "OBSMJD"),
        ({"HJD-2450000": MJD - 49999.5}, "HJD-2450000"),
        ({"JD - 2400000.5": MJD}, "JD - 2400000.5"),
        ({"jd": pd.to_datetime(MJD - 40587, unit="D")}, "jd"),
    ],
)
def test_the_column_nearest_to_mjd_is_used(columns, used):
    found = times(**columns)
    np.testing.assert_allclose(found.mjd, MJD, rtol=1e-12)
    assert found.column == used


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("HJD", JD, "column 'HJD': times at the Sun.*8.3 minutes"),
        ("BJD_TDB", JD, "column 'BJD_TDB': times at the barycentre.*69 s"),
        ("bmjd", MJD, "barycentre"),
        ("HJD-2450000", MJD - 49999.5, "at the Sun"),
        ("midpointMjdTai", MJD, "TAI, 37 s taken off"),
    ],
)
def test_times_of_elsewhere_are_named_as_such(name, values, said):
    found = times(**{name: values})
    assert len(found.remarks) == 1
    assert pd.Series(found.remarks).str.contains(said).all()
    np.testing.assert_allclose(found.mjd, MJD, atol=38 / 86400)


def test_dates_as_text_are_turned_into_mjd_and_it_is_said():
    found = times(date=["2017-09-04T12:00:00", "2017-09-05 00:00:00", "", "soon"])
    np.testing.assert_array_equal(found.mjd, [58000.5, 58001.0, np.nan, np.nan])
    assert found.text.tolist() == [False, False, False, True]
    assert found.remarks == ("column 'date': dates turned into MJD",)
    assert "midnight" in times(obs_date=["2017-09-04"]).remarks[0]


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("btjd", [1500.5], r"column 'btjd': times are BTJD.*BTJD \+ 56999.5"),
        ("bkjd", [1500.5], r"BKJD.*BKJD \+ 54832.5"),
        ("TJD", [1500.5], r"TJD.*\+ 56999.5.*\+ 40000"),
        ("year", [2017.7], r"times are years.*\(year - 2000\) \* 365.25 \+ 51544.5"),
        ("time", [1325.3, 1350.2], r"before 1883.*BTJD \+ 56999.5.*BKJD \+ 54832.5"),
        ("mjd", [2017.1, 2019.9], r"look like years, or days of TESS.*365.25.*BTJD"),
        ("t", [1.5e9], r"seconds since 1970.*/ 86400 \+ 40587"),
        ("date", [20170904], "dates written as one number"),
        ("time", [2458000.5, 58000.0], r"1 of 2 times look like JD.*MJD = JD - 2400000\.5"),
        ("jd", [58000.0], "column 'jd': times look like MJD, not JD.*name the column mjd"),
        ("hjd", [58000.0], "look like MJD, not JD"),
        ("hjd", [7000.5], "not JD: an offset was subtracted.*HJD-2450000"),
        ("date", ["soon", "later"], "2 of 2 rows.*'soon'.*2019-01-05T03:04:05"),
        ("epoch", [58000.0], "no column 'mjd'.*got epoch.*mjd, jd, hjd, bjd"),
    ],
)
def test_what_is_no_mjd_is_refused_with_the_formula(name, values, message):
    with pytest.raises(InputError, match=message):
        times(**{name: values})
