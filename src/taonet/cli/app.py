"""The application: its verbs in the order in which help shows them, and how it ends."""

import sys
from typing import Annotated, Optional

import typer
from typer.exceptions import TyperException

from taonet.cli.benchmark import benchmark_app
from taonet.cli.calibrate import calibrate
from taonet.cli.demo import demo
from taonet.cli.encoder import encoder
from taonet.cli.evaluate import evaluate
from taonet.cli.fetch import fetch
from taonet.cli.info import info
from taonet.cli.ingest import ingest
from taonet.cli.interruption import describe_interruption
from taonet.cli.models import models
from taonet.cli.output import say
from taonet.cli.photometry import photometry
from taonet.cli.predict import predict
from taonet.cli.recipes import recipes
from taonet.cli.report import report
from taonet.cli.serve import serve
from taonet.cli.simulate import simulate_app
from taonet.cli.train import train
from taonet.errors import TaoNetError
from taonet.version import __version__

BAD_INPUT = 2

INTERRUPTED = 130
"""What typer makes of Ctrl-C, as shells do."""

VERBS = (
    demo,
    fetch,
    ingest,
    photometry,
    encoder,
    train,
    evaluate,
    predict,
    calibrate,
    report,
    serve,
    recipes,
    models,
    info,
)


app = typer.Typer(
    name="taonet",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Classify image sequences of astronomical transients, straight from pixels.\n\n"
    "Start with `taonet demo`. With files of your own: `taonet ingest`, then `taonet predict`.",
)
for verb in VERBS:
    app.command()(verb)
app.add_typer(simulate_app, name="simulate")
app.add_typer(benchmark_app, name="benchmark")


def _version(value: bool | None) -> None:
    if value:
        typer.echo(f"taonet {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        Optional[bool],  # noqa: UP045
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = None,
) -> None:
    pass


def main() -> None:
    """Run the command line; bad input ends in one clear line and exit code 2."""
    code: int | None = None
    try:
        code = app(args=sys.argv[1:] or ["--help"], prog_name="taonet", standalone_mode=False)
    except TaoNetError as error:
        say(f"taonet: {error}")
        sys.exit(BAD_INPUT)
    except TyperException as error:
        message = error.format_message().replace("Value error, ", "").rstrip(".")
        say(f"taonet: {message} — `taonet --help` and `taonet VERB --help` say more")
        sys.exit(BAD_INPUT)
    except BrokenPipeError:
        sys.exit(1)
    except OSError as error:
        # a closed folder, a name too long, a disk that fails: nothing that a trace would explain
        if error.filename is None:
            raise
        say(f"taonet: {error.filename}: {error.strerror}")
        sys.exit(BAD_INPUT)
    except KeyboardInterrupt:
        code = INTERRUPTED
    if code == INTERRUPTED:
        say(f"taonet: {describe_interruption(sys.argv[1:])}")
    sys.exit(code or 0)
