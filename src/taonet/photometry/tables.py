"""Light curves and features as tables: one row an epoch, one row an object."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from taonet.photometry.aperture import light_curve
from taonet.photometry.features import published_features
from taonet.sky.sequence import ImageSequence


def lightcurve_table(sequences: Iterable[ImageSequence]) -> pd.DataFrame:
    """Measure sequences and lay their light curves end to end.

    Returns
    -------
    DataFrame
        object_id, class_name, mjd, band, flux, flux_err, mag, magerr, quality; every epoch is
        there, detected or not. Magnitudes are NaN where the flux is not positive.
    """
    curves = [_curve_rows(sequence) for sequence in sequences]
    return pd.concat(curves, ignore_index=True) if curves else pd.DataFrame()


def feature_table(sequences: Iterable[ImageSequence]) -> pd.DataFrame:
    """Measure sequences and return object_id, class_name and one column a published feature."""
    rows = []
    for sequence in sequences:
        curve = light_curve(sequence)
        features = published_features(curve.mjd, curve.mag, curve.magerr)
        known = {"object_id": sequence.object_id, "class_name": sequence.class_name}
        rows.append({**known, **features})
    return pd.DataFrame(rows)


def _curve_rows(sequence: ImageSequence) -> pd.DataFrame:
    curve = light_curve(sequence)
    n = len(curve.mjd)
    return pd.DataFrame(
        {
            "object_id": np.repeat(np.array([sequence.object_id], dtype=object), n),
            "class_name": np.repeat(np.array([sequence.class_name], dtype=object), n),
            "mjd": curve.mjd,
            "band": np.array(curve.band, dtype=object),
            "flux": curve.flux,
            "flux_err": curve.flux_err,
            "mag": curve.mag,
            "magerr": curve.magerr,
            "quality": sequence.quality,
        }
    )
