"""How often sets of classes hold the truth, and how large they are."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from taonet.evaluation.resampling import wilson_interval
from taonet.evaluation.scored_rows import check_predictions, final_rows, rows_passing, sets_of
from taonet.sky.taxonomy import Taxonomy


def coverage_table(
    table: pd.DataFrame,
    taxonomy: Taxonomy,
    epochs: Sequence[int] = (3, 5, 10, 20, 40),
) -> pd.DataFrame:
    """Return how often sets hold the truth, and how large they are, by class and epochs.

    Parameters
    ----------
    table : DataFrame
        A prediction table with the column ``set``; a missing set counts as an empty one.

    Returns
    -------
    DataFrame
        ``n_epochs`` (answers about the objects that have so many; 0 = each object's last),
        ``class_name``, ``coverage`` with ``_low`` and ``_high`` (Wilson), ``set_size`` (mean),
        ``empty`` (share), ``n_objects``.
    """
    check_predictions(table, taxonomy)
    parts = {k: rows_passing(table, k) for k in epochs} | {0: final_rows(table)}
    rows = []
    for k, part in parts.items():
        for name, own in part.groupby("class_name", sort=False):
            sets = sets_of(own)
            size = np.array([len(members) for members in sets])
            share, low, high = wilson_interval(sum(name in members for members in sets), len(own))
            row = {"n_epochs": k, "class_name": name, "n_objects": len(own)}
            row |= {"coverage": share, "coverage_low": low, "coverage_high": high}
            rows.append(row | {"set_size": size.mean(), "empty": np.mean(size == 0)})
    return pd.DataFrame(rows)


def set_sizes(table: pd.DataFrame, epochs: Sequence[int] = (3, 5, 10, 20, 40)) -> pd.DataFrame:
    """Return how many classes a set names after each number of epochs.

    Returns
    -------
    DataFrame
        ``n_epochs`` (answers about the objects that have so many; 0 = each object's last),
        ``set_size`` (mean over objects) with ``_low`` and ``_high`` (normal, 95 %), ``one`` (share
        of sets of a single class), ``empty`` (share), ``n_objects``, ``typical_epochs`` (median
        number of epochs that were seen).
    """
    parts = {k: rows_passing(table, k) for k in epochs} | {0: final_rows(table)}
    rows = []
    for k, part in parts.items():
        if part.empty:
            continue
        size = np.array([len(members) for members in sets_of(part)])
        half = 1.96 * size.std() / np.sqrt(len(size))
        numbers = {"set_size": size.mean(), "set_size_low": size.mean() - half}
        numbers |= {"set_size_high": size.mean() + half}
        numbers |= {"one": np.mean(size == 1), "empty": np.mean(size == 0)}
        numbers |= {"typical_epochs": float(part["n_epochs"].median())}
        rows.append({"n_epochs": k, "n_objects": len(part), **numbers})
    return pd.DataFrame(rows)
