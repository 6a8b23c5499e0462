"""Honest probabilities: a temperature that goes by the number of epochs seen.

A network is too sure, or not sure enough, by different amounts after 3 epochs and after 100; one
temperature for all cannot mend both (temperature scaling: Guo et al. 2017, arXiv 1706.04599).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Bool
from scipy.optimize import minimize_scalar

from taonet.errors import InputError
from taonet.evaluation.intervals import Interval
from taonet.evaluation.predictions import (
    check_predictions,
    columns_of,
    final_rows,
    groups_of_rows,
    labels_of,
    probabilities_of,
    rows_at,
)
from taonet.evaluation.resampling import calibration_error
from taonet.sky.taxonomy import Taxonomy
from taonet.trust import FLOOR, Temperature, cooled

KNOTS: Final = (1, 2, 3, 5, 8, 12, 20, 30, 45, 70, 110, 170, 260, 400)
"""Numbers of epochs that are fitted on their own; between them their logarithm leads."""

LEAST_OBJECTS: Final = 200
"""Fewer objects that have so many epochs, and the number of epochs has no fit of its own."""

COLDEST, HOTTEST = 0.2, 5.0
"""Temperatures beyond these are not fitted: something else is wrong then."""


def fit_temperature(table: pd.DataFrame, taxonomy: Taxonomy) -> Temperature:
    """Fit a temperature to each number of epochs by the likelihood of the true classes.

    Parameters
    ----------
    table : DataFrame
        A prediction table of objects that were neither trained nor are tested on. Its mix of
        classes is the one that the probabilities will be right for.

    Raises
    ------
    InputError
        If the table cannot be scored or holds too few objects.
    """
    check_predictions(table, taxonomy)
    last = final_rows(table)
    if len(last) < LEAST_OBJECTS:
        do = f"give at least {LEAST_OBJECTS} objects"
        raise InputError("too few objects to calibrate on", got=len(last), do=do)
    fitted = {k: _fit(rows, taxonomy) for k, rows in rows_by_knot(table).items()}
    return Temperature(epochs=tuple(fitted), values=tuple(fitted.values()))


def calibrated(table: pd.DataFrame, taxonomy: Taxonomy, temperature: Temperature) -> pd.DataFrame:
    """Return a prediction table with the temperature applied."""
    said, n_epochs = probabilities_of(table, taxonomy), table["n_epochs"].to_numpy(np.int64)
    honest = temperature.apply(said, n_epochs)
    return table.assign(**dict(zip(columns_of(taxonomy), honest.T, strict=True)))


def as_before(table: pd.DataFrame, taxonomy: Taxonomy, temperature: Temperature) -> pd.DataFrame:
    """Return a prediction table as it was before the temperature was applied."""
    said, n_epochs = probabilities_of(table, taxonomy), table["n_epochs"].to_numpy(np.int64)
    raw = temperature.undone(said, n_epochs)
    return table.assign(**dict(zip(columns_of(taxonomy), raw.T, strict=True)))


def rows_by_knot(table: pd.DataFrame) -> dict[int, pd.DataFrame]:
    """Return the rows to fit after each number of epochs: one an object.

    That is the row after exactly so many epochs where enough objects have one. About the typical
    length it is the last row of objects that end there: answers are mostly asked for at the end.
    """
    table = table.reset_index(drop=True)
    number = table["n_epochs"]
    last = table.loc[number.groupby(table["object_id"]).idxmax()]
    typical = int(last["n_epochs"].median())
    near = last[last["n_epochs"].between(typical / 1.5, typical * 1.5)]
    ends = near if len(near) >= 3 * LEAST_OBJECTS else last
    exact = {k: table[number == k] for k in KNOTS if not 0.8 * typical <= k <= 1.5 * typical}
    found = {k: rows for k, rows in exact.items() if len(rows) >= LEAST_OBJECTS}
    return dict(sorted({**found, typical: ends}.items()))


def fitted_rows(table: pd.DataFrame) -> Bool[np.ndarray, " row"]:
    """Return which rows `rows_by_knot` may choose from."""
    number = table["n_epochs"]
    last = number == number.groupby(table["object_id"]).transform("max")
    return np.asarray(number.isin(KNOTS) | last)


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
        ``n_epochs`` (0 = each object's last), ``ece``, ``ece_low``, ``ece_high``, ``n_objects``.
    """
    parts = {k: rows_at(table, k) for k in epochs} | {0: final_rows(table)}
    rows = []
    for k, part in parts.items():
        if part.empty:
            continue
        found = ece(part, taxonomy, n_bootstrap=n_bootstrap, seed=seed)
        numbers = {"ece": found.value, "ece_low": found.low, "ece_high": found.high}
        rows.append({"n_epochs": k, "n_objects": len(part), **numbers})
    return pd.DataFrame(rows)


def ece(rows: pd.DataFrame, taxonomy: Taxonomy, *, n_bootstrap: int, seed: int) -> Interval:
    """Return the calibration error of answers, one an object, with its interval.

    The same as `taonet.evaluation.metrics.score` finds, without all the other scores.
    """
    truth, said = labels_of(rows, taxonomy), probabilities_of(rows, taxonomy)
    groups = groups_of_rows(rows)
    return calibration_error(truth, said, groups=groups, n_bootstrap=n_bootstrap, seed=seed)


def _fit(rows: pd.DataFrame, taxonomy: Taxonomy) -> float:
    truth, said = labels_of(rows, taxonomy), probabilities_of(rows, taxonomy)

    def surprise(log_temperature: float) -> float:
        answer = cooled(said, np.exp(log_temperature))
        return float(-np.log(np.maximum(answer[np.arange(len(truth)), truth], FLOOR)).mean())

    bounds = (float(np.log(COLDEST)), float(np.log(HOTTEST)))
    best = minimize_scalar(surprise, bounds=bounds, method="bounded")
    return float(np.exp(best.x))
