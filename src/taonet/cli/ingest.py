"""The verb `ingest`."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from taonet.cli.options import AsJson, Limit, Output, Overwrite
from taonet.cli.output import exit_on_failures, print_result, track
from taonet.io.kinds.file_kinds import FILE_KINDS, find_kind

if TYPE_CHECKING:
    KindName = str
else:
    KindName = StrEnum("KindName", {kind.name: kind.name for kind in FILE_KINDS})
WITH_SURVEY = ", ".join(kind.name for kind in FILE_KINDS if "survey" in kind.options)


def ingest(
    kind: Annotated[KindName, typer.Argument(help="What the inputs are.")],
    paths: Annotated[list[Path], typer.Argument(help="Files or folders.")],
    output: Output,
    survey: Annotated[str, typer.Option(help=f"Short name of the survey ({WITH_SURVEY}).")] = "",
    table: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Table that describes FITS cutouts: file, object_id, mjd, …"),
    ] = None,
    labels: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Table of object_id and class_name; wins over the source."),
    ] = None,
    pixel_scale_arcsec: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(help="Side of a pixel; wins over the WCS and the survey's own."),
    ] = None,
    limit: Limit = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Pack sequences of cutouts into an archive."""
    from dataclasses import asdict

    from taonet.io.fits_cutouts import read_labels
    from taonet.io.ingest import ingest as run_ingest
    from taonet.io.sources import open_source

    source = open_source(find_kind(kind), paths, survey=survey, table=table)
    summary = run_ingest(
        source,
        output,
        labels=read_labels(labels) if labels else None,
        pixel_scale_arcsec=pixel_scale_arcsec,
        overwrite=overwrite,
        limit=limit,
        track=track,
    )
    print_result(asdict(summary), str(summary), as_json=as_json)
    exit_on_failures(summary.objects, summary.set_aside)


def _help() -> str:
    commands = [f"taonet ingest {kind.name} {kind.usage} -o A" for kind in FILE_KINDS]
    width = max(map(len, commands)) + 4
    lines = [
        f"{command:{width}}{kind.help}" for command, kind in zip(commands, FILE_KINDS, strict=True)
    ]
    return "\n".join(
        (
            f"{ingest.__doc__}\n",
            "\b",
            *lines,
            "",
            "What cannot be read is set aside with its reason; an interrupted ingest goes on.",
        )
    )


ingest.__doc__ = _help()
