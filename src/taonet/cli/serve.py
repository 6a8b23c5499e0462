"""The verb `serve`."""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Optional

import typer

from taonet.cli.output import track
from taonet.errors import ConfigError

NEEDS = ("fastapi", "markdown_it", "uvicorn")


def serve(
    path: Annotated[
        Path, typer.Argument(help="An archive, the folder of a run, or a prediction table.")
    ],
    data: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--data", help="Archive with the cutouts of a table's objects."),
    ] = None,
    bundle: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="The model that classifies: a shipped bundle's name, or its folder."),
    ] = None,
    compare: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="A second prediction table, shown beside the first."),
    ] = None,
    labels: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="File of people's labels; by default beside what is opened."),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 8765,
    host: Annotated[
        str, typer.Option(help="Address to listen at; any but this machine's own needs a token.")
    ] = "127.0.0.1",
    token: Annotated[
        str, typer.Option(envvar="TAONET_TOKEN", help="What visitors must know.")
    ] = "",
) -> None:
    """Open the page where people look: objects, frames, light curves, answers, labels."""
    if any(find_spec(name) is None for name in NEEDS):
        do = "install them: pip install 'taonet[serve]'"
        raise ConfigError("the page needs libraries that are not installed", do=do)
    from taonet.web.security import access_for
    from taonet.web.server import serve_session
    from taonet.web.session import Choices, open_session

    access = access_for(host, token)
    choices = Choices(data=data, bundle=bundle, compare=compare, labels=labels)
    session = open_session(path, choices, track=track)
    serve_session(session, access, host=host, port=port, say=typer.echo)
