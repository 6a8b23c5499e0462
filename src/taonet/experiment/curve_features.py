"""From tables of light curves to the features that trees read."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from taonet.features.curves import Curves
from taonet.features.sets import feature_table
from taonet.io.lightcurve_tables import Curve


def curve_features(curves: Iterable[Curve], name: str) -> pd.DataFrame:
    """Measure a set of features of each light curve.

    Parameters
    ----------
    name : str
        Of `taonet.features.sets.SETS`.

    Returns
    -------
    DataFrame
        One row a curve, one column a feature, NaN where it is not defined.
    """
    return feature_table(laid_end_to_end(tuple(curves)), name)


def laid_end_to_end(curves: Sequence[Curve]) -> Curves:
    """Return curves of a table as features want them."""
    bands = tuple(sorted({name for curve in curves for name in curve.band})) or ("",)
    index = {name: i for i, name in enumerate(bands)}
    mjd, mag, magerr = (
        np.concatenate([getattr(curve, name) for curve in curves] or [np.zeros(0)])
        for name in ("mjd", "mag", "magerr")
    )
    band = [index.get(name, 0) for curve in curves for name in _bands(curve)]
    return Curves.from_magnitudes(
        mjd,
        mag,
        magerr,
        counts=np.array([len(curve.mjd) for curve in curves], np.int64),
        band=np.array(band, np.int64),
        bands=bands,
    )


def _bands(curve: Curve) -> tuple[str, ...]:
    return curve.band or ("",) * len(curve.mjd)
