"""Sets of classes that hold the truth as often as they promise, for each class on its own.

Class-conditional ("Mondrian") split conformal prediction (Vovk et al. 2005, ch. 4.5; the score is
one minus the probability of the true class, Sadinle et al. 2019): a class is in an object's set
if its probability is not lower than that of all but the most unlikely tenth of calibration objects
of that class, seen for as many epochs. It holds for any mix of classes, as each class has its
own threshold; and at each number of epochs, not at all of them at once: of all objects that have so
many, whether they go on or end there. An object's *last* answer is no random one of those: objects
that end after k epochs may be easier than those that pass k, and are then covered more often.

A set may be empty: then the object looks like a typical member of no class. It is not filled, as
that would break the promise upwards, and as it is worth knowing.
"""

from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Float

from taonet.errors import InputError
from taonet.evaluation.scored_rows import (
    check_predictions,
    final_rows,
    labels_of,
    probabilities_of,
)
from taonet.sky.taxonomy import Taxonomy
from taonet.training.fit_temperature import rows_by_knot
from taonet.trust.trust import Thresholds

LEAST_OBJECTS: Final = 100
"""Calibration objects a class: with fewer, coverage at 90 % wanders by more than ± 6 points.

Half as many are enough of those that are still there after many epochs: a threshold of fewer epochs
would miss by as much, and in one direction.
"""


def fit_thresholds(table: pd.DataFrame, taxonomy: Taxonomy, *, level: float = 0.9) -> Thresholds:
    """Fit sets on objects that were neither trained nor are tested on.

    Where too few objects of a class have so many epochs, its threshold stays what it was. Objects
    that long are known better as a rule, so that sets hold the truth too often rather than too
    seldom; but nothing promises it.

    Parameters
    ----------
    table : DataFrame
        A prediction table with answers after every epoch; calibrate its probabilities first.
    level : float
        Between 0 and 1.

    Raises
    ------
    InputError
        If a class of the taxonomy has too few objects, or the table cannot be scored.
    """
    check_predictions(table, taxonomy)
    check_level(level)
    _check_support(final_rows(table), taxonomy)
    by_knot: dict[int, tuple[float, ...]] = {}
    least: list[float | None] = [None] * len(taxonomy.classes)
    for knot, rows in rows_by_knot(table).items():
        own = _truth_probabilities(rows, taxonomy)
        few = LEAST_OBJECTS // 2 if by_knot else LEAST_OBJECTS
        if max(map(len, own)) < few:
            break
        enough = [_class_threshold(p, level) if len(p) >= few else None for p in own]
        least = [old if new is None else new for new, old in zip(enough, least, strict=True)]
        values = tuple(value for value in least if value is not None)
        if len(values) == len(least):
            by_knot[knot] = values
    if not by_knot:
        do = f"give answers about {LEAST_OBJECTS} objects of each class after the same epochs"
        raise InputError("too few answers after any number of epochs for sets", do=do)
    return Thresholds(
        level=level,
        classes=taxonomy.classes,
        epochs=tuple(by_knot),
        values=tuple(by_knot.values()),
    )


def _check_support(last: pd.DataFrame, taxonomy: Taxonomy) -> None:
    support = last["class_name"].value_counts()
    few = {name: int(support.get(name, 0)) for name in taxonomy.classes}
    few = {name: n for name, n in few.items() if n < LEAST_OBJECTS}
    if few:
        got = ", ".join(f"{name} {n}" for name, n in few.items())
        do = f"give at least {LEAST_OBJECTS} of each class"
        raise InputError("too few calibration objects for conformal sets", got=got, do=do)


def _truth_probabilities(
    rows: pd.DataFrame, taxonomy: Taxonomy
) -> list[Float[np.ndarray, " object"]]:
    """Return, for each class, the probabilities of that class that its objects were given."""
    truth, probabilities = labels_of(rows, taxonomy), probabilities_of(rows, taxonomy)
    return [probabilities[truth == label, label] for label in range(len(taxonomy.classes))]


def check_level(level: float) -> None:
    """Refuse what is no share of objects.

    Raises
    ------
    InputError
    """
    if not 0 < level < 1:
        raise InputError("the level of sets lies between 0 and 1", got=level)


def _class_threshold(probabilities: Float[np.ndarray, " object"], level: float) -> float:
    """Return the probability that all but the allowed share of a class's objects reach.

    With n objects the rank floor((n + 1) (1 − level)) makes the promise hold for the next one.
    """
    # 1 − 0.9 is a little less than a tenth, and 99 objects have a tenth of exactly ten
    rank = int((len(probabilities) + 1) * (1 - level) + 1e-9)
    return float(np.sort(probabilities)[rank - 1]) if rank else 0.0
