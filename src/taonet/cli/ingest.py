"""The verb `ingest`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from taonet.cli.options import AsJson, Limit, Output, Overwrite
from taonet.cli.output import exit_on_failures, print_result, track


class SourceKind(StrEnum):
    """The kinds of input that `ingest` reads."""

    deep_tao = "deep-tao"
    arrays = "arrays"
    fits = "fits"
    alerts = "alerts"


def ingest(
    kind: Annotated[SourceKind, typer.Argument(help="What the inputs are.")],
    paths: Annotated[list[Path], typer.Argument(help="Files or folders.")],
    output: Output,
    survey: Annotated[str, typer.Option(help="Short name of the survey (arrays, fits).")] = "",
    table: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Table that describes FITS cutouts: file, object_id, mjd, …"),
    ] = None,
    labels: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Table of object_id and class_name; wins over the source."),
    ] = None,
    limit: Limit = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Pack sequences of cutouts into an archive.

    \b
    taonet ingest deep-tao DIR -o A          Deep-TAO FITS files, one an object
    taonet ingest arrays F.npz -o A          stamps (object, epoch, [channel,] y, x), mjd, …
    taonet ingest fits DIR --table T -o A    your own FITS cutouts and a table
    taonet ingest alerts DIR -o A            Avro alert packets, joined by object

    What cannot be read is set aside with its reason; an interrupted ingest goes on.
    """
    from dataclasses import asdict

    from taonet.io.fits_cutouts import read_labels
    from taonet.io.ingest import ingest as run_ingest

    source = _source(kind, paths, survey=survey, table=table)
    summary = run_ingest(
        source,
        output,
        labels=read_labels(labels) if labels else None,
        overwrite=overwrite,
        limit=limit,
        track=lambda found, total: track(found, total, "ingesting"),
    )
    print_result(asdict(summary), str(summary), as_json=as_json)
    exit_on_failures(summary.objects, summary.set_aside)


def _source(kind: SourceKind, paths: list[Path], *, survey: str, table: Path | None) -> Any:
    from taonet.errors import InputError
    from taonet.io import sources

    if table is not None and kind is not SourceKind.fits:
        raise InputError(f"--table describes FITS cutouts, not {kind}", do="leave it out")
    if survey and kind in (SourceKind.deep_tao, SourceKind.alerts):
        raise InputError(f"{kind} files name their survey themselves", do="leave out --survey")
    if kind is SourceKind.deep_tao:
        return sources.deep_tao_source(paths)
    if kind is SourceKind.alerts:
        return sources.alerts_source(paths)
    if len(paths) != 1:
        raise InputError(f"{kind} takes one path", got=len(paths))
    if kind is SourceKind.arrays:
        return sources.arrays_source(paths[0], survey=survey or "arrays")
    if table is None:
        raise InputError("fits needs a table", do="give --table T with file, object_id and mjd")
    return sources.fits_source(paths[0], table, survey=survey or "mine")
