"""From a recipe and an archive, or a table of light curves, to a finished run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from taonet.errors import InputError
from taonet.experiment.joined_archives import join_archives
from taonet.experiment.recipe import override_recipe, read_recipe
from taonet.experiment.run import run_experiment
from taonet.io.archive import Archive
from taonet.models.bundle import load_bundle
from taonet.models.device import CPU
from taonet.types import AnyPath, Track, no_progress

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class TrainingData:
    """What a recipe is carried out on: an archive, or a table of light curves.

    Parameters
    ----------
    data : Path, or sequence of Path, optional
        An archive or several; divided as the recipe says, or all for training with ``test``.
    lightcurves : Path, optional
        A table of light curves, for recipes that train trees.
    test, calibration : Path, or sequence of Path, optional
        Archives to test on and to calibrate on.
    start : str or Path, optional
        A bundle whose network is tuned.
    photometry_folder : Path, optional
        Folder of the photometry, which runs on the same data can share.
    """

    data: AnyPath | Sequence[AnyPath] | None = None
    lightcurves: AnyPath | None = None
    test: AnyPath | Sequence[AnyPath] | None = None
    calibration: AnyPath | Sequence[AnyPath] | None = None
    start: str | Path | None = None
    photometry_folder: AnyPath | None = None


@dataclass(frozen=True, kw_only=True)
class RecipeChanges:
    """Settings that replace those of the recipe.

    Parameters
    ----------
    shots : int, optional
        Train on so many objects of each class and test on the others.
    seed : int, optional
    encoder : str, optional
        Name or folder of the frame encoder that the network reads.
    device : str, optional
        Where the network runs; see `taonet.models.device.DEVICES`.
    settings : tuple of str
        ``section.key=value``; see `taonet.experiment.recipe.apply_changes`.
    """

    shots: int | None = None
    seed: int | None = None
    encoder: str | None = None
    device: str | None = None
    settings: tuple[str, ...] = ()


NO_CHANGES = RecipeChanges()


def train(
    recipe: AnyPath,
    data: TrainingData,
    output: AnyPath | None = None,
    *,
    changes: RecipeChanges = NO_CHANGES,
    workers: int = 1,
    track: Track = no_progress,
    say: Say = lambda _line: None,
) -> Path:
    """Carry out a recipe, or go on with a run that was interrupted.

    Parameters
    ----------
    recipe : str or Path
        A TOML file, or the name of a recipe that ships.
    data : TrainingData
    output : Path, optional
        The run's folder; ``runs/NAME-DIGEST`` by default.
    changes : RecipeChanges
    workers : int
        Processes that share the photometry.
    track : function
        Shows progress.
    say : function
        Called with one line per stage.

    Returns
    -------
    Path
        The run's folder.

    Raises
    ------
    InputError
        If neither or both of archive and table are given, or what the recipe does not take.
    ConfigError
        If the recipe is not understood.
    MissingError
        If this machine has no such device.
    """
    if data.lightcurves is not None and data.data is None:
        _refuse_archive_options(data, changes)
        # features only where trees read them: networks that read pixels only do without them
        from taonet.experiment.curves.recipe import read_curve_recipe
        from taonet.experiment.curves.run import run_curves

        curves = read_curve_recipe(recipe)
        return run_curves(curves, data.lightcurves, output, track=track, say=say)
    if data.data is None or data.lightcurves is not None:
        do = "give --data ARCHIVE or --lightcurves TABLE"
        raise InputError("training needs an archive or a table of light curves", do=do)
    archive = join_archives(
        _archives(data.data), calibration=_archives(data.calibration), test=_archives(data.test)
    )
    # only its weights are taken, and those go where the recipe says
    start = None if data.start is None else load_bundle(data.start, device=CPU)
    settings = read_recipe(recipe, changes.settings)
    return run_experiment(
        override_recipe(
            settings,
            shots=changes.shots,
            seed=changes.seed,
            device=changes.device,
            encoder=changes.encoder,
        ),
        archive,
        output,
        start=start,
        photometry_folder=data.photometry_folder,
        workers=workers,
        track=track,
        say=say,
    )


def _archives(paths: AnyPath | Sequence[AnyPath] | None) -> list[Archive]:
    if paths is None:
        return []
    return [Archive(path) for path in ([paths] if isinstance(paths, str | PathLike) else paths)]


def _refuse_archive_options(data: TrainingData, changes: RecipeChanges) -> None:
    options = {
        "--test": data.test,
        "--calibration": data.calibration,
        "--from": data.start,
        "--shots": changes.shots,
        "--seed": changes.seed,
        "--encoder": changes.encoder,
        "--device": changes.device,
        "--set": changes.settings or None,
        "--measured": data.photometry_folder,
    }
    for option, value in options.items():
        if value is not None:
            reason = "a recipe for light curves says all that there is to choose"
            raise InputError(reason, do=f"leave out {option}")
