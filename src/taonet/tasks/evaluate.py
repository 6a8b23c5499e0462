"""Score prediction tables, ours and anybody else's, side by side."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from taonet.errors import InputError
from taonet.evaluation.answers_over_time import score_over_time
from taonet.evaluation.comparison import compare_methods
from taonet.evaluation.scored_rows import check_predictions, restrict_classes
from taonet.experiment.groups import all_with_groups
from taonet.io.archive import Archive
from taonet.io.paths import is_path
from taonet.io.prediction_columns import classes_of, is_prediction_table
from taonet.io.prediction_table import prediction_table, read_predictions
from taonet.io.tables import is_table_in_memory
from taonet.sky.taxonomy import Taxonomy
from taonet.types import AnyPath


def compare_tables(
    predictions: Any,
    data: AnyPath | Archive | None,
    *,
    classes: Sequence[str] = (),
    seed: int = 0,
) -> dict[str, Any]:
    """Return the scores of each table, on the objects that all of them have.

    Differences to the first table are included, and where tables have earlier predictions, scores
    after fewer epochs: see `taonet.evaluation.comparison.Method.to_dict`. Earliness and calibration
    of the first table are in its ``over_time``. Objects without a known class, or not in every
    table, are counted in ``objects_left_out``.

    Parameters
    ----------
    predictions : path or DataFrame, a list of them, or a mapping from names to them
        Prediction tables of one taxonomy; the first is what the others are compared with.
    data : Path or Archive, optional
        An archive with the true classes; without it the tables need them.
    classes : sequence of str, optional
        Restrict predictions and objects to these classes.

    Raises
    ------
    InputError
        If a table is no prediction table, or the tables share no object of known class.
    """
    loaded, taxonomy = read_tables(predictions, open_archive(data), classes)
    tables = {name: one.scored for name, one in loaded.items()}
    primary = next(iter(tables))
    methods = compare_methods(tables, taxonomy, primary=primary, seed=seed)
    scores = {method.name: method.to_dict() for method in methods}
    for name, one in loaded.items():
        if one.left_out_count:
            scores[name]["objects_left_out"] = one.left_out_count
    answers = score_over_time(tables[primary], taxonomy, seed=seed)
    if answers is not None:
        scores[primary]["over_time"] = answers.to_dict()
    return scores


@dataclass(frozen=True, kw_only=True, eq=False)
class ScoredTable:
    """A prediction table.

    Parameters
    ----------
    scored : DataFrame
        The rows that are scored.
    objects : int
        Number of objects in the whole table.
    """

    scored: pd.DataFrame
    objects: int

    @property
    def left_out_count(self) -> int:
        """Number of objects that are not scored."""
        return self.objects - self.scored["object_id"].nunique()


def open_archive(data: AnyPath | Archive | None) -> Archive | None:
    """Return the archive that is meant, if any."""
    return data if data is None or isinstance(data, Archive) else Archive(data)


def read_tables(
    predictions: Any, archive: Archive | None, among_classes: Sequence[str] = ()
) -> tuple[dict[str, ScoredTable], Taxonomy]:
    """Read prediction tables of one taxonomy, and keep the objects of known class in all of them.

    Returns
    -------
    dict, Taxonomy
        By name, in the order given; see `name_tables`.

    Raises
    ------
    InputError
        If a table is no prediction table, or the tables share no object of known class.
    """
    loaded = {
        name: _read_with_truth(table, archive, name)
        for name, table in name_tables(predictions).items()
    }
    classes = [classes_of(one.scored) for one in loaded.values()]
    if len(set(map(frozenset, classes))) != 1:
        got = "; ".join(", ".join(one) for one in sorted(set(classes)))
        raise InputError("the tables have different classes", got=got)
    # the order of columns does not matter
    taxonomy = Taxonomy(name=archive.survey if archive else "", classes=classes[0])
    for name, one in loaded.items():
        _check_table(name, one.scored, taxonomy)
    tables = {name: one.scored for name, one in loaded.items()}
    if among_classes:
        few = {
            name: restrict_classes(table, taxonomy, among_classes) for name, table in tables.items()
        }
        tables = {name: table for name, (table, _) in few.items()}
        taxonomy = next(iter(few.values()))[1]
    common = set.intersection(*(set(table["object_id"]) for table in tables.values()))
    if not common:
        raise InputError("the tables share no object of known class")
    shared = {n: t[t["object_id"].isin(common)].reset_index(drop=True) for n, t in tables.items()}
    shared = all_with_groups(shared, None if archive is None else archive.objects)
    return {n: replace(one, scored=shared[n]) for n, one in loaded.items()}, taxonomy


def _check_table(name: str, table: pd.DataFrame, taxonomy: Taxonomy) -> None:
    """Refuse what cannot be scored before objects are left out, and name the table."""
    try:
        check_predictions(table, taxonomy)
    except InputError as error:
        where = f"{name}, {error.where}"
        raise InputError(error.what, where=where, got=error.got, do=error.do) from error


def name_tables(predictions: Any) -> dict[str, Any]:
    """Return prediction tables by name.

    A file has its own name, or its path where two files have the same; tables in memory are
    numbered if there are several.

    Raises
    ------
    InputError
        If there is none.

    Examples
    --------
    >>> list(name_tables(["runs/a.csv", "runs/b.csv"]))
    ['a', 'b']
    """
    if isinstance(predictions, Mapping):
        return dict(predictions)
    single = is_path(predictions) or is_table_in_memory(predictions)
    if not single and not isinstance(predictions, Iterable):
        got = f"an object of type {type(predictions).__name__}"
        raise InputError("not a prediction table", got=got, do="give a DataFrame or a file")
    tables = [predictions] if single else list(predictions)
    if not tables:
        raise InputError("no prediction table", do="give one or more")
    stems = Counter(Path(one).stem for one in tables if is_path(one))
    named: dict[str, Any] = {}
    for number, one in enumerate(tables, start=1):
        if is_path(one):
            path = Path(one)
            named[path.stem if stems[path.stem] == 1 else str(path)] = path
        else:
            named["predictions" if len(tables) == 1 else f"predictions {number}"] = one
    return named


def _read_with_truth(given: Any, archive: Archive | None, name: str) -> ScoredTable:
    if is_path(given):
        where: Path | str = Path(given)
        table = read_predictions(where)
    else:
        where, table = name, prediction_table(given, where=name)
    check_rows(table, where)
    if archive is not None:
        table = _with_truth(table, archive, where)
    do = "the archive has none: label it" if archive is not None else "give --data ARCHIVE"
    if "class_name" not in table:
        raise InputError("no true classes", where=where, do=do)
    known = table["class_name"].notna()
    if not known.any():
        raise InputError("no object of known class in it", where=where, do=do)
    return ScoredTable(scored=table[known], objects=table["object_id"].nunique())


def check_rows(table: pd.DataFrame, where: Path | str) -> None:
    """Refuse what is no prediction table, has no row, or has rows about nobody.

    Raises
    ------
    InputError
    """
    if not is_prediction_table(table):
        raise InputError(
            "not a prediction table",
            where=where,
            got=f"columns {', '.join(map(str, table.columns[:8]))}",
            do="it needs object_id, n_epochs and p_<CLASS> for every class",
        )
    if table.empty:
        raise InputError("there is nothing to score", where=where, got="no rows")
    _check_ids(table, where)


def _with_truth(table: pd.DataFrame, archive: Archive, where: Path | str) -> pd.DataFrame:
    truth = dict(zip(archive.objects["object_id"], archive.class_names, strict=True))
    if not set(table["object_id"]) & set(truth):
        got = f"{table['object_id'].iloc[0]!r}, and {next(iter(truth), None)!r} in the archive"
        raise InputError("none of its objects is in the archive", where=where, got=got)
    return table.assign(class_name=table["object_id"].map(truth))


def _check_ids(table: pd.DataFrame, where: Path | str) -> None:
    nameless = np.flatnonzero(table["object_id"].isna().to_numpy())
    if len(nameless):
        got = f"row {nameless[0] + 1}"
        raise InputError(f"{len(nameless)} rows without an object_id", where=where, got=got)
