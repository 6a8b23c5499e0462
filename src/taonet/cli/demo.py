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
    """See a model that ships at work on fresh objects; then the whole road in miniature.

    Needs no data and no network. Takes some five minutes on two cores; everything lands in one
    folder.
    """
    from taonet.tasks.demo import next_steps, run_demo

    report = run_demo(output, seed=seed, overwrite=overwrite, track=track, say=say)
    typer.echo(report)
    for line in next_steps(output):
        say(line)
