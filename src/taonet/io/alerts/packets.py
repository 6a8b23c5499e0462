"""Packets as alerts: each value is read where the survey's table of field names has it."""

import math
from typing import Any

import numpy as np
from jaxtyping import Float

from taonet.errors import InputError
from taonet.io.alerts.stamps import stamp_of
from taonet.io.alerts.surveys import FieldTable, field_table_of
from taonet.sky.alert import Alert
from taonet.sky.cutout import pad_to
from taonet.sky.position import known_positions

MJD_RANGE = (30_000.0, 100_000.0)
"""From 1941 to 2132: a time outside is none of an exposure."""

NEGATIVE = frozenset({"f", "false", "n", "no", "neg", "negative", "-"})
POSITIVE = frozenset({"t", "true", "y", "yes", "pos", "positive", "+"})
"""How surveys and brokers write whether the difference is science minus template."""

NO_NAME = frozenset({"", "null", "none", "nan", r"\n"})
"""What stands where there is no name; as names they would make one object of many."""

NO_OBJECT = "0"
"""What stands where a detection belongs to no object."""

NO_POSITION = "no position in a packet"
NO_POLARITY = "a packet does not say which way its difference is: taken as science minus template"

NEAR_EDGE_PX = 4
"""A cut stamp may begin so many pixels before the edge of the chip is reached."""


def value_at(record: dict[str, Any], names: tuple[str, ...]) -> Any:
    """Return the first value present under one of the names, else None.

    Examples
    --------
    >>> value_at({"candidate": {"jd": 2459000.5}}, ("jd", "candidate.jd"))
    2459000.5
    """
    for name in names:
        value: Any = record
        for key in name.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        if value is not None:
            return value
    return None


def object_id_of(record: dict[str, Any]) -> str:
    """Return the survey's name of the object that a packet is about.

    Raises
    ------
    InputError
        If there is none, or one that stands for none.
    """
    name = _name(record, field_table_of(record).object_id, "object id")
    if name == NO_OBJECT:
        raise InputError("the packet has no object id", got=name)
    return name


def alert_of(record: dict[str, Any], *, source: str = "") -> Alert:
    """Read a packet.

    Parameters
    ----------
    source : str
        Where it was read: the file, and which of its packets.

    Raises
    ------
    InputError
        If something that an alert needs is missing or damaged.
    """
    table = field_table_of(record)
    object_id, alert_id = object_id_of(record), _name(record, table.alert_id, "alert id")
    ra, dec = _position(record, table)
    polarity = value_at(record, table.positive)
    mjd, band = _mjd(record, table), _band(record, table)
    seeing, zero_point = (
        _number(record, names, what)
        for names, what in (
            (table.seeing_fwhm_px, "seeing"),
            (table.zero_point_mag, "zero point"),
        )
    )
    frame, padded = _frame(record, table, is_turned=is_negative(polarity))
    remarks = (
        NO_POSITION if math.isnan(ra + dec) else "",
        "" if polarity is not None else NO_POLARITY,
    )
    return Alert(
        survey=table.survey,
        object_id=object_id,
        alert_id=alert_id,
        mjd=mjd,
        band=band,
        ra=ra,
        dec=dec,
        frame=frame,
        channels=tuple(table.stamps),
        padded=padded,
        seeing_fwhm_px=seeing,
        zero_point_mag=zero_point,
        survey_field=_field_name(record, table),
        source=source,
        remarks=tuple(remark for remark in remarks if remark),
    )


def is_negative(code: Any) -> bool:
    """Return whether a survey's code means that a difference is template minus science.

    Null means nothing: the difference is taken to be science minus template.

    Examples
    --------
    >>> [is_negative(code) for code in ("f", "-1", 0, False, "t", 1, None)]
    [True, True, True, True, False, False, False]

    Raises
    ------
    InputError
        If the code is none that is known.
    """
    if code is None:
        return False
    word = _text(code).lower()
    if word in NEGATIVE or word in POSITIVE:
        return word in NEGATIVE
    number = _as_number(word)
    if number is None or not math.isfinite(number):
        raise InputError("not known whether the difference is turned", got=repr(code)[:40])
    return number <= 0


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return str(value).strip()


def _as_number(value: Any) -> float | None:
    """Return a number, or text that spells one, as a float; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, bytes)):
        return None
    text = _text(value)
    try:
        # Python takes 1_0 for 10; nobody else does
        return None if "_" in text else float(text)
    except (ValueError, OverflowError):
        return None


def _number(record: dict[str, Any], names: tuple[str, ...], what: str) -> float:
    """Return a number of a packet, NaN where the field is null."""
    value = value_at(record, names)
    number = float("nan") if value is None else _as_number(value)
    if number is None:
        raise InputError(f"the packet's {what} is no number", got=repr(value)[:40])
    # ZTF writes −999 for "not measured"
    return float("nan") if number <= -999 else number


def _required_value(record: dict[str, Any], names: tuple[str, ...], what: str) -> Any:
    value = value_at(record, names)
    if value is None:
        raise InputError(f"the packet has no {what}", got=f"none of {', '.join(names)}")
    return value


def _name(record: dict[str, Any], names: tuple[str, ...], what: str) -> str:
    value = _required_value(record, names, what)
    if not isinstance(value, (int, str, bytes)) or isinstance(value, bool):
        got = f"{value!r} ({type(value).__name__})"[:60]
        raise InputError(f"the packet's {what} is neither text nor a whole number", got=got)
    name = _text(value)
    if name.lower() in NO_NAME:
        raise InputError(f"the packet has no {what}", got=repr(value))
    if "\ufffd" in name:
        raise InputError(f"the packet's {what} holds bytes that are no text", got=repr(name)[:60])
    return name


def _mjd(record: dict[str, Any], table: FieldTable) -> float:
    _required_value(record, table.time, "time")
    stated = _number(record, table.time, "time")
    if MJD_RANGE[0] < stated - table.time_offset < MJD_RANGE[1]:
        return stated - table.time_offset
    is_in_mjd_range = MJD_RANGE[0] < stated < MJD_RANGE[1]
    raise InputError(
        f"the packet's time is no {'Julian Date' if table.time_offset else 'MJD'}",
        got=f"{stated}",
        do="it looks like an MJD: JD = MJD + 2400000.5" if is_in_mjd_range else "",
    )


def _band(record: dict[str, Any], table: FieldTable) -> str:
    code = _required_value(record, table.band, "band")
    number = _as_number(code)
    word = _text(code).lower()
    if number is not None:
        name = table.bands.get(number)
    else:
        # brokers write ZTF's bands as zg, zr, zi
        name = word if word in table.bands.values() else word.lstrip("z")
    if name not in table.bands.values() or isinstance(code, bool):
        known = ", ".join(f"{code} ({band})" for code, band in table.bands.items())
        what = "a band that the survey does not have"
        raise InputError(what, got=repr(code)[:40], do=f"known bands: {known}")
    return str(name)


def _position(record: dict[str, Any], table: FieldTable) -> tuple[float, float]:
    ra, dec = (
        np.array([_number(record, names, what)])
        for names, what in ((table.ra, "ra"), (table.dec, "dec"))
    )
    ra, dec = known_positions(ra, dec)
    return float(ra[0]), float(dec[0])


def _field_name(record: dict[str, Any], table: FieldTable) -> str:
    value = value_at(record, table.survey_field)
    number = _as_number(value)
    return "" if value is None or (number is not None and number < 0) else _text(value)


def _frame(
    record: dict[str, Any], table: FieldTable, *, is_turned: bool
) -> tuple[Float[np.ndarray, "channel y x"], bool]:
    stamps = []
    for channel, names in table.stamps.items():
        image = stamp_of(_required_value(record, names, f"{channel} stamp"))
        if channel == "difference" and is_turned:
            image = -image
        stamps.append(_full_size(image, record, table))
    padded = any(was_cut for _, was_cut in stamps)
    return np.stack([image for image, _ in stamps]), padded


def _full_size(
    image: Float[np.ndarray, "y x"], record: dict[str, Any], table: FieldTable
) -> tuple[Float[np.ndarray, "Y X"], bool]:
    shape = (table.size_px, table.size_px)
    if image.shape == shape:
        return image, False
    if max(image.shape) > table.size_px:
        raise InputError("a stamp is too large", got=f"{image.shape}, not {shape}")
    low_y, low_x = (
        _missing_before(image.shape[axis], record, table, axis=1 - axis) for axis in (0, 1)
    )
    return pad_to(image, shape, low_y=low_y, low_x=low_x), True


def _missing_before(size: int, record: dict[str, Any], table: FieldTable, *, axis: int) -> int:
    """Return how many pixels of a cut stamp are missing on the low side of an axis (0 is x)."""
    missing, half = table.size_px - size, table.size_px // 2
    if not missing:
        return 0
    position = _number(record, (table.chip[axis],), "position on the chip") - 1
    if math.isnan(position):
        raise InputError("a cut stamp, and no position on the chip", got=f"{size} pixels")
    before, after = position, table.chip_px[axis] - 1 - position
    if missing > half or min(before, after) < 0 or min(before, after) > half + NEAR_EDGE_PX:
        raise InputError(
            "a stamp is too small, and not cut by the edge of the chip",
            got=f"{size} of {table.size_px} pixels, {min(before, after):.0f} from the edge",
        )
    return missing if before < after else 0
