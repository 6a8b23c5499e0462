"""Dates, nights and the names of exposures, as the release writes them."""

import random

import pytest

from taonet.errors import InputError
from taonet.io.deep_tao.nights import (
    Exposure,
    date_key,
    date_of,
    exposure_ids,
    exposure_names,
    sort_exposures,
)


def exposure(date, number, mjd, visit=("01", "N07053")):
    return Exposure(hdu=2, date=date, number=number, mjd=mjd, mjd_text=str(mjd), visit=visit)


def test_dates():
    assert sorted(["06JUN01", "06APR02", "06DEC13", "05DEC30"], key=date_key) == (
        ["05DEC30", "06APR02", "06JUN01", "06DEC13"]
    )
    assert date_of(55348.41566) == "10JUN01"  # as in the release
    for bad in ("06APR2", "06apr02", "06XXX02", "2006-04-02", ""):
        with pytest.raises(InputError, match="not a date"):
            date_key(bad)


def test_a_wrong_clock_does_not_change_the_order():
    night = [exposure("06MAR05", f"{n:04d}", t) for n, t in ((3, 9.1), (1, 9.5), (2, 9.3))]
    assert [e.number for e in sort_exposures(night)] == ["0001", "0002", "0003"]


def test_several_visits_of_a_night_follow_the_clock():
    first = [exposure("07FEB08", "0001", 0.24)]
    second = [exposure("07FEB08", f"000{n}", 0.25 + n / 100, ("02", "N07053")) for n in (1, 2)]
    other = [exposure("07FEB08", f"000{n}", 0.29 + n / 100, ("02", "F08020")) for n in (1, 2)]
    true = [*first, *second, *other]
    shuffled = random.Random(1).sample(true, k=5)
    assert sort_exposures(shuffled) == true
    assert len(set(exposure_ids(true))) == 5


def test_numbers_count_as_numbers_and_names_are_read_back_as_they_were_given():
    night = [exposure("06MAR05", number, 53799.1) for number in ("10", "9", "0011")]
    assert [e.number for e in sort_exposures(night)] == ["9", "10", "0011"]
    mjd = [53799.9, 53800.1, 53800.2, 53801.3]
    names = exposure_names(mjd, numbered=True)
    assert names == ["06MAR05-0001", "06MAR06-0001", "06MAR06-0002", "06MAR07-0001"]
    parts = [name.split("-") for name in names]
    taken = [exposure(date, n, time) for (date, n), time in zip(parts, mjd, strict=True)]
    assert exposure_ids(sort_exposures(taken[::-1])) == names
