"""Features as tables: one row an object."""

from collections.abc import Iterable, Iterator

import pandas as pd

from taonet.features.curves import Curves
from taonet.features.sets import feature_table
from taonet.sky.lightcurve import LightCurve

AT_ONCE = 32
"""So many objects are measured together: features are faster of many, memory is bounded."""


def feature_rows(curves: Iterable[LightCurve], name: str) -> Iterator[pd.DataFrame]:
    """Measure a set of features of light curves.

    Parameters
    ----------
    name : str
        Of `taonet.features.sets.SETS`.

    Yields
    ------
    DataFrame
        One row an object: object_id, class_name and one column a feature.
    """
    for some in _chunks(curves):
        features = feature_table(Curves.from_light_curves(some), name)
        for i, curve in enumerate(some):
            row = features.iloc[[i]].reset_index(drop=True)
            row.insert(0, "class_name", pd.Series([curve.class_name], dtype=object))
            row.insert(0, "object_id", pd.Series([curve.object_id], dtype=object))
            yield row


def _chunks(curves: Iterable[LightCurve]) -> Iterator[list[LightCurve]]:
    part: list[LightCurve] = []
    for curve in curves:
        part.append(curve)
        if len(part) == AT_ONCE:
            yield part
            part = []
    if part:
        yield part
