"""Calibrated probabilities: a temperature that depends on the number of epochs seen.

A network is too sure, or not sure enough, by different amounts after 3 epochs and after 100; one
temperature for all cannot mend both (temperature scaling: Guo et al. 2017, arXiv 1706.04599).

Everything is fitted to what a user sees after so many epochs: the answers about all objects that
have so many, whether they go on or end there. Nobody knows at that moment which of the two it is.
"""

from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float
from scipy.optimize import minimize_scalar

from taonet.errors import InputError
from taonet.evaluation.scored_rows import (
    check_predictions,
    final_rows,
    labels_of,
    probabilities_of,
)
from taonet.io.prediction_columns import columns_of
from taonet.sky.taxonomy import Taxonomy
from taonet.trust.trust import FLOOR, Temperature, temper

KNOTS: Final = (
    *(1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 75, 90),
    *(110, 135, 170, 210, 260, 320, 400),
)  # fmt: skip
"""Numbers of epochs that are fitted on their own; between them their logarithm leads."""

LEAST_OBJECTS: Final = 200
"""Fewer objects that have so many epochs, and the number of epochs has no fit of its own."""

COLDEST, HOTTEST = 0.2, 5.0
"""Temperatures beyond these are not fitted: something else is wrong then."""


def fit_temperature(table: pd.DataFrame, taxonomy: Taxonomy) -> Temperature:
    """Fit a temperature to each number of epochs by the likelihood of the true classes.

    Every class counts as much as any other, however many objects it has: that is the mix that
    networks are trained on, so the one that their probabilities refer to. A temperature cannot
    change the mix; `taonet.trust.prior` can.

    Parameters
    ----------
    table : DataFrame
        A prediction table of objects that were neither trained nor are tested on, with answers
        after every epoch.

    Raises
    ------
    InputError
        If the table cannot be scored, holds too few objects, or has final answers only.
    """
    check_predictions(table, taxonomy)
    last = final_rows(table)
    if len(last) < LEAST_OBJECTS:
        do = f"give at least {LEAST_OBJECTS} objects"
        raise InputError("too few objects to calibrate on", got=len(last), do=do)
    weight = 1 / last["class_name"].value_counts()
    by_knot = {k: _fit_knot(rows, taxonomy, weight) for k, rows in rows_by_knot(table).items()}
    return Temperature(epochs=tuple(by_knot), values=tuple(by_knot.values()))


def apply_temperature(
    table: pd.DataFrame, taxonomy: Taxonomy, temperature: Temperature
) -> pd.DataFrame:
    """Return a prediction table with the temperature applied."""
    probabilities, n_epochs = (
        probabilities_of(table, taxonomy),
        table["n_epochs"].to_numpy(np.int64),
    )
    calibrated = temperature.apply(probabilities, n_epochs)
    return table.assign(**dict(zip(columns_of(taxonomy), calibrated.T, strict=True)))


def undo_temperature(
    table: pd.DataFrame, taxonomy: Taxonomy, temperature: Temperature
) -> pd.DataFrame:
    """Return a prediction table as it was before the temperature was applied."""
    probabilities, n_epochs = (
        probabilities_of(table, taxonomy),
        table["n_epochs"].to_numpy(np.int64),
    )
    raw = temperature.undo(probabilities, n_epochs)
    return table.assign(**dict(zip(columns_of(taxonomy), raw.T, strict=True)))


def rows_by_knot(table: pd.DataFrame, *, least: int | None = None) -> dict[int, pd.DataFrame]:
    """Return the rows to fit after each number of epochs: one of each object that has so many.

    Objects that end there and objects that go on are fitted together. The longest number that is
    fitted is the last of `KNOTS` that enough objects reach; it stands for all beyond.

    Parameters
    ----------
    least : int, optional
        So many objects are enough; `LEAST_OBJECTS` by default.

    Raises
    ------
    InputError
        If no number of epochs has enough answers.
    """
    least = LEAST_OBJECTS if least is None else least
    table = table.reset_index(drop=True)
    number = table["n_epochs"]
    counts = number.value_counts()
    by_knot = {k: table[number == k] for k in KNOTS if counts.get(k, 0) >= least}
    if not by_knot:
        got = f"{table['object_id'].nunique()} objects, {len(table)} answers"
        do = f"give the answers of at least {least} objects after every epoch"
        raise InputError("too few answers after any number of epochs", got=got, do=do)
    return by_knot


def fitted_rows(table: pd.DataFrame) -> Bool[np.ndarray, " row"]:
    """Return which rows `rows_by_knot` may choose from."""
    return np.asarray(table["n_epochs"].isin(KNOTS))


def _fit_knot(rows: pd.DataFrame, taxonomy: Taxonomy, class_weight: "pd.Series[float]") -> float:
    truth, probabilities = labels_of(rows, taxonomy), probabilities_of(rows, taxonomy)
    weight: Float[np.ndarray, " row"] = rows["class_name"].map(class_weight).to_numpy(np.float64)

    def log_loss(log_temperature: float) -> float:
        answer = temper(probabilities, np.exp(log_temperature))
        lost = -np.log(np.maximum(answer[np.arange(len(truth)), truth], FLOOR))
        return float(np.average(lost, weights=weight))

    bounds = (float(np.log(COLDEST)), float(np.log(HOTTEST)))
    best = minimize_scalar(log_loss, bounds=bounds, method="bounded")
    return float(np.exp(best.x))
