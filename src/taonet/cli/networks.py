"""The verbs on networks and their answers, from `train` to `report`."""

from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from taonet.cli.options import (
    AsJson,
    Classes,
    Limit,
    Output,
    Overwrite,
    Seed,
    refuse_options,
    split_names,
)
from taonet.cli.showing import exit_on_failures, print_result, say, track


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
    answers after fewer epochs are also scored there, on the objects that have so many; of the
    first it is said how early and how trustworthy they are.
    """
    from taonet.evaluation.comparison import score_lines
    from taonet.reports.terminal import trust_lines
    from taonet.tasks.evaluate import compare_tables

    scores = compare_tables(predictions, data, classes=split_names(classes), seed=seed)
    print_result(scores, "\n".join([score_lines(scores), *trust_lines(scores)]), as_json=as_json)


def predict(
    bundle: Annotated[str, typer.Argument(help="A shipped bundle's name, or a bundle's folder.")],
    inputs: Annotated[
        list[Path],
        typer.Argument(help="Archives, files that ingest reads, or tables of light curves."),
    ],
    output: Output,
    final: Annotated[bool, typer.Option("--final", help="Only the last answer an object.")] = False,
    prior: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="How common classes are: SN=0.1,CV=0.2,… or a table (class, prior)."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that measure.")] = 1,
    limit: Limit = None,
    overwrite: Overwrite = False,
) -> None:
    """Say what each object is, after every epoch, with probabilities.

    The table's format follows its name: .parquet, .csv, .ecsv or .vot.

    Probabilities hold for the class mix that was learnt, which for networks is that of classes
    equally common; --prior restates them for another. Sets hold for any mix: only classes of
    share 0 leave them.
    """
    from taonet.io.priors import read_prior
    from taonet.models.bundle_folder import TREES, bundle_config, find_bundle

    mix = None if prior is None else read_prior(prior)
    if bundle_config(find_bundle(bundle))["format"] == TREES:
        from taonet.tasks.predict_light_curves import classify_curves

        result = classify_curves(
            bundle, inputs, output, limit=limit, prior=mix, overwrite=overwrite, track=track
        )
    else:
        from taonet.tasks.predict import classify

        result = classify(
            bundle,
            inputs,
            output,
            final=final,
            limit=limit,
            workers=workers,
            prior=mix,
            overwrite=overwrite,
            track=track,
        )
    typer.echo(str(result))
    exit_on_failures(result.objects, result.set_aside_count)


def calibrate(
    bundle: Annotated[str, typer.Argument(help="A shipped bundle's name, or a bundle's folder.")],
    data: Annotated[
        Path, typer.Argument(help="An archive of objects of known class, not trained on.")
    ],
    output: Output,
    level: Annotated[float, typer.Option(help="How often sets shall hold the truth.")] = 0.9,
    workers: Annotated[int, typer.Option(min=1, help="Processes that measure.")] = 1,
    overwrite: Overwrite = False,
) -> None:
    """Make a bundle's probabilities honest, and let it state sets of classes that hold the truth.

    Both then hold after every number of epochs, for all objects that have so many: probabilities
    where classes are equally common (predict --prior restates them), sets for any mix.
    """
    from taonet.experiment.trust_stage import calibrate as fit

    typer.echo(
        fit(bundle, data, output, level=level, workers=workers, overwrite=overwrite, track=track)
    )


def report(
    predictions: Annotated[list[Path], typer.Argument(help="Prediction tables of one taxonomy.")],
    output: Output,
    data: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--data", help="Archive with the true classes and the cutouts."),
    ] = None,
    title: Annotated[str, typer.Option(help="Headline of the page.")] = "TAO-Net report",
    classes: Classes = "",
    seed: Seed = 0,
    overwrite: Overwrite = False,
) -> None:
    """Write one self-contained HTML page from prediction tables; the first is the main one."""
    from taonet.tasks.evaluate import report_tables

    report_tables(
        predictions,
        data,
        output,
        title=title,
        classes=split_names(classes),
        seed=seed,
        overwrite=overwrite,
    )
    typer.echo(output)


def recipes(as_json: AsJson = False) -> None:
    """List the recipes that come with the package, for `train`."""
    from taonet.experiment.shipped_recipes import recipe_lines, shipped_recipes

    found = shipped_recipes()
    print_result(found, "\n".join(recipe_lines(found)), as_json=as_json)


def models(as_json: AsJson = False) -> None:
    """List the bundles that come with the package."""
    from taonet.tasks.models import bundle_lines, shipped_bundles

    found = shipped_bundles()
    text = "\n".join(bundle_lines(found)) if found else "no bundles ship with this version"
    print_result(found, text, as_json=as_json)
