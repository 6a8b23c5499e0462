"""When the exposures of Deep-TAO were taken: its dates, its clocks that err, its names.

The stated times are wrong on some nights of early 2006, and the files are ordered by the
alphabet; what can be trusted is the date and the number of the exposure in the night.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from taonet.errors import InputError, OutputError

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")

SEEING_COLUMN = "Seeing_px"
ZERO_POINT_COLUMN = "Zero_Point"
"""Columns that this package writes behind the release's, where more is known."""

_DATE = re.compile(r"(\d\d)([A-Z]{3})(\d\d)")
_UNIX_ZERO = datetime(1970, 1, 1, tzinfo=UTC)
_MJD_OF_UNIX_ZERO = 40587


@dataclass(frozen=True, kw_only=True)
class Exposure:
    """One row of the table of a file.

    Parameters
    ----------
    hdu : int
        Index of the HDU with its image, the primary HDU being 0.
    date : str
        Such as ``06APR02``, UT.
    number : str
        ``Obs_In_Seq``, such as ``0001``; ``""`` in the files of non-transients.
    mjd : float
        As stated.
    mjd_text : str
        The same, as written.
    visit : (str, str)
        ``Set_Number`` and ``Field_ID``: a night may point at a field several times.
    """

    hdu: int
    date: str
    number: str
    mjd: float
    mjd_text: str
    visit: tuple[str, str]


@cache
def date_key(date: str) -> tuple[int, int, int]:
    """Return year, month and day of a date such as ``06APR02``.

    Raises
    ------
    InputError

    Examples
    --------
    >>> date_key("06APR02")
    (2006, 4, 2)
    """
    match = _DATE.fullmatch(date)
    if not match or match[2] not in MONTHS:
        raise InputError("not a date like 06APR02", got=repr(date))
    return 2000 + int(match[1]), MONTHS.index(match[2]) + 1, int(match[3])


def date_of(mjd: float) -> str:
    """Return the date of a time as the release writes it.

    Raises
    ------
    OutputError
        If the year is not one of 2000 to 2099.

    Examples
    --------
    >>> date_of(53827.41566)
    '06APR02'
    """
    day = _UNIX_ZERO + timedelta(days=int(mjd // 1) - _MJD_OF_UNIX_ZERO)
    if not 2000 <= day.year <= 2099:
        raise OutputError("the layout of Deep-TAO covers the years 2000 to 2099", got=day.year)
    return f"{day.year % 100:02d}{MONTHS[day.month - 1]}{day.day:02d}"


def sort_exposures(exposures: Sequence[Exposure]) -> list[Exposure]:
    """Put exposures into the order in which they were taken.

    By date, then by the number in the night, then by the stated time; in nights of several
    visits to the field by time, if that agrees with the numbers of every visit.
    """
    nights: dict[tuple[int, int, int], list[Exposure]] = defaultdict(list)
    for exposure in exposures:
        nights[date_key(exposure.date)].append(exposure)
    return [exposure for night in sorted(nights) for exposure in _sort_night(nights[night])]


def _sort_night(night: list[Exposure]) -> list[Exposure]:
    """Order a night by the number of the exposure, or by time if its clock can be trusted.

    A number that comes at several times means several visits to the field in that night. Then
    the numbers begin anew, and time decides, provided that it rises within each visit.
    """
    by_number = sorted(night, key=_number_key)
    if not _numbers_at_several_times(night):
        return by_number
    visits: dict[tuple[str, str], list[float]] = defaultdict(list)
    for exposure in by_number:
        visits[exposure.visit].append(exposure.mjd)
    if all(times == sorted(times) for times in visits.values()):
        return sorted(night, key=lambda e: (e.mjd, _number_key(e)))
    return by_number


def _numbers_at_several_times(night: Sequence[Exposure]) -> set[str]:
    if len({exposure.number for exposure in night}) == len(night):
        return set()  # as on nearly every night
    times = Counter(number for number, _ in {(e.number, e.mjd) for e in night})
    return {number for number, count in times.items() if count > 1}


def _number_key(exposure: Exposure) -> tuple[int, str, float]:
    number = exposure.number
    return int(number) if number.isdecimal() else 0, number, exposure.mjd


def exposure_ids(exposures: Sequence[Exposure]) -> list[str]:
    """Name each exposure by its date and number, or by its date and time where need be."""
    # Date and number name an exposure unless the night had several visits; then the time must
    # tell them apart, or from_frames would take two exposures for one.
    nights: dict[str, list[Exposure]] = defaultdict(list)
    for exposure in exposures:
        nights[exposure.date].append(exposure)
    several = {date: _numbers_at_several_times(night) for date, night in nights.items()}
    names = []
    for e in exposures:
        timed = not e.number or e.number in several[e.date]
        parts = [e.date, e.number, e.mjd_text if timed else ""]
        names.append("-".join(part for part in parts if part))
    return names


def exposure_names(mjd: Sequence[float], *, numbered: bool) -> list[str]:
    """Return the ids that exposures at rising times would have in the release.

    Parameters
    ----------
    mjd : sequence of float
    numbered : bool
        As in the files of transients; in those of non-transients the time stands for the number.

    Examples
    --------
    >>> exposure_names([53827.4, 53827.5], numbered=True)
    ['06APR02-0001', '06APR02-0002']
    >>> exposure_names([53827.41566], numbered=False)
    ['06APR02-53827.41566']
    """
    dates = [date_of(time) for time in mjd]
    if not numbered:
        return [f"{date}-{time!r}" for date, time in zip(dates, mjd, strict=True)]
    return [f"{date}-{dates[: i + 1].count(date):04d}" for i, date in enumerate(dates)]
