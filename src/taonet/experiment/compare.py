"""Score and report prediction tables, ours and anybody else's, side by side."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from taonet.errors import InputError
from taonet.evaluation.answers_over_time import over_time
from taonet.evaluation.comparison import side_by_side
from taonet.evaluation.predictions import among
from taonet.evaluation.report import write_report
from taonet.io.archive import Archive
from taonet.io.landing import refuse_existing
from taonet.io.tables import read_table
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
    trustworthy the first one's are is in its ``over_time``.

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
    tables, taxonomy = _load(paths, Archive(data) if data else None, classes)
    primary = next(iter(tables))
    methods = side_by_side(tables, taxonomy, primary=primary, seed=seed)
    found = {method.name: method.to_dict() for method in methods}
    answers = over_time(tables[primary], taxonomy, seed=seed)
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
    tables, taxonomy = _load(paths, archive, classes)
    primary = next(iter(tables))
    notes = ["Simulated sequences."] if archive is not None and archive.simulated else []
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


def _load(
    predictions: list[Path], archive: Archive | None, among_classes: Sequence[str] = ()
) -> tuple[dict[str, pd.DataFrame], Taxonomy]:
    tables = {_name(path, predictions): _with_truth(path, archive) for path in predictions}
    classes = {
        tuple(c[2:] for c in map(str, t.columns) if c.startswith("p_")) for t in tables.values()
    }
    if len(classes) != 1:
        raise InputError("the tables speak of different classes", got=sorted(classes))
    taxonomy = Taxonomy(name=archive.survey if archive else "", classes=classes.pop())
    if among_classes:
        few = {name: among(table, taxonomy, among_classes) for name, table in tables.items()}
        tables = {name: table for name, (table, _) in few.items()}
        taxonomy = next(iter(few.values()))[1]
    common = set.intersection(*(set(table["object_id"]) for table in tables.values()))
    if not common:
        raise InputError("the tables share no object of known class")
    kept = {n: t[t["object_id"].isin(common)].reset_index(drop=True) for n, t in tables.items()}
    return kept, taxonomy


def _name(path: Path, predictions: list[Path]) -> str:
    alone = sum(other.stem == path.stem for other in predictions) == 1
    return path.stem if alone else str(path)


def _with_truth(path: Path, archive: Archive | None) -> pd.DataFrame:
    table = read_table(path)
    if "object_id" not in table or not any(str(c).startswith("p_") for c in table.columns):
        raise InputError(
            "not a prediction table",
            where=path,
            got=f"columns {', '.join(map(str, table.columns[:8]))}",
            do="it needs object_id, n_epochs and p_<CLASS> for every class",
        )
    if archive is not None:
        truth = dict(zip(archive.objects["object_id"], archive.class_names, strict=True))
        table = table.assign(class_name=table["object_id"].map(truth))
    if "class_name" not in table:
        raise InputError("no true classes", where=path, do="give --data ARCHIVE")
    # formats without a missing value write it as an empty text
    known = table["class_name"].notna() & (table["class_name"] != "")
    if not known.any() and archive is not None:
        do = "give the archive that these objects are in, with their classes"
        what = "no object of it has a class in the archive"
        raise InputError(what, where=path, got=archive.path, do=do)
    if not known.any():
        raise InputError("no object of known class in it", where=path, do="give --data ARCHIVE")
    return table[known]
