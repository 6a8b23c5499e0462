"""Scores of one model on several test sets together, and of a rival beside it.

    python benchmarks/pooled_scores.py ARCHIVE=TABLE[,RIVAL] … --classes SN,CV,AGN,BZ,OTHER

Each test set is an archive with the prediction table about it, and perhaps a rival's. Prints macro
F1 (most probable class) with its 95 % interval over objects, the difference to the rival, and of
the model the calibration error and how often sets hold each class. A rival's classes may be those
that are scored alone.
"""

import argparse

import numpy as np
import pandas as pd
from jaxtyping import Float, Shaped
from sklearn.metrics import f1_score

from taonet.evaluation.calibration_by_epochs import ece
from taonet.evaluation.scored_rows import final_rows, restrict_classes
from taonet.io.archive import Archive
from taonet.io.prediction_table import read_predictions

RESAMPLES = 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="+", metavar="ARCHIVE=TABLE[,RIVAL]")
    parser.add_argument("--classes", required=True)
    given = parser.parse_args()
    classes = given.classes.split(",")
    pairs = [text.split("=", 1) for text in given.sets]
    taxonomy = Archive(pairs[0][0]).taxonomy
    tables = [tables_of(files.split(","), classes) for _, files in pairs]
    models = pd.concat([own[0] for own in tables])
    restricted, among = restrict_classes(models, taxonomy, classes)
    rivals = pd.concat([own[1] for own in tables]) if len(tables[0]) > 1 else None
    report(models, rivals, classes)
    error = ece(restricted, among, n_bootstrap=RESAMPLES, seed=0)
    print(f"calibration error {error}")
    for name in classes:
        own = models[models["class_name"] == name]
        print(f"sets hold {name} {np.mean([name in members for members in own['set']]):.2f}")


def tables_of(files: list[str], classes: list[str]) -> list[pd.DataFrame]:
    """Return the last answers about objects of the classes, of each table in the same order."""
    last = [final_rows(read_predictions(file)).set_index("object_id", drop=False) for file in files]
    names = last[0].index[last[0]["class_name"].isin(classes)]
    return [table.loc[names] for table in last]


def report(models: pd.DataFrame, rivals: pd.DataFrame | None, classes: list[str]) -> None:
    """Print macro F1 of both on the same resamples of objects."""
    truth = models["class_name"].to_numpy(str)
    answers = [best_class(one, classes) for one in (models, rivals) if one is not None]
    rng = np.random.default_rng(0)
    draws = [np.arange(len(truth)), *rng.integers(0, len(truth), (RESAMPLES, len(truth)))]
    scores = np.array([[macro_f1(truth[i], one[i], classes) for one in answers] for i in draws])
    print(f"{len(truth)} objects")
    for name, own in zip(("model", "rival"), scores.T, strict=False):
        print(f"macro F1 of the {name} {in_words(own)}")
    if len(answers) > 1:
        print(f"difference {in_words(scores[:, 0] - scores[:, 1])}")


def best_class(table: pd.DataFrame, classes: list[str]) -> Shaped[np.ndarray, " object"]:
    """Return the most probable of the classes for each object."""
    best = table[[f"p_{name}" for name in classes]].to_numpy().argmax(axis=1)
    return np.asarray(np.array(classes)[best])


def macro_f1(truth: np.ndarray, answer: np.ndarray, classes: list[str]) -> float:
    return float(f1_score(truth, answer, labels=classes, average="macro", zero_division=0))


def in_words(values: Float[np.ndarray, " draw"]) -> str:
    """Return the first value with the 95 % interval of the others."""
    low, high = np.percentile(values[1:], [2.5, 97.5])
    return f"{values[0]:.3f} [{low:.3f}, {high:.3f}]"


if __name__ == "__main__":
    main()
