"""Plain statistics of a catalogue's light curve: brightness, scatter, errors, cadence."""

from dataclasses import asdict, dataclass

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True, kw_only=True)
class CurveStatistics:
    """What a light curve looks like at first sight; magnitudes and days.

    Parameters
    ----------
    median_mag, scatter_mag, mad_mag, range_mag, skew
        Of the magnitudes; ``mad`` is the median absolute deviation.
    within_night_mag
        Scatter of the magnitudes about the means of their nights.
    median_error_mag, error_scatter_mag
        Of the stated errors.
    points, nights, points_a_night, span_days, median_gap_days
        The gap is that between nights.
    """

    median_mag: float
    scatter_mag: float
    mad_mag: float
    range_mag: float
    skew: float
    within_night_mag: float
    median_error_mag: float
    error_scatter_mag: float
    points: float
    nights: float
    points_a_night: float
    span_days: float
    median_gap_days: float


def curve_statistics(
    mjd: Float[np.ndarray, " point"],
    mag: Float[np.ndarray, " point"],
    magerr: Float[np.ndarray, " point"],
) -> dict[str, float]:
    """Return the statistics of one light curve of at least two points, by name."""
    nights, night, count = np.unique(np.floor(mjd), return_inverse=True, return_counts=True)
    about = mag - (np.bincount(night, mag) / count)[night]
    several = count[night] > 1
    # a mean of n points is nearer to each of them than the truth is
    about = about[several] * np.sqrt(count / np.maximum(count - 1, 1))[night][several]
    away, scatter = mag - mag.mean(), float(mag.std(ddof=1))
    return asdict(
        CurveStatistics(
            median_mag=float(np.median(mag)),
            scatter_mag=scatter,
            mad_mag=float(np.median(np.abs(mag - np.median(mag)))),
            range_mag=float(np.ptp(mag)),
            skew=float((away**3).mean() / max(scatter, 1e-9) ** 3),
            within_night_mag=float(about.std()) if len(about) else 0.0,
            median_error_mag=float(np.median(magerr)),
            error_scatter_mag=float(magerr.std()),
            points=float(len(mag)),
            nights=float(len(nights)),
            points_a_night=len(mag) / len(nights),
            span_days=float(np.ptp(mjd)),
            median_gap_days=float(np.median(np.diff(nights))) if len(nights) > 1 else 0.0,
        )
    )
