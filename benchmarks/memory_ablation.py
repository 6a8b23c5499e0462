"""What each memory of encoded light is worth, all on the same encodings.

    python benchmarks/memory_ablation.py --train A B --test T U --runs FOLDER [--encoder frames]

Each run is the network of ``taonet train crts-pixels --data A --data B --test T --test U --seed S
--set …`` without its baselines and its report, 600 steps long. Frames are encoded once, into
``FOLDER/encoded``; what is there already is not repeated. Prints macro F1 over five classes on each
test archive, as the mean over seeds with an interval over objects and seeds, and the paired
difference to the first row.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import torch

from taonet.evaluation.repeated_runs import mean_difference, score_runs
from taonet.evaluation.scored_rows import restrict_classes
from taonet.experiment.encoding_stage import encode_all
from taonet.experiment.groups import with_groups
from taonet.experiment.joined_archives import join_archives
from taonet.experiment.plan import plan_experiment
from taonet.experiment.recipe import override_recipe, read_recipe
from taonet.experiment.stored_inputs import StoredObjects, StoredSequences
from taonet.io.archive import Archive
from taonet.io.prediction_table import read_predictions, write_predictions
from taonet.models.bundle import Bundle
from taonet.models.predict import predict
from taonet.sky.taxonomy import CRTS, Taxonomy
from taonet.studies.ablation import train_bundle

RECIPE = "crts-pixels"

FIVE = Taxonomy(name="five", classes=("SN", "CV", "AGN", "BZ", "OTHER"))

BASELINE = "statistics and GRU"

ROWS = {
    BASELINE: ("model.light_memory=statistics",),
    "integrators and GRU": ("model.light_memory=integrators",),
    "GRU alone": ("model.light_memory=none",),
    "statistics alone": ("model.light_memory=statistics", "model.recurrence=last"),
    "integrators alone": ("model.light_memory=integrators", "model.recurrence=last"),
    "no memory": ("model.light_memory=none", "model.recurrence=last"),
    "statistics and LSTM": ("model.light_memory=statistics", "model.recurrence=lstm"),
    "statistics and GRU, one step an exposure": ("model.nightly=false",),
}
"""What is set in each row."""


def main() -> None:
    """Carry out the runs that are missing and print the table, a line as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", type=Path, nargs="+", required=True)
    parser.add_argument("--test", type=Path, nargs="+", required=True)
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--encoder", default="frames")
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rows", nargs="*", default=list(ROWS), choices=list(ROWS))
    parser.add_argument("--set", action="append", default=[], help="for all rows, as in train")
    given = parser.parse_args()
    base: list[list[pd.DataFrame]] | None = None
    for row in given.rows:
        runs = [_run(row, seed, given) for seed in range(1, given.seeds + 1)]
        tables = [[run[k] for run in runs] for k in range(len(given.test))]
        base = tables if base is None else base
        print(_line(row, tables, base), flush=True)


def _run(row: str, seed: int, given: argparse.Namespace) -> list[pd.DataFrame]:
    """Return what a row's network says last of each test archive, once trained with a seed."""
    changes = (*ROWS[row], f"training.steps={given.steps}", *given.set)
    recipe = override_recipe(read_recipe(RECIPE, changes), seed=seed, encoder=given.encoder)
    torch.set_num_threads(recipe.threads)
    tests = [Archive(path) for path in given.test]
    archives = join_archives([Archive(path) for path in given.train], test=tests)
    folder = given.runs / f"{recipe.name}-{recipe.digest[:12]}"
    files = [folder / f"{path.name}.parquet" for path in given.test]
    if not all(file.exists() for file in files):
        experiment = plan_experiment(recipe, archives, folder)
        stored = StoredObjects(encode_all(experiment, given.runs / "encoded"))
        sequences = StoredSequences(archives, encodings=stored)
        experiment = replace(experiment, sequences=sequences)
        _predict(train_bundle(experiment), sequences, tests, files)
    return [
        with_groups(_of_five(read_predictions(file)), test.objects)
        for file, test in zip(files, tests, strict=True)
    ]


def _of_five(table: pd.DataFrame) -> pd.DataFrame:
    """Return the answers to the question which of the five classes an object is."""
    few, _ = restrict_classes(table, CRTS, FIVE.classes)
    return few


def _predict(
    bundle: Bundle, sequences: StoredSequences, tests: Sequence[Archive], files: Sequence[Path]
) -> None:
    """Write the last answers about each test archive; these are the last of the sequences."""
    first = len(sequences) - sum(map(len, tests))
    for test, file in zip(tests, files, strict=True):
        objects = range(first, first + len(test))
        answers = predict(
            bundle,
            (sequences[i] for i in objects),
            precomputed=(sequences.load_inputs(i) for i in objects),
        )
        write_predictions((table.tail(1) for table in answers), file, overwrite=True)
        first += len(test)


def _line(
    row: str, own: Sequence[Sequence[pd.DataFrame]], base: Sequence[Sequence[pd.DataFrame]]
) -> str:
    cells = [row]
    for tables, before in zip(own, base, strict=True):
        cells.append(f"{score_runs(tables, FIVE, seed=1).macro_f1}")
        same = tables is before
        cells.append(
            "" if same else f"{mean_difference(tables, before, FIVE, score='f1', seed=1):+.3f}"
        )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
