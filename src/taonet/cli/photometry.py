"""The verb `photometry`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Optional

import typer

from taonet.cli.options import Limit, Output, Overwrite
from taonet.cli.showing import exit_if_mostly_failed, track


class Features(StrEnum):
    """The sets of light-curve features that `photometry` knows."""

    published = "published"
    modern = "modern"


def photometry(
    inputs: Annotated[
        list[Path],
        typer.Argument(help="Archives, files that ingest reads, or tables of light curves."),
    ],
    output: Output,
    features: Annotated[
        Optional[Features],  # noqa: UP045
        typer.Option(help="Features of the light curves instead of the curves."),
    ] = None,
    difference: Annotated[
        bool, typer.Option("--difference", help="Measure what changed since a template.")
    ] = False,
    aperture: Annotated[
        bool, typer.Option("--aperture", help="Sum a circle instead of fitting the PSF.")
    ] = False,
    archival: Annotated[
        bool,
        typer.Option("--archival", help="Calibrate each epoch by all, not only earlier ones."),
    ] = False,
    nightly: Annotated[
        bool, typer.Option("--nightly", help="Average the exposures of each night and band.")
    ] = False,
    figures: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Also draw the first twelve objects into this folder."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes; same result for any.")] = 1,
    limit: Limit = None,
    overwrite: Overwrite = False,
) -> None:
    """Measure light curves at the centre of the cutouts, or their features, into a table.

    The flux at the object's place is measured in every epoch, detected or not. The field's own
    stars tell how each epoch is shifted, blurred and dimmed; no catalogue is needed.
    """
    from taonet.errors import InputError
    from taonet.experiment.measure import measure
    from taonet.photometry.tables import Measuring, Mode

    if difference and aperture:
        raise InputError("--difference fits the PSF", do="leave out --aperture")
    mode: Mode = "difference" if difference else "aperture" if aperture else "science"
    result = measure(
        inputs,
        output,
        features=None if features is None else str(features),
        how=Measuring(mode=mode, causal=not archival, nightly=nightly),
        figures=figures,
        workers=workers,
        limit=limit,
        overwrite=overwrite,
        track=track,
    )
    typer.echo(str(result))
    exit_if_mostly_failed(result.objects, result.set_aside)
