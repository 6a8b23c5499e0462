"""The verb `info`."""

from pathlib import Path
from typing import Annotated

import typer

from taonet.cli.options import AsJson
from taonet.cli.output import print_result


def info(
    path: Annotated[Path, typer.Argument(help="An archive, a bundle, a run, or a file.")],
    verify: Annotated[bool, typer.Option("--verify", help="Read and check every byte.")] = False,
    as_json: AsJson = False,
) -> None:
    """Describe an archive, a bundle, a run, or a file that ingest reads."""
    from taonet.tasks.info import describe

    facts = describe(path, verify=verify)
    print_result(
        facts, "\n".join(f"{name}: {value}" for name, value in facts.items()), as_json=as_json
    )
