"""The verb `train`."""

from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from taonet.cli.options import (
    AsJson,
    refuse_options,
)
from taonet.cli.output import print_result, say, track


def train(
    recipe: Annotated[
        str, typer.Argument(help="A recipe: a TOML file, or a name that `taonet recipes` lists.")
    ],
    data: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--data", help="An archive made by ingest or simulate."),
    ] = None,
    lightcurves: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--lightcurves", help="A table of light curves instead: trees, no images."),
    ] = None,
    test: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--test", help="An archive to test on; all of --data is for training then."),
    ] = None,
    calibration: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--calibration", help="An archive to calibrate on; needs --test."),
    ] = None,
    measured: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--measured", help="Where photometry is kept, to share it between runs."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that measure.")] = 1,
    start: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--from", help="A bundle to start from; its network is tuned."),
    ] = None,
    shots: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(min=1, help="Learn from so many objects of each class, test on the others."),
    ] = None,
    seed: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(min=0, help="Instead of the recipe's."),
    ] = None,
    changes: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--set", help="Instead of the recipe's, e.g. model.recurrence=lstm."),
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

    more: dict[str, Any] = {
        "test": test,
        "calibration": calibration,
        "start": start,
        "shots": shots,
        "seed": seed,
        "changes": changes or [],
        "measured": measured,
        "workers": workers,
    }
    folder = _run_recipe(recipe, data, lightcurves, output, more)
    scores = read_scores(folder)
    places = [f"bundle: {folder / 'bundle'}", f"report: {folder / 'report.html'}"]
    if (folder / "paper.md").exists():
        places.append(f"paper's tables: {folder / 'paper.md'}")
    text = "\n".join([score_lines(scores), *trust_lines(scores), *places])
    print_result({"run": folder, "scores": scores}, text, as_json=as_json)


def _run_recipe(
    recipe: str,
    data: Path | None,
    lightcurves: Path | None,
    output: Path | None,
    more: dict[str, Any],
) -> Path:
    if lightcurves is not None and data is None:
        options = {"changes": "--set", "start": "--from"}
        given = {options.get(name, f"--{name}"): value for name, value in more.items()}
        del given["--workers"]
        refuse_options(given, "a recipe for light curves says all that there is to choose")
        from taonet.experiment.curves.recipe import read_curve_recipe
        from taonet.experiment.curves.run import run_curves

        return run_curves(read_curve_recipe(recipe), lightcurves, output, track=track, say=say)
    if data is None or lightcurves is not None:
        from taonet.errors import InputError

        do = "give --data ARCHIVE or --lightcurves TABLE"
        raise InputError("training needs an archive or a table of light curves", do=do)

    from taonet.experiment.recipe import override_recipe, read_recipe
    from taonet.experiment.run import run_experiment
    from taonet.io.archive import Archive
    from taonet.models.bundle import load_bundle

    for part in ("test", "calibration"):
        more[part] = None if more[part] is None else Archive(more[part])
    more["start"] = None if more["start"] is None else load_bundle(more["start"])
    settings = read_recipe(recipe, more.pop("changes"))
    settings = override_recipe(settings, shots=more.pop("shots"), seed=more.pop("seed"))
    return run_experiment(settings, Archive(data), output, **more, track=track, say=say)
