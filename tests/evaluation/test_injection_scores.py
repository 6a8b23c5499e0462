"""Scores of planted transients against counts by hand; objects of one sequence count together."""

import numpy as np
import pandas as pd
import pytest

from taonet.evaluation.injection_scores import (
    RANGES,
    SHARES,
    injection_lines,
    score_injections,
    score_untouched,
    share_interval,
)
from taonet.evaluation.resampling import wilson_interval


def planted(n=8, **columns):
    rows = {
        "object_id": [f"o{i}" for i in range(n)],
        "class_name": "SN",
        "group": [f"g{i}" for i in range(n)],
        "above_limit_mag": np.arange(n) - 0.5,
        "peak_mag": 20.0,
        "host_mag": [np.nan, 19.0, 21.5, 23.0] * (n // 4),
        "host": ["none", "brighter", "fainter", "fainter"] * (n // 4),
        "offset_px": [0.2, 0.7, 1.5, 2.0] * (n // 4),
        "place": ["away", "centre"] * (n // 2),
        "predicted_class": ["SN", "NON", "SN", None] * (n // 4),
        "answer_before": ["SN", "NON", "NON", "NON"] * (n // 4),
        "detected": [True, True, True, False] * (n // 4),
        "set": [("SN",), ("NON", "SN"), ("RRL",), ("NON",)] * (n // 4),
    }
    return pd.DataFrame(rows | columns)


@pytest.fixture
def scores():
    return score_injections(planted(), n_bootstrap=200).set_index(["against", "range"])


def test_shares_are_those_counted_by_hand(scores):
    everything = scores.loc[("all", "all")]
    assert (everything["n"], everything["n_groups"]) == (8, 8)
    assert [everything[name] for name in SHARES] == [0.5, 0.25, 0.75, 0.5, 0.5]
    assert scores.loc[("host", "none"), "recall"] == 1
    assert scores.loc[("host", "fainter"), "recall"] == 0.5
    assert scores.loc[("host", "brighter"), "called_nothing"] == 1
    for name in SHARES:
        assert (scores[f"{name}_low"] <= scores[name]).all()
        assert (scores[name] <= scores[f"{name}_high"]).all()


def test_every_object_is_in_one_range_of_each_and_ranges_are_named_by_their_ends(scores):
    for against in RANGES:
        members = scores.loc[against]["n"].sum()
        assert members == (6 if against == "contrast" else 8), against
    assert scores.loc["brightness"].index[0] == "-1 to +0 mag"
    assert scores.loc[("brightness", "+2 to +3 mag"), "middle"] == 2.5
    # the largest offset belongs to the last range
    assert scores.loc["offset"]["n"].to_dict() == {
        "0 to 0.5 px": 2,
        "0.5 to 1 px": 2,
        "1 to 2 px": 4,
    }
    assert scores.loc["contrast"]["n"].to_dict() == {
        "-2 to +0 mag": 2, "+0 to +2 mag": 2, "+2 to +4 mag": 2,
    }  # fmt: skip


def test_without_sets_there_is_no_coverage_and_without_hosts_no_contrast():
    table = score_injections(planted(set=None, host_mag=np.nan, host="none"), n_bootstrap=20)
    assert table["coverage"].isna().all() and table["coverage_low"].isna().all()
    assert "contrast" not in set(table["against"])
    assert "–" in injection_lines(table, score_untouched(planted(), n_bootstrap=20))


def test_the_interval_is_about_that_of_wilson_and_wider_for_objects_of_one_sequence():
    hits = np.arange(60) % 3 == 0
    alone = share_interval(hits, np.arange(60), n_bootstrap=4000, seed=1)
    _, low, high = wilson_interval(20, 60)
    assert [alone.low, alone.high] == pytest.approx([low, high], abs=0.03)
    sorted_hits = np.sort(hits)
    together = share_interval(sorted_hits, np.arange(60) // 10, n_bootstrap=4000, seed=1)
    assert together.high - together.low > 1.8 * (alone.high - alone.low)
    assert share_interval(np.ones(20, bool), np.arange(20), n_bootstrap=2000, seed=1).low < 0.95


def test_false_transients_are_counted_among_the_untouched():
    untouched = planted(predicted_class=["NON", "SN", None, "NON"] * 2)
    controls = score_untouched(untouched, n_bootstrap=50)
    assert controls["false_transients"] == 0.25
    assert controls["called"] == {"NON": 4, "SN": 2, "no class": 2}
    lines = injection_lines(score_injections(planted(), n_bootstrap=50), controls).splitlines()
    assert lines[1].split()[:2] == ["SN", "all"] or lines[1].split()[:2] == ["SN", "8"]
    assert "called a transient 0.25" in lines[-1]
