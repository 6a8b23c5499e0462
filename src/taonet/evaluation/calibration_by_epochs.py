"""The calibration error of predictions after each number of epochs."""

from collections.abc import Sequence

import pandas as pd

from taonet.evaluation.intervals import Interval
from taonet.evaluation.resampling import calibration_error
from taonet.evaluation.scored_rows import (
    final_rows,
    groups_of_rows,
    labels_of,
    probabilities_of,
    rows_passing,
)
from taonet.sky.taxonomy import Taxonomy


def ece_by_epochs(
    table: pd.DataFrame,
    taxonomy: Taxonomy,
    epochs: Sequence[int] = (3, 5, 10, 20, 40),
    *,
    n_bootstrap: int = 300,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the calibration error after each number of epochs and at the end.

    Returns
    -------
    DataFrame
        ``n_epochs`` (of the objects that have so many; 0 = the last answer of each),
        ``ece``, ``ece_low``, ``ece_high``, ``n_objects``.
    """
    parts = {k: rows_passing(table, k) for k in epochs} | {0: final_rows(table)}
    rows = []
    for k, part in parts.items():
        if part.empty:
            continue
        numbers = ece(part, taxonomy, n_bootstrap=n_bootstrap, seed=seed).to_row("ece")
        rows.append({"n_epochs": k, "n_objects": len(part), **numbers})
    return pd.DataFrame(rows)


def ece(rows: pd.DataFrame, taxonomy: Taxonomy, *, n_bootstrap: int, seed: int) -> Interval:
    """Return the calibration error of answers, one an object, with its interval.

    The same as that of `taonet.evaluation.scores.score`, without all the other scores.
    """
    truth, probabilities = labels_of(rows, taxonomy), probabilities_of(rows, taxonomy)
    groups = groups_of_rows(rows)
    return calibration_error(
        truth, probabilities, groups=groups, n_bootstrap=n_bootstrap, seed=seed
    )
