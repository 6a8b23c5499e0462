"""Early predictions: scores some nights after the first detection, and when the answer is final.

The caller supplies the first detection of each object: the first epoch with a significant forced
flux. Nights are nights with an observation; the night of the
detection is the first. Objects that are never detected are left out.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from taonet.errors import InputError
from taonet.evaluation.intervals import interval
from taonet.evaluation.scored_rows import check_predictions, final_rows
from taonet.evaluation.scores import resamples_of
from taonet.sky.nights import NIGHT_GAP_DAYS
from taonet.sky.taxonomy import Taxonomy

SCORED_NIGHTS: Final = (1, 2, 3, 5, 8, 12, 20, 30)
"""Nights since the first detection, its own included, after which predictions are scored."""


def rows_since_detection(table: pd.DataFrame, detected: Mapping[str, float]) -> pd.DataFrame:
    """Return the rows of detected objects from their detection on, with nights and days since.

    Parameters
    ----------
    table : DataFrame
        A prediction table with ``mjd_last``, a row for every epoch.
    detected : mapping
        MJD of the first detection, by object; NaN or missing for objects never detected.

    Returns
    -------
    DataFrame
        With ``night`` (1 = that of the detection) and ``days`` since.

    Examples
    --------
    >>> table = pd.DataFrame({"object_id": "a", "n_epochs": [1, 2, 3], "mjd_last": [0.0, 5, 9]})
    >>> rows_since_detection(table, {"a": 5.0})["night"].tolist()
    [1, 2]
    """
    rows = table.sort_values(["object_id", "n_epochs"], kind="stable").reset_index(drop=True)
    first = rows["object_id"].map(dict(detected)).to_numpy(np.float64)
    pause = rows.groupby("object_id")["mjd_last"].diff().fillna(np.inf) > NIGHT_GAP_DAYS
    rows["night"] = pause.groupby(rows["object_id"]).cumsum().to_numpy()
    rows["days"] = rows["mjd_last"].to_numpy() - first
    rows = rows[rows["days"] >= 0].copy()
    rows["night"] += 1 - rows.groupby("object_id")["night"].transform("first")
    return rows


def scores_by_nights(
    table: pd.DataFrame,
    detected: Mapping[str, float],
    taxonomy: Taxonomy,
    nights: Sequence[int] = SCORED_NIGHTS,
    *,
    n_bootstrap: int = 300,
    seed: int = 0,
) -> pd.DataFrame:
    """Score predictions some nights after the first detection, also relative to the final score.

    Returns
    -------
    DataFrame
        ``nights`` (0 = all; no more than some object was seen in), ``macro_f1`` and ``kept`` (its
        ratio to that of the last answers on the same objects), each with ``_low`` and ``_high``;
        ``epochs`` and ``days`` (medians) seen since the detection, ``n_objects``.

    Raises
    ------
    InputError
        If the table cannot be scored, or no object was detected.
    """
    check_predictions(table, taxonomy)
    rows = rows_since_detection(table, detected)
    if rows.empty:
        raise InputError("no object was ever detected", where="early answers")
    rows["since"] = rows.groupby("object_id").cumcount() + 1
    end = resamples_of(final_rows(rows), taxonomy, n_bootstrap=n_bootstrap, seed=seed)
    reached = [k for k in nights if k <= int(rows["night"].max())]
    scores = []
    for k in (*reached, 0):
        answers = final_rows(rows if k == 0 else rows[rows["night"] <= k])
        resamples = resamples_of(answers, taxonomy, n_bootstrap=n_bootstrap, seed=seed)
        f1 = resamples.interval("macro_f1")
        # a final score of 0 leaves no ratio
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = resamples.drawn["macro_f1"] / end.drawn["macro_f1"]
            share = interval(float(f1.value / end.point["macro_f1"][0]), ratio)
        scores.append(
            {
                "nights": k,
                **f1.to_row("macro_f1"),
                **share.to_row("kept"),
                "epochs": answers["since"].median(),
                "days": answers["days"].median(),
                "n_objects": len(answers),
            }
        )
    return pd.DataFrame(scores)


def stability(table: pd.DataFrame, taxonomy: Taxonomy) -> pd.DataFrame:
    """Return how often the most probable class of each object changed, and when it did last.

    Returns
    -------
    DataFrame
        One row an object: ``class_name``, ``n_epochs``, ``flips`` (changes of the most probable
        class), ``stable_epochs`` and ``stable_days`` (from the first epoch on, until the
        answer no longer changes), ``right`` (whether the last answer is true).
    """
    check_predictions(table, taxonomy)
    rows = table.sort_values(["object_id", "n_epochs"], kind="stable").reset_index(drop=True)
    columns = [f"p_{name}" for name in taxonomy.classes]
    answer = rows[columns].to_numpy().argmax(axis=1)
    objects = rows["object_id"]
    new = objects.ne(objects.shift()).to_numpy()
    changed = np.append(False, answer[1:] != answer[:-1]) & ~new
    rows = rows.assign(changed=changed, answer=answer)
    last_change = rows["n_epochs"].where(changed | new).groupby(objects).last()
    when = rows["mjd_last"].where(changed | new).groupby(objects).last()
    grouped = rows.groupby("object_id")
    changes = grouped.agg(
        class_name=("class_name", "first"),
        n_epochs=("n_epochs", "last"),
        flips=("changed", "sum"),
        answer=("answer", "last"),
    )
    changes["stable_epochs"] = last_change
    changes["stable_days"] = when - grouped["mjd_last"].first()
    names = np.array(taxonomy.classes, dtype=object)
    changes["right"] = names[changes.pop("answer").to_numpy()] == changes["class_name"]
    return changes.reset_index()
