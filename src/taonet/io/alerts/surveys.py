"""The field names of each survey's packets: one table a survey.

Names differ between surveys and between versions of one survey's schema, so every entry is a
tuple of names that are tried in turn; a dot leads into a nested record.
"""

from dataclasses import dataclass, field
from typing import Any

from taonet.errors import InputError
from taonet.sky.sequence import JD_OF_MJD_ZERO


@dataclass(frozen=True, kw_only=True)
class FieldTable:
    """The names under which a survey's packets hold what an `Alert` needs.

    Parameters
    ----------
    survey : str
    marks : tuple of str
        Fields that only this survey's packets have all of, be they null.
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
        Size of the chip (x, y): shows which side of a cut stamp is missing.
    seeing_fwhm_px, zero_point_mag, survey_field : tuple of str
    positive : tuple of str
        Names of the field that states whether the difference is science minus template; where it
        is the other way round it is turned back.
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

FIELD_TABLES = (ZTF,)
"""The surveys whose alerts can be read, tried in order: a new one is a table and its name here."""


def field_table_of(record: dict[str, Any]) -> FieldTable:
    """Return the field table of the survey that sent a packet.

    Raises
    ------
    InputError
        If no survey known here names its fields like that.
    """
    for table in FIELD_TABLES:
        if all(_has_field(record, mark) for mark in table.marks):
            return table
    raise InputError(
        "an alert of a survey not known here",
        got=f"fields {', '.join(sorted(record)[:6])}, …",
        do=f"known surveys: {', '.join(table.survey for table in FIELD_TABLES)}",
    )


def _has_field(record: dict[str, Any], name: str) -> bool:
    """Return whether a packet has a field, be it null or in a record that is null."""
    value: Any = record
    for key in name.split("."):
        if not isinstance(value, dict) or key not in value:
            return value is None
        value = value[key]
    return True
