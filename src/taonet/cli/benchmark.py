"""The verb `benchmark`: one below it for each public data set."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Optional

import typer

from taonet.cli.options import (
    AsJson,
    Classes,
    Device,
    Limit,
    Output,
    Overwrite,
    RecipeDevice,
    Seed,
    split_names,
)
from taonet.cli.output import exit_on_failures, print_result, say, track


class Half(StrEnum):
    """The halves of the real HiTS sequences."""

    first = "first"
    second = "second"


benchmark_app = typer.Typer(
    rich_markup_mode=None, no_args_is_help=True, help="Score methods on public data."
)


@benchmark_app.callback()
def _benchmark() -> None:
    pass


@benchmark_app.command("crts-features")
def benchmark_crts_features(
    data: Annotated[Path, typer.Option("--data", help="Folder of the published feature tables.")],
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Score forests and boosted trees on published features of CRTS, beside published scores."""
    from taonet.studies.crts_features import published_scores, score_lines

    scores = published_scores(data, seed=seed, track=track)
    print_result(scores, score_lines(scores), as_json=as_json)


@benchmark_app.command("hits")
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
        Optional[str],  # noqa: UP045
        typer.Option("--recipe", help="How it is tuned; as shipped by default."),
    ] = None,
    half: Annotated[
        Optional[Half],  # noqa: UP045
        typer.Option(help="Test only the half that settings were chosen on (first), or the other."),
    ] = None,
    draws: Annotated[int, typer.Option(min=1, help="Times that shots are drawn.")] = 10,
    shots: Annotated[int, typer.Option(min=1, help="Real objects of each class.")] = 10,
    seed: Seed = 1,
    device: RecipeDevice = None,
    as_json: AsJson = False,
) -> None:
    """Score a network on real sequences: from simulation alone, and tuned on ten of each class."""
    from taonet.experiment.recipe import override_recipe, read_recipe
    from taonet.io.archive import Archive
    from taonet.models.bundle import load_bundle
    from taonet.studies.hits import FINETUNE, Shots, hits_benchmark, score_lines

    settings = override_recipe(read_recipe(recipe or FINETUNE), device=device)
    scores = hits_benchmark(
        load_bundle(start, device=settings.training.device),
        settings,
        Archive(data),
        test=None if test is None else Archive(test),
        half=None if half is None else half.value,
        shots=Shots(draws=draws, per_class=shots, seed=seed),
        track=track,
    )
    plain = {name: score.to_dict() for name, score in scores.items()}
    print_result(plain, score_lines(scores), as_json=as_json)


@benchmark_app.command("counterfactuals")
def benchmark_counterfactuals(
    bundle: Annotated[str, typer.Argument(help="A shipped bundle's name, or a bundle's folder.")],
    inputs: Annotated[list[Path], typer.Argument(help="Archives, or files that ingest reads.")],
    output: Output,
    only: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--only", help="One of the counterfactuals; all by default."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that measure.")] = 1,
    limit: Limit = None,
    seed: Seed = 1,
    device: Device = "auto",
    as_json: AsJson = False,
    overwrite: Overwrite = False,
) -> None:
    """Score a network on sequences in which one thing was made different.

    Dimmed, moved, turned, with a fault, frozen or empty: does the answer follow the change of
    the object, or something else? The table of scores is written as .parquet, .csv, .ecsv or .vot.
    """
    from taonet.evaluation.counterfactual_scores import counterfactual_lines
    from taonet.tasks.counterfactuals import counterfactual_table

    table, tally = counterfactual_table(
        bundle,
        inputs,
        output,
        names=only or (),
        limit=limit,
        seed=seed,
        workers=workers,
        device=device,
        overwrite=overwrite,
        track=track,
    )
    scores = {row["counterfactual"]: row for row in table.to_dict("records")}
    print_result(scores, counterfactual_lines(table), as_json=as_json)
    say(str(tally))
    exit_on_failures(tally.objects, tally.set_aside_count)


@benchmark_app.command("injection")
def benchmark_injection(
    bundle: Annotated[str, typer.Argument(help="A shipped bundle's name, or a bundle's folder.")],
    archives: Annotated[list[Path], typer.Argument(help="Archives with objects of class NON.")],
    output: Output,
    classes: Annotated[str, typer.Option("--class", help="What to plant, e.g. SN,RRL.")] = "SN",
    objects: Annotated[int, typer.Option("--objects", min=1, help="Of each class.")] = 200,
    survey: Annotated[
        str, typer.Option(help="Preset that knows the light; the archive's survey by default.")
    ] = "",
    every: Annotated[
        bool, typer.Option("--all", help="Plant into all objects, for archives without classes.")
    ] = False,
    faintest: Annotated[
        float, typer.Option(help="Faintest peak: magnitudes above the 5 sigma limit.")
    ] = -1.0,
    brightest: Annotated[float, typer.Option(help="Brightest peak, likewise.")] = 6.0,
    offset: Annotated[float, typer.Option(min=0, help="At most so far off, in pixels.")] = 2.0,
    dim: Annotated[
        float, typer.Option(min=0, help="Dim what is there by up to so many magnitudes before.")
    ] = 0.0,
    seed: Seed = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes that measure.")] = 1,
    device: Device = "auto",
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Plant transients into real frames and score what a network makes of them.

    The light is simulated, the noise real. Recall, detection and coverage of the sets against
    brightness, host and offset, beside the same sequences with nothing planted; the output is a
    folder with injection.md, its figure, and a table of the truth and answer of each object.
    """
    from taonet.evaluation.injection_scores import injection_lines
    from taonet.simulation.injection_range import InjectionRange
    from taonet.tasks.injection import InjectionPlan, injection_benchmark

    plan = InjectionPlan(
        classes=split_names(classes), n_objects=objects, survey_name=survey, every=every, seed=seed,
        reach=InjectionRange(above_limit_mag=(faintest, brightest), offset_px=offset), dim_mag=dim,
    )  # fmt: skip
    results, tally = injection_benchmark(
        bundle,
        archives,
        output,
        plan=plan,
        workers=workers,
        device=device,
        overwrite=overwrite,
        track=track,
    )
    # JSON knows no NaN
    rows = results.scores.astype(object).where(results.scores.notna(), None).to_dict("records")
    plain = {"scores": rows, "nothing_planted": results.controls}
    print_result(plain, injection_lines(results.scores, results.controls), as_json=as_json)
    say(str(tally))
    exit_on_failures(tally.objects, tally.set_aside_count)


@benchmark_app.command("latents")
def benchmark_latents(
    data: Annotated[Path, typer.Option("--data", help="Folder of latents and their objects.")],
    draws: Annotated[int, typer.Option(min=1, help="Times that folds are drawn.")] = 2,
    members: Annotated[int, typer.Option(min=1, help="Trainings that are averaged.")] = 1,
    seed: Seed = 1,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Score the network's memory on sequences of latents: is an object an artefact or not?"""
    from taonet.studies.latent_sequences import latent_benchmark, read_latents, score_lines

    scores = latent_benchmark(
        read_latents(data),
        seeds=range(seed, seed + draws),
        members=members,
        device=device,
        track=track,
    )
    plain = {name: score.to_dict() for name, score in scores.items()}
    print_result(plain, score_lines(scores), as_json=as_json)


@benchmark_app.command("seeds")
def benchmark_seeds(
    runs: Annotated[list[Path], typer.Argument(help="Folders of runs that differ in the seed.")],
    data: Annotated[Path, typer.Option("--data", help="The archive that they were tested on.")],
    classes: Classes = "",
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Score every method of several runs, as means over them; intervals over objects and runs."""
    from taonet.io.archive import Archive
    from taonet.studies.seeds import score_seeds, seed_lines

    archive = Archive(data)
    scores = score_seeds(
        runs, archive.taxonomy, objects=archive.objects, classes=split_names(classes), seed=seed
    )
    print_result(scores, seed_lines(scores), as_json=as_json)
