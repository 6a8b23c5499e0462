"""The verb `train`."""

from pathlib import Path
from typing import Annotated, Optional

import typer

from taonet.cli.options import AsJson, RecipeDevice
from taonet.cli.output import print_result, say, track


def train(
    recipe: Annotated[
        str, typer.Argument(help="A recipe: a TOML file, or a name that `taonet recipes` lists.")
    ],
    data: Annotated[
        Optional[list[Path]],  # noqa: UP045
        typer.Option("--data", help="An archive made by ingest or simulate; or several."),
    ] = None,
    lightcurves: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--lightcurves", help="A table of light curves instead: trees, no images."),
    ] = None,
    test: Annotated[
        Optional[list[Path]],  # noqa: UP045
        typer.Option("--test", help="An archive to test on; all of --data is then for training."),
    ] = None,
    calibration: Annotated[
        Optional[list[Path]],  # noqa: UP045
        typer.Option("--calibration", help="An archive to calibrate on; needs --test."),
    ] = None,
    photometry_folder: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--measured", help="Folder of the photometry, to share it between runs."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that measure.")] = 1,
    start: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--from", help="A bundle to start from; its network is tuned."),
    ] = None,
    shots: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(min=1, help="Train on so many objects of each class, test on the others."),
    ] = None,
    seed: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(min=0, help="Seed to use instead of the recipe's."),
    ] = None,
    encoder: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            help="The frame encoder that the network reads: a name that ships, or a folder."
        ),
    ] = None,
    device: RecipeDevice = None,
    changes: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--set", help="A setting to use instead of the recipe's, e.g. model.recurrence=lstm."
        ),
    ] = None,
    output: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--output", "-o", help="The run's folder; runs/NAME-DIGEST by default."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Carry out a recipe: split, train, compare with baselines and controls, report.

    An interrupted run of the same recipe and data goes on where it stopped.
    """
    from taonet.evaluation.comparison import score_lines
    from taonet.experiment.stages import read_scores
    from taonet.reports.terminal import trust_lines
    from taonet.tasks.train import RecipeChanges, TrainingData
    from taonet.tasks.train import train as carry_out

    folder = carry_out(
        recipe,
        TrainingData(
            data=data,
            lightcurves=lightcurves,
            test=test,
            calibration=calibration,
            start=start,
            photometry_folder=photometry_folder,
        ),
        output,
        changes=RecipeChanges(
            shots=shots,
            seed=seed,
            encoder=encoder,
            device=device,
            settings=tuple(changes or ()),
        ),
        workers=workers,
        track=track,
        say=say,
    )
    scores = read_scores(folder)
    places = [f"bundle: {folder / 'bundle'}", f"report: {folder / 'report.html'}"]
    if (folder / "paper.md").exists():
        places.append(f"paper's tables: {folder / 'paper.md'}")
    text = "\n".join([score_lines(scores), *trust_lines(scores), *places])
    print_result({"run": folder, "scores": scores}, text, as_json=as_json)
