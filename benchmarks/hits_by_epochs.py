"""Macro recall on real HiTS sequences by the number of epochs seen, and what sets hold.

    taonet predict hits-sim REAL -o p.parquet
    python benchmarks/hits_by_epochs.py REAL p.parquet

Printed for each half of the objects (`taonet.studies.hits.in_first_half`) and both: recall of the
most probable class, and of ``predicted_class``, where what is not detected is NON. Numbers of
epochs that a fifth of the objects do not have are left out.
"""

import sys

import numpy as np
import pandas as pd

from taonet.evaluation.scored_rows import final_rows, probabilities_of, rows_passing, sets_of
from taonet.io.archive import Archive
from taonet.io.prediction_columns import classes_of
from taonet.io.prediction_table import read_predictions
from taonet.sky.taxonomy import Taxonomy
from taonet.studies.hits import in_first_half

EPOCHS = (1, 3, 5, 10, 15, 20, 25)
MOST = 0.8


def main(archive: str, predictions: str) -> None:
    table, objects = read_predictions(predictions), Archive(archive).objects
    taxonomy = Taxonomy(name="of the table", classes=classes_of(table))
    is_first = table["object_id"].isin(objects["object_id"][in_first_half(objects)])
    for half, part in (("first", table[is_first]), ("second", table[~is_first]), ("both", table)):
        for k in EPOCHS:
            rows = rows_passing(part, k)
            if len(rows) >= MOST * part["object_id"].nunique():
                print(f"{half}, {k} epochs: {recalls(rows, taxonomy)}")
        last = final_rows(part)
        print(f"{half}, all epochs: {recalls(last, taxonomy)}; {coverage(last, taxonomy)}")


def recalls(rows: pd.DataFrame, taxonomy: Taxonomy) -> str:
    """Return the macro recall of both kinds of answers, and the recall of each class."""
    probable = np.array(taxonomy.classes)[probabilities_of(rows, taxonomy).argmax(axis=1)]
    own = recall_by_class(rows, probable, taxonomy)
    gated = recall_by_class(rows, rows["predicted_class"].to_numpy(object), taxonomy)
    classes = ", ".join(f"{name} {value:.2f}" for name, value in own.items())
    probable_mean, gated_mean = (np.mean(list(one.values())) for one in (own, gated))
    return f"{probable_mean:.3f} ({classes}), predicted {gated_mean:.3f}"


def recall_by_class(rows: pd.DataFrame, named: np.ndarray, taxonomy: Taxonomy) -> dict[str, float]:
    """Return the share of the objects of each class that are called it."""
    truth = rows["class_name"].to_numpy(object)
    return {name: float((named[truth == name] == name).mean()) for name in taxonomy.classes}


def coverage(rows: pd.DataFrame, taxonomy: Taxonomy) -> str:
    """Return the share of the objects of each class whose set holds it."""
    held = np.array([c in s for c, s in zip(rows["class_name"], sets_of(rows), strict=True)])
    truth = rows["class_name"].to_numpy(object)
    return "sets " + ", ".join(f"{c} {held[truth == c].mean():.2f}" for c in taxonomy.classes)


if __name__ == "__main__":
    main(*sys.argv[1:])
