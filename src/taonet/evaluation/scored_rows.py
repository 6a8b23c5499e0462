"""Checks and row selection before scoring, for the prediction tables of any method.

`taonet.io.prediction_table` defines a prediction table.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from taonet.errors import InputError
from taonet.io.class_sets import ClassSet
from taonet.io.prediction_columns import columns_of
from taonet.sky.taxonomy import Taxonomy

SUM_TOLERANCE = 1e-3
"""Probabilities written with a few digits still sum to one within this."""

WHERE = "prediction table"


def check_predictions(table: pd.DataFrame, taxonomy: Taxonomy) -> None:
    """Refuse a table that cannot be scored.

    Parameters
    ----------
    table : DataFrame
        Needs ``object_id``, ``class_name``, ``n_epochs`` and ``p_<CLASS>`` for every class; the
        arg-max is taken from the probabilities, so ``predicted_class`` is not read.
    taxonomy : Taxonomy

    Raises
    ------
    InputError
        If columns are missing or belong to another taxonomy, there is no row, a truth is missing,
        unknown or contradicted, an answer is given twice, or probabilities are not probabilities.
    """
    _check_columns(table, taxonomy)
    if table.empty:
        raise InputError("there is nothing to score", where=WHERE, got="no rows")
    _check_truth(table, taxonomy)
    check_single_answers(table)
    check_probabilities(table, taxonomy)


def check_single_answers(table: pd.DataFrame) -> None:
    """Refuse a table that answers twice about an object after one number of epochs.

    Raises
    ------
    InputError
    """
    twice = table.duplicated(["object_id", "n_epochs"])
    if twice.any():
        first = table.loc[twice].iloc[0]
        raise InputError(
            "an object has two answers for one number of epochs",
            where=WHERE,
            got=f"{first['object_id']} after {first['n_epochs']} epochs",
            do="score one method at a time",
        )


def final_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return each object's row with most epochs, in order of ``object_id``.

    The order does not depend on that of the table, so neither do bootstrap draws.

    Examples
    --------
    >>> two = pd.DataFrame({"object_id": ["a", "a"], "n_epochs": [2, 1]})
    >>> final_rows(two)["n_epochs"].tolist()
    [2]
    """
    ordered = table.sort_values(["object_id", "n_epochs"], kind="stable")
    return ordered.drop_duplicates("object_id", keep="last").reset_index(drop=True)


def rows_at(table: pd.DataFrame, n_epochs: int) -> pd.DataFrame:
    """Return what is known of each object once ``n_epochs`` epochs could have been seen.

    That is its row with the most epochs not above ``n_epochs``: an object with fewer epochs
    keeps its last answer, so every number of epochs is scored on the same objects. An object
    whose first answer comes later is left out.
    """
    return final_rows(table[table["n_epochs"] <= n_epochs])


def rows_passing(table: pd.DataFrame, n_epochs: int) -> pd.DataFrame:
    """Return the answers after ``n_epochs`` epochs about the objects that have so many, or more.

    Unlike `rows_at` it leaves out objects that end before: these are the answers that a user sees
    after so many epochs. Where a table has no answer after exactly so many, the last one before
    counts.
    """
    longest = table.groupby("object_id")["n_epochs"].transform("max")
    return final_rows(table[(longest >= n_epochs) & (table["n_epochs"] <= n_epochs)])


def restrict_classes(
    table: pd.DataFrame, taxonomy: Taxonomy, classes: Sequence[str]
) -> tuple[pd.DataFrame, Taxonomy]:
    """Return the answers to the question which of some classes an object is, and those classes.

    Objects of other classes are left out; the probabilities of the classes are divided by their
    sum, as for someone who knows that it is none of the others, and sets name no others: as they
    promise something to each class on its own, that still holds.

    Raises
    ------
    InputError
        If a class is unknown, fewer than two are named, or no object is left.
    """
    unknown = [name for name in classes if name not in taxonomy.classes]
    if unknown or len(set(classes)) < 2:
        got = ", ".join(unknown or classes)
        do = f"name at least two of {', '.join(taxonomy.classes)}"
        raise InputError("these classes cannot be told apart", got=got, do=do)
    names = tuple(name for name in taxonomy.classes if name in classes)
    few = Taxonomy(name=taxonomy.name, classes=names)
    rows = table[table["class_name"].isin(names)].reset_index(drop=True)
    if rows.empty:
        raise InputError("no object of these classes", where=WHERE, got=", ".join(names))
    probabilities = probabilities_of(rows, few)
    # where a method gives none of them any probability, all are equally probable
    probabilities = np.where(probabilities.sum(axis=1, keepdims=True) > 0, probabilities, 1.0)
    probabilities = probabilities / probabilities.sum(axis=1, keepdims=True)
    stale = {*columns_of(taxonomy), "predicted_class"} - set(columns_of(few))
    rows = rows.drop(columns=[name for name in map(str, rows.columns) if name in stale])
    if "set" in rows:
        rows = rows.assign(set=_restrict_sets(rows, names))
    return rows.assign(**dict(zip(columns_of(few), probabilities.T, strict=True))), few


def merge_classes(
    table: pd.DataFrame, taxonomy: Taxonomy, parts: Mapping[str, Sequence[str]]
) -> tuple[pd.DataFrame, Taxonomy]:
    """Return the answers to a coarser question, whose classes are made of those of the table.

    Probabilities are summed; objects of other classes are left out, as in `restrict_classes`.

    Parameters
    ----------
    parts : mapping
        By new class: the classes that it is made of.

    Raises
    ------
    InputError
        If a class is unknown, fewer than two are named, or no object is left.
    """
    rows, few = restrict_classes(
        table, taxonomy, [name for names in parts.values() for name in names]
    )
    new = {old: name for name, names in parts.items() for old in names}
    coarse = Taxonomy(name=taxonomy.name, classes=tuple(parts))
    sums = {
        f"p_{name}": rows[[f"p_{o}" for o in names]].sum(axis=1) for name, names in parts.items()
    }
    rows = rows.drop(columns=columns_of(few))
    return rows.assign(class_name=rows["class_name"].map(new), **sums), coarse


def _restrict_sets(rows: pd.DataFrame, classes: Sequence[str]) -> "pd.Series[Any]":
    """Leave classes out of sets; what is promised to each of the others stays true."""
    fewer = [
        None if members is None else tuple(name for name in members if name in classes)
        for members in map(_check_set, rows["set"])
    ]
    return pd.Series(fewer, index=rows.index, dtype="object")


def sets_of(rows: pd.DataFrame) -> list[ClassSet]:
    """Return the set of each row of a table with sets; one that is missing names no class.

    Raises
    ------
    InputError
        If sets are text, as they stand in files.
    """
    return [_check_set(members) or () for members in rows["set"]]


def _check_set(members: object) -> ClassSet | None:
    if isinstance(members, str):
        do = "read the table with taonet.io.prediction_table.read_predictions"
        raise InputError("sets are text, not tuples of class names", where=WHERE, do=do)
    return tuple(members) if isinstance(members, Iterable) else None


def probabilities_of(
    table: pd.DataFrame, taxonomy: Taxonomy
) -> Float[np.ndarray, "object {len(taxonomy.classes)}"]:
    """Return the probabilities of a table, one column a class in label order."""
    return table[columns_of(taxonomy)].to_numpy(np.float64)


def labels_of(table: pd.DataFrame, taxonomy: Taxonomy) -> Int[np.ndarray, " object"]:
    """Return the true label of each row of a checked table."""
    index = {name: label for label, name in enumerate(taxonomy.classes)}
    return table["class_name"].map(index).to_numpy(np.int64)


def groups_of_rows(rows: pd.DataFrame) -> Int[np.ndarray, " object"]:
    """Return the group of each row, numbered by first appearance.

    That is the column ``group`` of objects that belong together, as `taonet.data.splits.groups_of`
    finds them. Without it, or where it is empty, an object is alone.

    Examples
    --------
    >>> groups_of_rows(pd.DataFrame({"object_id": list("abc"), "group": ["x", None, "x"]})).tolist()
    [0, 1, 0]
    """
    if "group" not in rows:
        return np.arange(len(rows))
    number = pd.factorize(rows["group"])[0]
    numbers = np.where(number < 0, len(rows) + np.arange(len(rows)), number)
    return pd.factorize(numbers)[0].astype(np.int64)


def _check_columns(table: pd.DataFrame, taxonomy: Taxonomy) -> None:
    needed = ["object_id", "class_name", "n_epochs", *columns_of(taxonomy)]
    missing = [name for name in needed if name not in table.columns]
    if missing:
        raise InputError(
            "columns are missing",
            where=WHERE,
            got=", ".join(missing),
            do=f"needed are {', '.join(needed)}",
        )
    others = [c for c in map(str, table.columns) if c.startswith("p_") and c not in needed]
    if others:
        raise InputError(
            f"probabilities of classes that taxonomy {taxonomy.name} has not",
            where=WHERE,
            got=", ".join(others),
            do="score it with its own taxonomy",
        )


def _check_truth(table: pd.DataFrame, taxonomy: Taxonomy) -> None:
    unknown = table.loc[table["class_name"].isna(), "object_id"]
    if len(unknown):
        raise InputError(
            f"{unknown.nunique()} objects have no true class",
            where=WHERE,
            got=f"{unknown.iloc[0]} and others" if unknown.nunique() > 1 else unknown.iloc[0],
            do="score objects of known class_name only",
        )
    strange = sorted(set(table["class_name"].astype(str)) - set(taxonomy.classes))
    if strange:
        raise InputError(
            f"true classes that taxonomy {taxonomy.name} has not",
            where=WHERE,
            got=", ".join(strange),
            do=f"known classes: {', '.join(taxonomy.classes)}",
        )
    pairs = table[["object_id", "class_name"]].drop_duplicates()
    torn = pairs.loc[pairs.duplicated("object_id"), "object_id"]
    if len(torn):
        raise InputError("an object has two true classes", where=WHERE, got=torn.iloc[0])


def check_probabilities(table: pd.DataFrame, taxonomy: Taxonomy) -> None:
    """Refuse probabilities that are none, or do not sum to one.

    Raises
    ------
    InputError
    """
    try:
        values = probabilities_of(table, taxonomy)
    except (TypeError, ValueError) as error:
        raise InputError("probabilities are not numbers", where=WHERE, got=error) from error
    ids = table["object_id"].to_numpy()
    outside = ~((values >= 0) & (values <= 1 + SUM_TOLERANCE)).all(axis=1)
    if outside.any():
        bad = int(outside.argmax())
        got = f"{ids[bad]}: {np.round(values[bad], 4).tolist()}"
        raise InputError("probabilities are not between 0 and 1", where=WHERE, got=got)
    total = values.sum(axis=1)
    off = np.abs(total - 1) > SUM_TOLERANCE
    if off.any():
        bad = int(off.argmax())
        raise InputError(
            "probabilities do not sum to one",
            where=WHERE,
            got=f"{ids[bad]}: {total[bad]:.4f}",
            do="give one p_<CLASS> for every class, after the softmax",
        )
