"""Which classes share a region of brightness or amplitude, and where one is alone without reason.

A classifier that is trained where one class is alone learns that the region is the class. Classes
count equally, however many objects each has.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

OWNED = 0.8
"""A class owns a region where it is so large a share of the simulated objects."""

GIVEN = 0.6
"""Reality gives a region to a class that is so large a share of the real objects there."""

LEAST = 10
"""With fewer simulated objects of the class nobody owns a region; with fewer real ones reality
gives it to nobody and takes it from nobody."""

EMPTY = 0.1
"""Where too few real objects lie, no class may have so large a share of its simulated ones."""


def compare_class_mix(
    real: pd.DataFrame | None,
    simulated: pd.DataFrame,
    edges: Mapping[str, Sequence[float]],
    classes: Sequence[str],
) -> list[dict[str, Any]]:
    """Return the mix of classes in each region, and whether one owns it without reason.

    Parameters
    ----------
    real, simulated : DataFrame
        ``class_name``, and the columns of `edges`; NaN where not known. Without real rows no
        region is judged.
    edges : mapping of str to sequence of float
        By column, what divides the regions; the first and the last one are open.
    classes : sequence of str

    Returns
    -------
    list of dict
        One a region: ``column``, ``low`` and ``high`` (None: open), the number of objects
        ``n_real`` and ``n_simulated``, shares of classes ``real`` and ``simulated``, the
        ``owner`` (None: nobody), and ``given``: False where reality does not give it to the owner.
    """
    regions = []
    for column, inner in edges.items():
        bounds = [-np.inf, *inner, np.inf]
        theirs = None if real is None else _counts(real, column, bounds, classes)
        mine = _counts(simulated, column, bounds, classes)
        for place in range(len(bounds) - 1):
            low, high = (x if np.isfinite(x) else None for x in bounds[place : place + 2])
            region = {"column": column, "low": low, "high": high}
            regions.append({**region, **_compare(theirs, mine, place, classes)})
    return regions


def _counts(
    table: pd.DataFrame, column: str, bounds: Sequence[float], classes: Sequence[str]
) -> np.ndarray:
    """Return how many objects of each class lie in each region: (class, region)."""
    values = table[column].to_numpy(float)
    known, names = np.isfinite(values), table["class_name"].to_numpy()
    rows = [np.histogram(values[known & (names == name)], bounds)[0] for name in classes]
    return np.array(rows)


def _compare(
    real: np.ndarray | None, simulated: np.ndarray, place: int, classes: Sequence[str]
) -> dict[str, Any]:
    mix, within = _mix(simulated, place)
    best = int(np.argmax(mix))
    owned = mix[best] >= OWNED and simulated[best, place] >= LEAST
    n_real = 0 if real is None else int(real[:, place].sum())
    real_mix = np.zeros(len(classes)) if real is None else _mix(real, place)[0]
    given = real_mix[best] >= GIVEN if n_real >= LEAST else within[best] < EMPTY
    return {
        "n_real": n_real,
        "n_simulated": int(simulated[:, place].sum()),
        "real": _by_class(classes, real_mix),
        "simulated": _by_class(classes, mix),
        "owner": classes[best] if owned else None,
        "given": bool(real is None or not owned or given),
    }


def _mix(counts: np.ndarray, place: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the share of each class in a region, and of the region in each class."""
    within = counts[:, place] / np.maximum(counts.sum(axis=1), 1)
    return within / max(within.sum(), 1e-12), within


def _by_class(classes: Sequence[str], shares: np.ndarray) -> dict[str, float]:
    return dict(zip(classes, shares.round(3).tolist(), strict=True))


def describe_ownership(region: Mapping[str, Any]) -> str:
    """Return a sentence on a region that a class owns without reason."""
    low, high = region["low"], region["high"]
    if low is None:
        place = f"below {high:g}"
    else:
        place = f"from {low:g} on" if high is None else f"{low:g} to {high:g}"
    owner = region["owner"]
    return (
        f"{owner} owns {region['column']} {place}: {region['simulated'][owner]:.2f} of simulated "
        f"objects there, {region['real'][owner]:.2f} of {region['n_real']} real ones"
    )
