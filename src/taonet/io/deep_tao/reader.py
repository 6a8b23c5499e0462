"""Read Deep-TAO: one FITS file an object, a table of its exposures, one HDU a cutout.

The layout is that of the public release (arXiv 2503.16714), measured on its files; the traps
(rows ordered by the alphabet, wrong clocks, exposures cut twice) are dealt with here, so that
no other module needs to know them.
"""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Shaped

from taonet.errors import InputError
from taonet.io.deep_tao.nights import (
    SEEING_COLUMN,
    ZERO_POINT_COLUMN,
    Exposure,
    date_key,
    exposure_ids,
    sort_exposures,
)
from taonet.io.fits_columns import columns_of
from taonet.io.fits_header import Header
from taonet.io.fits_image import decompress, image_shape, is_compressed, refuse_pixel_file
from taonet.io.fits_scan import HduRun, images_of, scan_fits
from taonet.io.kinds.fits_cutouts import INGEST_CUTOUTS
from taonet.io.pixel_types import common_type, lossless_cast
from taonet.io.rejection import summarise_kinds
from taonet.sky.position import known_positions
from taonet.sky.sequence import ImageSequence, check_mjd, repair_mjd
from taonet.sky.taxonomy import CRTS
from taonet.sky.unknown import COORDINATE_SENTINELS
from taonet.types import AnyPath

Pictures = Shaped[np.ndarray, "_ y x"]
"""Images of one run."""

_OWN = f"for cutouts of your own: {INGEST_CUTOUTS}"
_LAYOUT = (
    "expected the layout of Deep-TAO: a table with HDU_Ext, Date and MJD, then the images; " + _OWN
)


def read_deep_tao(path: AnyPath) -> tuple[ImageSequence, tuple[InputError, ...]]:
    """Read the sequence of one object, in its true time order.

    Exposures are ordered by night and number in the night, not by the stated time, which is
    wrong on some nights. Times that do not rise in that order are lifted and flagged; an
    exposure that was cut twice counts once.

    The class is that of the folder. A file in another folder has none: the label in its header
    does not identify the class, and is kept as ``raw_label``.

    Parameters
    ----------
    path : Path
        ``<object_id>.fits``, also ``.fits.gz`` or ``.fits.fz``, in the folder of its class.

    Returns
    -------
    sequence : ImageSequence
        Frames in ADU, dtype as stored (uint16 in the release); one that holds them all where they
        are of several.
    set_aside : tuple of InputError
        Why a frame, a row or a card is not in it.

    Raises
    ------
    InputError
        If the file is not readable as Deep-TAO, or shows nothing.
    """
    path = Path(path)
    runs = scan_fits(path)
    table = _table_of(runs, path)
    columns = _columns(table, runs, path)
    frames, hdus, bad_frames = _frames_of(runs)
    rows, bad_rows = _exposures(columns)
    exposures, unmatched = _match_rows(rows, hdus, runs)
    set_aside = [*bad_frames, *bad_rows, *unmatched]
    if not exposures:
        raise _no_frames_error(set_aside, path)
    exposures = sort_exposures(exposures)
    place = {hdu: i for i, hdu in enumerate(hdus)}
    stated = np.array([exposure.mjd for exposure in exposures])
    mjd, repaired = repair_mjd(stated)
    ra, dec, bad_cards = _position(table.header)
    sequence = ImageSequence.from_frames(
        object_id_of(path),
        frames[[place[exposure.hdu] for exposure in exposures], None],
        mjd,
        mjd_raw=stated,
        quality=repaired,
        exposure_id=exposure_ids(exposures),
        seeing_fwhm_px=_own_column(columns, SEEING_COLUMN, exposures, path),
        zero_point_mag=_own_column(columns, ZERO_POINT_COLUMN, exposures, path),
        ra=ra,
        dec=dec,
        **_names_in(table.header, path, numbered="OBS_IN_SEQ" in columns),
        survey_field=Counter(e.visit[1] for e in exposures).most_common(1)[0][0],
    )
    if not sequence.usable.any():
        raise InputError("every frame is blank", where=path, got=f"{len(sequence)} frames")
    return sequence, (*set_aside, *bad_cards)


def object_id_of(path: AnyPath) -> str:
    """Return the object's name: the file's without ``.fits``, ``.fits.gz`` or ``.fits.fz``.

    Examples
    --------
    >>> object_id_of(Path("data/NON/nonCSS:1.32468+26.7848.fits.gz"))
    'nonCSS:1.32468+26.7848'
    """
    path = Path(path)
    return re.sub(r"\.fits(\.[fg]z)?$", "", path.name, flags=re.IGNORECASE)


def _table_of(runs: Sequence[HduRun], path: Path) -> HduRun:
    for run in runs:
        if run.kind == "BINTABLE" and not is_compressed(run):
            return run
    raise InputError("no table of exposures: not a file of Deep-TAO", where=path, do=_OWN)


def _columns(
    table: HduRun, runs: Sequence[HduRun], path: Path
) -> dict[str, Shaped[np.ndarray, "row ..."]]:
    columns = {name.upper(): values for name, values in columns_of(table).items()}
    missing = [name for name in ("HDU_EXT", "DATE", "MJD") if name not in columns]
    if missing:
        refuse_pixel_file(runs, path)
        got = ", ".join(columns)
        raise InputError(f"no column {', '.join(missing)}", where=path, got=got, do=_LAYOUT)
    for name, values in columns.items():
        if values.ndim != 1:
            raise InputError(f"{name} has several values a row", where=path, do=_LAYOUT)
    return columns


def _exposures(
    columns: dict[str, Shaped[np.ndarray, "row ..."]],
) -> tuple[list[tuple[int, Exposure]], list[InputError]]:
    """Return the rows that can be understood, with their numbers, and what is wrong with others."""
    blank = [""] * len(columns["MJD"])
    text = {name: [str(value).strip() for value in columns[name].tolist()] for name in columns}
    fields = zip(text.get("SET_NUMBER", blank), text.get("FIELD_ID", blank), strict=True)
    rows = zip(
        text["HDU_EXT"],
        text["DATE"],
        text.get("OBS_IN_SEQ", blank),
        text["MJD"],
        fields,
        strict=True,
    )
    exposures, bad = [], []
    for i, row in enumerate(rows, start=1):
        try:
            exposures.append((i, _exposure(row)))
        except InputError as error:
            bad.append(InputError(error.what, where=f"row {i}", got=error.got, do=error.do))
    return exposures, bad


def _exposure(row: tuple[str, str, str, str, tuple[str, str]]) -> Exposure:
    hdu, date, number, mjd_text, visit = row
    try:
        mjd = float(mjd_text)
    except ValueError:
        mjd = np.nan
    if not np.isfinite(mjd):
        raise InputError("MJD is not a number", got=repr(mjd_text))
    if mjd > 1_000_000:
        check_mjd(np.array([mjd]), where=None)
    if not hdu.isdecimal():
        raise InputError("HDU_Ext is not the number of an HDU", got=repr(hdu))
    date_key(date)
    return Exposure(hdu=int(hdu), date=date, number=number, mjd=mjd, mjd_text=mjd_text, visit=visit)


def _no_frames_error(set_aside: Sequence[InputError], path: Path) -> InputError:
    kinds = Counter(error.what for error in set_aside)
    if len(kinds) == 1:
        first = set_aside[0]
        where = f"{path}, {first.where}"
        return InputError(first.what, where=where, got=first.got, do=first.do)
    return InputError("no frames", where=path, got=summarise_kinds(kinds) or "no rows")


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
    hdus = [str(hdu).strip() for hdu in columns["HDU_EXT"].tolist()]
    row = {int(hdus[i]): i for i in reversed(range(len(hdus))) if hdus[i].isdecimal()}
    return np.asarray(values[[row[exposure.hdu] for exposure in exposures]])


def _frames_of(
    runs: Sequence[HduRun],
) -> tuple[Shaped[np.ndarray, "image ..."], list[int], list[InputError]]:
    """Return the images of the most frequent shape, their HDUs, and what is wrong with others."""
    pictures = [run for run in runs if _is_picture(run)]
    counts: Counter[tuple[int, ...]] = Counter()
    for run in pictures:
        shape = image_shape(run)
        if len(shape) == 2 and np.prod(shape):
            counts[shape] += run.count
    if not counts:
        return np.zeros((0, 0, 0)), [], []
    expected = counts.most_common(1)[0][0]
    decoded: list[tuple[HduRun, Pictures]] = []
    bad: list[InputError] = []
    for run in pictures:
        try:
            decoded.append((run, _images(run, expected)))
        except InputError as error:
            bad += _errors_per_hdu(run, error)
    unified, of_no_type = _unify_types(decoded)
    hdus = [hdu for run, _ in unified for hdu in _numbers(run)]
    frames = [images for _, images in unified]
    if not frames:
        return np.zeros((0, 0, 0)), [], [*bad, *of_no_type]
    return frames[0] if len(frames) == 1 else np.concatenate(frames), hdus, [*bad, *of_no_type]


def _images(run: HduRun, expected: tuple[int, ...]) -> Pictures:
    shape = image_shape(run)
    if shape != expected:
        shapes = [" × ".join(map(str, one)) or "empty" for one in (shape, expected)]
        raise InputError("a frame of another shape", got=f"{shapes[0]}, not {shapes[1]}")
    images = decompress(run) if is_compressed(run) else images_of(run)
    return images.reshape((run.count, *shape))


def _unify_types(
    decoded: Sequence[tuple[HduRun, Pictures]],
) -> tuple[list[tuple[HduRun, Pictures]], list[InputError]]:
    """Bring images to their most frequent type, or to one that holds all of them."""
    counts: Counter[np.dtype[Any]] = Counter()
    for run, images in decoded:
        counts[images.dtype] += run.count
    if len(counts) < 2:
        return list(decoded), []
    usual = counts.most_common(1)[0][0]
    cast = [(run, lossless_cast(images, usual)) for run, images in decoded]
    if any(images is None for _, images in cast):
        wider = common_type(counts)
        cast = [(run, lossless_cast(images, wider)) for run, images in decoded]
    error = InputError("pixels that no type holds together with the others")
    bad = [one for run, images in cast if images is None for one in _errors_per_hdu(run, error)]
    return [(run, images) for run, images in cast if images is not None], bad


def _errors_per_hdu(run: HduRun, error: InputError) -> list[InputError]:
    return [
        InputError(error.what, where=f"HDU {hdu}", got=error.got, do=error.do)
        for hdu in _numbers(run)
    ]


def _numbers(run: HduRun) -> range:
    return range(run.first, run.first + run.count)


def _is_picture(run: HduRun) -> bool:
    if run.kind == "IMAGE":
        return run.first > 0 or bool(run.shape)
    return is_compressed(run)


def _match_rows(
    rows: Sequence[tuple[int, Exposure]], hdus: Sequence[int], runs: Sequence[HduRun]
) -> tuple[list[Exposure], list[InputError]]:
    """Return the rows that have an image, and the rows and images without a partner."""
    images = {hdu for run in runs if _is_picture(run) for hdu in _numbers(run)}
    by_hdu: dict[int, Exposure] = {}
    bad = []
    for i, exposure in rows:
        where, hdu = f"row {i}", exposure.hdu
        if hdu not in images:
            bad.append(InputError("a row without an image", where=where, got=f"HDU {hdu}"))
        elif hdu in by_hdu:
            bad.append(InputError("a second row for an image", where=where, got=f"HDU {hdu}"))
        else:
            by_hdu[hdu] = exposure
    bad += [
        InputError("an image without a row in the table", where=f"HDU {hdu}")
        for hdu in hdus
        if hdu not in by_hdu
    ]
    usable = set(hdus)
    return [exposure for hdu, exposure in by_hdu.items() if hdu in usable], bad


def _names_in(header: Header, path: Path, *, numbered: bool) -> dict[str, Any]:
    folder = path.absolute().parent.name
    class_name = folder if folder in CRTS.classes else None
    label = header.get("CLASS")
    # Non-transients were cut from the field of a transient, which their CRTS_ID names.
    parent = str(header.get("CRTS_ID") or "") if class_name == "NON" or not numbered else ""
    return {
        "class_name": class_name,
        "raw_label": "" if label is None else str(label),
        "field_id": parent or object_id_of(path),
    }


def _position(header: Header) -> tuple[float, float, list[InputError]]:
    """Return the position that a header states, NaN where it states none, and bad cards."""
    bad: list[InputError] = []
    degrees = [_degrees(header, key, bad) for key in ("RA_(J2000)", "DEC_(J2000)")]
    return degrees[0], degrees[1], bad


def _degrees(header: Header, key: str, bad: list[InputError]) -> float:
    value = header.get(key)
    if value is None:
        return float("nan")
    try:
        degrees = _angle(str(value), hours=key.startswith("RA"))
    except ValueError:
        degrees = float("inf")
    # the other coordinate does not matter here
    coordinates = np.array([degrees]), np.array([1.0])
    known = known_positions(*(coordinates if key.startswith("RA") else coordinates[::-1]))
    if not np.isfinite(known).all() and not (np.isnan(degrees) or degrees in COORDINATE_SENTINELS):
        bad.append(InputError(f"{key} is not a position", got=repr(value)))
        return float("nan")
    return degrees


def _angle(text: str, *, hours: bool) -> float:
    parts = text.replace(":", " ").split()
    if len(parts) != 3:
        return float(text)
    whole, minutes, seconds = (float(part.lstrip("+-")) for part in parts)
    degrees = (whole + minutes / 60 + seconds / 3600) * (15 if hours else 1)
    return -degrees if parts[0].startswith("-") else degrees
