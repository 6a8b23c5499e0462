"""The verb `predict`."""

from pathlib import Path
from typing import Annotated, Optional

import typer

from taonet.cli.options import (
    Device,
    Limit,
    Output,
    Overwrite,
)
from taonet.cli.output import exit_on_failures, track


def predict(
    bundle: Annotated[str, typer.Argument(help="A shipped bundle's name, or a bundle's folder.")],
    inputs: Annotated[
        list[Path],
        typer.Argument(help="Archives, files that ingest reads, or tables of light curves."),
    ],
    output: Output,
    final: Annotated[bool, typer.Option("--final", help="Only the last answer an object.")] = False,
    prior: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="How common classes are: SN=0.1,CV=0.2,… or a table (class, prior)."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that measure.")] = 1,
    limit: Limit = None,
    device: Device = "auto",
    overwrite: Overwrite = False,
) -> None:
    """Say what each object is, after every epoch, with probabilities.

    The table's format follows its name: .parquet, .csv, .ecsv or .vot.

    Probabilities hold for the class mix that was learnt, which for networks is that of classes
    equally common; --prior restates them for another. Sets hold for any mix: only classes of
    share 0 leave them.
    """
    from taonet.io.priors import read_prior
    from taonet.tasks.predict import predict_files

    result = predict_files(
        bundle,
        inputs,
        output,
        final=final,
        limit=limit,
        workers=workers,
        prior=None if prior is None else read_prior(prior),
        device=device,
        overwrite=overwrite,
        track=track,
    )
    typer.echo(str(result))
    exit_on_failures(result.objects, result.set_aside_count)
