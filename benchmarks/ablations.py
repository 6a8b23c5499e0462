"""What each part of the network is worth: ``python ablations.py TRAIN TEST [REAL] --runs FOLDER``.

TRAIN and TEST are simulated archives, REAL is an archive of the real sequences, of which the half
that settings were chosen on is scored. Each run is the network of
``taonet train recipes/ablation-hits.toml --data TRAIN --test TEST --seed S --set …`` without its
baselines and its report; what is there already is not repeated. Prints the table of
docs/ablations.md, a line as soon as its runs are done.
"""

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from taonet.evaluation.repeated_runs import mean_difference, score_runs
from taonet.experiment.groups import with_groups
from taonet.experiment.joined_archives import JoinedArchives
from taonet.experiment.plan import plan_experiment
from taonet.experiment.recipe import override_recipe, read_recipe
from taonet.io.archive import Archive
from taonet.io.prediction_table import read_predictions, write_predictions
from taonet.models.predict import predict
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import HITS
from taonet.studies.ablation import train_bundle
from taonet.studies.hits import in_first_half

RECIPE = Path(__file__).parents[1] / "recipes" / "ablation-hits.toml"

BASELINE = "as it is"

ROWS = {
    BASELINE: (),
    "LSTM instead of GRU": ("model.recurrence=lstm",),
    "mean over epochs instead of GRU": ("model.recurrence=mean",),
    "last epoch instead of GRU": ("model.recurrence=last",),
    "no running statistics": ("model.statistics=false",),
    "last epoch, no statistics: no memory": ("model.recurrence=last", "model.statistics=false"),
    "no learned apertures": ("model.apertures=0", "training.steadiness=0"),
    "one zoom": ("model.zooms=[20]",),
    "no steadiness": ("training.steadiness=0",),
    "all epochs always shown": ("training.augmentation.whole=1",),
    "no turns and flips": ("training.augmentation.turns=false",),
    "brightness always there": ("training.augmentation.dimmed=0",),
    "no averaging of weights": ("training.averaging=0",),
    "sky of the sequence, not the frame": ("scaling.sky=sequence",),
    "told the times (they leak the class)": ("model.use_times=true",),
}
"""What is set in each row."""


def main() -> None:
    """Carry out the runs that are missing and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("train", type=Path)
    parser.add_argument("test", type=Path)
    parser.add_argument("real", type=Path, nargs="?")
    parser.add_argument("--runs", type=Path, default=Path("runs/ablations"))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rows", nargs="*", default=list(ROWS), choices=list(ROWS))
    given = parser.parse_args()
    sets = {"test": Archive(given.test), "real": given.real and Archive(given.real)}
    found: dict[str, list[list[pd.DataFrame]]] = {}
    for row in given.rows:
        runs = [_run(row, seed, given, sets) for seed in range(1, given.seeds + 1)]
        found[row] = [[run[name] for run in runs] for name in runs[0]]
        print(line(row, found[row], found.get(BASELINE)), flush=True)


def _run(
    row: str, seed: int, given: argparse.Namespace, sets: dict[str, Archive | None]
) -> dict[str, pd.DataFrame]:
    """Return what a row's network says of each set, once trained with a seed."""
    recipe = override_recipe(read_recipe(RECIPE, ROWS[row]), seed=seed)
    torch.set_num_threads(recipe.threads)
    archives = JoinedArchives({"train": Archive(given.train), "test": Archive(given.test)})
    folder = given.runs / f"{recipe.name}-{recipe.digest[:12]}"
    experiment = plan_experiment(recipe, archives, folder)
    shown = {name: archive for name, archive in sets.items() if archive is not None}
    files = {name: folder / f"{name}.parquet" for name in shown}
    if not all(file.exists() for file in files.values()):
        bundle = train_bundle(experiment)
        for name, archive in shown.items():
            tables = (table.tail(1) for table in predict(bundle, _sequences(archive)))
            write_predictions(tables, files[name], overwrite=True)
    return {
        name: with_groups(read_predictions(file), shown[name].objects)
        for name, file in files.items()
    }


def _sequences(archive: Archive) -> Iterable[ImageSequence]:
    chosen = np.ones(len(archive), bool) if archive.is_simulated else in_first_half(archive.objects)
    return (archive[int(i)] for i in np.flatnonzero(chosen))


def line(
    row: str,
    own: Sequence[Sequence[pd.DataFrame]],
    base: Sequence[Sequence[pd.DataFrame]] | None,
) -> str:
    """Return a row of the table: macro recall and its difference to the baseline, by test set."""
    cells = [row]
    for k, tables in enumerate(own):
        cells.append(f"{score_runs(tables, HITS, seed=1).macro_recall}")
        cells.append("")
        if base is not None and row != BASELINE:
            cells[-1] = f"{mean_difference(tables, base[k], HITS, seed=1):+.3f}"
    settings = " ".join(f"--set {change}" for change in ROWS[row])
    return "| " + " | ".join([*cells, f"`{settings}`" if settings else ""]) + " |"


if __name__ == "__main__":
    main()
