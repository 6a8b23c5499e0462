"""The verb `evaluate`."""

from pathlib import Path
from typing import Annotated, Optional

import typer

from taonet.cli.options import (
    AsJson,
    Classes,
    Seed,
    split_names,
)
from taonet.cli.output import print_result


def evaluate(
    predictions: Annotated[list[Path], typer.Argument(help="Prediction tables of one taxonomy.")],
    data: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--data", help="Archive that knows the true classes."),
    ] = None,
    classes: Classes = "",
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Score prediction tables side by side on the same objects, with intervals.

    Differences are to the first table, on the same bootstrap draws of the objects. Tables with
    predictions after fewer epochs are also scored there, on the objects that have so many; for the
    first table, earliness and calibration are reported too.
    """
    from taonet.evaluation.comparison import score_lines
    from taonet.reports.terminal import trust_lines
    from taonet.tasks.evaluate import compare_tables

    scores = compare_tables(predictions, data, classes=split_names(classes), seed=seed)
    print_result(scores, "\n".join([score_lines(scores), *trust_lines(scores)]), as_json=as_json)
