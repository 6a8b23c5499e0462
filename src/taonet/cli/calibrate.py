"""The verb `calibrate`."""

from pathlib import Path
from typing import Annotated

import typer

from taonet.cli.options import (
    Device,
    Output,
    Overwrite,
)
from taonet.cli.output import track


def calibrate(
    bundle: Annotated[str, typer.Argument(help="A shipped bundle's name, or a bundle's folder.")],
    data: Annotated[
        list[Path], typer.Argument(help="Archives of objects of known class, not trained on.")
    ],
    output: Output,
    level: Annotated[
        float, typer.Option(help="Rate at which sets should contain the true class.")
    ] = 0.9,
    workers: Annotated[int, typer.Option(min=1, help="Processes that share the photometry.")] = 1,
    device: Device = "auto",
    overwrite: Overwrite = False,
) -> None:
    """Calibrate a bundle's probabilities and fit sets that contain the true class at a stated rate.

    Both then hold after every number of epochs, for all objects that have so many: probabilities
    where classes are equally common (predict --prior restates them), sets for any class mix.
    """
    from taonet.tasks.calibrate import calibrate as fit

    typer.echo(
        fit(
            bundle,
            data,
            output,
            level=level,
            workers=workers,
            device=device,
            overwrite=overwrite,
            track=track,
        )
    )
