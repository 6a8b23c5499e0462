"""What a verb shows: progress and lines on the error stream, results on the output stream."""

import sys
from collections.abc import Iterable, Iterator
from typing import Any

import typer

UNREAL = 1
MOSTLY_FAILED = 3


def track(items: Iterable[Any], total: int, title: str) -> Iterator[Any]:
    """Show progress: a bar with an estimate on a terminal, a line now and then elsewhere."""
    if sys.stderr.isatty():
        yield from _bar(items, total, title)
        return
    quarters = 0
    for done, item in enumerate(items, start=1):
        yield item
        if total and done * 4 // total > quarters:
            quarters = done * 4 // total
            say(f"{title}: {done} of {total}")


def _bar(items: Iterable[Any], total: int, title: str) -> Iterator[Any]:
    from rich import progress
    from rich.console import Console

    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=Console(stderr=True)) as bar:
        yield from bar.track(items, total=total, description=title)


def say(line: str) -> None:
    """Tell the user, on the error stream: the output stream is for results."""
    typer.echo(line, err=True)


def print_result(value: dict[str, Any], text: str, *, as_json: bool) -> None:
    """Print a result for a person or for a program."""
    if as_json:
        import json

        text = json.dumps(value, default=str)
    typer.echo(text)


def exit_on_failures(objects: int, set_aside: int) -> None:
    """End with exit code 3 if more was set aside than read."""
    if set_aside > objects:
        raise typer.Exit(MOSTLY_FAILED)


def exit_on_unreal_mix(sentences: list[str]) -> None:
    """End with exit code 1 and one line if a class is alone where reality has others."""
    if sentences:
        more = f" (and {len(sentences) - 1} more)" if len(sentences) > 1 else ""
        say(f"taonet: {sentences[0]}{more}")
        raise typer.Exit(UNREAL)
