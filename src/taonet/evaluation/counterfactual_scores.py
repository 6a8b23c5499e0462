"""What became of answers about sequences in which one thing was made different."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from taonet.errors import InputError
from taonet.evaluation.intervals import Interval
from taonet.evaluation.resampling import wilson_interval
from taonet.evaluation.scored_rows import final_rows
from taonet.evaluation.scores import resamples_of
from taonet.io.prediction_table import columns_of
from taonet.io.tables import read_table
from taonet.sky.taxonomy import Taxonomy
from taonet.types import AnyPath

QUIET: Final = "NON"
"""The class of what does not change."""

FAINT: Final = "SN"
"""The class that models take faint objects for."""

WORDS: Final = ("counterfactual", "description", "expected")
"""Columns of text in a table that was written."""

WITH_INTERVAL: Final = ("class_stays", "called_NON", "called_SN", "macro_f1")

UNKNOWN: Final = Interval(value=float("nan"), low=float("nan"), high=float("nan"))


def score_counterfactuals(
    answers: Mapping[str, pd.DataFrame],
    taxonomy: Taxonomy,
    *,
    as_is: str,
    without_truth: Sequence[str] = (),
    seed: int = 1,
) -> pd.DataFrame:
    """Compare the last answers under each counterfactual with those about the same objects as is.

    Parameters
    ----------
    answers : mapping
        Prediction tables by counterfactual; objects that one lacks do not count in it.
    as_is : str
        The table of the sequences without a change.
    without_truth : sequence of str
        Counterfactuals that leave nothing of the object's class: they get no F1.

    Returns
    -------
    DataFrame
        A row a counterfactual, of these columns; each of the first four (`WITH_INTERVAL`) has an
        interval of 95 % over objects in ``…_low`` and ``…_high``.

        ===================  ===========================================================
        ``class_stays``      share of the objects whose most probable class stays
        ``called_NON``       share called NON
        ``called_SN``        share called SN
        ``macro_f1``         against the true classes, of objects whose class is known
        ``p_of_class_as_is`` mean probability of the class that was answered as is
        ``SN_of_<CLASS>``    of objects of this true class, the share called SN
        ``n_<CLASS>``        objects of this true class
        ``n_objects``        all objects
        ===================  ===========================================================

        Shares have Wilson intervals, which take objects for independent.

    Examples
    --------
    >>> rows = {"object_id": ["a", "b"], "class_name": ["SN", "NON"], "n_epochs": [9, 9]}
    >>> plain = pd.DataFrame({**rows, "p_SN": [0.9, 0.2], "p_NON": [0.1, 0.8]})
    >>> dimmed = pd.DataFrame({**rows, "p_SN": [0.9, 0.7], "p_NON": [0.1, 0.3]})
    >>> two = Taxonomy(name="two", classes=("SN", "NON"))
    >>> table = score_counterfactuals({"as is": plain, "dimmed": dimmed}, two, as_is="as is")
    >>> table[["counterfactual", "class_stays", "SN_of_NON"]].to_dict("list")
    {'counterfactual': ['as is', 'dimmed'], 'class_stays': [1.0, 0.5], 'SN_of_NON': [0.0, 1.0]}
    """
    finals = {name: final_rows(table) for name, table in answers.items()}
    return pd.DataFrame(
        [
            {
                "counterfactual": name,
                **_score_rows(rows, finals[as_is], taxonomy),
                **_macro_f1(rows, taxonomy, known=name not in without_truth, seed=seed),
            }
            for name, rows in finals.items()
        ]
    )


def _score_rows(rows: pd.DataFrame, plain: pd.DataFrame, taxonomy: Taxonomy) -> dict[str, Any]:
    before = plain.set_index("object_id").loc[rows["object_id"]]
    names = np.array(taxonomy.classes, object)
    probabilities = rows[columns_of(taxonomy)].to_numpy(np.float64)
    called = names[probabilities.argmax(axis=1)]
    label = before[columns_of(taxonomy)].to_numpy(np.float64).argmax(axis=1)
    truth = rows["class_name"].to_numpy(object)
    return {
        "n_objects": len(rows),
        **_share(called == names[label], "class_stays"),
        **_share(called == QUIET, f"called_{QUIET}"),
        **_share(called == FAINT, f"called_{FAINT}"),
        "p_of_class_as_is": float(probabilities[np.arange(len(rows)), label].mean()),
        **{f"{FAINT}_of_{name}": _mean(called[truth == name] == FAINT) for name in names},
        **{f"n_{name}": int((truth == name).sum()) for name in names},
    }


def _share(hits: Any, name: str) -> dict[str, float]:
    value, low, high = wilson_interval(int(hits.sum()), len(hits))
    return Interval(value=value, low=low, high=high).to_row(name)


def _mean(values: Any) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _macro_f1(
    rows: pd.DataFrame, taxonomy: Taxonomy, *, known: bool, seed: int
) -> dict[str, float]:
    scored = rows[rows["class_name"].isin(taxonomy.classes)]
    if not known or scored.empty:
        return UNKNOWN.to_row("macro_f1")
    return resamples_of(scored, taxonomy, seed=seed).interval("macro_f1").to_row("macro_f1")


def read_counterfactual_scores(path: AnyPath) -> pd.DataFrame:
    """Read a table of scores that ``taonet benchmark counterfactuals`` wrote.

    Raises
    ------
    InputError
        If it is none.
    """
    table = read_table(path, text=WORDS)
    needed = (*WORDS, "n_objects", "p_of_class_as_is", *WITH_INTERVAL)
    missing = [name for name in needed if name not in table]
    if missing:
        do = "give one that taonet benchmark counterfactuals wrote"
        raise InputError("no scores of counterfactuals", where=path, got=f"no {missing[0]}", do=do)
    return table.fillna(dict.fromkeys(WORDS, ""))


def counterfactual_lines(table: pd.DataFrame) -> str:
    """Return the scores as text, one line a counterfactual."""
    classes = [name.removeprefix("n_") for name in map(str, table) if name.startswith("n_")]
    classes = [name for name in classes if name != "objects" and table[f"n_{name}"].any()]
    shares = " ".join(f"{name:>5}" for name in classes)
    head = f"{'':17} {'n':>4}  {'class stays':17} {'macro F1':17} {'called NON':17} p of class"
    lines = [f"{head}  called SN, of {shares}" if classes else head]
    for cells_by_name in table.to_dict("records"):
        row: dict[str, Any] = {str(name): cell for name, cell in cells_by_name.items()}
        numbers = (Interval.from_row(row, n) for n in ("class_stays", "macro_f1", "called_NON"))
        cells = " ".join(f"{number:.2f}".ljust(17) for number in numbers)
        of_class = " ".join(f"{row[f'{FAINT}_of_{name}']:5.2f}" for name in classes)
        line = f"{row['counterfactual']:17} {row['n_objects']:4}  {cells}"
        line += f" {row['p_of_class_as_is']:10.2f}" + f"{'':16}{of_class}"
        lines.append(line.rstrip())
    return "\n".join(lines)
