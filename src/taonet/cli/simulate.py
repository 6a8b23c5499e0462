"""The commands `simulate`, `simulate inject` and `simulate check`."""

from pathlib import Path
from typing import Annotated, Any, Optional

import typer
from typer.core import TyperGroup

from taonet.cli.options import AsJson, Output, Overwrite, Seed, refuse_options, split_names
from taonet.cli.output import exit_on_unreal_mix, print_result, track


class _SurveyFirst(TyperGroup):
    """`simulate SURVEY …` is a verb of its own, `simulate inject …` one beside it."""

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **extra: Any) -> Any:
        """Read the words as those of the plain verb unless the first one names another."""
        if args and args[0] in self.commands:
            return super().make_context(info_name, args, *rest, **extra)
        return self.commands["survey"].make_context(info_name, args, *rest, **extra)


simulate_app = typer.Typer(
    cls=_SurveyFirst,
    rich_markup_mode=None,
    help="Simulate sequences of known class, or plant transients into real ones.",
)


@simulate_app.command("survey", hidden=True)
def simulate(
    survey: Annotated[
        str, typer.Argument(help="A preset, e.g. crts-catalogue, crts, hits or ztf.")
    ],
    output: Output,
    objects: Annotated[int, typer.Option("--objects", min=1, help="How many.")] = 300,
    classes: Annotated[str, typer.Option(help="Only these, e.g. SN,CV.")] = "",
    mix: Annotated[str, typer.Option(help="balanced, realistic or wide.")] = "balanced",
    unstated: Annotated[
        bool, typer.Option("--unstated", help="State neither seeing nor zero points.")
    ] = False,
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
    from taonet.tasks.simulate import Sample, simulate_archive, simulate_light_curves

    sample = Sample(
        survey=survey, n_objects=objects, classes=split_names(classes) or None, mix=mix, seed=seed,
        unstated=unstated,
    )  # fmt: skip
    settings: dict[str, Any] = {"workers": workers, "overwrite": overwrite, "track": track}
    if light_curves_only:
        without = {"--fits": fits, "--unstated": unstated or None}
        refuse_options(without, "there are no images with --light-curves-only")
        count, what = simulate_light_curves(sample, output, **settings), "points"
    else:
        count, what = simulate_archive(sample, output, fits=fits, **settings), "frames"
    text = f"{objects} objects, {count} {what} -> {output}"
    print_result({"objects": objects, what: count, "path": output}, text, as_json=as_json)


@simulate_app.command("check")
def simulate_check(
    survey: Annotated[str, typer.Argument(help="A preset, e.g. crts or hits.")],
    against: Annotated[
        list[Path],
        typer.Option(
            help="Real archive, light curves, features (label, split), or list of transients."
        ),
    ],
    output: Output,
    objects: Annotated[int, typer.Option("--objects", min=50, help="Of each class.")] = 1000,
    seed: Seed = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes; same result for any.")] = 1,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Compare a preset with real data.

    Can its objects be distinguished from real ones, and how well does a forest that was trained on
    them classify real ones? Against a list of transients: are dates, magnitudes, kinds and shares
    as listed? Ends with exit code 1 where one class owns a range of brightness or brightening that
    reality does not give it.
    """
    from taonet.studies.simulator_realism import check_survey, failures, summary

    results = check_survey(
        survey, against, output, n_objects=objects, seed=seed, workers=workers,
        overwrite=overwrite, track=track,
    )  # fmt: skip
    print_result(results, f"{summary(results)}\n-> {output}", as_json=as_json)
    exit_on_unreal_mix(failures(results))


@simulate_app.command("inject")
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
    from taonet.tasks.inject import inject_archive

    count = inject_archive(
        archive, output, class_name=class_name, survey_name=survey, n_objects=objects, seed=seed,
        overwrite=overwrite, track=track,
    )  # fmt: skip
    text = f"{count} objects with a planted {class_name} -> {output}"
    print_result({"objects": count, "path": output}, text, as_json=as_json)
