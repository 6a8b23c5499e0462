"""The verb `report`."""

from pathlib import Path
from typing import Annotated, Optional

import typer

from taonet.cli.options import (
    Classes,
    Output,
    Overwrite,
    Seed,
    split_names,
)


def report(
    predictions: Annotated[list[Path], typer.Argument(help="Prediction tables of one taxonomy.")],
    output: Output,
    data: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            "--data",
            help="Archive with the cutouts, and the true classes as far as they are known.",
        ),
    ] = None,
    title: Annotated[str, typer.Option(help="Headline of the page.")] = "TAO-Net report",
    classes: Classes = "",
    counterfactuals: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Table of `taonet benchmark counterfactuals` on the main one's model."),
    ] = None,
    object_id: Annotated[
        str,
        typer.Option(
            "--object",
            help="A page about this object alone, which needs no server; -o o.json: its numbers.",
        ),
    ] = "",
    seed: Seed = 0,
    overwrite: Overwrite = False,
) -> None:
    """Write one self-contained HTML page from prediction tables; the first is the main one.

    Objects of known class are scored. The others are shown one by one: cutouts where the archive
    is given, probabilities by epoch, by class, confidence and typicality. With --object it is the
    page of one object, with its film.
    """
    if object_id:
        _report_object(predictions, data, output, object_id=object_id, overwrite=overwrite)
        return
    from taonet.tasks.report import report_tables

    report_tables(
        predictions,
        data,
        output,
        title=title,
        classes=split_names(classes),
        counterfactuals=counterfactuals,
        seed=seed,
        overwrite=overwrite,
    )
    typer.echo(output)


def _report_object(
    predictions: list[Path], data: Path | None, output: Path, *, object_id: str, overwrite: bool
) -> None:
    from taonet.tasks.object_report import report_object

    report_object(predictions, data, output, object_id=object_id, overwrite=overwrite)
    typer.echo(output)
