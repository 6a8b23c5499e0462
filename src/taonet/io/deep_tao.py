"""Read Deep-TAO: one FITS file an object, a table of its exposures, one HDU a cutout.

The layout is that of the public release (arXiv 2503.16714), measured on its files; the traps
(rows ordered by the alphabet, wrong clocks, exposures cut twice) are dealt with here, so that
nobody else needs to know of them.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Shaped

from taonet.errors import InputError
from taonet.io.deep_tao_nights import (
    SEEING_COLUMN,
    ZERO_POINT_COLUMN,
    Exposure,
    date_key,
    exposure_ids,
    in_true_order,
)
from taonet.io.fits_header import Header
from taonet.io.fits_scan import HduRun, columns_of, images_of, scan_fits
from taonet.sky.sequence import ImageSequence, check_mjd, repair_mjd
from taonet.sky.taxonomy import CRTS, crts_class_of

SUFFIXES = (".fits", ".fits.gz")
_LAYOUT = "expected the layout of Deep-TAO: a table with HDU_Ext, Date and MJD, then the images"


def read_deep_tao(path: Path) -> tuple[ImageSequence, tuple[str, ...]]:
    """Read the sequence of one object, in its true time order.

    Exposures are ordered by night and number in the night, not by the stated time, which is
    wrong on some nights. Times that do not rise in that order are lifted and flagged; an
    exposure that was cut twice counts once.

    Parameters
    ----------
    path : Path
        ``<object_id>.fits`` or ``<object_id>.fits.gz``, in the folder of its class.

    Returns
    -------
    sequence : ImageSequence
        Frames in ADU, dtype as stored (uint16 in the release).
    set_aside : tuple of str
        Why a frame or a row is not in it, one reason each.

    Raises
    ------
    InputError
        If the file is not readable as Deep-TAO, or shows nothing.
    """
    runs = scan_fits(path)
    table = _table_of(runs, path)
    columns = {name.upper(): values for name, values in columns_of(table).items()}
    frames, hdus, set_aside = _frames_of(runs)
    exposures, unusable = _matched(_exposures(columns, path), hdus, runs)
    if not exposures:
        raise InputError("no frames", where=path, got=f"{len(set_aside + unusable)} set aside")
    exposures = in_true_order(exposures)
    place = {hdu: i for i, hdu in enumerate(hdus)}
    stated = np.array([exposure.mjd for exposure in exposures])
    check_mjd(stated, where=path)
    mjd, repaired = repair_mjd(stated)
    sequence = ImageSequence.from_frames(
        object_id_of(path),
        frames[[place[exposure.hdu] for exposure in exposures], None],
        mjd,
        mjd_raw=stated,
        quality=repaired,
        exposure_id=exposure_ids(exposures),
        seeing_fwhm_px=_own_column(columns, SEEING_COLUMN, exposures, path),
        zero_point_mag=_own_column(columns, ZERO_POINT_COLUMN, exposures, path),
        **_what_the_header_says(table.header, path, numbered="OBS_IN_SEQ" in columns),
        survey_field=Counter(e.visit[1] for e in exposures).most_common(1)[0][0],
    )
    if not sequence.usable.any():
        raise InputError("every frame is blank", where=path, got=f"{len(sequence)} frames")
    return sequence, tuple(set_aside + unusable)


def deep_tao_paths(inputs: Sequence[Path]) -> list[Path]:
    """Return the files named and those found in the folders named, sorted, each once.

    Raises
    ------
    InputError
        If an input does not exist, or there is no ``.fits`` or ``.fits.gz`` in any of them.
    """
    found: set[Path] = set()
    for given in inputs:
        if given.is_dir():
            found.update(path for path in given.rglob("*") if _is_a_file_of_ours(path))
        elif given.exists():
            found.add(given)
        else:
            raise InputError("no such file or folder", where=given)
    if not found:
        looked = ", ".join(str(given) for given in inputs) or None
        raise InputError(f"no {' or '.join(SUFFIXES)} files here", where=looked)
    return sorted(found)


def object_id_of(path: Path) -> str:
    """Return the object's name: the file's without ``.fits`` or ``.fits.gz``.

    Examples
    --------
    >>> object_id_of(Path("data/NON/nonCSS:1.32468+26.7848.fits.gz"))
    'nonCSS:1.32468+26.7848'
    """
    return path.name.removesuffix(".gz").removesuffix(".fits")


def _is_a_file_of_ours(path: Path) -> bool:
    # Hidden files are those that somebody is still writing.
    return path.name.endswith(SUFFIXES) and not path.name.startswith(".") and path.is_file()


def _table_of(runs: Sequence[HduRun], path: Path) -> HduRun:
    for run in runs:
        if run.kind == "BINTABLE":
            return run
    raise InputError("no table of exposures", where=path, do=_LAYOUT)


def _exposures(columns: dict[str, Shaped[np.ndarray, "row ..."]], path: Path) -> list[Exposure]:
    missing = [name for name in ("HDU_EXT", "DATE", "MJD") if name not in columns]
    if missing:
        got = ", ".join(columns)
        raise InputError(f"no column {', '.join(missing)}", where=path, got=got, do=_LAYOUT)
    for name, values in columns.items():
        if values.ndim != 1:
            raise InputError(f"{name} has several values a row", where=path, do=_LAYOUT)
    blank = [""] * len(columns["MJD"])
    text = {name: [str(value).strip() for value in columns[name].tolist()] for name in columns}
    fields = zip(text.get("SET_NUMBER", blank), text.get("FIELD_ID", blank), strict=True)
    return [
        _exposure(row, path)
        for row in zip(
            range(1, len(blank) + 1),
            text["HDU_EXT"],
            text["DATE"],
            text.get("OBS_IN_SEQ", blank),
            text["MJD"],
            fields,
            strict=True,
        )
    ]


def _exposure(row: tuple[int, str, str, str, str, tuple[str, str]], path: Path) -> Exposure:
    i, hdu, date, number, mjd_text, visit = row
    where = f"{path}, row {i} of the table"
    try:
        mjd = float(mjd_text)
    except ValueError:
        mjd = np.nan
    if not np.isfinite(mjd):
        raise InputError("MJD is not a number", where=where, got=repr(mjd_text))
    if not hdu.isdecimal():
        raise InputError("HDU_Ext is not the number of an HDU", where=where, got=repr(hdu))
    try:
        date_key(date)
    except InputError as error:
        raise InputError(error.what, where=where, got=error.got) from None
    return Exposure(hdu=int(hdu), date=date, number=number, mjd=mjd, mjd_text=mjd_text, visit=visit)


def _own_column(
    columns: dict[str, Shaped[np.ndarray, "row ..."]],
    name: str,
    exposures: Sequence[Exposure],
    path: Path,
) -> Float[np.ndarray, " epoch"]:
    """Return a column that this package writes behind the release's; NaN where there is none."""
    if name.upper() not in columns:
        return np.full(len(exposures), np.nan)
    try:
        values = columns[name.upper()].astype(np.float64)
    except ValueError:
        raise InputError(f"{name} is not a column of numbers", where=path, do=_LAYOUT) from None
    row = {int(hdu): i for i, hdu in enumerate(columns["HDU_EXT"])}
    return np.asarray(values[[row[exposure.hdu] for exposure in exposures]])


def _frames_of(
    runs: Sequence[HduRun],
) -> tuple[Shaped[np.ndarray, "image ..."], list[int], list[str]]:
    """Return the images of the most frequent shape and dtype, their HDUs, and what differs."""
    pictures = [run for run in runs if run.kind == "IMAGE" and not _is_empty_primary(run)]
    decoded = [images_of(run) for run in pictures]
    counts: Counter[tuple[tuple[int, ...], str]] = Counter()
    for run, images in zip(pictures, decoded, strict=True):
        if len(run.shape) == 2 and images.size:
            counts[run.shape, images.dtype.name] += run.count
    if not counts:
        return np.zeros((0, 0, 0)), [], []
    expected = counts.most_common(1)[0][0]
    kept: list[Shaped[np.ndarray, "image y x"]] = []
    hdus: list[int] = []
    set_aside: list[str] = []
    for run, images in zip(pictures, decoded, strict=True):
        numbers = range(run.first, run.first + run.count)
        if (run.shape, images.dtype.name) == expected:
            kept.append(images)
            hdus.extend(numbers)
        else:
            reason = _difference((run.shape, images.dtype.name), expected)
            set_aside.extend(f"HDU {number}: {reason}" for number in numbers)
    return kept[0] if len(kept) == 1 else np.concatenate(kept), hdus, set_aside


def _is_empty_primary(run: HduRun) -> bool:
    return run.first == 0 and not run.shape


def _difference(got: tuple[tuple[int, ...], str], expected: tuple[tuple[int, ...], str]) -> str:
    if got[0] != expected[0]:
        shapes = [" × ".join(map(str, shape)) or "empty" for shape in (got[0], expected[0])]
        return f"shape {shapes[0]}, not {shapes[1]}"
    return f"pixels are {got[1]}, not {expected[1]}"


def _matched(
    exposures: Sequence[Exposure], hdus: Sequence[int], runs: Sequence[HduRun]
) -> tuple[list[Exposure], list[str]]:
    """Return the rows that have an image, and the rows and images without a partner."""
    images = {
        hdu
        for run in runs
        if run.kind == "IMAGE" and not _is_empty_primary(run)
        for hdu in range(run.first, run.first + run.count)
    }
    by_hdu: dict[int, Exposure] = {}
    reasons = []
    for i, exposure in enumerate(exposures, start=1):
        if exposure.hdu not in images:
            reasons.append(f"row {i}: HDU {exposure.hdu} holds no image")
        elif exposure.hdu in by_hdu:
            reasons.append(f"row {i}: HDU {exposure.hdu} has a row already")
        else:
            by_hdu[exposure.hdu] = exposure
    reasons += [f"HDU {hdu}: no row in the table" for hdu in hdus if hdu not in by_hdu]
    usable = set(hdus)
    return [exposure for hdu, exposure in by_hdu.items() if hdu in usable], reasons


def _what_the_header_says(header: Header, path: Path, *, numbered: bool) -> dict[str, Any]:
    folder = path.absolute().parent.name
    label = header.get("CLASS")
    class_name = crts_class_of(str(label)) if label is not None else None
    if folder in CRTS.classes:
        class_name = folder
    # Non-transients were cut from the field of a transient, which their CRTS_ID names.
    parent = str(header.get("CRTS_ID") or "") if class_name == "NON" or not numbered else ""
    return {
        "ra": _degrees(header, "RA_(J2000)", path, limits=(0, 360)),
        "dec": _degrees(header, "DEC_(J2000)", path, limits=(-90, 90)),
        "class_name": class_name,
        "raw_label": "" if label is None else str(label),
        "field_id": parent or object_id_of(path),
    }


def _degrees(header: Header, key: str, path: Path, *, limits: tuple[int, int]) -> float:
    value = header.get(key)
    if value is None:
        return float("nan")
    try:
        degrees = _angle(str(value), hours=key.startswith("RA"))
    except ValueError:
        degrees = float("nan")
    if not limits[0] <= degrees <= limits[1]:
        raise InputError(f"{key} is not a position", where=path, got=repr(value))
    return degrees


def _angle(text: str, *, hours: bool) -> float:
    parts = text.replace(":", " ").split()
    if len(parts) != 3:
        return float(text)
    whole, minutes, seconds = (float(part.lstrip("+-")) for part in parts)
    degrees = (whole + minutes / 60 + seconds / 3600) * (15 if hours else 1)
    return -degrees if parts[0].startswith("-") else degrees
