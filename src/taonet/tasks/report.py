"""Write a report of prediction tables, ours and anybody else's, as one page."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from taonet.evaluation.comparison import left_out_line
from taonet.io.archive import Archive
from taonet.io.atomic import refuse_existing
from taonet.reports.contents import Note, ReportContents
from taonet.reports.page import write_report
from taonet.tasks.evaluate import read_tables

EXAMPLES: Final = 6
"""Sequences drawn."""


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
    loaded, taxonomy = read_tables(paths, archive, classes)
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
        details={name: str(path) for name, path in zip(tables, paths, strict=True)},
        examples=[archive[index[name]] for name in examples if name in index] if archive else [],
    )
    write_report(output, contents, seed=seed)
