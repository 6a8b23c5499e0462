"""From light curves to the features that trees read: the one step where the set is chosen."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import pandas as pd

from taonet.io.lightcurve_tables import Curve
from taonet.photometry.features import PUBLISHED, published_features
from taonet.photometry.ratios import with_ratios


def _published(curves: Iterable[Curve]) -> pd.DataFrame:
    rows = [published_features(curve.mjd, curve.mag, curve.magerr) for curve in curves]
    return pd.DataFrame(rows, columns=list(PUBLISHED), dtype=float)


SETS: Final[Mapping[str, Callable[[Iterable[Curve]], pd.DataFrame]]] = {
    "published": _published,
    "published+ratios": lambda curves: with_ratios(_published(curves)),
}
"""Every set of features by name: from light curves to a row each."""


def curve_features(curves: Iterable[Curve], name: str) -> pd.DataFrame:
    """Measure a set of features of each light curve.

    Parameters
    ----------
    name : str
        Of `SETS`.

    Returns
    -------
    DataFrame
        One row a curve, one column a feature, NaN where it is not defined.
    """
    return SETS[name](curves)
