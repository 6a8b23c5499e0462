"""How often sets hold the truth and how large they are, counted by hand and on honest answers."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from evaluation.honest import EPOCHS, THREE, draw, draw_archive, with_sets
from taonet.evaluation.coverage import coverage_table, set_sizes
from taonet.evaluation.scored_rows import (
    rows_passing,
)
from taonet.training.fit_sets import fit_thresholds


def test_the_coverage_table_has_what_passes_and_what_is_last():
    calibration, few = draw_archive(900, seed=1), draw_archive(600, seed=2)
    found = coverage_table(with_sets(few, fit_thresholds(calibration, THREE)), THREE, (10, 41))
    passing = found[found["n_epochs"] == 41]
    longest = few.groupby("object_id")["n_epochs"].max()
    assert passing["n_objects"].sum() == (longest >= 41).sum()
    assert found.loc[found["n_epochs"] == 0, "n_objects"].sum() == 600
    assert rows_passing(few[few["n_epochs"] != 41], 41)["n_epochs"].eq(40).all()


def test_sets_shrink_as_more_is_seen():
    thresholds = fit_thresholds(draw(3000, seed=1), THREE)
    table = with_sets(draw(3000, seed=2), thresholds)
    sizes = coverage_table(table, THREE, EPOCHS)
    mean = sizes[sizes["n_epochs"] > 0].groupby("n_epochs")["set_size"].mean()
    assert (mean.diff().dropna() < 0.01).all()
    assert mean.iloc[0] > 2 > mean.iloc[-1]
    together = set_sizes(table, EPOCHS).set_index("n_epochs")
    named = sum(map(len, table.loc[table["n_epochs"] == 8, "set"]))
    assert together.at[8, "set_size"] == pytest.approx(named / 3000)


def by_hand():
    """Return two objects of A and one of B, whose sets are known."""
    return pd.DataFrame({
        "object_id": ["a", "a", "b", "c", "c"],
        "class_name": ["A", "A", "A", "B", "B"],
        "n_epochs": [1, 2, 1, 1, 2],
        "p_A": 0.5, "p_B": 0.3, "p_C": 0.2,
        "set": [("A", "B"), ("A",), ("B",), ("B", "C", "A"), ()],
    })  # fmt: skip


def test_coverage_is_counted_within_each_class():
    found = coverage_table(by_hand(), THREE, (1, 2)).set_index(["n_epochs", "class_name"])
    assert found["coverage"].to_dict() == {
        (1, "A"): 0.5, (1, "B"): 1.0, (2, "A"): 1.0, (2, "B"): 0.0, (0, "A"): 0.5, (0, "B"): 0.0,
    }  # fmt: skip
    assert found["set_size"].to_dict()[1, "A"] == 1.5
    assert found["empty"].to_dict()[2, "B"] == 1.0
    theirs = binomtest(1, 2).proportion_ci(method="wilson")
    low, high = found.loc[(1, "A"), ["coverage_low", "coverage_high"]]
    assert (low, high) == pytest.approx((theirs.low, theirs.high), abs=1e-4)


def test_sizes_of_sets_are_means_over_objects():
    found = set_sizes(by_hand(), (1, 2, 9)).set_index("n_epochs")
    assert found.index.tolist() == [1, 2, 0]
    assert found["set_size"].tolist() == [2.0, 0.5, pytest.approx(2 / 3)]
    assert found["one"].tolist() == [pytest.approx(1 / 3), 0.5, pytest.approx(2 / 3)]
    assert found["typical_epochs"].tolist() == [1, 2, 2]
    half = 1.96 * np.std([2, 1, 3]) / np.sqrt(3)
    assert found["set_size_high"].loc[1] - 2 == pytest.approx(half)
