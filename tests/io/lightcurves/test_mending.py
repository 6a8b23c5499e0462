"""Points that cannot be used: left out, counted once, and named."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.make_curve_tables import a_table, read, with_rows
from taonet.io.lightcurves.mending import mend_points

NAN, INF = np.nan, np.inf


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


def test_a_word_where_a_number_belongs_costs_its_row_alone(tmp_path):
    found = read(tmp_path, a_table(mag=["18.0", "bright", "19", "17", "17.5"]))
    assert [len(curve.mjd) for curve in found.curves] == [2, 2]
    assert str(found.mending) == "1 of 5 rows dropped: 1 with a word where a number belongs"


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


BAD = {
    "object_id": ["a", "a", None, "b", "b"],
    "mjd": [55000.0, INF, NAN, 55000.5, 200_000.0],
    "mag": [18.0, 18.5, 99.0, NAN, -INF],
    "magerr": [0.1, 0.1, -0.2, 0.1, 0.0],
}


@given(st.permutations(range(5)), st.lists(st.integers(0, 4), max_size=8))
@settings(max_examples=50, deadline=None)
def test_every_row_is_a_point_or_counted_once_whatever_their_order(order, again):
    rows = pd.DataFrame(BAD).iloc[[*order, *again]].reset_index(drop=True)
    rows["flagged"] = rows["text"] = rows["limit"] = False
    points, limits, summary = mend_points(rows)
    assert len(points) + summary.dropped_rows == summary.rows == len(rows)
    assert points["mag"].tolist() == [18.0]
    assert len(limits) == 0
    again_points, _, again_summary = mend_points(points)
    assert again_summary.dropped_rows == 0
    pd.testing.assert_frame_equal(again_points, points)
