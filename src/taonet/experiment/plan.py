"""The plan of a run: a recipe and archives put together, checked, and divided."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int

from taonet.data.batches import TrainingSet
from taonet.data.reading import Reading, Sequences
from taonet.data.splits import Split, draw_folds, draw_holdout, draw_shots
from taonet.errors import ConfigError, InputError
from taonet.experiment.joined_archives import JoinedArchives
from taonet.experiment.recipe import DataSettings, Recipe
from taonet.models.bundle import Bundle, weights_digest
from taonet.models.encoder_folder import TaughtEncoder, load_encoder
from taonet.models.network_config import TaoNetConfig
from taonet.sky.taxonomy import Taxonomy
from taonet.training.curve_examples import CurveExamples
from taonet.training.curve_pretraining import curve_examples
from taonet.types import Track, no_progress
from taonet.version import __version__

CALIBRATION_PART = "calibration"
"""The part of a split that only calibrates predictions."""

FROM_BUNDLE = ("data", "scaling", "model", "pretraining", "encoder")
"""Sections and keys of a recipe that a bundle decides: it has learnt already, too."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Experiment:
    """A recipe put together with an archive: all that the stages need.

    Parameters
    ----------
    recipe : Recipe
    archive : JoinedArchives
    folder : Path
        The run's folder.
    usable : array
        Indices of the objects that have a class and at least one epoch to read.
    split : Split
        The usable objects, divided as the recipe says.
    reading : Reading
        How the network reads a sequence.
    sequences : Sequences
        What the network is trained and tested on: the archive, or the archive with stored
        photometry.
    track : function
        Shows progress.
    start : Bundle, optional
        The network to start from, which also decides how pixels are read.
    encoder : TaughtEncoder, optional
        The frame encoder, where the network reads what it says.
    workers : int
        Processes that share what is drawn to pre-train on.
    """

    recipe: Recipe
    archive: JoinedArchives
    folder: Path
    usable: Int[np.ndarray, " object"]
    split: Split
    reading: Reading
    sequences: Sequences
    track: Track
    start: Bundle | None = None
    encoder: TaughtEncoder | None = None
    workers: int = 1

    @property
    def taxonomy(self) -> Taxonomy:
        """The archive's classes."""
        return self.archive.taxonomy

    @property
    def frame_px(self) -> int:
        """Side of the archive's cutouts."""
        return self.archive.frame_px

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

    def training_set(self, members: Int[np.ndarray, " n"]) -> TrainingSet:
        """Return some objects as a network is trained on them."""
        return TrainingSet(
            sequences=self.sequences,
            members=members,
            reading=self.reading,
            taxonomy=self.taxonomy,
        )

    def curves(self) -> CurveExamples:
        """Return the light curves that the network is pre-trained on.

        Raises
        ------
        ConfigError
            If there are none for such a network or such classes.
        """
        return curve_examples(
            self.recipe.pretraining,
            architecture=self.architecture,
            reading=self.reading,
            taxonomy=self.taxonomy,
            seed=self.recipe.seed,
            workers=self.workers,
            track=self.track,
        )


def run_digest(recipe: Recipe, archive: JoinedArchives, start: Bundle | None = None) -> str:
    """Return a hash of everything a run depends on: settings, data, start and code version."""
    ingredients = [recipe.digest, archive.digest, __version__]
    ingredients += [load_encoder(recipe.encoder).digest] if recipe.encoder else []
    ingredients += [] if start is None else [weights_digest(start)]
    return hashlib.sha256(":".join(ingredients).encode()).hexdigest()


def plan_experiment(
    recipe: Recipe,
    archive: JoinedArchives,
    folder: Path,
    *,
    start: Bundle | None = None,
    track: Track = no_progress,
) -> Experiment:
    """Put a recipe and archives together, and refuse what cannot work before any work is done.

    Raises
    ------
    InputError
        If there is nothing to learn from, or a class is too small to be divided.
    ConfigError
        If the recipe needs larger cutouts than there are.
    """
    reading = _plan_reading(recipe, archive, start)
    encoder = _find_encoder(recipe, reading, start)
    usable = _usable_objects(archive, reading)
    _check_sizes(recipe, archive.frame_px)
    experiment = Experiment(
        recipe=recipe,
        archive=archive,
        folder=folder,
        usable=usable,
        split=_draw_split(recipe, archive, usable),
        reading=reading,
        sequences=archive,
        track=track,
        start=start,
        encoder=encoder,
    )
    if recipe.pretraining.survey:
        experiment.curves()  # none is drawn yet, but what cannot be drawn is refused
    return experiment


def _plan_reading(recipe: Recipe, archive: JoinedArchives, start: Bundle | None) -> Reading:
    if start is not None:
        return start.reading
    data, model = recipe.data, recipe.model
    return Reading(
        scaling=replace(recipe.scaling, crop_px=_reading_px(recipe, archive.frame_px)),
        bands=archive.bands if data.use_bands else (),
        channels=data.channels or archive.channels,
        mjd_max=data.mjd_max,
        measured=model.measured,
        frames=bool(model.zooms or model.apertures),
        deep_px=max(model.deep_zooms, default=0),
        encoded=model.encoded,
    )


def _find_encoder(recipe: Recipe, reading: Reading, start: Bundle | None) -> TaughtEncoder | None:
    if start is not None:
        return start.encoder
    where = f"recipe {recipe.name}"
    if bool(recipe.encoder) != reading.encoded:
        what = "a network that reads encoded frames needs an encoder, and no other does"
        got = f"model.encoded={reading.encoded}".lower() + f", encoder={recipe.encoder!r}"
        do = "give both: model.encoded=true, and --encoder or the key encoder"
        raise ConfigError(what, where=where, got=got, do=do)
    return load_encoder(recipe.encoder) if recipe.encoder else None


def _reading_px(recipe: Recipe, frame_px: int) -> int:
    """Return the side of the central crop that the network reads."""
    return recipe.scaling.crop_px or frame_px


def _usable_objects(archive: JoinedArchives, reading: Reading) -> Int[np.ndarray, " object"]:
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
    return np.array(usable, np.int64)


def _check_sizes(recipe: Recipe, frame_px: int) -> None:
    model, crop_px = recipe.model, _reading_px(recipe, frame_px)
    for name, size in (
        ("scaling.crop_px", crop_px),
        ("model.zooms", max(model.zooms, default=0)),
        ("model.deep_zooms", max(model.deep_zooms, default=0)),
        ("model.aperture_px", model.aperture_px if model.apertures else 0),
    ):
        if size > min(frame_px, crop_px):
            raise ConfigError(
                f"{name} is larger than the cutouts",
                where=f"recipe {recipe.name}",
                got=f"{size} of {min(frame_px, crop_px)} pixels",
            )


def _draw_split(
    recipe: Recipe, archive: JoinedArchives, usable: Int[np.ndarray, " object"]
) -> Split:
    """Draw the split of the recipe; archives of their own for each part are the split."""
    if len(archive.parts) > 1:
        return archive.split_by_part(usable, seed=recipe.seed)
    objects, settings = archive.objects.iloc[usable], recipe.split
    if settings.kind == "folds":
        return draw_folds(objects, settings.folds, seed=recipe.seed)
    if settings.kind == "shots":
        return draw_shots(objects, settings.shots, seed=recipe.seed)
    return draw_holdout(objects, valid=0.0, test=settings.test, seed=recipe.seed)


def tuning_recipe(recipe: Recipe, start: Bundle) -> Recipe:
    """Return a recipe for fine-tuning: network and reading are those of the bundle.

    Raises
    ------
    ConfigError
        If the recipe sets one of them.
    """
    plain = Recipe(name=recipe.name)
    for name in FROM_BUNDLE:
        if getattr(recipe, name) != getattr(plain, name):
            raise ConfigError(
                f"{name} comes from the bundle",
                where=f"recipe {recipe.name}",
                do="leave it out, or train without --from",
            )
    reading = start.reading
    data = DataSettings(
        mjd_max=reading.mjd_max, use_bands=bool(reading.bands), channels=reading.channels
    )
    model = start.network.config
    return replace(recipe, data=data, scaling=reading.scaling, model=model)


def check_same_kind(start: Bundle, archive: JoinedArchives) -> None:
    """Refuse data that the bundle's network cannot be tuned on.

    Raises
    ------
    InputError
        If classes, channels or bands differ, or the cutouts are too small.
    """
    pairs = {
        "classes": (archive.taxonomy.classes, start.taxonomy.classes),
        "channels": (archive.channels[: len(start.reading.channels)], start.reading.channels),
    }
    for what, (theirs, ours) in pairs.items():
        if theirs != ours:
            got = f"{', '.join(theirs)}; {start.name} has {', '.join(ours)}"
            raise InputError(f"other {what} than the bundle's", where=archive.path, got=got)
    unknown = set(archive.bands) - set(start.reading.bands)
    if start.reading.bands and unknown:
        got = f"{', '.join(sorted(unknown))}; {start.name} knows {', '.join(start.reading.bands)}"
        raise InputError("bands that the bundle does not know", where=archive.path, got=got)
    if archive.frame_px < start.frame_px:
        got = f"{archive.frame_px} pixels, not {start.frame_px}"
        raise InputError("cutouts smaller than the bundle reads", where=archive.path, got=got)


def times_of(experiment: Experiment) -> list[Any]:
    """Return the times of the readable epochs of every object."""
    sequences = (experiment.archive[i] for i in range(len(experiment.archive)))
    return [sequence.mjd[experiment.reading.epochs_of(sequence)] for sequence in sequences]
