"""Controls without a single pixel: the class mix, the times, the number of epochs.

A network that scores no better than these has learnt how the survey observed the objects, not
the objects (on HiTS a forest on the times alone reaches a macro recall of 0.78).
"""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float, Int
from sklearn.ensemble import RandomForestClassifier

from taonet.errors import InputError

TREES = 300
TIME_GRID = 256
"""Some sources round MJD to 1/256 of a day; then the times reveal the source."""


def length_features(mjd: Float[np.ndarray, " epoch"]) -> dict[str, float]:
    """Return the number of epochs, and nothing else."""
    return {"n_epochs": float(len(mjd))}


def times_features(mjd: Float[np.ndarray, " epoch"]) -> dict[str, float]:
    """Describe when an object was observed, without its pixels.

    Parameters
    ----------
    mjd : array (epoch,)
        Modified Julian Date, UTC; gaps are 0 for a single epoch.

    Raises
    ------
    InputError
        If there is no epoch.

    Examples
    --------
    >>> times_features(np.array([55000.0, 55000.5, 55003.0]))["gap_max"]
    2.5
    """
    if not len(mjd):
        raise InputError("no times to describe", where="times_features")
    gaps = np.diff(np.sort(mjd)) if len(mjd) > 1 else np.zeros(1)
    nights = len(np.unique(np.floor(mjd)))
    steps = mjd * TIME_GRID
    return {
        **length_features(mjd),
        "mjd_first": float(mjd.min()),
        "mjd_last": float(mjd.max()),
        "span": float(np.ptp(mjd)),
        "gap_min": float(gaps.min()),
        "gap_median": float(np.median(gaps)),
        "gap_max": float(gaps.max()),
        "day_fraction_mean": float((mjd % 1).mean()),
        "day_fraction_std": float((mjd % 1).std()),
        "nights": float(nights),
        "epochs_a_night": len(mjd) / nights,
        "off_grid": float(np.abs(steps - np.round(steps)).mean()),
    }


def forest_probabilities(
    features_train: Sequence[Mapping[str, float]],
    labels_train: Int[np.ndarray, " n"],
    features_test: Sequence[Mapping[str, float]],
    n_classes: int,
    *,
    seed: int,
    trees: int = TREES,
) -> Float[np.ndarray, "m class"]:
    """Train a class-balanced random forest on some objects and predict others.

    Parameters
    ----------
    features_train, features_test : sequence of dict
        One an object, all with the same names.
    labels_train : array (n,)
    n_classes : int
        Columns of the answer; a class absent in training gets probability 0.

    Raises
    ------
    InputError
        If there is nothing to train on, or features and labels do not match.
    """
    if not features_train or len(features_train) != len(labels_train):
        got = f"{len(features_train)} objects, {len(labels_train)} labels"
        raise InputError("a forest needs one label an object", where="control", got=got)
    names = list(features_train[0])
    forest = RandomForestClassifier(
        n_estimators=trees, class_weight="balanced_subsample", random_state=seed, n_jobs=1
    )
    forest.fit(_matrix(features_train, names), labels_train)
    probabilities = np.zeros((len(features_test), n_classes))
    if features_test:
        probabilities[:, forest.classes_] = forest.predict_proba(_matrix(features_test, names))
    return probabilities


def majority_probabilities(
    labels_train: Int[np.ndarray, " n"], n_test: int, n_classes: int
) -> Float[np.ndarray, "{n_test} {n_classes}"]:
    """Return the share of each class in training, the same for every object.

    The arg-max is the majority class; as probabilities it is the best prediction without
    any knowledge of the object.

    Raises
    ------
    InputError
        If there is nothing to count.

    Examples
    --------
    >>> majority_probabilities(np.array([0, 0, 0, 1]), 1, 3).tolist()
    [[0.75, 0.25, 0.0]]
    """
    if not len(labels_train):
        raise InputError("no labels to count", where="majority_probabilities")
    share = np.bincount(labels_train, minlength=n_classes) / len(labels_train)
    return np.tile(share, (n_test, 1))


def _matrix(
    features: Sequence[Mapping[str, float]], names: Sequence[str]
) -> Float[np.ndarray, "object feature"]:
    return np.array([[row[name] for name in names] for row in features], dtype=np.float64)
