"""Prediction tables of light curves: one final answer an object, in the columns of any other."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float

from taonet.io.lightcurves.tables import Curve
from taonet.sky.taxonomy import Taxonomy


def curve_predictions(
    curves: Sequence[Curve], probabilities: Float[np.ndarray, "object class"], taxonomy: Taxonomy
) -> pd.DataFrame:
    """Lay out one answer an object as a prediction table; its epochs are the points it has."""
    table = pd.DataFrame(
        {
            "object_id": pd.array([curve.object_id for curve in curves], dtype="object"),
            "ra": np.array([curve.ra for curve in curves], np.float64),
            "dec": np.array([curve.dec for curve in curves], np.float64),
            "class_name": pd.array([curve.class_name for curve in curves], dtype="object"),
            "n_epochs": np.array([len(curve.mjd) for curve in curves], np.int64),
            "mjd_last": np.array([curve.mjd[-1] for curve in curves], np.float64),
        }
    )
    for label, name in enumerate(taxonomy.classes):
        table[f"p_{name}"] = probabilities[:, label]
    return table.assign(
        predicted_class=taxonomy.most_probable(probabilities),
        # conformal sets come with calibration; until a bundle has thresholds there is none
        set=pd.array([None] * len(curves), dtype="object"),
    )
