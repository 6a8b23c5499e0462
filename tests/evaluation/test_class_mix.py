"""Which class owns a region: mixes are of equally common classes, and reality may give a region."""

import numpy as np
import pandas as pd
import pytest

from taonet.evaluation.class_mix import compare_class_mix, describe_ownership

EDGES = {"mag": (20.0,)}
CLASSES = ("SN", "CV")


def table(sn_bright, sn_faint, cv_bright, cv_faint):
    counts = ((sn_bright, sn_faint), (cv_bright, cv_faint))
    rows = [
        {"class_name": name, "mag": mag}
        for name, pair in zip(CLASSES, counts, strict=True)
        for mag, count in zip((19.0, 21.0), pair, strict=True)
        for _ in range(count)
    ]
    return pd.DataFrame(rows)


MIXED = table(50, 50, 50, 50)
ALONE = table(50, 50, 100, 0)


def faint(real, simulated):
    bright, faint = compare_class_mix(real, simulated, EDGES, CLASSES)
    assert (bright["low"], bright["high"]) == (None, 20.0)
    assert (faint["low"], faint["high"]) == (20.0, None)
    return faint


def test_a_class_that_is_alone_where_reality_is_mixed_owns_the_region():
    region = faint(MIXED, ALONE)
    assert region["owner"] == "SN"
    assert not region["given"]
    assert region["simulated"] == {"SN": 1.0, "CV": 0.0}
    assert region["real"] == {"SN": 0.5, "CV": 0.5}
    expected = "SN owns mag from 20 on: 1.00 of simulated objects there, 0.50 of 100 real ones"
    assert describe_ownership(region) == expected


def test_a_class_that_is_alone_in_reality_too_may_be():
    region = faint(ALONE, ALONE)
    assert region["owner"] == "SN"
    assert region["given"]


def test_a_mixed_region_is_nobodys():
    region = faint(ALONE, MIXED)
    assert region["owner"] is None
    assert region["given"]


def test_classes_count_equally_however_many_objects_they_have():
    region = faint(table(5, 5, 500, 500), MIXED)
    assert region["real"] == {"SN": 0.5, "CV": 0.5}


def test_where_reality_has_nothing_no_class_may_have_many():
    empty = table(100, 0, 100, 0)
    assert not faint(empty, table(80, 20, 100, 0))["given"]
    # the tail of a distribution
    assert faint(empty, table(200, 12, 100, 0))["given"]


def test_a_few_objects_own_nothing():
    assert faint(MIXED, table(95, 5, 100, 0))["owner"] is None


def test_without_real_objects_nothing_is_judged_and_unknown_values_do_not_count():
    region = faint(None, ALONE)
    assert (region["owner"], region["given"], region["n_real"]) == ("SN", True, 0)
    unknown = pd.DataFrame({"class_name": ["CV"] * 90, "mag": np.nan})
    region = faint(pd.concat([MIXED, unknown]), ALONE)
    assert region["real"]["CV"] == pytest.approx(0.5)
