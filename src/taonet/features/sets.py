"""The sets of features that trees can read, by name: the one list of them."""

from collections.abc import Callable, Mapping
from typing import Final

import pandas as pd

from taonet.errors import ConfigError, nearest
from taonet.features.curves import Curves
from taonet.features.modern import MODERN, modern_features
from taonet.features.published import PUBLISHED, published_array
from taonet.features.ratios import add_ratios


def _published_table(curves: Curves) -> pd.DataFrame:
    return pd.DataFrame(published_array(curves), columns=list(PUBLISHED))


def _modern_table(curves: Curves) -> pd.DataFrame:
    return pd.DataFrame(modern_features(curves), columns=list(MODERN))


SETS: Final[Mapping[str, Callable[[Curves], pd.DataFrame]]] = {
    "published": _published_table,
    "published+ratios": lambda curves: add_ratios(_published_table(curves)),
    "modern": _modern_table,
}
"""Every set of features by name: from light curves to a row each.

A new set is a function and a line here; recipes, the command line and the tests take their names
from this table.
"""


def check_set(name: str) -> None:
    """Refuse a name that is not in `SETS`.

    Raises
    ------
    ConfigError
        Gives the nearest name, or all of them.
    """
    if name not in SETS:
        what = "no such set of light-curve features"
        raise ConfigError(what, where="features", got=repr(name), do=nearest(name, SETS))


def feature_table(curves: Curves, name: str) -> pd.DataFrame:
    """Measure a set of features of each light curve.

    Parameters
    ----------
    curves : Curves
    name : str
        Of `SETS`.

    Returns
    -------
    DataFrame
        One row a curve, one column a feature, NaN where it is not defined.
    """
    return SETS[name](curves)
