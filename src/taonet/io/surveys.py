"""What each survey calls things: one table of field names a survey, read by what is present.

Names differ between surveys and between versions of one survey's schema, so every entry is a
tuple of names that are tried in turn; a dot leads into a nested record.
"""

import io
import warnings
import zlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.io.fits.verify import VerifyWarning
from jaxtyping import Float

from taonet.errors import InputError
from taonet.sky.alert import Alert
from taonet.sky.cutout import pad_to
from taonet.sky.sequence import JD_OF_MJD_ZERO

MAX_STAMP_BYTES = 4_000_000
"""Unzipped stamps larger than this are refused (a 71 × 71 triplet has 60 kB)."""


@dataclass(frozen=True, kw_only=True)
class FieldTable:
    """Where a survey keeps what an `Alert` needs.

    Parameters
    ----------
    survey : str
    marks : tuple of str
        Fields that only this survey has all of.
    object_id, alert_id, time, band, ra, dec : tuple of str
        Names to try in turn.
    time_offset : float
        What to subtract from the stated time to get an MJD.
    bands : dict
        The survey's band codes and the names they stand for.
    stamps : dict
        Channel name to names to try.
    size_px : int
        Side of a full stamp.
    chip : tuple of str
        Names of the position on the chip (x, y), counted from 1.
    chip_px : (int, int)
        Size of the chip (x, y): tells which side of a cut stamp is missing.
    seeing_fwhm_px, zero_point_mag, survey_field : tuple of str
    positive : tuple of str
        Names of what says whether the difference is science minus template; where it is the other
        way round it is turned back.
    """

    survey: str
    marks: tuple[str, ...]
    object_id: tuple[str, ...]
    alert_id: tuple[str, ...]
    time: tuple[str, ...]
    time_offset: float
    band: tuple[str, ...]
    bands: dict[Any, str]
    ra: tuple[str, ...]
    dec: tuple[str, ...]
    stamps: dict[str, tuple[str, ...]]
    size_px: int
    chip: tuple[str, str]
    chip_px: tuple[int, int]
    seeing_fwhm_px: tuple[str, ...] = ()
    zero_point_mag: tuple[str, ...] = ()
    survey_field: tuple[str, ...] = field(default=())
    positive: tuple[str, ...] = ()


ZTF = FieldTable(
    survey="ztf",
    marks=("objectId", "candidate.fid", "candidate.jd"),
    object_id=("objectId",),
    alert_id=("candid", "candidate.candid"),
    time=("candidate.jd",),
    time_offset=JD_OF_MJD_ZERO,
    band=("candidate.fid",),
    bands={1: "g", 2: "r", 3: "i"},
    ra=("candidate.ra",),
    dec=("candidate.dec",),
    stamps={
        "science": ("cutoutScience",),
        "template": ("cutoutTemplate",),
        "difference": ("cutoutDifference",),
    },
    size_px=63,
    chip=("candidate.xpos", "candidate.ypos"),
    chip_px=(3072, 3080),
    seeing_fwhm_px=("candidate.fwhm",),
    zero_point_mag=("candidate.magzpsci",),
    survey_field=("candidate.field",),
    positive=("candidate.isdiffpos",),
)

SURVEYS = (ZTF,)

NEGATIVE = ("f", "0", "false")
"""What surveys write where the object is fainter than in the template."""


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


def field_table_of(record: dict[str, Any]) -> FieldTable:
    """Return the field table of the survey that sent a packet.

    Raises
    ------
    InputError
        If no survey known here names its fields like that.
    """
    for table in SURVEYS:
        if all(value_at(record, (mark,)) is not None for mark in table.marks):
            return table
    raise InputError(
        "an alert of a survey not known here",
        got=f"fields {', '.join(sorted(record)[:6])}, …",
        do=f"known surveys: {', '.join(table.survey for table in SURVEYS)}",
    )


def object_id_of(record: dict[str, Any]) -> str:
    """Return the survey's name of the object that a packet is about.

    Raises
    ------
    InputError
    """
    return str(_required(record, field_table_of(record).object_id, "object id"))


def alert_of(record: dict[str, Any]) -> Alert:
    """Read a packet.

    Raises
    ------
    InputError
        If something that an alert needs is missing or damaged.
    """
    table = field_table_of(record)
    frame, padded = _frame(record, table)
    code = _required(record, table.band, "band")
    return Alert(
        survey=table.survey,
        object_id=object_id_of(record),
        alert_id=str(_required(record, table.alert_id, "alert id")),
        mjd=float(_required(record, table.time, "time")) - table.time_offset,
        band=table.bands.get(code, str(code)),
        ra=float(_required(record, table.ra, "ra")),
        dec=float(_required(record, table.dec, "dec")),
        frame=frame,
        channels=tuple(table.stamps),
        padded=padded,
        seeing_fwhm_px=_number(value_at(record, table.seeing_fwhm_px)),
        zero_point_mag=_number(value_at(record, table.zero_point_mag)),
        survey_field=str(value_at(record, table.survey_field) or ""),
    )


def _required(record: dict[str, Any], names: tuple[str, ...], what: str) -> Any:
    value = value_at(record, names)
    if value is None:
        raise InputError(f"the packet has no {what}", got=f"none of {', '.join(names)}")
    return value


def _number(value: Any) -> float:
    # ZTF writes −999 for "not measured"
    return float("nan") if value is None or float(value) <= -999 else float(value)


def _frame(
    record: dict[str, Any], table: FieldTable
) -> tuple[Float[np.ndarray, "channel y x"], bool]:
    stamps = []
    for channel, names in table.stamps.items():
        image = stamp_of(_required(record, names, f"{channel} stamp"))
        if channel == "difference" and is_negative(value_at(record, table.positive)):
            image = -image
        stamps.append(_full_size(image, record, table))
    padded = any(was_cut for _, was_cut in stamps)
    return np.stack([image for image, _ in stamps]), padded


def is_negative(code: Any) -> bool:
    """Return whether a survey's code says that a difference is template minus science.

    Examples
    --------
    >>> is_negative("f"), is_negative("t"), is_negative(None)
    (True, False, False)
    """
    return code is not None and str(code).strip().lower() in NEGATIVE


def _full_size(
    image: Float[np.ndarray, "y x"], record: dict[str, Any], table: FieldTable
) -> tuple[Float[np.ndarray, "Y X"], bool]:
    shape = (table.size_px, table.size_px)
    if image.shape == shape:
        return image, False
    if max(image.shape) > table.size_px:
        raise InputError("a stamp is too large", got=f"{image.shape}, not {shape}")
    low = []
    for axis, names in ((0, table.chip[1]), (1, table.chip[0])):
        position = float(_required(record, (names,), "position on the chip")) - 1
        chip = table.chip_px[1 - axis]
        low.append(shape[axis] - image.shape[axis] if position < chip / 2 else 0)
    return pad_to(image, shape, low_y=low[0], low_x=low[1]), True


def _image_in(data: bytes) -> Float[np.ndarray, "y x"]:
    with warnings.catch_warnings():
        # ZTF's headers are a column off the standard; astropy reads them all the same
        warnings.simplefilter("ignore", VerifyWarning)
        with fits.open(io.BytesIO(data), memmap=False) as hdus:
            image = next(hdu.data for hdu in hdus if hdu.data is not None)
            return np.ascontiguousarray(image, dtype=np.float32)


def stamp_of(stamp: Any) -> Float[np.ndarray, "y x"]:
    """Decode a stamp: FITS bytes, plain or gzipped, bare or as ``{fileName, stampData}``.

    Returns
    -------
    image : array (y, x)
        float32, NaN = no data.

    Raises
    ------
    InputError
        If the bytes are no image.
    """
    data = stamp.get("stampData") if isinstance(stamp, dict) else stamp
    if not isinstance(data, bytes) or not data:
        raise InputError("a stamp holds no bytes")
    try:
        if data[:2] == b"\x1f\x8b":
            unzip = zlib.decompressobj(wbits=31)
            data = unzip.decompress(data, MAX_STAMP_BYTES)
            if unzip.unconsumed_tail:
                raise InputError("a stamp is too large when unzipped", got=f"> {MAX_STAMP_BYTES} B")
        return _image_in(data)
    except InputError:
        raise
    except Exception as error:  # zlib and astropy raise whatever the bytes provoke
        raise InputError(
            "a stamp cannot be read", got=f"{type(error).__name__}: {error}"
        ) from error
