"""What became of answers about sequences in which one thing was made different."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from jaxtyping import Bool, Shaped

from taonet.errors import InputError
from taonet.evaluation.intervals import Interval
from taonet.evaluation.resampling import wilson_interval
from taonet.evaluation.scored_rows import final_rows, groups_of_rows, probabilities_of
from taonet.evaluation.scores import resamples_of
from taonet.io.tables import read_table
from taonet.sky.taxonomy import QUIET_CLASS, Taxonomy
from taonet.types import AnyPath

FAINT: Final = "SN"
"""The class that models take faint objects for."""

NO_CLASS: Final = ""
"""Stands for the answer that names no class."""

WORDS: Final = ("counterfactual", "description", "expected")
"""Columns of text in a table that was written."""

WITH_INTERVAL: Final = (
    "class_stays", "called_NON", "called_SN", "no_class", "detected", "unlike", "macro_f1",
)  # fmt: skip

UNKNOWN: Final = Interval(value=float("nan"), low=float("nan"), high=float("nan"))


def score_counterfactuals(
    answers: Mapping[str, pd.DataFrame],
    taxonomy: Taxonomy,
    *,
    as_is: str,
    without_truth: Sequence[str] = (),
    n_bootstrap: int = 1000,
    seed: int = 1,
) -> pd.DataFrame:
    """Compare the last answers under each counterfactual with those about the same objects as is.

    The answer about an object is its ``predicted_class``, which may be none; in tables without that
    column it is the most probable class.

    Parameters
    ----------
    answers : mapping
        Prediction tables by counterfactual; objects that one lacks do not count in it. A column
        ``group`` says what was sampled together: see `groups_of_rows`.
    as_is : str
        The table of the sequences without a change.
    without_truth : sequence of str
        Counterfactuals that leave nothing of the object's class: they get no F1.

    Returns
    -------
    DataFrame
        A row a counterfactual, of these columns; each of the first seven (`WITH_INTERVAL`) has an
        interval of 95 % in ``…_low`` and ``…_high``.

        ===================  ===========================================================
        ``class_stays``      share of the objects whose answer stays, no class included
        ``called_NON``       share called NON
        ``called_SN``        share called SN
        ``no_class``         share with no class
        ``detected``         share detected; all in tables that do not say
        ``unlike``           share unlike those calibrated on; none in tables that do not say
        ``macro_f1``         against the true classes, of objects whose class is known; no
                             class counts as NON, as nothing was seen to change
        ``p_of_class_as_is`` mean probability of the class that was most probable as is
        ``SN_of_<CLASS>``    of objects of this true class, the share called SN
        ``n_<CLASS>``        objects of this true class
        ``n_objects``        all objects
        ===================  ===========================================================

        Shares have Wilson intervals, for as many objects as the groups are worth (Kish 1965).

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
                **(
                    UNKNOWN.to_row("macro_f1")
                    if name in without_truth
                    else _macro_f1(rows, taxonomy, n_bootstrap=n_bootstrap, seed=seed)
                ),
            }
            for name, rows in finals.items()
        ]
    )


def _score_rows(rows: pd.DataFrame, plain: pd.DataFrame, taxonomy: Taxonomy) -> dict[str, Any]:
    before = plain.set_index("object_id", drop=False).loc[rows["object_id"]]
    named, truth = _answers_of(rows, taxonomy), rows["class_name"].to_numpy(object)
    label = probabilities_of(before, taxonomy).argmax(axis=1)
    hits = {
        "class_stays": named == _answers_of(before, taxonomy),
        f"called_{QUIET_CLASS}": named == QUIET_CLASS,
        f"called_{FAINT}": named == FAINT,
        "no_class": named == NO_CLASS,
        "detected": _flags(rows, "detected", default=True),
        "unlike": _flags(rows, "unlike", default=False),
    }
    worth = _independent_objects(rows)
    return {
        "n_objects": len(rows),
        **{key: number for name, hit in hits.items() for key, number in _share(hit, worth, name)},
        "p_of_class_as_is": float(
            probabilities_of(rows, taxonomy)[np.arange(len(rows)), label].mean()
        ),
        **{f"{FAINT}_of_{name}": _mean(named[truth == name] == FAINT) for name in taxonomy.classes},
        **{f"n_{name}": int((truth == name).sum()) for name in taxonomy.classes},
    }


def _answers_of(rows: pd.DataFrame, taxonomy: Taxonomy) -> Shaped[np.ndarray, " object"]:
    """Return the class that each row names, `NO_CLASS` where it names none."""
    if "predicted_class" in rows:
        return rows["predicted_class"].fillna(NO_CLASS).to_numpy(object)
    names = np.array(taxonomy.classes, object)
    return np.asarray(names[probabilities_of(rows, taxonomy).argmax(axis=1)])


def _flags(rows: pd.DataFrame, name: str, *, default: bool) -> Bool[np.ndarray, " object"]:
    known = rows[name] if name in rows else pd.Series(default, index=rows.index)
    return known.to_numpy(bool)


def _independent_objects(rows: pd.DataFrame) -> float:
    """Return the number of independent objects that those of a table are worth."""
    size = np.bincount(groups_of_rows(rows)).astype(np.float64)
    return float(size.sum() ** 2 / (size**2).sum())


def _share(
    hit: Bool[np.ndarray, " object"], worth: float, name: str
) -> Iterable[tuple[str, float]]:
    value, low, high = wilson_interval(float(hit.mean()) * worth, worth)
    # rounding leaves −1e−17 where there is no hit
    low, high = max(low, 0.0), min(high, 1.0)
    return Interval(value=value, low=low, high=high).to_row(name).items()


def _mean(values: Bool[np.ndarray, " object"]) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _macro_f1(
    rows: pd.DataFrame, taxonomy: Taxonomy, *, n_bootstrap: int, seed: int
) -> dict[str, float]:
    """Return the F1 of the answers; unknown where an answer is none of the classes."""
    scored = rows[rows["class_name"].isin(taxonomy.classes)]
    named = _answers_of(scored, taxonomy)
    named = np.where(named == NO_CLASS, QUIET_CLASS, named)
    if scored.empty or not set(named) <= set(taxonomy.classes):
        return UNKNOWN.to_row("macro_f1")
    # only which class is the most probable counts
    sure = {f"p_{name}": (named == name).astype(np.float64) for name in taxonomy.classes}
    resamples = resamples_of(scored.assign(**sure), taxonomy, n_bootstrap=n_bootstrap, seed=seed)
    return resamples.interval("macro_f1").to_row("macro_f1")


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
    columns = " ".join(
        f"{name:17}" for name in ("class stays", "macro F1", "called NON", "no class")
    )
    head = f"{'':17} {'n':>4}  {columns} p of class"
    lines = [f"{head}  called SN, of {shares}" if classes else head]
    for cells_by_name in table.to_dict("records"):
        row: dict[str, Any] = {str(name): cell for name, cell in cells_by_name.items()}
        numbers = (
            Interval.from_row(row, n) for n in ("class_stays", "macro_f1", "called_NON", "no_class")
        )
        cells = " ".join(f"{number:.2f}".ljust(17) for number in numbers)
        of_class = " ".join(f"{row[f'{FAINT}_of_{name}']:5.2f}" for name in classes)
        line = f"{row['counterfactual']:17} {row['n_objects']:4}  {cells}"
        line += f" {row['p_of_class_as_is']:10.2f}" + f"{'':16}{of_class}"
        lines.append(line.rstrip())
    return "\n".join(lines)
