"""Fitting how typical an object is, so that the number means what it says.

Half of the calibration objects show where classes lie and how they spread, the other half how far
out objects commonly are: were it one and the same, new objects would seem farther out than they
are (split conformal prediction; Bates et al. 2023, Ann. Stat. 51, 149).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int
from sklearn.covariance import ledoit_wolf

from taonet.errors import InputError
from taonet.training.fit_temperature import LEAST_OBJECTS, rows_by_knot
from taonet.trust.typicality import TINY, Typicality, axis_coordinates

MOST_AXES: Final = 32

FEW_NUMBERS: Final = 4
"""So few are their own axes, and nothing is left over."""

LEAST_OF_A_CLASS: Final = 20
"""Objects that are needed to locate a class; a class with fewer has no place of its own."""

SHARES: Final = np.unique(np.concatenate([np.geomspace(1e-4, 0.02, 40), np.linspace(0.02, 1, 99)]))


def fit_typicality(rows: pd.DataFrame, features: Float[np.ndarray, "row feature"]) -> Typicality:
    """Fit where objects of known class lie after each number of epochs, and how far out is far.

    Parameters
    ----------
    rows : DataFrame
        ``object_id``, ``class_name``, ``n_epochs`` of objects that were not trained on: rows after
        the numbers of epochs that are fitted on their own, and the last of each object.
    features : array (row, feature)
        What the network remembered then.

    Raises
    ------
    InputError
        If no class has enough objects.
    """
    rows = rows.reset_index(drop=True)
    shapes = every_second_object(rows)
    # where there are too few of all, classes are what is missing: `_frequent_classes` raises that
    by_knot = rows_by_knot(rows, least=min(LEAST_OBJECTS, rows["object_id"].nunique()))
    counts = {k: at.loc[shapes[at.index], "class_name"].value_counts() for k, at in by_knot.items()}
    classes = _frequent_classes(counts)
    counts = {k: n.reindex(classes, fill_value=0) for k, n in counts.items()}
    knots = {k: at for k, at in by_knot.items() if counts[k].min() >= LEAST_OF_A_CLASS}
    shape = _shape(features, shapes, knots, classes)
    others = {k: at.loc[~shapes[at.index], "n_epochs"] for k, at in knots.items()}
    far = [shape.distance(features[n.index], n.to_numpy(np.int64)) for n in others.values()]
    tails, objects = np.stack([tail_of(distances) for distances in far]), [*map(len, far)]
    return replace(shape, distances=tails, objects=np.array(objects))


def _shape(
    features: Float[np.ndarray, "row feature"],
    shapes: Bool[np.ndarray, " row"],
    knots: Mapping[int, pd.DataFrame],
    classes: list[str],
) -> Typicality:
    """Return where classes lie and how they spread; how far out is far is still open."""
    centre, spread = features[shapes].mean(axis=0), features[shapes].std(axis=0)
    spread = np.where(spread > TINY, spread, 1.0)
    standard = (features - centre) / spread
    axes = _axes(standard[shapes])
    numbers = axis_coordinates(axes, standard)
    means, within = [], []
    for at in knots.values():
        by_class = [numbers[rows] for rows in _rows_by_class(at[shapes[at.index]], classes)]
        means.append(np.stack([own.mean(axis=0) for own in by_class]))
        within += [own - own.mean(axis=0) for own in by_class]
    covariance, _ = ledoit_wolf(np.concatenate(within), assume_centered=True)
    return Typicality(
        centre=centre,
        spread=spread,
        axes=axes,
        epochs=np.array(list(knots)),
        means=np.stack(means),
        whitening=_whitening(covariance),
        shares=SHARES,
        distances=np.zeros((len(knots), len(SHARES))),
        objects=np.zeros(len(knots), np.int64),
    )


def every_second_object(rows: pd.DataFrame) -> Bool[np.ndarray, " row"]:
    """Return which rows are of every second object of each class, in the order of their names."""
    objects = rows[["class_name", "object_id"]].drop_duplicates().sort_values("object_id")
    first = objects.groupby("class_name").cumcount() % 2 == 0
    return np.asarray(rows["object_id"].isin(objects["object_id"][first]))


def _frequent_classes(counts: Mapping[int, pd.Series]) -> list[str]:
    """Return the classes with enough objects where there are most: those have a place."""
    most = max(counts.values(), key=lambda by_class: int(by_class.sum()))
    classes = sorted(str(name) for name, n in most.items() if n >= LEAST_OF_A_CLASS)
    if not classes:
        got = ", ".join(f"{name} {n}" for name, n in most.items())
        do = f"give at least {2 * LEAST_OF_A_CLASS} objects of a class"
        raise InputError("too few objects to tell what is typical", got=got, do=do)
    return classes


def _rows_by_class(rows: pd.DataFrame, classes: list[str]) -> list[Int[np.ndarray, " row"]]:
    return [rows.index[rows["class_name"] == name].to_numpy() for name in classes]


def _axes(standard: Float[np.ndarray, "row feature"]) -> Float[np.ndarray, "feature axis"]:
    """Return the axes along which standardised features vary most, fewer than there are features.

    What is left over has a distance of its own.
    """
    _, vectors = np.linalg.eigh(standard.T @ standard)
    n_axes = min(MOST_AXES, max(FEW_NUMBERS, standard.shape[1] // 2), standard.shape[1])
    return np.asarray(vectors[:, ::-1][:, :n_axes])


def _whitening(covariance: Float[np.ndarray, "number number"]) -> Float[np.ndarray, "number _"]:
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors / np.sqrt(np.maximum(values, TINY)))


def tail_of(distances: Float[np.ndarray, " object"]) -> Float[np.ndarray, " share"]:
    """Return how far out each share of the objects lies at least; the next one counts too."""
    falling = np.sort(distances)[::-1]
    rank = (np.arange(len(falling)) + 1) / (len(falling) + 1)
    return np.asarray(np.interp(SHARES, rank, falling))
