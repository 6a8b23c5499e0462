"""What each part of the network is worth: ``python ablations.py TRAIN TEST [REAL] --runs FOLDER``.

TRAIN and TEST are simulated archives, REAL is an archive of the real sequences, of which the half
that settings were chosen on is scored. Each row is `taonet train recipes/ablation-hits.toml` with
a few ``--set``; runs that are there already are not repeated. Prints the table of
docs/ablations.md.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from taonet.evaluation.draws import recall_difference, score_draws
from taonet.experiment.config import Recipe, read_recipe, varied
from taonet.experiment.hits_benchmark import in_first_half
from taonet.experiment.run import run_experiment
from taonet.io.archive import Archive
from taonet.models.bundle import load_bundle
from taonet.models.predict import predict
from taonet.sky.taxonomy import HITS

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
    real = None if given.real is None else Archive(given.real)
    found: dict[str, list[list[pd.DataFrame]]] = {}
    for row in given.rows:
        runs = [_run(row, seed, given) for seed in range(1, given.seeds + 1)]
        found[row] = [[pd.read_parquet(run / "predictions" / "tao-net.parquet") for run in runs]]
        found[row] += [] if real is None else [[_on_real(run, real) for run in runs]]
        print(line(row, found[row], found[BASELINE]), flush=True)


def _run(row: str, seed: int, given: argparse.Namespace) -> Path:
    recipe = varied(read_recipe(RECIPE, ROWS[row]), seed=seed)
    folder = given.runs / f"{recipe.name}-{recipe.digest[:12]}"
    return run_experiment(
        recipe,
        Archive(given.train),
        folder,
        test=Archive(given.test),
        measured=_measured(recipe, given),
    )


def _measured(recipe: Recipe, given: argparse.Namespace) -> Path:
    # features of light curves know the times or do not
    return given.runs / f"measured-{'with' if recipe.model.use_times else 'without'}-times"


def _on_real(run: Path, real: Archive) -> pd.DataFrame:
    file = run / "predictions" / "real.parquet"
    if not file.exists():
        chosen = np.flatnonzero(in_first_half(real.objects))
        tables = predict(load_bundle(run), (real[i] for i in chosen.tolist()))
        pd.concat(tables, ignore_index=True).to_parquet(file, index=False)
    return pd.read_parquet(file)


def line(
    row: str, own: Sequence[Sequence[pd.DataFrame]], base: Sequence[Sequence[pd.DataFrame]]
) -> str:
    """Return a row of the table: macro recall and its difference to the baseline, by test set."""
    cells = [row]
    for tables, others in zip(own, base, strict=True):
        score = score_draws(tables, HITS, seed=1)
        cells.append(f"{score.macro_recall}")
        cells.append(
            "" if row == BASELINE else f"{recall_difference(tables, others, HITS, seed=1):+.3f}"
        )
    settings = " ".join(f"--set {change}" for change in ROWS[row])
    return "| " + " | ".join([*cells, f"`{settings}`" if settings else ""]) + " |"


if __name__ == "__main__":
    main()
