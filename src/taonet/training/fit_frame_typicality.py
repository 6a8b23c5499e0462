"""Fitting how typical the frames of an object look.

As in `taonet.training.fit_typicality`, half of the calibration objects are the neighbours, the
other half show how far away neighbours commonly are.
"""

from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Float

from taonet.errors import InputError
from taonet.training.fit_temperature import rows_by_knot
from taonet.training.fit_typicality import SHARES, every_second_object, tail_of
from taonet.trust.frame_typicality import FrameTypicality, neighbour_distance
from taonet.trust.typicality import TINY

MOST_POINTS: Final = 1000
"""Neighbours that are kept after each number of epochs."""

LEAST_POINTS: Final = 20
"""Fewer neighbours say nothing of what is usual."""


def fit_frame_typicality(
    rows: pd.DataFrame, signature: Float[np.ndarray, "row number"]
) -> FrameTypicality:
    """Fit what frames look like after each number of epochs, and how far out is far.

    Parameters
    ----------
    rows : DataFrame
        As for `taonet.training.fit_typicality.fit_typicality`.
    signature : array (row, number)
        What the frames looked like then.

    Raises
    ------
    InputError
        If there are too few objects.
    """
    rows = rows.reset_index(drop=True)
    shapes = every_second_object(rows)
    by_knot = rows_by_knot(rows, least=min(2 * LEAST_POINTS, rows["object_id"].nunique()))
    by_knot = {k: at for k, at in by_knot.items() if len(at) >= 2 * LEAST_POINTS}
    if not by_knot:
        do = f"give at least {2 * LEAST_POINTS} objects"
        raise InputError("too few objects to tell what frames look like", do=do)
    centre, spread = signature[shapes].mean(axis=0), signature[shapes].std(axis=0)
    spread = np.where(spread > TINY, spread, 1.0)
    standard = (signature - centre) / spread
    points = [standard[at.index[shapes[at.index]]][:MOST_POINTS] for at in by_knot.values()]
    others = [standard[at.index[~shapes[at.index]]] for at in by_knot.values()]
    far = [neighbour_distance(*both) for both in zip(others, points, strict=True)]
    return FrameTypicality(
        centre=centre,
        spread=spread,
        epochs=np.array(list(by_knot)),
        points=np.concatenate(points),
        knot=np.repeat(np.arange(len(points)), [len(some) for some in points]),
        shares=SHARES,
        distances=np.stack([tail_of(distances) for distances in far]),
        objects=np.array([len(distances) for distances in far]),
    )
