"""Scores of a prediction table by class and brightness: does it know the faint objects as well?

    taonet simulate crts-catalogue --objects 600 --seed 1701 -o T
    taonet predict crts-sim T -o p.parquet
    python benchmarks/faintness.py T p.parquet [--classes SN,CV,AGN,BZ,OTHER]

Objects of each class are divided into thirds by the magnitude of their brightest frame, from the
truth beside the archive. Printed of last answers: how many have their class as the most probable
one (with the 95 % interval), how many show nothing, how many sets hold the truth, and the
calibration error.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd

from taonet.evaluation.calibration_by_epochs import ece
from taonet.evaluation.resampling import wilson_interval
from taonet.evaluation.scored_rows import (
    final_rows,
    probabilities_of,
    restrict_classes,
    sets_of,
)
from taonet.io.prediction_columns import classes_of
from taonet.io.prediction_table import read_predictions
from taonet.io.provenance import TRUTH
from taonet.sky.taxonomy import Taxonomy

THIRDS = ("bright", "middle", "faint")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("archive", type=Path)
    parser.add_argument("table", type=Path)
    parser.add_argument("--classes", default="", help="among which answers are scored")
    given = parser.parse_args()
    last = final_rows(read_predictions(given.table))
    taxonomy = Taxonomy(name="of the table", classes=classes_of(last))
    if given.classes:
        last, taxonomy = restrict_classes(last, taxonomy, given.classes.split(","))
    last = last.assign(third=thirds_of(last, brightest_mags(given.archive)))
    print("\n".join(lines_of(last, taxonomy)))


def brightest_mags(archive: Path) -> dict[str, float]:
    """Return the magnitude of each object's brightest frame; infinite where it gives no light."""
    mags = {}
    for line in (archive / TRUTH).read_text().splitlines():
        truth = json.loads(line)
        known = [mag for mag in truth["mag"] if mag is not None]
        mags[truth["object_id"]] = min(known, default=np.inf)
    return mags


def thirds_of(last: pd.DataFrame, mags: dict[str, float]) -> pd.Series:
    """Return for each row the third of its class that it belongs to."""
    mag = last["object_id"].map(mags)
    rank = mag.groupby(last["class_name"]).rank(pct=True, method="first")
    return pd.cut(rank, [0, 1 / 3, 2 / 3, 1], labels=list(THIRDS)).astype(str)


def lines_of(last: pd.DataFrame, taxonomy: Taxonomy) -> list[str]:
    """Return a table: each class and third, then each third of all classes, then all."""
    rows = [["class", "third", "objects", "recall", "undetected", "sets hold", "ECE"]]
    for name in taxonomy.classes:
        for third in THIRDS:
            part = last[(last["class_name"] == name) & (last["third"] == third)]
            rows += [[name, third, *cells_of(part, taxonomy), ""]] if len(part) else []
    for third in THIRDS:
        part = last[last["third"] == third]
        rows.append(["all", third, *cells_of(part, taxonomy), error_of(part, taxonomy)])
    rows.append(["all", "all", *cells_of(last, taxonomy), error_of(last, taxonomy)])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) for row in rows]


def error_of(part: pd.DataFrame, taxonomy: Taxonomy) -> str:
    """Return the calibration error with its interval."""
    return format(ece(part, taxonomy, n_bootstrap=300, seed=1), ".3f")


def cells_of(part: pd.DataFrame, taxonomy: Taxonomy) -> list[str]:
    """Return how many objects, recall with its interval, undetected, and sets that hold."""
    n = len(part)
    most_probable = np.array(taxonomy.classes)[probabilities_of(part, taxonomy).argmax(axis=1)]
    right = int((most_probable == part["class_name"]).sum())
    share, low, high = wilson_interval(right, n)
    held = [c in members for c, members in zip(part["class_name"], sets_of(part), strict=True)]
    unseen = float((~part["detected"].fillna(True).astype(bool)).mean())
    recall = f"{share:.3f} [{low:.3f}, {high:.3f}]"
    return [str(n), recall, f"{unseen:.2f}", f"{np.mean(held):.3f}"]


if __name__ == "__main__":
    main()
