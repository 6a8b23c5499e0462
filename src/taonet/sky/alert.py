"""The alert: the packet that a survey sends for one detection of one object."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Shaped

from taonet.errors import InputError
from taonet.sky.cutout import Quality
from taonet.sky.position import mean_position
from taonet.sky.sequence import ImageSequence, check_mjd


@dataclass(frozen=True, kw_only=True, eq=False)
class Alert:
    """One detection with its cutouts.

    Parameters
    ----------
    survey, object_id, alert_id : str
    mjd : float
        Modified Julian Date, UTC.
    band : str
    ra, dec : float
        J2000 degrees.
    frame : array (channel, y, x)
        The cutouts in the survey's own units; NaN = no data.
    channels : tuple of str
        What each channel shows: science, template, difference.
    padded : bool
        True where a cutout was cut by the edge of the chip and filled with NaN.
    seeing_fwhm_px, zero_point_mag : float
        NaN where unknown.
    survey_field : str
    """

    survey: str
    object_id: str
    alert_id: str
    mjd: float
    band: str
    ra: float
    dec: float
    frame: Shaped[np.ndarray, "channel y x"]
    channels: tuple[str, ...]
    padded: bool = False
    seeing_fwhm_px: float = float("nan")
    zero_point_mag: float = float("nan")
    survey_field: str = ""

    def __post_init__(self) -> None:
        check_mjd(np.array([self.mjd]), where=f"alert {self.alert_id}")


def sequence_of(alerts: Iterable[Alert]) -> ImageSequence:
    """Join the alerts of one object into its sequence.

    Raises
    ------
    InputError
        If there is none, or they are of several objects, channels or shapes.
    """
    found = list(alerts)
    if not found:
        raise InputError("no alerts")
    first = found[0]
    for alert in found:
        same = (alert.object_id, alert.channels, alert.frame.shape)
        expected = (first.object_id, first.channels, first.frame.shape)
        if same != expected:
            raise InputError("alerts of one object disagree", where=alert.alert_id, got=same)
    ra, dec, _ = mean_position(
        *(_column(getattr(a, name) for a in found) for name in ("ra", "dec"))
    )
    return ImageSequence.from_frames(
        first.object_id,
        np.stack([alert.frame for alert in found]),
        _column(alert.mjd for alert in found),
        band=[alert.band for alert in found],
        seeing_fwhm_px=_column(alert.seeing_fwhm_px for alert in found),
        zero_point_mag=_column(alert.zero_point_mag for alert in found),
        quality=np.array([Quality.PADDED if alert.padded else 0 for alert in found], np.int32),
        exposure_id=[alert.alert_id for alert in found],
        ra=ra,
        dec=dec,
        survey_field=first.survey_field,
        channels=first.channels,
    )


def _column(values: Iterable[float]) -> Float[np.ndarray, " epoch"]:
    return np.array(list(values), dtype=np.float64)
