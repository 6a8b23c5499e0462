"""Scores as a table: the numbers of the JSON, laid out."""

import pandas as pd

from evaluation.made import FOUR, made_table
from taonet.evaluation.comparison import compare_methods
from taonet.evaluation.metric_table import COMPARED
from taonet.evaluation.score_table import score_table

TABLES = {"ours": made_table(12, seed=1), "theirs": made_table(12, seed=2)}


def test_numbers_are_those_of_the_json():
    methods = compare_methods(TABLES, FOUR, primary="ours", n_bootstrap=50, seed=4)
    scores = {method.name: method.to_dict() for method in methods}
    table = score_table(scores)
    assert list(table.index) == ["ours", "theirs"]
    assert table["n_objects"].tolist() == [12, 12]
    for name, own in scores.items():
        for metric in COMPARED:
            assert table.loc[name, metric.name] == own[metric.name]["value"]
            assert table.loc[name, f"{metric.name}_high"] == own[metric.name]["high"]
    gap = scores["theirs"]["macro_f1_minus_primary"]
    assert table.loc["theirs", "macro_f1_minus_primary_low"] == gap["low"]
    assert table.loc["ours", "macro_f1_minus_primary"] == 0


def test_it_is_a_plain_table_of_numbers():
    (method,) = compare_methods(
        {"ours": TABLES["ours"]}, FOUR, primary="ours", n_bootstrap=20, seed=4
    )
    table = score_table({method.name: method.to_dict()})
    assert all(pd.api.types.is_numeric_dtype(kind) for kind in table.dtypes)
    assert len(table) == 1
