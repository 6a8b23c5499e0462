"""The benchmark on the latents of real ZTF sequences: is an object an artefact or not?

The set holds, of each object, the means that its authors' auto-encoder gives for up to 56 frames,
without pixels and times. They tell artefacts from real variables by a recurrent network at an AUC
of 0.86 ± 0.01. Here the part of the network that remembers reads the same vectors, beside a forest
on simple statistics, in the same stratified folds.

Settings were compared on the objects of the first half alone (`taonet.studies.hits.in_first_half`);
the scores of the second half took no part in the choice of any setting of the networks.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from jaxtyping import Float, Float32, Int

from taonet.errors import InputError
from taonet.evaluation.bootstrap_weights import Sample
from taonet.evaluation.intervals import Interval, interval
from taonet.io.tables import read_table
from taonet.models.device import AUTO, check_device
from taonet.models.trees.trees import ForestConfig, Trees
from taonet.studies.hits import in_first_half
from taonet.studies.latent_network import LatentTraining, train_latent_network
from taonet.types import AnyPath, Track, no_progress

PUBLISHED: Final = 0.86
"""AUC of the recurrent network of those who published the set; ± 0.01."""

FOREST: Final = "forest"
TOGETHER: Final = "together"

NETWORKS: Final[Mapping[str, LatentTraining]] = {
    "gru": LatentTraining(),
    "any order": LatentTraining(in_order=False),
    "pairs": LatentTraining(pairs=True),
    "mean": LatentTraining(recurrence="mean"),
}
"""The networks that are trained, by the name of their row."""

DESCRIPTIONS: Final = {
    "gru": "gated units over latents and their running statistics",
    "any order": "the same, shown the frames of a sequence in any order in training",
    "pairs": "as gru, with the differences of any two numbers beside them",
    "mean": "a learnt projection averaged over all frames, and running statistics",
    TOGETHER: "log-odds of all networks averaged",
    FOREST: "forest on mean, scatter, extremes and changes",
}

FOLDS: Final = 5

Predict = Callable[
    [Int[np.ndarray, " train"], Int[np.ndarray, " test"]], Float[np.ndarray, " test"]
]
"""Learns from some objects and scores others: the higher, the more likely an artefact."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Latents:
    """Sequences of vectors, and what their objects are.

    Parameters
    ----------
    objects : DataFrame
        ``object_id`` and ``class_name``.
    sequences : array (object, epoch, number)
        In time order, NaN after the last frame of each.
    label : array (object,)
        1 for an artefact, else 0.
    """

    objects: pd.DataFrame
    sequences: Float32[np.ndarray, "object epoch number"]
    label: Int[np.ndarray, " object"]

    def __post_init__(self) -> None:
        rows = (len(self.objects), len(self.sequences), len(self.label))
        if len(set(rows)) > 1:
            raise InputError("objects, sequences and labels differ in number", got=rows)
        counts = np.bincount(self.label, minlength=2)
        if counts.min() < FOLDS:
            what = f"{FOLDS} folds need {FOLDS} artefacts and {FOLDS} others at least"
            raise InputError(what, got=counts.tolist())
        seen = np.isfinite(self.sequences).all(axis=2)
        if not (seen[:, 0].all() and (seen[:, 1:] <= seen[:, :-1]).all()):
            raise InputError("a sequence without a frame, or with a gap between frames")


@dataclass(frozen=True, kw_only=True)
class LatentScores:
    """Scores of one method: means over folds and over the seeds that folds were drawn with.

    Parameters
    ----------
    auc : Interval
        Area under the ROC curve within each fold, over all objects.
    first_half, second_half : Interval
        Of the objects that settings were compared on, and of the others.
    minus_forest : Interval
        On the same resamples.
    by_seed : tuple of float
    n_objects : int
    """

    auc: Interval
    first_half: Interval
    second_half: Interval
    minus_forest: Interval
    by_seed: tuple[float, ...]
    n_objects: int

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-able form."""
        names = ("auc", "first_half", "second_half", "minus_forest")
        numbers = {name: getattr(self, name).to_dict() for name in names}
        return {**numbers, "by_seed": list(self.by_seed), "n_objects": self.n_objects}


def read_latents(folder: AnyPath) -> Latents:
    """Read ``latents.npz`` and ``objects.parquet`` of a folder.

    Parameters
    ----------
    folder : Path
        ``latents`` (object, epoch, number) in the one; ``oid``, ``artefact_2025`` (0 or 1) and
        ``label`` in the other, in the same order.

    Raises
    ------
    InputError
        If a file is missing or is none of these.
    """
    folder = Path(folder)
    if not folder.is_dir():
        what = "a file, not a folder of latents" if folder.exists() else "no such folder"
        raise InputError(what, where=folder)
    table = read_table(folder / "objects.parquet")
    missing = [name for name in ("oid", "artefact_2025", "label") if name not in table]
    if missing:
        got = f"no {', '.join(missing)}"
        raise InputError("not a table of these objects", where=folder / "objects.parquet", got=got)
    return Latents(
        objects=pd.DataFrame({"object_id": table["oid"].astype(str), "class_name": table["label"]}),
        sequences=_read_sequences(folder / "latents.npz"),
        label=table["artefact_2025"].to_numpy(np.int64),
    )


def latent_benchmark(
    latents: Latents,
    *,
    seeds: Sequence[int] = (1, 2),
    members: int = 1,
    networks: Mapping[str, LatentTraining] = NETWORKS,
    n_bootstrap: int = 1000,
    device: str = AUTO,
    track: Track = no_progress,
) -> dict[str, LatentScores]:
    """Score networks and a forest in the same stratified folds.

    Parameters
    ----------
    latents : Latents
    seeds : sequence of int
        One for each time that folds are drawn.
    members : int
        Trainings of each network, whose log-odds are averaged.
    networks : mapping
        How they are trained, by name.
    device : str
        Where they are trained: one of `taonet.models.device.DEVICES`.

    Returns
    -------
    dict
        By name of a network, `TOGETHER` and `FOREST`.
    """
    check_device(device)
    networks = {name: config.on(device) for name, config in networks.items()}
    folds = [(seed, _draw_folds(latents.label, seed)) for seed in seeds]
    methods: dict[str, Callable[[int], Predict]] = {
        name: _network_predictor(latents, config, members) for name, config in networks.items()
    }
    methods[FOREST] = _forest_predictor(latents)
    jobs = [(name, seed, fold) for name in methods for seed, fold in folds]
    scores: dict[str, list[Float[np.ndarray, " object"]]] = {name: [] for name in methods}
    for name, seed, fold in track(jobs, len(jobs), "cross-validation"):
        scores[name].append(_cross_validate(methods[name](seed), fold))
    together = [np.mean(each, axis=0) for each in zip(*(scores[n] for n in networks), strict=True)]
    scores = {**{n: scores[n] for n in networks}, TOGETHER: together, FOREST: scores[FOREST]}
    drawn = {
        name: _resample(latents, values, [fold for _, fold in folds], n_bootstrap)
        for name, values in scores.items()
    }
    return {name: _scores(own, drawn[FOREST], latents) for name, own in drawn.items()}


def score_lines(scores: Mapping[str, LatentScores]) -> str:
    """Return the scores as text, beside the published one."""
    n = next(iter(scores.values())).n_objects
    lines = [
        f"{f'{n} objects':12}{'AUC':22}{'first half':22}{'second half':22}minus forest",
        f"{'published':12}{PUBLISHED:.2f}",
    ]
    for name, own in scores.items():
        gap = f"{own.minus_forest:+.3f}" if name != FOREST else ""
        cells = "".join(f"{f'{x:.3f}':22}" for x in (own.auc, own.first_half, own.second_half))
        lines.append(f"{name:12}{cells}{gap}".rstrip())
    words = [f"{name}: {DESCRIPTIONS[name]}" for name in scores if name in DESCRIPTIONS]
    return "\n".join([*lines, *words])


def simple_statistics(
    sequences: Float32[np.ndarray, "object epoch number"],
) -> Float[np.ndarray, "object statistic"]:
    """Return mean, scatter, lowest, highest and r.m.s. change between neighbours of each number."""
    changes = np.diff(sequences, axis=1)
    # an object with one frame has no change
    counted = np.maximum(np.isfinite(changes).sum(axis=1), 1)
    r_m_s = np.sqrt(np.nansum(changes**2, axis=1) / counted)
    parts = [reduce(sequences, axis=1) for reduce in (np.nanmean, np.nanstd, np.nanmin, np.nanmax)]
    return np.concatenate([*parts, r_m_s], axis=1).astype(np.float64)


def weighted_auc(
    label: Int[np.ndarray, " object"],
    score: Float[np.ndarray, " object"],
    weight: Float[np.ndarray, "resample object"],
) -> Float[np.ndarray, " resample"]:
    """Return the area under the ROC curve of each resample; equal scores count half.

    Examples
    --------
    >>> weighted_auc(np.array([0, 1, 1]), np.array([0.2, 0.1, 0.9]), np.ones((1, 3)))
    array([0.5])
    """
    ones, zeros = score[label == 1][:, None], score[label == 0][None, :]
    above = (ones > zeros) + 0.5 * (ones == zeros)
    of_ones, of_zeros = weight[:, label == 1], weight[:, label == 0]
    total = of_ones.sum(axis=1) * of_zeros.sum(axis=1)
    return np.asarray(((of_ones @ above) * of_zeros).sum(axis=1) / total)


Fold = tuple[Int[np.ndarray, " _"], Int[np.ndarray, " _"]]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Resamples:
    """AUC by part (all, first, second): of the answers by seed, and of resamples."""

    point: dict[str, Float[np.ndarray, " seed"]]
    drawn: dict[str, Float[np.ndarray, " resample"]]

    def interval(self, part: str) -> Interval:
        return interval(float(self.point[part].mean()), self.drawn[part])


def _read_sequences(path: Path) -> Float32[np.ndarray, "object epoch number"]:
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            sequences = np.asarray(file["latents"], np.float32)
    except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
        raise InputError("not a file of latents", where=path, got=error) from error
    if sequences.ndim != 3:
        raise InputError("latents have the axes (object, epoch, number)", where=path)
    return sequences


def _draw_folds(label: Int[np.ndarray, " object"], seed: int) -> list[Fold]:
    from sklearn.model_selection import StratifiedKFold

    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    return list(folds.split(label[:, None], label))


def _network_predictor(
    latents: Latents, config: LatentTraining, members: int
) -> Callable[[int], Predict]:
    def for_seed(seed: int) -> Predict:
        def predict(
            train: Int[np.ndarray, " train"], test: Int[np.ndarray, " test"]
        ) -> Float[np.ndarray, " test"]:
            answers = [
                train_latent_network(
                    latents.sequences[train], latents.label[train],
                    config=config, seed=1000 * seed + member,
                ).log_odds(latents.sequences[test])
                for member in range(members)
            ]  # fmt: skip
            return np.asarray(np.mean(answers, axis=0))

        return predict

    return for_seed


def _forest_predictor(latents: Latents) -> Callable[[int], Predict]:
    features = simple_statistics(latents.sequences)

    def for_seed(seed: int) -> Predict:
        def predict(
            train: Int[np.ndarray, " train"], test: Int[np.ndarray, " test"]
        ) -> Float[np.ndarray, " test"]:
            trees = Trees(ForestConfig(trees=200), n_classes=2, seed=seed)
            trees.fit(features[train], latents.label[train])
            return trees.probabilities(features[test])[:, 1]

        return predict

    return for_seed


def _cross_validate(predict: Predict, folds: Sequence[Fold]) -> Float[np.ndarray, " object"]:
    scores = np.empty(sum(len(test) for _, test in folds))
    for train, test in folds:
        scores[test] = predict(train, test)
    return scores


def _resample(
    latents: Latents,
    scores: Sequence[Float[np.ndarray, " object"]],
    folds: Sequence[Sequence[Fold]],
    n_bootstrap: int,
) -> _Resamples:
    """Score answers of several seeds, each within its folds, on the same resamples of objects."""
    n = len(latents.label)
    sample = Sample(truth=latents.label, groups=np.arange(n), n_classes=2)
    weight = np.concatenate([np.ones((1, n)), *sample.weights(n_bootstrap, seed=1)])
    first = in_first_half(latents.objects)
    parts = {"all": np.ones(n, bool), "first": first, "second": ~first}
    areas = {
        name: np.stack(
            [
                _mean_over_folds(latents.label, own, weight, [test[part[test]] for _, test in fold])
                for own, fold in zip(scores, folds, strict=True)
            ]
        )
        for name, part in parts.items()
    }
    return _Resamples(
        point={name: area[:, 0] for name, area in areas.items()},
        drawn={name: area[:, 1:].mean(axis=0) for name, area in areas.items()},
    )


def _mean_over_folds(
    label: Int[np.ndarray, " object"],
    score: Float[np.ndarray, " object"],
    weight: Float[np.ndarray, "resample object"],
    tests: Sequence[Int[np.ndarray, " _"]],
) -> Float[np.ndarray, " resample"]:
    """Return the mean AUC of folds; one that holds objects of one kind only does not count."""
    both = [test for test in tests if 0 < label[test].sum() < len(test)]
    areas = [weighted_auc(label[test], score[test], weight[:, test]) for test in both]
    return np.asarray(np.mean(areas, axis=0))


def _scores(own: _Resamples, forest: _Resamples, latents: Latents) -> LatentScores:
    gap = float(own.point["all"].mean() - forest.point["all"].mean())
    return LatentScores(
        auc=own.interval("all"),
        first_half=own.interval("first"),
        second_half=own.interval("second"),
        minus_forest=interval(gap, own.drawn["all"] - forest.drawn["all"]),
        by_seed=tuple(own.point["all"].tolist()),
        n_objects=len(latents.label),
    )
