"""Write a report of prediction tables, ours and anybody else's, as one page."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from taonet.evaluation.comparison import left_out_line
from taonet.evaluation.counterfactual_scores import read_counterfactual_scores
from taonet.io.archive import Archive
from taonet.io.atomic import refuse_existing
from taonet.io.paths import is_path
from taonet.reports.contents import Note, ReportContents
from taonet.reports.page import write_report
from taonet.tasks.evaluate import (
    name_tables,
    open_archive,
    read_tables,
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
    loaded, taxonomy = read_tables(predictions, archive, classes)
    tables = {name: one.scored for name, one in loaded.items()}
    primary = next(iter(tables))
    notes = []
    if archive is not None and archive.is_simulated:
        notes.append(Note(text="Simulated sequences.", is_warning=True))
    for name, one in loaded.items():
        if one.left_out_count:
            notes.append(Note(text=left_out_line(name, one.left_out_count)))
    examples = tables[primary]["object_id"].drop_duplicates().head(EXAMPLES).tolist()
    index = {name: i for i, name in enumerate(archive.objects["object_id"])} if archive else {}
    contents = ReportContents(
        title=title,
        taxonomy=taxonomy,
        tables=tables,
        primary=primary,
        notes=notes,
        details={name: _describe(table) for name, table in name_tables(predictions).items()},
        counterfactuals=None
        if counterfactuals is None
        else read_counterfactual_scores(counterfactuals),
        examples=[archive[index[name]] for name in examples if name in index] if archive else [],
    )
    write_report(output, contents, seed=seed)


def _describe(table: Any) -> str:
    return str(table) if is_path(table) else "a table in memory"
