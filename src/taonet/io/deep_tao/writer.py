"""Write Deep-TAO: the layout of the public release, card by card and column by column."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Shaped, UInt16

from taonet.errors import OutputError
from taonet.io.atomic import atomic_file, refuse_existing
from taonet.io.deep_tao.nights import (
    MONTHS,
    SEEING_COLUMN,
    ZERO_POINT_COLUMN,
    Exposure,
    date_of,
    exposure_ids,
    sort_exposures,
)
from taonet.io.fits_header import (
    Value,
    ascii_bytes,
    format_cards,
    header_block,
    pad_block,
    quote_text,
)
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import CRTS
from taonet.types import AnyPath

TRANSIENT_CARDS = (
    "UT_DATE",
    "MAG",
    "CSS_IMAGES",
    "SDSS",
    "OTHERS",
    "FOLLOWED",
    "LAST",
    "LC",
    "FC",
)
"""What the survey's catalogue adds to a transient; undefined where it is not stated."""

_LABELS = {"BZ": "Blazar"}
_NUMBERED = re.compile(r"(\d\d[A-Z]{3}\d\d)-(\d{4})(-.+)?")
_TIMED = re.compile(r"(\d\d[A-Z]{3}\d\d)-(.+)")
_Column = tuple[str, str, Sequence[str | int | float]]


def write_deep_tao(
    path: AnyPath,
    sequence: ImageSequence,
    *,
    cards: Mapping[str, str | int | float] | None = None,
    cutout: str = "0001",
    overwrite: bool = False,
) -> None:
    """Write one object as the release does: non-transients in their layout, others in theirs.

    `taonet.io.deep_tao.reader.read_deep_tao` gives back the frames, their order, the stated times,
    the exposure ids, the position and the labels, provided that the file is named after the object
    in the folder of its class. Exposure ids that are not those of the release
    (``06APR02-0001``; for non-transients ``06APR02-53827.41566``) are replaced by such ones.
    Seeing and zero points, where known, go into two columns of our own behind the release's;
    bands have no place in this layout.

    Parameters
    ----------
    path : Path
        ``<CLASS>/<object_id>.fits``.
    sequence : ImageSequence
        One channel of whole numbers in 0 … 65535.
    cards : mapping, optional
        Values of `TRANSIENT_CARDS`, e.g. ``{"MAG": 20.24}``.
    cutout : str
        The value of the column of this name; four characters in the release.
    overwrite : bool
        Replace a file of that name.

    Raises
    ------
    OutputError
        If the file exists, or the sequence does not fit into the layout.
    """
    path = Path(path)
    refuse_existing(path, overwrite=overwrite)
    _check_folder(path, sequence)
    images = _as_uint16(sequence)
    if sequence.class_name == "NON":
        columns = _non_transient_columns(_exposures(sequence, numbered=False), cutout)
        table_cards = _non_transient_cards(sequence)
        image_cards: list[tuple[str, Value]] = []
    else:
        columns = _transient_columns(_exposures(sequence, numbered=True), cutout)
        table_cards = _transient_cards(sequence, _label(sequence, path), dict(cards or {}))
        image_cards = table_cards
    columns += _own_columns(sequence)
    with atomic_file(path, overwrite=overwrite) as temporary, temporary.open("wb") as file:
        for part in _parts(images, columns, table_cards, image_cards):
            file.write(part)


def _check_folder(path: Path, sequence: ImageSequence) -> None:
    folder = path.absolute().parent.name
    if folder in CRTS.classes and folder != (sequence.class_name or folder):
        raise OutputError(
            f"the folder says {folder}, the sequence {sequence.class_name}",
            where=path,
            do="write it into the folder of its class",
        )


def _as_uint16(sequence: ImageSequence) -> UInt16[np.ndarray, "epoch y x"]:
    where = f"sequence {sequence.object_id}"
    if sequence.frames.shape[1] != 1:
        got = ", ".join(sequence.channels)
        raise OutputError("the layout of Deep-TAO holds one channel", where=where, got=got)
    frames = sequence.frames[:, 0]
    if frames.dtype == np.uint16:
        return frames
    if not (np.isfinite(frames).all() and (np.rint(frames) == frames).all()):
        raise OutputError("pixels are not whole numbers", where=where, do="write an archive")
    if frames.min() < 0 or frames.max() > 65535:
        got = f"{frames.min()} … {frames.max()}"
        raise OutputError("pixels are not within 0 … 65535", where=where, got=got)
    return frames.astype(np.uint16)


def _label(sequence: ImageSequence, path: Path) -> str | None:
    if sequence.raw_label:
        return sequence.raw_label
    # The folder names the class; the label must name it only where the folder does not.
    if sequence.class_name is None or path.absolute().parent.name == sequence.class_name:
        return None
    return _LABELS.get(sequence.class_name, sequence.class_name)


def _position(sequence: ImageSequence) -> list[tuple[str, Value]]:
    coordinates = [None if np.isnan(value) else value for value in (sequence.ra, sequence.dec)]
    return [("RA_(J2000)", coordinates[0]), ("DEC_(J2000)", coordinates[1])]


def _transient_cards(
    sequence: ImageSequence, label: str | None, extra: dict[str, str | int | float]
) -> list[tuple[str, Value]]:
    unknown = set(extra) - set(TRANSIENT_CARDS)
    if unknown:
        do = f"known cards: {', '.join(TRANSIENT_CARDS)}"
        raise OutputError(f"unknown card {', '.join(sorted(unknown))}", do=do)
    return [
        ("CRTS_ID", sequence.object_id),
        *_position(sequence),
        ("N_IMAGES", len(sequence)),
        *((name, extra.get(name)) for name in TRANSIENT_CARDS),
        ("CLASS", label),
    ]


def _transient_columns(rows: list[Exposure], cutout: str) -> list[_Column]:
    return [
        ("HDU_Ext", "K", [row.hdu for row in rows]),
        _text_column("Set_Number", 2, [row.visit[0] for row in rows]),
        _text_column("Date", 7, [row.date for row in rows]),
        ("MJD", "D", [row.mjd for row in rows]),
        _text_column("Field_ID", 6, [row.visit[1] for row in rows]),
        _text_column("Obs_In_Seq", 4, [row.number for row in rows]),
        _text_column("Cutout", 4, [cutout] * len(rows)),
    ]


def _non_transient_cards(sequence: ImageSequence) -> list[tuple[str, Value]]:
    return [
        ("CRTS_ID", sequence.field_id),
        ("N_IMAGES", len(sequence)),
        *_position(sequence),
        ("IMG_REF", None),
    ]


def _non_transient_columns(rows: list[Exposure], cutout: str) -> list[_Column]:
    return [
        _text_column("HDU_Ext", 4, [str(row.hdu) for row in rows]),
        _text_column("MJD", 11, [row.mjd_text for row in rows]),
        _text_column("DATE", 7, [row.date for row in rows]),
        _text_column("Field_ID", 6, [row.visit[1] for row in rows]),
        _text_column("Cutout", 4, [cutout] * len(rows)),
    ]


def _own_columns(sequence: ImageSequence) -> list[_Column]:
    known = {SEEING_COLUMN: sequence.seeing_fwhm_px, ZERO_POINT_COLUMN: sequence.zero_point_mag}
    return [
        (name, "D", values.tolist()) for name, values in known.items() if np.isfinite(values).any()
    ]


def _text_column(name: str, least_width: int, texts: list[str]) -> _Column:
    # Longer names than the release has widen their column rather than being cut.
    return name, f"{max(least_width, *map(len, texts))}A", texts


def _exposures(sequence: ImageSequence, *, numbered: bool) -> list[Exposure]:
    """Return the rows of the table: those that the exposure ids name, or new ones.

    Rows that would be read back in another order or under another name are of no use.
    """
    from_ids = _exposures_from_ids(sequence, numbered=numbered)
    if (
        from_ids
        and sort_exposures(from_ids) == from_ids
        and exposure_ids(from_ids) == list(sequence.exposure_id)
    ):
        return from_ids
    new = _new_exposures(sequence, numbered=numbered)
    if sort_exposures(new) != new or len(set(exposure_ids(new))) != len(new):
        raise OutputError(
            "times of one night repeat or do not rise",
            where=f"sequence {sequence.object_id}",
            do="the layout of non-transients cannot hold that; write an archive",
        )
    return new


def _exposures_from_ids(sequence: ImageSequence, *, numbered: bool) -> list[Exposure]:
    pattern = _NUMBERED if numbered else _TIMED
    exposures: list[Exposure] = []
    for name, mjd in zip(sequence.exposure_id, sequence.mjd_raw.tolist(), strict=True):
        match = pattern.fullmatch(name)
        if not match or match[1][2:5] not in MONTHS:
            return []
        number, text = (match[2], repr(mjd)) if numbered else ("", match[2])
        if not numbered and _as_float(text) != mjd:
            return []
        visit = _visit(exposures, match[1], number), sequence.survey_field
        exposures.append(_exposure(len(exposures), match[1], number, mjd, text, visit))
    return exposures


def _visit(before: list[Exposure], date: str, number: str) -> str:
    # A number that does not rise begins another visit of the night.
    if not before or before[-1].date != date:
        return "01"
    last = int(before[-1].visit[0])
    return f"{last + 1 if number and number <= before[-1].number else last:02d}"


def _new_exposures(sequence: ImageSequence, *, numbered: bool) -> list[Exposure]:
    dates = [date_of(mjd) for mjd in sequence.mjd.tolist()]
    visit = "01", sequence.survey_field
    return [
        _exposure(
            i, date, f"{dates[: i + 1].count(date):04d}" if numbered else "", mjd, repr(mjd), visit
        )
        for i, (date, mjd) in enumerate(zip(dates, sequence.mjd_raw.tolist(), strict=True))
    ]


def _exposure(
    i: int, date: str, number: str, mjd: float, mjd_text: str, visit: tuple[str, str]
) -> Exposure:
    return Exposure(hdu=i + 2, date=date, number=number, mjd=mjd, mjd_text=mjd_text, visit=visit)


def _as_float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _parts(
    images: UInt16[np.ndarray, "epoch y x"],
    columns: list[_Column],
    table_cards: list[tuple[str, Value]],
    image_cards: list[tuple[str, Value]],
) -> Iterator[bytes]:
    yield header_block(_PRIMARY)
    rows = _table_rows(columns)
    yield header_block([*_table_header(columns, rows), *format_cards(table_cards)])
    yield pad_block(rows.tobytes(), b"\0")
    header = header_block([*_image_header(images.shape[1:]), *format_cards(image_cards)])
    for image in images:
        yield header
        # BZERO 32768: stored as signed, 32768 below.
        yield pad_block((image ^ np.uint16(0x8000)).astype(">u2").tobytes(), b"\0")


_PRIMARY = [
    "SIMPLE  =                    T / file does conform to FITS standard",
    "BITPIX  =                   16 / number of bits per data pixel",
    "NAXIS   =                    0 / number of data axes",
    "EXTEND  =                    T / FITS dataset may contain extensions",
    "COMMENT   FITS (Flexible Image Transport System) format is defined in 'Astronomy",
    "COMMENT   and Astrophysics', volume 376, page 359; bibcode: 2001A&A...376..359H",
]

_CELLS = {"K": (">i8", "8-byte INTEGER"), "D": (">f8", "8-byte DOUBLE")}


def _table_rows(columns: list[_Column]) -> Shaped[np.ndarray, " row"]:
    cells = {
        name: _CELLS[form][0] if form in _CELLS else f"S{form[:-1]}" for name, form, _ in columns
    }
    rows = np.zeros(len(columns[0][2]), list(cells.items()))
    for name, form, values in columns:
        if form in _CELLS:
            rows[name] = values
        else:
            rows[name] = [ascii_bytes(str(v)).ljust(int(form[:-1])) for v in values]
    return rows


def _table_header(columns: list[_Column], rows: Shaped[np.ndarray, " row"]) -> Iterator[str]:
    yield "XTENSION= 'BINTABLE'           / binary table extension"
    yield from (
        f"{key:8}= {value:20d} / {comment}"
        for key, value, comment in (
            ("BITPIX", 8, "8-bit bytes"),
            ("NAXIS", 2, "2-dimensional binary table"),
            ("NAXIS1", rows.dtype.itemsize, "width of table in bytes"),
            ("NAXIS2", len(rows), "number of rows in table"),
            ("PCOUNT", 0, "size of special data area"),
            ("GCOUNT", 1, "one data group (required keyword)"),
            ("TFIELDS", len(columns), "number of fields in each row"),
        )
    )
    for i, (name, form, _) in enumerate(columns, start=1):
        kind = _CELLS[form][1] if form in _CELLS else "ASCII Character"
        yield f"{f'TTYPE{i}':8}= {quote_text(name):20} / label for field {i:3d}"
        yield f"{f'TFORM{i}':8}= {quote_text(form):20} / data format of field: {kind}"


def _image_header(shape: tuple[int, ...]) -> Iterator[str]:
    yield "XTENSION= 'IMAGE   '           / IMAGE extension"
    yield from (
        f"{key:8}= {value:20d} / {comment}"
        for key, value, comment in (
            ("BITPIX", 16, "number of bits per data pixel"),
            ("NAXIS", 2, "number of data axes"),
            ("NAXIS1", shape[1], "length of data axis 1"),
            ("NAXIS2", shape[0], "length of data axis 2"),
            ("PCOUNT", 0, "required keyword; must = 0"),
            ("GCOUNT", 1, "required keyword; must = 1"),
            ("BZERO", 32768, "offset data range to that of unsigned short"),
            ("BSCALE", 1, "default scaling factor"),
        )
    )
