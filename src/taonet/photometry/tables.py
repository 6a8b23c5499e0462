"""Light curves and features as tables: one row an epoch, one row an object."""

import numpy as np
import pandas as pd
from jaxtyping import Float

from taonet.photometry.aperture import light_curve
from taonet.photometry.features import published_features
from taonet.sky.sequence import ImageSequence


def lightcurve_rows(sequence: ImageSequence) -> pd.DataFrame:
    """Measure a sequence and lay out its light curve, one row an epoch.

    Returns
    -------
    DataFrame
        object_id, class_name, mjd, band, flux, flux_err, mag, magerr, quality; every epoch is
        there, detected or not. Magnitudes are NaN where the flux is not positive.
    """
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


def feature_row(sequence: ImageSequence) -> pd.DataFrame:
    """Measure a sequence: one row of object_id, class_name and the published features."""
    curve = light_curve(sequence)
    return published_row(
        sequence.object_id, sequence.class_name, curve.mjd, curve.mag, curve.magerr
    )


def published_row(
    object_id: str,
    class_name: str | None,
    mjd: Float[np.ndarray, " n"],
    mag: Float[np.ndarray, " m"],
    magerr: Float[np.ndarray, " e"],
) -> pd.DataFrame:
    """Return one row of object_id, class_name and the published features of a light curve."""
    features = published_features(mjd, mag, magerr)
    return pd.DataFrame([{"object_id": object_id, "class_name": class_name, **features}])
