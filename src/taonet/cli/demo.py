"""The verb `demo`."""

from pathlib import Path

import typer

from taonet.cli.options import Output, Overwrite, Seed
from taonet.cli.output import say, track


def demo(
    output: Output = Path("demo"),
    seed: Seed = 1,
    overwrite: Overwrite = False,
) -> None:
    """Simulate, train, compare with a forest, classify an unseen file, write a report.

    Needs no data. Takes a few minutes on two cores; everything lands in one folder.
    """
    from taonet.tasks.demo import run_demo

    report = run_demo(output, seed=seed, overwrite=overwrite, track=track, say=say)
    typer.echo(report)
