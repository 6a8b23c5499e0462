"""The verb `fetch`."""

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from taonet.cli.options import AsJson, Limit, Output
from taonet.cli.output import exit_on_failures, print_result, say, track


class PublicSet(StrEnum):
    """The public data that `fetch` downloads."""

    deep_tao = "deep-tao"


def fetch(
    name: Annotated[PublicSet, typer.Argument(help="Which public data.")],
    output: Output,
    classes: Annotated[
        list[str], typer.Option("--class", help="Only this class; may be given again.")
    ] = [],  # noqa: B006 — typer copies it
    base_url: Annotated[str, typer.Option(help="A mirror instead of GitHub.")] = "",
    limit: Limit = None,
    as_json: AsJson = False,
) -> None:
    """Download public data: what is missing of it, each file verified.

    deep-tao: the 16,307 sequences of Deep-TAO, some 14 GB, from its two GitHub repositories.

    An interrupted fetch goes on where it stopped, within a file too. With --limit, files are
    taken from each class in turn.
    """
    from taonet.fetch.deep_tao import fetch_deep_tao
    from taonet.fetch.polite_http import Client

    fetchers = {PublicSet.deep_tao: fetch_deep_tao}
    summary = fetchers[name](
        output,
        classes=classes,
        limit=limit,
        base_url=base_url,
        client=Client(say=say),
        track=track,
    )
    print_result(asdict(summary), str(summary), as_json=as_json)
    exit_on_failures(summary.downloaded + summary.there, summary.set_aside)
