"""The benchmark on real DECam sequences: from simulation alone, and with a few real objects.

As published for this set (10 labelled sequences a class on top of simulation): no times, epochs
before MJD 57081, macro recall. Shots are drawn anew for each draw; everything else is tested.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

import numpy as np
import pandas as pd
from jaxtyping import Bool, Int

from taonet.data.splits import draw_shots, groups_of
from taonet.errors import InputError, LeakError
from taonet.evaluation.repeated_runs import RunScores, score_runs
from taonet.experiment.baselines import FOREST, tree_table
from taonet.experiment.groups import with_groups
from taonet.experiment.joined_archives import JoinedArchives
from taonet.experiment.plan import (
    Experiment,
    check_same_kind,
    plan_experiment,
    tuning_recipe,
)
from taonet.experiment.recipe import Recipe
from taonet.features.early import early_features
from taonet.io.archive import Archive
from taonet.models.bundle import Bundle
from taonet.models.predict import predict
from taonet.photometry.lightcurves import measure_bands
from taonet.training.loop import train_network
from taonet.types import Track, no_progress

FINETUNE: Final = "finetune"
"""The recipe by which the network is tuned, chosen on the first half; see `in_first_half`."""

PUBLISHED: Final = {"zero_shot": 0.85, "shots_10": 0.94}
"""Macro recall of the work that published the set."""

DESCRIPTIONS: Final = {
    "zero_shot": "trained on simulation alone",
    "shots_10": "tuned on real objects, mean over draws",
    "shots_10_no_brightness": "the same, each sequence in units of its own brightness",
    "zero_shot_no_brightness": "trained on simulation alone, in units of its own brightness",
    "forest_shots_10": "forest on published features of the same objects' light curves",
}


Half = Literal["first", "second"]


def in_first_half(objects: pd.DataFrame) -> Bool[np.ndarray, " object"]:
    """Return which objects belong to the half that settings are chosen on.

    Within each class those of even rank by the SHA-256 of their name: the half that the preset of
    the simulator was tuned on. The other half is scored once settings are frozen.

    Parameters
    ----------
    objects : DataFrame
        With ``object_id`` and ``class_name``.
    """
    hashes = objects["object_id"].map(lambda name: hashlib.sha256(name.encode()).hexdigest())
    rank = hashes.sort_values().groupby(objects["class_name"]).cumcount()
    return np.asarray(rank.reindex(objects.index).to_numpy() % 2 == 0)


@dataclass(frozen=True, kw_only=True)
class Draw:
    """One draw: what is learnt from, and what is tested.

    Parameters
    ----------
    seed : int
    train, test : array
        Objects of the experiment.
    """

    seed: int
    train: Int[np.ndarray, " n"]
    test: Int[np.ndarray, " m"]


@dataclass(frozen=True, kw_only=True)
class Shots:
    """The few real objects that a network is tuned on.

    Parameters
    ----------
    draws : int
        How many times they are drawn.
    per_class : int
        Objects of each class.
    seed : int
    """

    draws: int = 10
    per_class: int = 10
    seed: int = 1


def hits_benchmark(
    bundle: Bundle,
    recipe: Recipe,
    archive: Archive,
    *,
    test: Archive | None = None,
    half: Half | None = None,
    shots: Shots | None = None,
    track: Track = no_progress,
) -> dict[str, RunScores]:
    """Score a network from simulation alone, and tuned on a few real objects.

    Parameters
    ----------
    bundle : Bundle
        Trained on simulation.
    recipe : Recipe
        How it is tuned.
    archive : Archive
        Where shots are drawn, and what else is tested.
    test : Archive, optional
        What is tested instead, all of it; whatever shares something with it is never a shot.
    half : {"first", "second"}, optional
        Test one half of the archive only, with shots from the first; see `in_first_half`.
    shots : Shots, optional
        How many objects the network is tuned on, and how often they are drawn.

    Returns
    -------
    dict
        By key of `DESCRIPTIONS`.

    Raises
    ------
    InputError
        If the data are not what the bundle reads, or a class is too small.
    LeakError
        If the bundle has learnt from real sequences, which may be the very ones that are tested.
    """
    if not bundle.facts.get("trained_on_simulation"):
        do = "start from one that was trained on simulation alone, such as hits-sim"
        raise LeakError("the bundle has learnt from real sequences", where=bundle.name, do=do)
    if test is not None and half is not None:
        do = "leave out --half, or --test"
        raise InputError("halves are of one archive, and another one is to be tested", do=do)
    archives = JoinedArchives({"train": archive} | ({} if test is None else {"test": test}))
    check_same_kind(bundle, archives)
    plain = _plan_tuning(bundle, recipe, archives, track)
    dimmed = _plan_tuning(without_brightness(bundle), recipe, archives, track)
    shots = shots or Shots()
    draws = list(_plan_draws(plain, half, shots))
    everything = np.unique(np.concatenate([draw.test for draw in draws]))
    tables: dict[str, list[pd.DataFrame]] = {
        "zero_shot": [_predict_last(plain, _require_start(plain), everything)],
        "shots_10": [
            _tune_and_predict(plain, draw) for draw in track(draws, shots.draws, "tuning")
        ],
        "shots_10_no_brightness": [
            _tune_and_predict(dimmed, draw)
            for draw in track(draws, shots.draws, "tuning without brightness")
        ],
        "zero_shot_no_brightness": [_predict_last(dimmed, _require_start(dimmed), everything)],
        "forest_shots_10": list(_predict_forests(plain, draws)),
    }
    objects = plain.archive.objects
    return {
        name: score_runs(
            [with_groups(table, objects) for table in draw_tables], bundle.taxonomy, seed=shots.seed
        )
        for name, draw_tables in tables.items()
    }


def without_brightness(bundle: Bundle) -> Bundle:
    """Return a bundle that reads sequences in units of their own brightness."""
    return replace(bundle, reading=bundle.reading.without_brightness)


def score_lines(scores: dict[str, RunScores]) -> str:
    """Return the scores as text, beside the published ones."""
    lines = []
    for name, score in scores.items():
        published = f"published {PUBLISHED[name]:.2f}" if name in PUBLISHED else ""
        classes = ", ".join(f"{c} {n.value:.2f}" for c, n in score.per_class.items())
        lines.append(f"{name:24} {score.macro_recall}  {published:14}  {classes}")
    return "\n".join(lines)


def _plan_tuning(
    bundle: Bundle, recipe: Recipe, archives: JoinedArchives, track: Track
) -> Experiment:
    settings = tuning_recipe(recipe, bundle)
    return plan_experiment(settings, archives, Path(), start=bundle, track=track)


def _plan_draws(experiment: Experiment, half: Half | None, shots: Shots) -> Iterator[Draw]:
    objects = experiment.archive.objects
    usable = objects.iloc[experiment.usable].reset_index(drop=True)
    held_out = _held_out_objects(usable, half)
    if half == "first":
        usable, held_out = (
            usable[~held_out].reset_index(drop=True),
            np.zeros(int((~held_out).sum()), bool),
        )
    place = {name: i for i, name in enumerate(objects["object_id"])}
    group = groups_of(usable)
    pool = usable[~np.isin(group, group[held_out])]
    for k in range(shots.draws):
        split = draw_shots(pool, shots.per_class, seed=1000 * shots.seed + k)
        tested = usable["object_id"][held_out] if held_out.any() else split.parts["test"]
        train, test = (
            np.array([place[name] for name in names], np.int64)
            for names in (split.parts["train"], tested)
        )
        yield Draw(seed=1000 * shots.seed + k, train=train, test=test)


def _held_out_objects(objects: pd.DataFrame, half: Half | None) -> Bool[np.ndarray, " object"]:
    """Return which objects are never shots."""
    if half is not None:
        return ~in_first_half(objects)
    return objects["part"].eq("test").to_numpy()


def _require_start(experiment: Experiment) -> Bundle:
    if experiment.start is None:
        raise InputError("there is no bundle to start from")
    return experiment.start


def _tune_and_predict(experiment: Experiment, draw: Draw) -> pd.DataFrame:
    """Tune the network on the shots of a draw and let it answer for what the draw tests."""
    start = _require_start(experiment)
    with tempfile.TemporaryDirectory() as folder:
        network = train_network(
            experiment.architecture,
            experiment.training_set(draw.train),
            config=experiment.recipe.training,
            seed=draw.seed,
            folder=Path(folder),
            start=start.network.state_dict(),
        )
    return _predict_last(experiment, replace(start, network=network), draw.test)


def _predict_last(
    experiment: Experiment, bundle: Bundle, tested: Int[np.ndarray, " m"]
) -> pd.DataFrame:
    sequences = (experiment.archive[i] for i in tested.tolist())
    turns = experiment.recipe.prediction.turns
    rows = [table.tail(1) for table in predict(bundle, sequences, turns=turns)]
    return pd.concat(rows, ignore_index=True)


def _predict_forests(experiment: Experiment, draws: list[Draw]) -> Iterator[pd.DataFrame]:
    members = np.unique(np.concatenate([np.append(draw.train, draw.test) for draw in draws]))
    reading = experiment.reading
    sequences = (experiment.archive[i] for i in members.tolist())
    sequences = (sequence.take(reading.epochs_of(sequence)) for sequence in sequences)
    pairs = ((sequence, measure_bands(sequence)) for sequence in sequences)
    features = early_features(pairs, (), use_times=experiment.recipe.model.use_times)
    for draw in draws:
        yield tree_table(features, experiment, draw.train, draw.test, method=FOREST)
