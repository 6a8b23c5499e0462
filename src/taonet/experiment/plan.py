"""What a run is about: a recipe and an archive put together, checked, and parted."""

import hashlib
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int

from taonet.data.reading import Reading, Sequences
from taonet.data.splits import Split, draw_folds, draw_holdout, draw_shots
from taonet.data.transforms import Scaling
from taonet.errors import ConfigError, InputError
from taonet.experiment.joined_archives import JoinedArchives
from taonet.experiment.recipe import Recipe
from taonet.models.bundle import Bundle, weights_digest
from taonet.models.taonet import TaoNetConfig
from taonet.sky.taxonomy import Taxonomy
from taonet.types import Track, no_progress
from taonet.version import __version__

CALIBRATION = "calibration"
"""The part of an experiment that only fits how far answers can be trusted."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Experiment:
    """A recipe put together with an archive: all that the stages need.

    Parameters
    ----------
    recipe : Recipe
    archive : Together
    folder : Path
        The run's folder.
    usable : array
        Indices of the objects that have a class and at least one epoch to read.
    sequences : Sequences
        What the network learns from and is tested on: the archive, or the archive with what was
        measured beforehand.
    start : Bundle, optional
        The network to start from, which also says how pixels are read.
    """

    recipe: Recipe
    archive: JoinedArchives
    folder: Path
    usable: Int[np.ndarray, " object"]
    track: Track
    sequences: Sequences
    start: Bundle | None = None

    @property
    def taxonomy(self) -> Taxonomy:
        """The archive's classes."""
        return self.archive.taxonomy

    @property
    def frame_px(self) -> int:
        """Side of the archive's cutouts."""
        return self.archive.frame_px

    @property
    def reading_px(self) -> int:
        """Side of the central crop that the network reads."""
        return self.recipe.scaling.crop_px or self.frame_px

    @property
    def reading(self) -> Reading:
        """What the network reads of a sequence."""
        if self.start is not None:
            return self.start.reading
        data, scaling = self.recipe.data, asdict(self.recipe.scaling)
        model = self.recipe.model
        return Reading(
            scaling=Scaling(**{**scaling, "crop_px": self.reading_px}),
            bands=self.archive.bands if data.use_bands else (),
            channels=data.channels or self.archive.channels,
            mjd_max=data.mjd_max,
            measured=model.measured,
            frames=bool(model.zooms or model.apertures),
            deep_px=max(model.deep_zooms, default=0),
        )

    @property
    def architecture(self) -> TaoNetConfig:
        """The network's settings, with what the data decides."""
        return replace(
            self.recipe.model,
            channels=len(self.reading.channels),
            classes=len(self.taxonomy.classes),
            bands=max(1, len(self.reading.bands)),
        )

    @property
    def label(self) -> Int[np.ndarray, " object"]:
        """Label of every object of the archive, −1 where unknown."""
        names = self.archive.class_names
        return np.array([self.taxonomy.label(n) if n else -1 for n in names], np.int64)


def run_digest(recipe: Recipe, archive: JoinedArchives, start: Bundle | None = None) -> str:
    """Return a hash of everything a run depends on: settings, data, start and code version."""
    given = [recipe.digest, archive.digest, __version__]
    given += [] if start is None else [weights_digest(start)]
    return hashlib.sha256(":".join(given).encode()).hexdigest()


def plan_experiment(
    recipe: Recipe,
    archive: JoinedArchives,
    folder: Path,
    *,
    start: Bundle | None = None,
    track: Track = no_progress,
) -> Experiment:
    """Put a recipe and an archive together, and refuse what cannot work before any work is done.

    Raises
    ------
    InputError
        If there is nothing to learn from, or a class is too small to be parted.
    ConfigError
        If the recipe asks for more pixels than there are.
    """
    draft = Experiment(
        recipe=recipe,
        archive=archive,
        folder=folder,
        usable=np.zeros(0, np.int64),
        track=track,
        sequences=archive,
        start=start,
    )
    reading = draft.reading
    usable = [
        i
        for i, name in enumerate(archive.class_names)
        if name is not None and len(reading.epochs_of(archive[i]))
    ]
    if not usable:
        raise InputError("no object with a class and an epoch to read", where=archive.path)
    classes = {archive.class_names[i] for i in usable}
    if len(classes) < 2:
        got = f"only {', '.join(str(name) for name in classes)}"
        raise InputError("nothing to tell apart: one class", where=archive.path, got=got)
    _check_sizes(draft)
    experiment = replace(draft, usable=np.array(usable, np.int64))
    draw_split(experiment)
    return experiment


def _check_sizes(experiment: Experiment) -> None:
    model = experiment.recipe.model
    there = min(experiment.frame_px, experiment.reading_px)
    for name, size in (
        ("scaling.crop_px", experiment.reading_px),
        ("model.zooms", max(model.zooms, default=0)),
        ("model.deep_zooms", max(model.deep_zooms, default=0)),
        ("model.aperture_px", model.aperture_px if model.apertures else 0),
    ):
        if size > there:
            raise ConfigError(
                f"{name} is larger than the cutouts",
                where=f"recipe {experiment.recipe.name}",
                got=f"{size} of {there} pixels",
            )


def draw_split(experiment: Experiment) -> Split:
    """Draw the split that the recipe asks for."""
    if len(experiment.archive.parts) > 1:
        return experiment.archive.split_by_part(experiment.usable, seed=experiment.recipe.seed)
    objects = experiment.archive.objects.iloc[experiment.usable]
    settings, seed = experiment.recipe.split, experiment.recipe.seed
    if settings.kind == "folds":
        return draw_folds(objects, settings.folds, seed=seed)
    if settings.kind == "shots":
        return draw_shots(objects, settings.shots, seed=seed)
    return draw_holdout(objects, valid=0.0, test=settings.test, seed=seed)


def times_of(experiment: Experiment) -> list[Any]:
    """Return the times of the readable epochs of every object."""
    found = []
    for i in range(len(experiment.archive)):
        sequence = experiment.archive[i]
        found.append(sequence.mjd[experiment.reading.epochs_of(sequence)])
    return found
