"""Options that several verbs share."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Optional

import typer

Output = Annotated[Path, typer.Option("--output", "-o", help="Where to write.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace what is there.")]
Limit = Annotated[Optional[int], typer.Option("--limit", min=1, help="Stop after so many objects.")]  # noqa: UP045
Seed = Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same result.")]
Device = Annotated[
    str, typer.Option("--device", help="Where the network runs: auto, cpu, cuda or mps.")
]
RecipeDevice = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--device", help="Instead of the recipe's: auto, cpu, cuda or mps."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
Classes = Annotated[
    str,
    typer.Option("--classes", help="Which of these an object is, e.g. SN,CV; others left out."),
]


def split_names(text: str) -> tuple[str, ...]:
    """Split names at commas and spaces."""
    return tuple(text.replace(",", " ").split())


def refuse_options(given: Mapping[str, object], reason: str) -> None:
    """Refuse options that do not apply.

    Parameters
    ----------
    given : mapping
        What was given, by option; None or nothing where it was not.
    reason : str
        Why they do not apply.
    """
    from taonet.errors import InputError

    for option, value in given.items():
        if value is not None and value != []:
            raise InputError(reason, do=f"leave out {option}")
