"""A whole experiment: split, train, compare, refit, report — each stage once, resumable."""

import hashlib
import json
import os
import platform
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from jaxtyping import Int

from taonet import __version__
from taonet.data.batches import Reading
from taonet.data.splits import Split, draw_folds, draw_holdout, read_split, write_split
from taonet.data.transforms import Scaling
from taonet.errors import ConfigError, InputError
from taonet.evaluation.controls import TREES
from taonet.evaluation.report import write_report
from taonet.experiment import baselines
from taonet.experiment.card import model_card
from taonet.experiment.config import Recipe
from taonet.experiment.stages import open_run, staged_table, write_json
from taonet.io.archive import Archive
from taonet.io.landing import landing_file
from taonet.models.bundle import Bundle, save_bundle
from taonet.models.predict import predict
from taonet.models.taonet import TaoNetConfig
from taonet.sky.taxonomy import Taxonomy
from taonet.training.loop import train_network

Track = Callable[[Iterable[Any], int, str], Iterable[Any]]
NETWORK = "TAO-Net"
FOREST = "forest on light curves"


@dataclass(frozen=True, kw_only=True, eq=False)
class Experiment:
    """A recipe put together with an archive: all that the stages need.

    Parameters
    ----------
    recipe : Recipe
    archive : Archive
    folder : Path
        The run's folder.
    usable : array
        Indices of the objects that have a class and at least one epoch to read.
    """

    recipe: Recipe
    archive: Archive
    folder: Path
    usable: Int[np.ndarray, " object"]
    track: Track

    @property
    def taxonomy(self) -> Taxonomy:
        """The archive's classes."""
        return self.archive.taxonomy

    @property
    def frame_px(self) -> int:
        """Side of the archive's cutouts."""
        return min(int(n) for n in self.archive.manifest["frame_shape"][1:])

    @property
    def reading_px(self) -> int:
        """Side of the central crop that the network reads."""
        return self.recipe.scaling.crop_px or self.frame_px

    @property
    def reading(self) -> Reading:
        """What the network reads of a sequence."""
        data, scaling = self.recipe.data, asdict(self.recipe.scaling)
        return Reading(
            scaling=Scaling(**{**scaling, "crop_px": self.reading_px}),
            bands=self.archive.bands if data.use_bands else (),
            channels=data.channels or self.archive.channels,
            mjd_max=data.mjd_max,
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


def run_experiment(
    recipe: Recipe,
    archive: Archive,
    folder: Path | None = None,
    *,
    track: Track = lambda items, _n, _title: items,
    say: Callable[[str], None] = lambda _line: None,
) -> Path:
    """Carry out a recipe on an archive, or go on with a run that was interrupted.

    Parameters
    ----------
    folder : Path, optional
        The run's folder; ``runs/<name>-<digest>`` by default.
    track : function
        Wraps iterables to show progress.
    say : function
        Told of each stage in a line.

    Returns
    -------
    Path
        The run's folder, with ``report.html``, ``scores.json``, ``predictions/`` and ``bundle/``.
    """
    torch.set_num_threads(recipe.threads or os.cpu_count() or 1)
    archive.verify()
    digest = run_digest(recipe, archive)
    folder = folder or Path("runs") / f"{recipe.name}-{digest[:12]}"
    experiment = _put_together(recipe, archive, folder, track)
    draw_split(experiment)  # what cannot be parted is refused before anything is written
    if open_run(folder, digest):
        say(f"finished already: {folder}")
        return folder
    _write_down(experiment)
    split = _split(experiment)
    say(f"split: {', '.join(f'{part} {len(ids)}' for part, ids in split.parts.items())}")
    tables = _predictions(experiment, split, say)
    bundle = _final_bundle(experiment, split, say)
    scores = _report(experiment, split, tables, bundle)
    card = model_card(bundle, recipe, scores, simulated=archive.simulated)
    final = replace(bundle, facts={**bundle.facts, "scores": scores[NETWORK]})
    save_bundle(final, folder / "bundle", card=card, overwrite=True)
    write_json(folder / "finished.json", {"digest": digest, "report": "report.html"})
    return folder


def run_digest(recipe: Recipe, archive: Archive) -> str:
    """Return a hash of everything a run depends on: settings, data and code version."""
    return hashlib.sha256(f"{recipe.digest}:{archive.digest}:{__version__}".encode()).hexdigest()


def _put_together(recipe: Recipe, archive: Archive, folder: Path, track: Track) -> Experiment:
    draft = Experiment(
        recipe=recipe, archive=archive, folder=folder, usable=np.zeros(0, np.int64), track=track
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
    return replace(draft, usable=np.array(usable, np.int64))


def _check_sizes(experiment: Experiment) -> None:
    sizes = {"data's cutouts": experiment.frame_px, "scaling.crop_px": experiment.reading_px}
    model = experiment.recipe.model
    for name, size in (
        ("scaling.crop_px", experiment.reading_px),
        ("model.zooms", max(model.zooms)),
        ("model.aperture_px", model.aperture_px),
    ):
        if size > min(sizes.values()):
            raise ConfigError(
                f"{name} is larger than the cutouts",
                where=f"recipe {experiment.recipe.name}",
                got=f"{size} of {min(sizes.values())} pixels",
            )


def _write_down(experiment: Experiment) -> None:
    folder, archive = experiment.folder, experiment.archive
    (folder / "predictions").mkdir(exist_ok=True)
    write_json(folder / "recipe.json", asdict(experiment.recipe))
    write_json(folder / "environment.json", environment())
    write_json(folder / "data.json", {"path": str(archive.path), "digest": archive.digest})


def environment() -> dict[str, str | int]:
    """Return what a run ran on."""
    return {
        "taonet": __version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "machine": platform.machine(),
        "threads": torch.get_num_threads(),
    }


def draw_split(experiment: Experiment) -> Split:
    """Draw the split that the recipe asks for."""
    objects = experiment.archive.objects.iloc[experiment.usable]
    settings, seed = experiment.recipe.split, experiment.recipe.seed
    if settings.kind == "folds":
        return draw_folds(objects, settings.folds, seed=seed)
    return draw_holdout(objects, valid=0.0, test=settings.test, seed=seed)


def _split(experiment: Experiment) -> Split:
    path = experiment.folder / "split.json"
    if not path.exists():
        write_split(draw_split(experiment), path)
    return read_split(path, experiment.archive.objects.iloc[experiment.usable])


def _rounds(experiment: Experiment, split: Split) -> list[tuple[str, Any, Any]]:
    """Return (name, train, test) of every round of training and testing."""
    ids = experiment.archive.objects["object_id"].tolist()
    members = {part: split.members(part, ids) for part in split.parts}
    if experiment.recipe.split.kind == "holdout":
        return [("holdout", members["train"], members["test"])]
    return [
        (part, np.concatenate([m for other, m in members.items() if other != part]), test)
        for part, test in members.items()
    ]


def _predictions(
    experiment: Experiment, split: Split, say: Callable[[str], None]
) -> dict[str, pd.DataFrame]:
    found: dict[str, list[pd.DataFrame]] = {}
    features = _features(experiment)
    for name, train, test in _rounds(experiment, split):
        say(f"{name}: training on {len(train)} objects, testing on {len(test)}")
        bundle = _train(experiment, name, train)
        for method, table in _round_tables(experiment, bundle, name, train, test, features).items():
            found.setdefault(method, []).append(table)
    tables = {method: pd.concat(parts, ignore_index=True) for method, parts in found.items()}
    for method, table in tables.items():
        file = experiment.folder / "predictions" / f"{method.replace(' ', '-').lower()}.parquet"
        if not file.exists():
            with landing_file(file) as temporary:
                table.to_parquet(temporary, index=False)
    return tables


def _features(experiment: Experiment) -> pd.DataFrame:
    def measure() -> pd.DataFrame:
        sequences = (experiment.archive[i] for i in range(len(experiment.archive)))
        tracked = experiment.track(sequences, len(experiment.archive), "measuring light curves")
        readable = (s for s in tracked if len(experiment.reading.epochs_of(s)))
        features = baselines.light_curve_features(
            readable, experiment.reading, use_times=experiment.recipe.model.use_times
        )
        return experiment.archive.objects[["object_id"]].merge(features, how="left")

    return staged_table(experiment.folder / "features.parquet", measure)


def _train(experiment: Experiment, name: str, train: Int[np.ndarray, " n"]) -> Bundle:
    network = train_network(
        experiment.architecture,
        experiment.archive,
        train,
        reading=experiment.reading,
        taxonomy=experiment.taxonomy,
        config=experiment.recipe.training,
        seed=experiment.recipe.seed,
        folder=experiment.folder / "training" / name,
        title=f"training {name}",
        track=experiment.track,
    )
    return Bundle(
        name=experiment.recipe.name,
        network=network,
        taxonomy=experiment.taxonomy,
        reading=experiment.reading,
        frame_px=experiment.frame_px,
        facts={
            "survey": experiment.archive.survey,
            "trained_on_simulation": experiment.archive.simulated,
            "recipe_digest": experiment.recipe.digest,
            "data_digest": experiment.archive.digest,
            "run_digest": run_digest(experiment.recipe, experiment.archive),
            "objects": len(train),
            "turns": experiment.recipe.prediction.turns,
        },
    )


def _round_tables(
    experiment: Experiment,
    bundle: Bundle,
    name: str,
    train: Int[np.ndarray, " n"],
    test: Int[np.ndarray, " m"],
    features: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    file = experiment.folder / "training" / name / "predictions.parquet"
    archive, seed, n_classes = (
        experiment.archive,
        experiment.recipe.seed,
        len(bundle.taxonomy.classes),
    )

    def answer() -> pd.DataFrame:
        shown = experiment.track((archive[i] for i in test.tolist()), len(test), f"testing {name}")
        turns = experiment.recipe.prediction.turns
        finals = {
            FOREST: baselines.forest_on_light_curves(
                features,
                experiment.label,
                train,
                test,
                config=experiment.recipe.forest,
                n_classes=n_classes,
                seed=seed,
            ),
            **baselines.pixel_controls(bundle, archive, test, seed=seed),
            **baselines.metadata_controls(
                _times(experiment),
                experiment.label,
                train,
                test,
                n_classes=n_classes,
                seed=seed,
                trees=min(TREES, experiment.recipe.forest.trees),
            ),
        }
        parts = [pd.concat(predict(bundle, shown, turns=turns)).assign(method=NETWORK)]
        for method, probabilities in finals.items():
            table = baselines.final_table(
                (archive[i] for i in test.tolist()), bundle.reading, probabilities, bundle.taxonomy
            )
            parts.append(table.assign(method=method))
        return pd.concat(parts, ignore_index=True)

    everything = staged_table(file, answer)
    return {
        str(method): part.drop(columns="method")
        for method, part in everything.groupby("method", sort=False)
    }


def _times(experiment: Experiment) -> list[Any]:
    found = []
    for i in range(len(experiment.archive)):
        sequence = experiment.archive[i]
        found.append(sequence.mjd[experiment.reading.epochs_of(sequence)])
    return found


def _final_bundle(experiment: Experiment, split: Split, say: Callable[[str], None]) -> Bundle:
    """Return the network to keep: refitted on everything after folds, else the one tested."""
    if experiment.recipe.split.kind == "holdout":
        return _train(experiment, "holdout", _rounds(experiment, split)[0][1])
    ids = experiment.archive.objects["object_id"].tolist()
    everything = np.sort(np.concatenate([split.members(part, ids) for part in split.parts]))
    say(f"refitting on all {len(everything)} objects")
    return _train(experiment, "all", everything)


def _report(
    experiment: Experiment, split: Split, tables: dict[str, pd.DataFrame], bundle: Bundle
) -> dict[str, Any]:
    recipe, archive = experiment.recipe, experiment.archive
    details = {
        "recipe": f"{recipe.name} ({recipe.digest[:12]})",
        "run": run_digest(recipe, archive)[:12],
        "data": f"{archive.survey}, {len(archive)} objects ({archive.digest[:12]})",
        "split": f"{recipe.split.kind}, by position, field and content ({split.digest[:12]})",
        "network": f"{sum(p.numel() for p in bundle.network.parameters()):,} weights",
        "times": "read" if recipe.model.use_times else "not read",
        "epochs": "all" if recipe.data.mjd_max is None else f"MJD < {recipe.data.mjd_max:g}",
        "software": f"taonet {__version__}, torch {torch.__version__}",
    }
    scores = write_report(
        experiment.folder / "report.html",
        title=f"TAO-Net on {archive.survey}: {recipe.name}",
        taxonomy=experiment.taxonomy,
        tables=tables,
        primary=NETWORK,
        notes=_notes(experiment),
        details=details,
        examples=_examples(experiment, tables[NETWORK]),
        seed=recipe.seed,
        n_bootstrap=recipe.prediction.bootstrap,
        descriptions=baselines.DESCRIPTIONS,
    )
    write_json(experiment.folder / "scores.json", scores)
    return scores


def _notes(experiment: Experiment) -> list[str]:
    notes = [experiment.recipe.about] if experiment.recipe.about else []
    if experiment.archive.simulated:
        notes.append(
            "Trained and tested on SIMULATED sequences: these scores say nothing about real sky."
        )
    left_out = len(experiment.archive) - len(experiment.usable)
    if left_out:
        notes.append(f"{left_out} objects without a class or a readable epoch were left out.")
    return notes


def _examples(experiment: Experiment, table: pd.DataFrame) -> list[Any]:
    """Pick objects of every class in turn, the first of each class in the table."""
    by_class = [
        ids.drop_duplicates().tolist() for _, ids in table.groupby("class_name")["object_id"]
    ]
    wanted = experiment.recipe.prediction.examples
    chosen = [ids[k] for k in range(wanted) for ids in by_class if k < len(ids)][:wanted]
    index = {name: i for i, name in enumerate(experiment.archive.objects["object_id"])}
    reading = experiment.reading
    sequences = [experiment.archive[index[name]] for name in chosen]
    return [sequence.take(reading.epochs_of(sequence)) for sequence in sequences]


def read_scores(folder: Path) -> dict[str, Any]:
    """Return the scores of a finished run, by method."""
    scores: dict[str, Any] = json.loads((folder / "scores.json").read_text())
    return scores
