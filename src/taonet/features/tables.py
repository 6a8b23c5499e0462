"""Features as tables: one row an object."""

from collections.abc import Iterable, Iterator

import pandas as pd

from taonet.features.curves import Curves
from taonet.features.sets import feature_table
from taonet.photometry.tables import CAUSALLY, Measuring, measured_curve
from taonet.sky.sequence import ImageSequence

AT_ONCE = 32
"""So many objects are measured together: features are faster of many, memory is bounded."""


def feature_rows(
    sequences: Iterable[ImageSequence], name: str, how: Measuring = CAUSALLY
) -> Iterator[pd.DataFrame]:
    """Measure the light curves of sequences and a set of features of each.

    Parameters
    ----------
    name : str
        Of `taonet.features.sets.SETS`.

    Yields
    ------
    DataFrame
        One row an object: object_id, class_name and one column a feature.
    """
    for some in _in_parts(sequences):
        features = feature_table(Curves.of([measured_curve(s, how) for s in some]), name)
        for i, sequence in enumerate(some):
            row = features.iloc[[i]].reset_index(drop=True)
            row.insert(0, "class_name", pd.Series([sequence.class_name], dtype=object))
            row.insert(0, "object_id", pd.Series([sequence.object_id], dtype=object))
            yield row


def _in_parts(sequences: Iterable[ImageSequence]) -> Iterator[list[ImageSequence]]:
    part: list[ImageSequence] = []
    for sequence in sequences:
        part.append(sequence)
        if len(part) == AT_ONCE:
            yield part
            part = []
    if part:
        yield part
