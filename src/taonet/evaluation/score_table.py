"""Scores of several methods as a table: what a notebook shows of a comparison."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from taonet.evaluation.intervals import Interval
from taonet.evaluation.metric_table import compared_in


def score_table(scores: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Lay out scores, a row a method, the primary first.

    Parameters
    ----------
    scores : mapping
        By method, as `taonet.evaluation.comparison.Method.to_dict` has it.

    Returns
    -------
    DataFrame
        Its index is the method. ``n_objects``; for each score ``NAME``, and the limits of its 95 %
        interval, ``NAME_low`` and ``NAME_high``; where there are several methods also
        ``NAME_minus_primary`` with its limits, paired on the same objects.
    """
    metrics = [metric.name for metric in compared_in(scores)]
    differences = [f"{name}_minus_primary" for name in metrics] if len(scores) > 1 else []
    rows = []
    for own in scores.values():
        names = [*metrics, *differences]
        numbers = [Interval.from_dict(own[name]).to_row(name) for name in names if own.get(name)]
        row = {"n_objects": own["n_objects"]}
        rows.append({**row, **{key: x for part in numbers for key, x in part.items()}})
    return pd.DataFrame(rows, index=pd.Index(scores, name="method"))
