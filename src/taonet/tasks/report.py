"""Write a report of prediction tables, ours and anybody else's, as one page."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd

from taonet.errors import InputError
from taonet.evaluation.comparison import left_out_line
from taonet.evaluation.counterfactual_scores import read_counterfactual_scores
from taonet.io.archive import Archive
from taonet.io.atomic import refuse_existing
from taonet.io.paths import is_path
from taonet.reports.contents import Note, ReportContents
from taonet.reports.page import write_report
from taonet.sky.sequence import ImageSequence
from taonet.tasks.evaluate import (
    ScoredTable,
    name_tables,
    open_archive,
    read_tables,
)
from taonet.tasks.report_objects import (
    is_any_class_known,
    objects_of_unknown_class,
    open_objects_table,
    report_objects,
)
from taonet.types import AnyPath

EXAMPLES: Final = 6
"""Sequences drawn."""


def report_tables(
    predictions: Any,
    data: AnyPath | Archive | None,
    output: AnyPath,
    *,
    title: str,
    classes: Sequence[str] = (),
    counterfactuals: AnyPath | None = None,
    seed: int = 0,
    overwrite: bool = False,
) -> None:
    """Write the report of prediction tables; the first one is the main one.

    Objects of known class are scored. The others are shown one by one, from the main table; where
    no class is known the page is about them alone (`taonet.tasks.report_objects`).

    Parameters
    ----------
    counterfactuals : Path, optional
        The table of ``taonet benchmark counterfactuals`` on the model of the main table.

    Raises
    ------
    InputError, OutputError
    """
    output = Path(output)
    refuse_existing(output, overwrite=overwrite)
    archive = open_archive(data)
    named = name_tables(predictions)
    name, given = next(iter(named.items()))
    main = open_objects_table(given, name, archive)
    if not is_any_class_known(main):
        _refuse_scores(main.where, classes=classes, counterfactuals=counterfactuals)
        notes = [*_simulation_notes(archive), *_left_out_notes(list(named))]
        details = {name: _describe(given)}
        report_objects(main, output, title=title, notes=notes, details=details)
        return
    loaded, taxonomy = read_tables(predictions, archive, classes)
    tables = {name: one.scored for name, one in loaded.items()}
    contents = ReportContents(
        title=title,
        taxonomy=taxonomy,
        tables=tables,
        primary=name,
        notes=[*_simulation_notes(archive), *_unscored_notes(loaded)],
        details={name: _describe(table) for name, table in named.items()},
        counterfactuals=None
        if counterfactuals is None
        else read_counterfactual_scores(counterfactuals),
        examples=_examples(tables[name], archive),
        objects=objects_of_unknown_class(main),
    )
    write_report(output, contents, seed=seed)


def _refuse_scores(where: object, **given: object) -> None:
    """Refuse what asks for scores where nothing can be scored."""
    for option, value in given.items():
        if value:
            what = "no true class is known, and without one nothing is scored"
            raise InputError(what, where=where, do=f"leave out --{option}, or give --data ARCHIVE")


def _simulation_notes(archive: Archive | None) -> list[Note]:
    if archive is None or not archive.is_simulated:
        return []
    return [Note(text="Simulated sequences.", is_warning=True)]


def _unscored_notes(loaded: Mapping[str, ScoredTable]) -> list[Note]:
    counts = {name: one.left_out_count for name, one in loaded.items()}
    return [Note(text=left_out_line(name, n)) for name, n in counts.items() if n]


def _left_out_notes(names: Sequence[str]) -> list[Note]:
    if len(names) == 1:
        return []
    others = ", ".join(names[1:])
    return [Note(text=f"Of {names[0]}. Without true classes {others} cannot be compared with it.")]


def _examples(table: pd.DataFrame, archive: Archive | None) -> list[ImageSequence]:
    if archive is None:
        return []
    known = set(archive.objects["object_id"])
    first = table["object_id"].drop_duplicates().head(EXAMPLES)
    return [archive[name] for name in first if name in known]


def _describe(table: Any) -> str:
    return str(table) if is_path(table) else "a table in memory"
