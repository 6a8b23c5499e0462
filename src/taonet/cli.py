"""The command line: each verb imports what it needs and calls one function."""

import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Optional

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from taonet.errors import TaoNetError
from taonet.version import __version__

app = typer.Typer(
    name="taonet",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Classify image sequences of astronomical transients, straight from pixels.\n\n"
    "Start with `taonet demo`. With files of your own: `taonet ingest`, then `taonet predict`.",
)

BAD_INPUT = 2
MOSTLY_FAILED = 3

Output = Annotated[Path, typer.Option("--output", "-o", help="Where to write.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace what is there.")]
Limit = Annotated[Optional[int], typer.Option("--limit", min=1, help="Stop after so many objects.")]  # noqa: UP045
Seed = Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same result.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]


Classes = Annotated[
    str,
    typer.Option("--classes", help="Which of these an object is, e.g. SN,CV; others left out."),
]


class Features(StrEnum):
    """The sets of light-curve features that `photometry` knows."""

    published = "published"
    modern = "modern"


class Half(StrEnum):
    """The halves of the real HiTS sequences."""

    first = "first"
    second = "second"


class SourceKind(StrEnum):
    """The kinds of input that `ingest` reads."""

    deep_tao = "deep-tao"
    arrays = "arrays"
    fits = "fits"
    alerts = "alerts"


def track(items: Iterable[Any], total: int, title: str) -> Iterator[Any]:
    """Show progress: a bar with an estimate on a terminal, a line now and then elsewhere."""
    if sys.stderr.isatty():
        yield from _bar(items, total, title)
        return
    shown = 0
    for done, item in enumerate(items, start=1):
        yield item
        if total and done * 4 // total > shown:
            shown = done * 4 // total
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


@app.command()
def demo(
    output: Output = Path("demo"),
    seed: Seed = 1,
    overwrite: Overwrite = False,
) -> None:
    """Simulate, train, compare with a forest, classify an unseen file, write a report.

    Needs no data. Takes a few minutes on two cores; everything lands in one folder.
    """
    from taonet.experiment.demo import run_demo

    report = run_demo(output, seed=seed, overwrite=overwrite, track=track, say=say)
    typer.echo(report)


@app.command()
def ingest(
    kind: Annotated[SourceKind, typer.Argument(help="What the inputs are.")],
    paths: Annotated[list[Path], typer.Argument(help="Files or folders.")],
    output: Output,
    survey: Annotated[str, typer.Option(help="Short name of the survey (arrays, fits).")] = "",
    table: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Table that describes FITS cutouts: file, object_id, mjd, …"),
    ] = None,
    labels: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Table of object_id and class_name; wins over the source."),
    ] = None,
    limit: Limit = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Pack sequences of cutouts into an archive.

    \b
    taonet ingest deep-tao DIR -o A          Deep-TAO FITS files, one an object
    taonet ingest arrays F.npz -o A          stamps (object, epoch, [channel,] y, x), mjd, …
    taonet ingest fits DIR --table T -o A    your own FITS cutouts and a table
    taonet ingest alerts DIR -o A            Avro alert packets, joined by object

    What cannot be read is set aside with its reason; an interrupted ingest goes on.
    """
    from dataclasses import asdict

    from taonet.io.fits_cutouts import read_labels
    from taonet.io.ingest import ingest as run_ingest

    source = _source(kind, paths, survey=survey, table=table)
    summary = run_ingest(
        source,
        output,
        labels=read_labels(labels) if labels else None,
        overwrite=overwrite,
        limit=limit,
        track=lambda found, total: track(found, total, "ingesting"),
    )
    print_result(asdict(summary), str(summary), as_json=as_json)
    if summary.set_aside > summary.objects:
        raise typer.Exit(MOSTLY_FAILED)


def _source(kind: SourceKind, paths: list[Path], *, survey: str, table: Path | None) -> Any:
    from taonet.errors import InputError
    from taonet.io import sources

    if table is not None and kind is not SourceKind.fits:
        raise InputError(f"--table describes FITS cutouts, not {kind}", do="leave it out")
    if survey and kind in (SourceKind.deep_tao, SourceKind.alerts):
        raise InputError(f"{kind} files name their survey themselves", do="leave out --survey")
    if kind is SourceKind.deep_tao:
        return sources.deep_tao_source(paths)
    if kind is SourceKind.alerts:
        return sources.alerts_source(paths)
    if len(paths) != 1:
        raise InputError(f"{kind} takes one path", got=len(paths))
    if kind is SourceKind.arrays:
        return sources.arrays_source(paths[0], survey=survey or "arrays")
    if table is None:
        raise InputError("fits needs a table", do="give --table T with file, object_id and mjd")
    return sources.fits_source(paths[0], table, survey=survey or "mine")


class _SurveyFirst(TyperGroup):
    """`simulate SURVEY …` is a verb of its own, `simulate inject …` one beside it."""

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **extra: Any) -> Any:
        """Read the words as those of the plain verb unless the first one names another."""
        if args and args[0] in self.commands:
            return super().make_context(info_name, args, *rest, **extra)
        return self.commands["survey"].make_context(info_name, args, *rest, **extra)


simulating = typer.Typer(
    cls=_SurveyFirst,
    rich_markup_mode=None,
    help="Simulate sequences of known class, or plant transients into real ones.",
)
app.add_typer(simulating, name="simulate")


@simulating.command("survey", hidden=True)
def simulate(
    survey: Annotated[str, typer.Argument(help="A preset: crts, hits, tiny, ztf.")],
    output: Output,
    objects: Annotated[int, typer.Option("--objects", min=1, help="How many.")] = 300,
    classes: Annotated[str, typer.Option(help="Only these, e.g. SN,CV.")] = "",
    mix: Annotated[str, typer.Option(help="balanced or realistic.")] = "balanced",
    light_curves_only: Annotated[
        bool, typer.Option("--light-curves-only", help="A table of the survey's light curves.")
    ] = False,
    fits: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Also write Deep-TAO files, in folders by class."),
    ] = None,
    seed: Seed = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes; same result for any.")] = 1,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Simulate sequences of known class into an archive, with a table of the truth beside it.

    `taonet simulate inject --help` says how to plant transients into real sequences instead,
    `taonet simulate check --help` how to compare a preset with real data.
    """
    names = _names(classes) or None
    settings: dict[str, Any] = {
        "n_objects": objects, "classes": names, "mix": mix, "seed": seed, "workers": workers,
        "overwrite": overwrite, "track": track,
    }  # fmt: skip
    if light_curves_only:
        from taonet.experiment.listed import simulate_light_curves

        _leave_out(fits, "--fits", "there are no images with --light-curves-only")
        count, what = simulate_light_curves(survey, output, **settings), "points"
    else:
        from taonet.experiment.simulated import simulate_archive

        count, what = simulate_archive(survey, output, fits=fits, **settings), "frames"
    text = f"{objects} objects, {count} {what} -> {output}"
    print_result({"objects": objects, what: count, "path": output}, text, as_json=as_json)


def _leave_out(value: object, option: str, reason: str) -> None:
    from taonet.errors import InputError

    if value is not None:
        raise InputError(reason, do=f"leave out {option}")


@simulating.command("check")
def simulate_check(
    survey: Annotated[str, typer.Argument(help="A preset: crts, hits.")],
    against: Annotated[
        list[Path],
        typer.Option(help="Real archive, light curves, or features (label, split)."),
    ],
    output: Output,
    objects: Annotated[int, typer.Option("--objects", min=50, help="Of each class.")] = 1000,
    seed: Seed = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes; same result for any.")] = 1,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Measure how real a preset is: told apart from real objects, and learnt from."""
    from taonet.experiment.simcheck import check_survey, summary

    found = check_survey(
        survey, against, output, n_objects=objects, seed=seed, workers=workers,
        overwrite=overwrite, track=track,
    )  # fmt: skip
    print_result(found, f"{summary(found)}\n-> {output}", as_json=as_json)


@simulating.command("inject")
def simulate_inject(
    archive: Annotated[Path, typer.Argument(help="An archive with objects of class NON.")],
    class_name: Annotated[str, typer.Option("--class", help="What to plant, e.g. SN.")],
    output: Output,
    survey: Annotated[
        str, typer.Option(help="Preset that knows the light; the archive's survey by default.")
    ] = "",
    objects: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option("--objects", min=1, help="How many; all there are by default."),
    ] = None,
    seed: Seed = 1,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Plant transients of known truth into sequences that do not change, into a new archive."""
    from taonet.experiment.injected import inject_archive

    count = inject_archive(
        archive, output, class_name=class_name, survey_name=survey, n_objects=objects, seed=seed,
        overwrite=overwrite, track=track,
    )  # fmt: skip
    text = f"{count} objects with a planted {class_name} -> {output}"
    print_result({"objects": count, "path": output}, text, as_json=as_json)


@app.command()
def photometry(
    inputs: Annotated[
        list[Path],
        typer.Argument(help="Archives, files that ingest reads, or tables of light curves."),
    ],
    output: Output,
    features: Annotated[
        Optional[Features],  # noqa: UP045
        typer.Option(help="Features of the light curves instead of the curves."),
    ] = None,
    difference: Annotated[
        bool, typer.Option("--difference", help="Measure what changed since a template.")
    ] = False,
    aperture: Annotated[
        bool, typer.Option("--aperture", help="Sum a circle instead of fitting the PSF.")
    ] = False,
    archival: Annotated[
        bool,
        typer.Option("--archival", help="Calibrate each epoch by all, not only earlier ones."),
    ] = False,
    nightly: Annotated[
        bool, typer.Option("--nightly", help="Average the exposures of each night and band.")
    ] = False,
    figures: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Also draw the first twelve objects into this folder."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes; same result for any.")] = 1,
    limit: Limit = None,
    overwrite: Overwrite = False,
) -> None:
    """Measure light curves at the centre of the cutouts, or their features, into a table.

    The flux at the object's place is measured in every epoch, detected or not. The field's own
    stars tell how each epoch is shifted, blurred and dimmed; no catalogue is needed.
    """
    from taonet.errors import InputError
    from taonet.experiment.measure import measure
    from taonet.photometry.tables import Measuring, Mode

    if difference and aperture:
        raise InputError("--difference fits the PSF", do="leave out --aperture")
    mode: Mode = "difference" if difference else "aperture" if aperture else "science"
    result = measure(
        inputs,
        output,
        features=None if features is None else str(features),
        how=Measuring(mode=mode, causal=not archival, nightly=nightly),
        figures=figures,
        workers=workers,
        limit=limit,
        overwrite=overwrite,
        track=track,
    )
    typer.echo(str(result))
    _exit_if_mostly_failed(result.objects, result.set_aside)


@app.command()
def train(
    recipe: Annotated[Path, typer.Argument(help="A recipe (TOML), see the folder recipes/.")],
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
    folder = _carried_out(recipe, data, lightcurves, output, more)
    scores = read_scores(folder)
    text = f"{score_lines(scores)}\nbundle: {folder / 'bundle'}\nreport: {folder / 'report.html'}"
    print_result({"run": folder, "scores": scores}, text, as_json=as_json)


def _carried_out(
    recipe: Path,
    data: Path | None,
    lightcurves: Path | None,
    output: Path | None,
    more: dict[str, Any],
) -> Path:
    if lightcurves is not None and data is None:
        from taonet.experiment.curve_recipe import read_curve_recipe
        from taonet.experiment.run_curves import run_curves

        return run_curves(read_curve_recipe(recipe), lightcurves, output, track=track, say=say)
    if data is None or lightcurves is not None:
        from taonet.errors import InputError

        do = "give --data ARCHIVE or --lightcurves TABLE"
        raise InputError("training needs an archive or a table of light curves", do=do)

    from taonet.experiment.config import read_recipe, varied
    from taonet.experiment.run import run_experiment
    from taonet.io.archive import Archive
    from taonet.models.bundle import load_bundle

    for part in ("test", "calibration"):
        more[part] = None if more[part] is None else Archive(more[part])
    more["start"] = None if more["start"] is None else load_bundle(more["start"])
    settings = read_recipe(recipe, more.pop("changes"))
    settings = varied(settings, shots=more.pop("shots"), seed=more.pop("seed"))
    return run_experiment(settings, Archive(data), output, **more, track=track, say=say)


@app.command()
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
    answers after fewer epochs are also scored there, on the objects that have so many.
    """
    from taonet.evaluation.comparison import score_lines
    from taonet.experiment.compare import compare_tables

    scores = compare_tables(predictions, data, classes=_names(classes), seed=seed)
    print_result(scores, score_lines(scores), as_json=as_json)


@app.command()
def predict(
    bundle: Annotated[str, typer.Argument(help="A shipped bundle's name, or a bundle's folder.")],
    inputs: Annotated[
        list[Path],
        typer.Argument(help="Archives, files that ingest reads, or tables of light curves."),
    ],
    output: Output,
    final: Annotated[bool, typer.Option("--final", help="Only the last answer an object.")] = False,
    workers: Annotated[int, typer.Option(min=1, help="Processes that measure.")] = 1,
    limit: Limit = None,
    overwrite: Overwrite = False,
) -> None:
    """Say what each object is, after every epoch, with probabilities.

    The table's format follows its name: .parquet, .csv, .ecsv or .vot.
    """
    from taonet.models.bundle_folder import TREES, bundle_config, find_bundle

    if bundle_config(find_bundle(bundle))["format"] == TREES:
        from taonet.experiment.classify_curves import classify_curves

        result = classify_curves(
            bundle, inputs, output, limit=limit, overwrite=overwrite, track=track
        )
    else:
        from taonet.experiment.classify import classify

        result = classify(
            bundle,
            inputs,
            output,
            final=final,
            limit=limit,
            workers=workers,
            overwrite=overwrite,
            track=track,
        )
    typer.echo(str(result))
    _exit_if_mostly_failed(result.objects, result.set_aside)


@app.command()
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

    The probabilities are then right for the mix of classes of the archive; the sets for any mix.
    """
    from taonet.experiment.calibrating import calibrate as fit

    typer.echo(
        fit(bundle, data, output, level=level, workers=workers, overwrite=overwrite, track=track)
    )


@app.command()
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
    from taonet.experiment.compare import report_tables

    report_tables(
        predictions,
        data,
        output,
        title=title,
        classes=_names(classes),
        seed=seed,
        overwrite=overwrite,
    )
    typer.echo(output)


@app.command()
def models(as_json: AsJson = False) -> None:
    """List the bundles that come with the package."""
    from taonet.experiment.shipped import shipped_bundles

    found = shipped_bundles()
    lines = [f"{name}: {about}" for name, about in found.items()]
    print_result(found, "\n".join(lines) or "no bundles ship with this version", as_json=as_json)


@app.command()
def info(
    path: Annotated[Path, typer.Argument(help="An archive, a bundle, a run, or a file.")],
    verify: Annotated[bool, typer.Option("--verify", help="Read and check every byte.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what something is: an archive, a bundle, a run, or a file that ingest reads."""
    from taonet.experiment.describe import describe

    facts = describe(path, verify=verify)
    print_result(
        facts, "\n".join(f"{name}: {value}" for name, value in facts.items()), as_json=as_json
    )


benchmarking = typer.Typer(
    rich_markup_mode=None, no_args_is_help=True, help="Score methods on public data."
)
app.add_typer(benchmarking, name="benchmark")


@benchmarking.callback()
def _benchmark() -> None:
    pass


@benchmarking.command("crts-features")
def benchmark_crts_features(
    data: Annotated[Path, typer.Option("--data", help="Folder of the published feature tables.")],
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Score forests and boosted trees on published features of CRTS, beside published scores."""
    from taonet.experiment.published_scores import published_scores, score_lines

    found = published_scores(data, seed=seed, track=track)
    print_result(found, score_lines(found), as_json=as_json)


@benchmarking.command("hits")
def benchmark_hits(
    data: Annotated[Path, typer.Option("--data", help="An archive of real HiTS sequences.")],
    test: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--test", help="Test on all of this archive; --data gives the shots then."),
    ] = None,
    start: Annotated[
        str, typer.Option("--from", help="The bundle trained on simulation.")
    ] = "hits-sim",
    recipe: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--recipe", help="How it is tuned; as shipped by default."),
    ] = None,
    half: Annotated[
        Optional[Half],  # noqa: UP045
        typer.Option(help="Test only the half that settings were chosen on (first), or the other."),
    ] = None,
    draws: Annotated[int, typer.Option(min=1, help="Times that shots are drawn.")] = 10,
    shots: Annotated[int, typer.Option(min=1, help="Real objects of each class.")] = 10,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Score a network on real sequences: from simulation alone, and tuned on ten of each class."""
    from taonet.experiment.config import read_recipe
    from taonet.experiment.hits_benchmark import FINETUNE, hits_benchmark, score_lines
    from taonet.io.archive import Archive
    from taonet.models.bundle import load_bundle

    found = hits_benchmark(
        load_bundle(start),
        read_recipe(recipe or FINETUNE),
        Archive(data),
        test=None if test is None else Archive(test),
        half=None if half is None else half.value,
        draws=draws,
        shots=shots,
        seed=seed,
        track=track,
    )
    plain = {name: score.to_dict() for name, score in found.items()}
    print_result(plain, score_lines(found), as_json=as_json)


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


def _exit_if_mostly_failed(objects: int, set_aside: int) -> None:
    if set_aside > objects:
        raise typer.Exit(MOSTLY_FAILED)


def _version(wanted: bool | None) -> None:
    if wanted:
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
    except KeyboardInterrupt:
        say("taonet: interrupted; the same command goes on where it stopped")
        sys.exit(130)
    sys.exit(code or 0)
