"""How often sets hold the truth, for the answers that a user sees: after every epoch, and the last.

    taonet simulate crts --objects 600 --mix realistic --classes SN,CV,AGN,BZ,OTHER --seed 4242 -o T
    taonet predict crts-sim T -o p.parquet
    python benchmarks/coverage.py p.parquet

Reads a prediction table of objects of known class with sets. ``passing k`` are all objects that
have k epochs or more; ``any`` is the least and the most over all numbers of epochs that enough
objects of a class have, not only those that were fitted; ``last`` is each object's last answer,
also in thirds by its length.
"""

import argparse
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from taonet.evaluation.calibration_by_epochs import ece
from taonet.evaluation.comparison import align_columns
from taonet.evaluation.intervals import Interval
from taonet.evaluation.resampling import wilson_interval
from taonet.evaluation.scored_rows import final_rows, rows_passing, sets_of
from taonet.io.prediction_columns import classes_of
from taonet.io.prediction_table import read_predictions
from taonet.sky.taxonomy import Taxonomy

EPOCHS = (1, 3, 5, 10, 20, 40, 60, 80, 90, 100, 110, 120, 140, 160)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table", type=Path)
    parser.add_argument("--enough", type=int, default=50, help="objects of a class")
    given = parser.parse_args()
    table = read_predictions(given.table)
    taxonomy = Taxonomy(name="of the table", classes=classes_of(table))
    print("\n".join(lines_of(table, taxonomy, enough=given.enough)))


def lines_of(table: pd.DataFrame, taxonomy: Taxonomy, *, enough: int) -> list[str]:
    """Return the table of coverage as lines of text."""
    sets = sets_of(table)
    held = [name in members for name, members in zip(table["class_name"], sets, strict=True)]
    table = table.assign(held=held, size=[len(members) for members in sets])
    classes = [name for name in taxonomy.classes if name in set(table["class_name"])]
    rows = [["answers", "objects", "all", *classes, "classes in a set", "ECE"]]
    for k in EPOCHS:
        part = rows_passing(table, k)
        if len(part) >= enough:
            rows.append([f"passing {k}", *cells_of(part, classes, taxonomy, enough=enough)])
    rows.append(["passing any", "", *extremes(table, classes, enough=enough), "", ""])
    last = final_rows(table)
    rows.append(["last", *cells_of(last, classes, taxonomy, enough=enough)])
    edges = last["n_epochs"].quantile([0, 1 / 3, 2 / 3, 1]).to_numpy()
    for low, high in pairwise(edges):
        part = last[(last["n_epochs"] > low - (low == edges[0])) & (last["n_epochs"] <= high)]
        name = f"last, of {part['n_epochs'].min()} to {part['n_epochs'].max()}"
        rows.append([name, *cells_of(part, classes, taxonomy, enough=enough)])
    return align_columns(rows)


def cells_of(
    part: pd.DataFrame, classes: list[str], taxonomy: Taxonomy, *, enough: int
) -> list[str]:
    own = [part[part["class_name"] == name] for name in classes]
    shares = [share_of(rows) if len(rows) >= enough else "–" for rows in own]
    error = ece(part, taxonomy, n_bootstrap=200, seed=0)
    return [str(len(part)), share_of(part), *shares, f"{part['size'].mean():.2f}", f"{error}"]


def share_of(rows: pd.DataFrame) -> str:
    value, low, high = wilson_interval(int(rows["held"].sum()), len(rows))
    return str(Interval(value=value, low=low, high=high))


def extremes(table: pd.DataFrame, classes: list[str], *, enough: int) -> list[str]:
    """Return the least and the most coverage over all numbers of epochs, of all and by class."""
    found = []
    for rows in (table, *(table[table["class_name"] == name] for name in classes)):
        held = rows.groupby("n_epochs")["held"].agg(["mean", "size"])
        shares = held.loc[held["size"] >= enough, "mean"].to_numpy()
        found.append(f"{np.min(shares):.3f} to {np.max(shares):.3f}" if len(shares) else "–")
    return found


if __name__ == "__main__":
    main()
