"""Times, positions, fluxes, pixels and words of any library as plain values of the conventions.

Values without a unit are taken to be in the unit of `docs/conventions.md`; what a mask covers is
NaN. See `taonet.sky.array_parts` for what is recognised.
"""

import sys
from typing import Any, Final

import numpy as np
from jaxtyping import Float

from taonet.errors import InputError
from taonet.sky.array_parts import (
    Array,
    ArrayParts,
    convert_unit,
    holds_objects,
    is_of,
    parts_of,
    unit_error,
)
from taonet.sky.flux import JANSKY_MAG

MJD_OF_UNIX_ZERO: Final = 40_587
"""1970 January 1."""

NANOSECONDS_A_DAY: Final = 86_400_000_000_000

OF_YEARS: Final = "MJD = (year - 2000) * 365.25 + 51544.5"

Numbers = Float[np.ndarray, "..."]


def plain_numbers(values: Any, unit: str, *, name: str, where: object) -> Numbers:
    """Return numbers in one of our units as a plain array, NaN where a mask covers them.

    Plain arrays of floats are returned as they are.

    Parameters
    ----------
    values : array-like
    unit : {"d", "deg", "pix", "mag"}
    name : str
        What the values are called, for errors.

    Raises
    ------
    InputError
        If they are no numbers, or their unit is one of another quantity.

    Examples
    --------
    >>> plain_numbers(np.ma.masked_array([1.5, 2.0], [0, 1]), "pix", name="seeing", where="x")
    array([1.5, nan])
    """
    parts = parts_of(values, name=name, where=where)
    return _in_unit(parts, unit, name=name, where=where)


def plain_mjd(times: Any, *, name: str = "mjd", where: object) -> Numbers:
    """Return times as MJD: those of astropy in UTC, dates of numpy and pandas, numbers as they are.

    Raises
    ------
    InputError
        If they are durations, years or no numbers.
    """
    if is_of(times, "astropy.time", "Time"):
        mjd = parts_of(utc_of(times).mjd, name=name, where=where)
        return _with_nan(mjd.array, mjd)
    if is_of(times, "astropy.time", "TimeDelta"):
        do = "give moments, such as an astropy Time"
        raise InputError(f"{name}: durations, not moments", where=where, do=do)
    if holds_objects(times) and any(is_of(one, "astropy.time", "Time") for one in times):
        times = [plain_mjd(one, name=name, where=where) for one in times]
    parts = parts_of(times, name=name, where=where)
    if parts.array.dtype.kind == "M":
        return _with_nan(mjd_of_dates(parts.array), parts)
    if str(parts.unit) in ("yr", "a"):
        do = f"give {OF_YEARS}"
        raise InputError(f"{name}: times are years", where=where, got=parts.unit, do=do)
    return _in_unit(parts, "d", name=name, where=where)


def utc_of(moments: Any) -> Any:
    """Return moments of astropy in UTC, or in UT1, which is within a second of it."""
    # UT1 would need a table from a server
    return moments if moments.scale in ("utc", "ut1", "local") else moments.utc


def mjd_of_dates(moments: Array) -> Numbers:
    """Return dates of numpy, taken to be UTC, as MJD; NaN where there is none.

    Examples
    --------
    >>> mjd_of_dates(np.array(["2000-01-01T12:00", "NaT"], "datetime64[s]"))
    array([51544.5,     nan])
    """
    nanoseconds = moments.astype("datetime64[ns]").astype(np.int64)
    days = nanoseconds // NANOSECONDS_A_DAY + (nanoseconds % NANOSECONDS_A_DAY) / NANOSECONDS_A_DAY
    return np.where(np.isnat(moments), np.nan, days + MJD_OF_UNIX_ZERO)


def plain_moment(time: Any, *, where: object) -> float:
    """Return one time as MJD; see `plain_mjd`.

    Raises
    ------
    InputError
        If there is more than one.
    """
    return _single(plain_mjd(time, where=where), "mjd", where)


def plain_angle(angle: Any, *, name: str, where: object) -> float:
    """Return one coordinate in degrees.

    Raises
    ------
    InputError
        If there is more than one, or it is no angle.
    """
    if type(angle) is float:
        return angle
    return _single(plain_numbers(angle, "deg", name=name, where=where), name, where)


def plain_number(value: Any, unit: str, *, name: str, where: object) -> float:
    """Return one number in a unit; see `plain_numbers`.

    Raises
    ------
    InputError
        If there is more than one, or its unit is that of another quantity.
    """
    return _single(plain_numbers(value, unit, name=name, where=where), name, where)


def is_position(value: object) -> bool:
    """Return whether a value is a position on the sky as astropy has them."""
    module = "astropy.coordinates"
    return is_of(value, module, "SkyCoord") or is_of(value, module, "BaseCoordinateFrame")


def plain_position(position: Any, *, where: object) -> tuple[float, float]:
    """Return a position as ICRS degrees.

    Parameters
    ----------
    position : SkyCoord, astropy frame, or pair (ra, dec)
        A SkyCoord of any frame that leads to ICRS; the pair in degrees, or as angles with a unit.

    Raises
    ------
    InputError
        If it is none of these, or more than one position.
    """
    pair = position
    if is_position(position):
        try:
            icrs = sys.modules["astropy.coordinates"].SkyCoord(position).icrs
        except (AttributeError, TypeError, ValueError) as error:  # as astropy has them here
            raise InputError("no position of ICRS", where=where, got=error) from error
        pair = (icrs.ra, icrs.dec)
    try:
        ra, dec = pair
    except (TypeError, ValueError):
        do = "give a SkyCoord, or (ra, dec) in degrees"
        raise InputError("a position is two numbers", where=where, got=pair, do=do) from None
    return (
        plain_angle(ra, name="ra", where=where),
        plain_angle(dec, name="dec", where=where),
    )


def plain_fluxes(flux: Any, flux_err: Any, *, where: object) -> tuple[Numbers, Numbers, Any]:
    """Return fluxes and their errors in the unit of the fluxes, and that unit.

    Returns
    -------
    flux, flux_err : arrays
    unit : astropy unit or None
        None where the fluxes have none.

    Raises
    ------
    InputError
        If only one of the two has a unit, or the units do not belong together.
    """
    fluxes = parts_of(flux, name="flux", where=where)
    errors = parts_of(flux_err, name="flux_err", where=where)
    if _is_magnitude(fluxes.unit):
        do = "give fluxes, such as mag.to(astropy.units.Jy)"
        raise InputError("fluxes are magnitudes", where=where, got=fluxes.unit, do=do)
    if (fluxes.unit is None) != (errors.unit is None):
        got = f"flux: {fluxes.unit}, flux_err: {errors.unit}"
        raise InputError("only one of flux and its error has a unit", where=where, got=got)
    error = errors.array
    if errors.unit != fluxes.unit:
        error = convert_unit(error, errors.unit, fluxes.unit, name="flux_err", where=where)
    return (
        _with_nan(_floats(fluxes.array, "flux", where), fluxes),
        _with_nan(_floats(error, "flux_err", where), errors),
        fluxes.unit,
    )


def unit_zero_point(unit: Any) -> float | None:
    """Return the AB magnitude of one unit of flux, None for counts and the like.

    Parameters
    ----------
    unit : astropy unit or None
    """
    if unit is None:
        return None
    try:
        jansky = unit.to("Jy")
    except (ValueError, TypeError):
        return None
    return float(JANSKY_MAG - 2.5 * np.log10(jansky))


def plain_words(words: Any, n: int) -> tuple[str, ...]:
    """Return words as a tuple of text, empty where one is masked or missing.

    Parameters
    ----------
    words : str, or sequence of str
        One word stands for all ``n``.

    Examples
    --------
    >>> plain_words(np.array(["g", "r"]), 2), plain_words("V", 3)
    (('g', 'r'), ('V', 'V', 'V'))
    """
    if isinstance(words, str):
        return (str(words),) * n
    if type(words) is tuple and all(type(word) is str for word in words):
        return words
    if isinstance(words, list | tuple):
        return tuple(map(_text, words))
    array, _, mask = parts_of(words, name="words", where=None)
    covered = np.zeros(array.shape, bool) if mask is None else mask
    each = zip(array.tolist(), covered.tolist(), strict=True)
    return tuple("" if is_covered else _text(word) for word, is_covered in each)


def plain_pixels(frames: Any, *, where: object) -> Array:
    """Return frames as a plain array in their own units, NaN where a mask covers them.

    Parameters
    ----------
    frames : array-like
        Also an NDData or CCDData, or a list of these or of arrays.

    Raises
    ------
    InputError
        If frames differ in shape.
    """
    pixels, _, mask = parts_of(frames, name="frames", where=where)
    if mask is None or not mask.any():
        return pixels
    if pixels.dtype.kind != "f":
        pixels = pixels.astype(np.float32 if pixels.dtype.itemsize <= 2 else np.float64)
    return np.where(mask, np.asarray(np.nan, pixels.dtype), pixels)


def _text(word: object) -> str:
    is_missing = word is None or word is np.ma.masked or (isinstance(word, float) and word != word)
    if is_missing:
        return ""
    return word.decode("utf-8", "replace") if isinstance(word, bytes) else str(word)


def _is_magnitude(unit: object) -> bool:
    return is_of(unit, "astropy.units", "MagUnit") or str(unit) in ("mag", "mmag")


def _in_unit(parts: ArrayParts, unit: str, *, name: str, where: object) -> Numbers:
    numbers, own = _floats(parts.array, name, where), parts.unit
    if unit == "mag" and is_of(own, "astropy.units", "MagUnit"):
        # AB magnitudes, also of AB per count, and those of no system
        physical = str(own.physical_unit)
        if physical and "AB" not in physical.replace("/", " ").split():
            raise unit_error(own, unit, name=name, where=where)
        own = own.function_unit
    if own is not None and str(own):
        numbers = convert_unit(numbers, own, unit, name=name, where=where)
    return _with_nan(numbers, parts)


def _floats(array: Array, name: str, where: object) -> Numbers:
    if array.dtype.kind == "f":
        return array
    try:
        return np.asarray(array, np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} holds no numbers", where=where, got=error) from None


def _with_nan(numbers: Numbers, parts: ArrayParts) -> Numbers:
    return numbers if parts.mask is None else np.where(parts.mask, np.nan, numbers)


def _single(numbers: Numbers, name: str, where: object) -> float:
    if numbers.size != 1:
        raise InputError(f"{name} is not one value", where=where, got=f"{numbers.size} values")
    return float(numbers.reshape(-1)[0])
