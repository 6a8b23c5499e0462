"""The verb `encoder`."""

from pathlib import Path
from typing import Annotated, Optional

import typer

from taonet.cli.options import Device, Output, Overwrite, Seed
from taonet.cli.output import track


def encoder(
    data: Annotated[
        list[Path], typer.Argument(help="Simulated archives, not made with --unstated.")
    ],
    output: Output,
    seed: Seed = 1,
    changes: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--set", help="A setting, e.g. training.steps=100."),
    ] = None,
    device: Device = "auto",
    overwrite: Overwrite = False,
) -> None:
    """Teach a frame encoder, which measures light in pixels for a network, by simulated truth.

    An interrupted teaching of the same settings and data goes on where it stopped. Then
    `taonet train RECIPE --encoder OUTPUT` trains a network that reads what the encoder says.
    """
    from taonet.tasks.encoder import teach_encoder

    scores = teach_encoder(
        data,
        output,
        changes=tuple(changes or ()),
        seed=seed,
        device=device,
        overwrite=overwrite,
        track=track,
    )
    typer.echo(
        f"transparency to {scores.transparency:.3f}, seeing to {scores.seeing:.3f}, "
        f"place to {scores.place:.2f} px; fluxes: {output / 'README.md'}"
    )
