"""Score and report prediction tables, ours and anybody else's, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from taonet.errors import InputError
from taonet.evaluation.answers_over_time import score_over_time
from taonet.evaluation.comparison import compare_methods, left_out_line
from taonet.evaluation.predictions import check_predictions, restrict_classes
from taonet.experiment.groups import all_with_groups
from taonet.io.archive import Archive
from taonet.io.atomic import refuse_existing
from taonet.io.prediction_table import classes_of, is_prediction_table, read_predictions
from taonet.reports.page import write_report
from taonet.sky.taxonomy import Taxonomy


def compare_tables(
    predictions: Sequence[str | Path],
    data: str | Path | None,
    *,
    classes: Sequence[str] = (),
    seed: int = 0,
) -> dict[str, Any]:
    """Return the scores of each table, on the objects that all of them answer for.

    Each differs from the first by so much, and where tables have earlier answers, they are scored
    after fewer epochs too: see `taonet.evaluation.comparison.Method.to_dict`. How early and how
    trustworthy the first one's are is in its ``over_time``. Objects without a known class, or not
    in every table, are counted in ``objects_left_out``.

    Parameters
    ----------
    predictions : list of Path
        Prediction tables of one taxonomy.
    data : Path, optional
        An archive that knows the true classes; without it the tables must.
    classes : sequence of str, optional
        Score the answers to the question which of these an object is.

    Raises
    ------
    InputError
        If a table is no prediction table, or the tables share no object of known class.
    """
    paths = [Path(path) for path in predictions]
    asked, taxonomy = _load(paths, Archive(data) if data else None, classes)
    tables = {name: one.scored for name, one in asked.items()}
    primary = next(iter(tables))
    methods = compare_methods(tables, taxonomy, primary=primary, seed=seed)
    found = {method.name: method.to_dict() for method in methods}
    for name, one in asked.items():
        if one.left_out_count:
            found[name]["objects_left_out"] = one.left_out_count
    answers = score_over_time(tables[primary], taxonomy, seed=seed)
    if answers is not None:
        found[primary]["over_time"] = answers.to_dict()
    return found


def report_tables(
    predictions: Sequence[str | Path],
    data: str | Path | None,
    output: str | Path,
    *,
    title: str,
    classes: Sequence[str] = (),
    seed: int = 0,
    overwrite: bool = False,
) -> None:
    """Write the report of prediction tables; the first one is the main one.

    Raises
    ------
    InputError, OutputError
    """
    paths, output = [Path(path) for path in predictions], Path(output)
    refuse_existing(output, overwrite=overwrite)
    archive = Archive(data) if data else None
    asked, taxonomy = _load(paths, archive, classes)
    tables = {name: one.scored for name, one in asked.items()}
    primary = next(iter(tables))
    notes = ["Simulated sequences."] if archive is not None and archive.is_simulated else []
    notes += [
        left_out_line(name, one.left_out_count) for name, one in asked.items() if one.left_out_count
    ]
    shown = tables[primary]["object_id"].drop_duplicates().head(6).tolist()
    index = {name: i for i, name in enumerate(archive.objects["object_id"])} if archive else {}
    write_report(
        output,
        title=title,
        taxonomy=taxonomy,
        tables=tables,
        primary=primary,
        notes=notes,
        details={name: str(path) for name, path in zip(tables, paths, strict=True)},
        examples=[archive[index[name]] for name in shown if name in index] if archive else [],
        seed=seed,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _ScoredTable:
    """A prediction table: the rows that are scored, and how many objects it has in all."""

    scored: pd.DataFrame
    objects: int

    @property
    def left_out_count(self) -> int:
        return self.objects - self.scored["object_id"].nunique()


def _load(
    predictions: list[Path], archive: Archive | None, among_classes: Sequence[str] = ()
) -> tuple[dict[str, _ScoredTable], Taxonomy]:
    asked = {
        _table_name(path, predictions): _read_with_truth(path, archive) for path in predictions
    }
    classes = [classes_of(one.scored) for one in asked.values()]
    if len(set(map(frozenset, classes))) != 1:
        got = "; ".join(", ".join(one) for one in sorted(set(classes)))
        raise InputError("the tables speak of different classes", got=got)
    # columns in another order are the same answers
    taxonomy = Taxonomy(name=archive.survey if archive else "", classes=classes[0])
    for name, one in asked.items():
        _check_table(name, one.scored, taxonomy)
    tables = {name: one.scored for name, one in asked.items()}
    if among_classes:
        few = {
            name: restrict_classes(table, taxonomy, among_classes) for name, table in tables.items()
        }
        tables = {name: table for name, (table, _) in few.items()}
        taxonomy = next(iter(few.values()))[1]
    common = set.intersection(*(set(table["object_id"]) for table in tables.values()))
    if not common:
        raise InputError("the tables share no object of known class")
    kept = {n: t[t["object_id"].isin(common)].reset_index(drop=True) for n, t in tables.items()}
    kept = all_with_groups(kept, None if archive is None else archive.objects)
    return {n: replace(one, scored=kept[n]) for n, one in asked.items()}, taxonomy


def _check_table(name: str, table: pd.DataFrame, taxonomy: Taxonomy) -> None:
    """Refuse what cannot be scored before objects are left out, and say which table it is in."""
    try:
        check_predictions(table, taxonomy)
    except InputError as error:
        where = f"{name}, {error.where}"
        raise InputError(error.what, where=where, got=error.got, do=error.do) from error


def _table_name(path: Path, predictions: list[Path]) -> str:
    alone = sum(other.stem == path.stem for other in predictions) == 1
    return path.stem if alone else str(path)


def _read_with_truth(path: Path, archive: Archive | None) -> _ScoredTable:
    table = read_predictions(path)
    if not is_prediction_table(table):
        raise InputError(
            "not a prediction table",
            where=path,
            got=f"columns {', '.join(map(str, table.columns[:8]))}",
            do="it needs object_id, n_epochs and p_<CLASS> for every class",
        )
    if table.empty:
        raise InputError("there is nothing to score", where=path, got="no rows")
    _check_ids(table, path)
    if archive is not None:
        truth = dict(zip(archive.objects["object_id"], archive.class_names, strict=True))
        if not set(table["object_id"]) & set(truth):
            got = f"{table['object_id'].iloc[0]!r}, and {next(iter(truth), None)!r} in the archive"
            raise InputError("none of its objects is in the archive", where=path, got=got)
        table = table.assign(class_name=table["object_id"].map(truth))
    do = "the archive has none: label it" if archive is not None else "give --data ARCHIVE"
    if "class_name" not in table:
        raise InputError("no true classes", where=path, do=do)
    known = table["class_name"].notna()
    if not known.any():
        raise InputError("no object of known class in it", where=path, do=do)
    return _ScoredTable(scored=table[known], objects=table["object_id"].nunique())


def _check_ids(table: pd.DataFrame, path: Path) -> None:
    nameless = np.flatnonzero(table["object_id"].isna().to_numpy())
    if len(nameless):
        got = f"row {nameless[0] + 1}"
        raise InputError(f"{len(nameless)} rows without an object_id", where=path, got=got)
