"""The alert: the packet that a survey sends for one detection of one object."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from jaxtyping import Float, Shaped

from taonet.errors import InputError
from taonet.sky.cutout import Quality, is_blank
from taonet.sky.position import ARCMINUTE, mean_position, separation_arcsec
from taonet.sky.sequence import ImageSequence, check_mjd

REPEATED = "a packet that came more than once counts once"


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
    source : str
        Where it was read.
    remarks : tuple of str
        What the user should know of it, without particulars.
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
    source: str = ""
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_mjd(np.array([self.mjd]), where=f"alert {self.alert_id}")


@dataclass(frozen=True, kw_only=True, eq=False)
class AlertChoice:
    """The alerts of one object that make up its sequence, and those that do not.

    Parameters
    ----------
    alerts : tuple of Alert
        In time order, one an exposure.
    left_out : tuple of (Alert, InputError)
        With the reason.
    remarks : tuple of str
        What else there is to know, without particulars.
    """

    alerts: tuple[Alert, ...]
    left_out: tuple[tuple[Alert, InputError], ...] = ()
    remarks: tuple[str, ...] = ()


def choose_alerts(alerts: Iterable[Alert]) -> AlertChoice:
    """Choose which alerts of one object make up its sequence, whatever order they came in.

    An alert far from where the object was *first* seen is left out, so that what comes later
    never decides about what was there before. Of several alerts of one exposure (equal time and
    band) one is kept: a picture rather than a blank one, then the lowest alert id. The same alert
    delivered again is not left out but is the same.
    """
    near, far = _split_by_distance(sorted(alerts, key=_order))
    chosen: list[Alert] = []
    remarks: dict[str, None] = {}
    left_out = [(alert, _distance_error(alert, distance)) for alert, distance in far]
    for _, group in groupby(near, key=lambda alert: (alert.mjd, alert.band)):
        copies = list(group)
        best = min(copies, key=_preference) if len(copies) > 1 else copies[0]
        chosen.append(best)
        others = {alert.alert_id: alert for alert in copies if alert.alert_id != best.alert_id}
        left_out += [(alert, _duplicate_error(alert, best)) for alert in others.values()]
        if len(copies) > 1 + len(others):
            remarks[REPEATED] = None
        remarks |= dict.fromkeys(best.remarks)
    return AlertChoice(alerts=tuple(chosen), left_out=tuple(left_out), remarks=tuple(remarks))


def _order(alert: Alert) -> tuple[float, str, int, str]:
    # ids are numbers as text: the shorter one is the lower
    return alert.mjd, alert.band, len(alert.alert_id), alert.alert_id


def _preference(alert: Alert) -> tuple[bool, int, str, bytes]:
    # the bytes decide between copies that differ, so that the order they came in does not
    is_empty = bool(is_blank(alert.frame[0]))
    return is_empty, len(alert.alert_id), alert.alert_id, alert.frame.tobytes()


def _split_by_distance(
    ordered: Sequence[Alert],
) -> tuple[list[Alert], list[tuple[Alert, float]]]:
    """Part alerts by their distance from the first known place, NaN where unknown."""
    ra, dec = (_column(getattr(a, name) for a in ordered) for name in ("ra", "dec"))
    known = np.flatnonzero(np.isfinite(ra) & np.isfinite(dec))
    if not len(known):
        return list(ordered), []
    distance = separation_arcsec(ra, dec, ra_0=ra[known[0]], dec_0=dec[known[0]])
    is_far = distance > ARCMINUTE
    near = [alert for alert, far in zip(ordered, is_far, strict=True) if not far]
    return near, [(ordered[i], float(distance[i])) for i in np.flatnonzero(is_far).tolist()]


def _distance_error(alert: Alert, distance: float) -> InputError:
    what = "more than an arcminute from where the object was first seen"
    return InputError(what, where=f"alert {alert.alert_id}", got=f"{distance:.0f} arcsec")


def _duplicate_error(alert: Alert, used: Alert) -> InputError:
    what = "another alert of the same exposure"
    return InputError(what, where=f"alert {alert.alert_id}", got=f"{used.alert_id} is used")


def sequence_of(alerts: Iterable[Alert]) -> ImageSequence:
    """Join the alerts of one object into its sequence.

    Raises
    ------
    InputError
        If there is none, or they are of several objects, channels or shapes.
    """
    ordered = sorted(alerts, key=_order)
    if not ordered:
        raise InputError("no alerts")
    first = ordered[0]
    for alert in ordered:
        same = (alert.object_id, alert.channels, alert.frame.shape)
        expected = (first.object_id, first.channels, first.frame.shape)
        if same != expected:
            raise InputError("alerts of one object disagree", where=alert.alert_id, got=same)
    ra, dec, _ = mean_position(
        *(_column(getattr(a, name) for a in ordered) for name in ("ra", "dec"))
    )
    return ImageSequence.from_frames(
        first.object_id,
        np.stack([alert.frame for alert in ordered]),
        _column(alert.mjd for alert in ordered),
        band=[alert.band for alert in ordered],
        seeing_fwhm_px=_column(alert.seeing_fwhm_px for alert in ordered),
        zero_point_mag=_column(alert.zero_point_mag for alert in ordered),
        quality=np.array([Quality.PADDED if alert.padded else 0 for alert in ordered], np.int32),
        exposure_id=[alert.alert_id for alert in ordered],
        ra=ra,
        dec=dec,
        survey_field=first.survey_field,
        channels=first.channels,
    )


def _column(values: Iterable[float]) -> Float[np.ndarray, " epoch"]:
    return np.array(list(values), dtype=np.float64)
