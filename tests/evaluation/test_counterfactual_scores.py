"""Scores of counterfactual answers against counts by hand."""

import numpy as np
import pandas as pd
import pytest

from evaluation.made import FOUR, made_table
from taonet.evaluation.counterfactual_scores import counterfactual_lines, score_counterfactuals
from taonet.evaluation.intervals import Interval
from taonet.evaluation.resampling import wilson_interval
from taonet.evaluation.scores import resamples_of

ENDS = ("value", "low", "high")


def number_of(row, name):
    return Interval(**{end: row[f"{name}{'' if end == 'value' else f'_{end}'}"] for end in ENDS})


def called(table, names):
    """Return a table in which each object is called as named, with probability 0.7."""
    p = 0.1 + 0.6 * (np.array(FOUR.classes) == np.array(names)[:, None])
    columns = {f"p_{name}": p[:, k] for k, name in enumerate(FOUR.classes)}
    return table.assign(predicted_class=names, **columns)


@pytest.fixture
def tables():
    plain = made_table(8)
    names = ["SN", "RRL", "EB", "NON"] * 2
    return {
        "as it is": called(plain, names),
        "dimmed": called(plain, ["SN", "SN", "EB", "NON", "NON", "SN", "RRL", "SN"]),
        "frozen": called(plain, ["NON"] * 8),
    }


def test_shares_are_those_counted_by_hand(tables):
    table = score_counterfactuals(tables, FOUR, as_is="as it is").set_index("counterfactual")
    dimmed = table.loc["dimmed"]
    assert dimmed["n_objects"] == 8
    assert dimmed["class_stays"] == pytest.approx(3 / 8)
    assert dimmed["called_SN"] == pytest.approx(4 / 8)
    assert dimmed["called_NON"] == pytest.approx(2 / 8)
    assert dimmed["p_of_class_as_is"] == pytest.approx((3 * 0.7 + 5 * 0.1) / 8)
    by_class = [dimmed[f"SN_of_{name}"] for name in FOUR.classes]
    assert by_class == [0.5, 1.0, 0.0, 0.5]
    assert table.loc["as it is", "class_stays"] == 1
    assert table.loc["frozen", "called_NON"] == 1
    assert "-0.00" not in counterfactual_lines(table.reset_index())
    assert dimmed["no_class_low"] == 0
    for name in ("class_stays", "called_NON", "called_SN"):
        number = number_of(dimmed, name)
        assert 0 <= number.low < number.value < number.high <= 1


def test_f1_is_that_of_the_package_and_left_out_where_there_is_no_truth(tables):
    table = score_counterfactuals(tables, FOUR, as_is="as it is", without_truth=["frozen"], seed=4)
    rows = table.set_index("counterfactual")
    expected = resamples_of(tables["dimmed"], FOUR, seed=4).interval("macro_f1")
    assert number_of(rows.loc["dimmed"], "macro_f1") == expected
    assert rows["macro_f1"].isna().tolist() == [False, False, True]


def test_the_order_of_rows_and_missing_objects_do_not_matter(tables):
    shuffled = {name: rows.sample(frac=1, random_state=3) for name, rows in tables.items()}
    one, other = (score_counterfactuals(t, FOUR, as_is="as it is") for t in (tables, shuffled))
    pd.testing.assert_frame_equal(one, other)
    tables["dimmed"] = tables["dimmed"].iloc[2:]
    row = score_counterfactuals(tables, FOUR, as_is="as it is").iloc[1]
    assert (row["n_objects"], row["class_stays"]) == (6, pytest.approx(2 / 6))


def test_an_answer_is_the_class_that_is_named_not_the_most_probable_one(tables):
    silent = tables["dimmed"].copy()
    silent.loc[[0, 1, 3], "predicted_class"] = [None, np.nan, "SN"]
    tables |= {"silent": silent, "by p": tables["dimmed"].drop(columns="predicted_class")}
    scores = score_counterfactuals(tables, FOUR, as_is="as it is").set_index("counterfactual")
    row = scores.loc["silent"]
    assert (row["no_class"], row["called_SN"], row["called_NON"]) == (2 / 8, 3 / 8, 1 / 8)
    assert row["class_stays"] == pytest.approx(1 / 8)
    assert row["p_of_class_as_is"] == scores.loc["dimmed", "p_of_class_as_is"]
    as_non = called(silent, silent["predicted_class"].fillna("NON").tolist())
    expected = resamples_of(as_non, FOUR, seed=1).interval("macro_f1")
    assert number_of(row, "macro_f1") == expected
    pd.testing.assert_frame_equal(
        scores.loc[["by p"]].reset_index(drop=True), scores.loc[["dimmed"]].reset_index(drop=True)
    )
    both = score_counterfactuals({"as is": silent, "same": silent}, FOUR, as_is="as is")
    assert both["class_stays"].tolist() == [1, 1]


def test_objects_of_one_group_count_as_one_in_intervals(tables):
    alone = score_counterfactuals(tables, FOUR, as_is="as it is").iloc[1]
    pairs = {name: rows.assign(group=np.arange(8) // 2) for name, rows in tables.items()}
    grouped = score_counterfactuals(pairs, FOUR, as_is="as it is").iloc[1]
    assert grouped["class_stays"] == alone["class_stays"]
    value, low, high = wilson_interval(3 / 8 * 4, 4)
    assert number_of(grouped, "class_stays") == Interval(value=value, low=low, high=high)


def test_objects_of_unknown_class_count_in_shares_alone(tables):
    unknown = {name: rows.assign(class_name=None) for name, rows in tables.items()}
    row = score_counterfactuals(unknown, FOUR, as_is="as it is").iloc[1]
    assert row["class_stays"] == pytest.approx(3 / 8)
    assert np.isnan([row["macro_f1"], row["SN_of_SN"]]).all()
    assert "called SN" not in counterfactual_lines(pd.DataFrame([row]))


def test_only_last_answers_count():
    growing = made_table(20, epochs=4)
    last = growing[growing["n_epochs"] == 4]
    one, other = (
        score_counterfactuals({"as it is": t, "same": t}, FOUR, as_is="as it is")
        for t in (growing, last)
    )
    pd.testing.assert_frame_equal(one, other)


def test_lines_name_each_counterfactual(tables):
    lines = counterfactual_lines(score_counterfactuals(tables, FOUR, as_is="as it is")).split("\n")
    assert [line[:17].strip() for line in lines[1:]] == list(tables)
    assert "0.38 [0.14, 0.69]" in lines[2]
    assert lines[2].endswith("0.50  1.00  0.00  0.50")
