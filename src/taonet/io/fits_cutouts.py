"""The user's own FITS cutouts: a table states which file shows which object at which time."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from taonet.errors import InputError
from taonet.io.column_names import NAMES, plain
from taonet.io.fits_epochs import object_in_files
from taonet.io.items import ItemResult, SequenceSource, signature_of
from taonet.io.kinds.fits_cutouts import FITS_CUTOUTS
from taonet.io.lightcurves.times import times_of
from taonet.io.rejection import Rejection
from taonet.io.tables import read_table
from taonet.io.text_tables import duplicate_column_error
from taonet.types import AnyPath

CLASS_COLUMNS = ("class_name", "label", "class")
CHANNEL_FILES = {"science": "file", "template": "template_file", "difference": "difference_file"}
"""Channels, and the columns that name their files."""

_TEXT = ("object_id", "exposure_id", "band", "hdu", *CLASS_COLUMNS, *CHANNEL_FILES.values())
_OURS = (*_TEXT, "mjd", "ra", "dec", "zero_point_mag", "seeing_fwhm_px")

_ELSEWHERE: Final = {
    "file": ("filename", "file_name", "path", "fits", "image", "cutout"),
    "exposure_id": ("expid", "exp_id", "exposure", "image_id", "visit"),
    **{name: NAMES[name] for name in ("object_id", "band", "zero_point_mag", "ra", "dec")},
}
"""What our columns are called elsewhere, as `plain` writes it; used where ours is not there."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CutoutTable:
    """A table of cutouts under our names.

    Parameters
    ----------
    rows : DataFrame
        A row an epoch, each with an ``object_id``.
    nameless : tuple of Rejection
        Rows without one.
    remarks : tuple of str
        What the user should know of how the table was read.
    """

    rows: pd.DataFrame
    nameless: tuple[Rejection, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """Number of objects, and of rows without one."""
        return int(self.rows["object_id"].nunique()) + len(self.nameless)


def fits_source(directory: AnyPath, table: AnyPath, *, survey: str) -> SequenceSource:
    """Return the FITS cutouts that a table describes as a source of one sequence an object.

    By its WCS, where a header has one, a frame is turned to the orientation of the object's first
    and the place that ``ra`` and ``dec`` name is put at its centre; see `taonet.io.fits_placing`.
    Epochs that cannot be used are set aside.

    Parameters
    ----------
    directory : Path
        Where file names that are not absolute begin.
    table : Path
        A csv, ecsv, parquet or VOTable with a row an epoch: ``file, object_id, mjd``; optional
        ``band, ra, dec`` (degrees), ``class_name`` or ``label``, ``zero_point_mag``,
        ``seeing_fwhm_px``, ``exposure_id``; ``template_file`` and ``difference_file`` add
        channels; ``hdu`` (name or number), or a file's name such as ``file.fits[SCI]``, selects
        the image of a file, see `taonet.io.fits_image.read_image`.

    Raises
    ------
    InputError
        If the table itself is not of this kind.
    """
    directory = Path(directory)
    table = Path(table)
    described = read_cutout_table(table)

    def read(done: frozenset[str]) -> Iterator[ItemResult]:
        return (result for result in objects_in(described, directory) if result.item not in done)

    return SequenceSource(
        kind=FITS_CUTOUTS.name,
        survey=survey,
        signature=signature_of([table]),
        count=described.count,
        read=read,
        remarks=described.remarks,
    )


def read_cutout_table(path: AnyPath) -> CutoutTable:
    """Read the table that describes FITS cutouts; see `fits_source`.

    Raises
    ------
    InputError
        If it is none.
    """
    path = Path(path)
    table = _with_our_names(read_table(path, text=_TEXT), path)
    for name in ("file", "object_id"):
        if name not in table.columns:
            raise _no_column(name, table, path)
    table, remarks = _with_mjd(table, path)
    unused = [str(name) for name in table.columns if name not in _OURS]
    if unused:
        remarks = (*remarks, f"columns not used: {', '.join(unused)}")
    rows, nameless = _with_text(table, path)
    return CutoutTable(rows=rows, nameless=nameless, remarks=remarks)


def objects_in(table: CutoutTable, directory: AnyPath) -> Iterator[ItemResult]:
    """Yield what the files of each object in a table are; see `fits_source`."""
    directory = Path(directory)
    for rejection in table.nameless:
        yield ItemResult(item=rejection.source, rejection=rejection)
    rows_of = table.rows.groupby("object_id", sort=False)
    files = {name: column for name, column in CHANNEL_FILES.items() if column in table.rows}
    for object_id, rows in rows_of:
        name = str(object_id)
        try:
            class_name = _class_name(name, rows)
        except InputError as error:
            yield ItemResult(item=name, rejection=Rejection.from_error(name, error))
            continue
        yield object_in_files(name, rows, directory, files=files, class_name=class_name)


def read_labels(path: AnyPath) -> dict[str, str]:
    """Read which class each object belongs to.

    Parameters
    ----------
    path : Path
        A csv, ecsv, parquet or VOTable with ``object_id`` and ``class_name`` or ``label``.
        Objects without a class are left out.

    Raises
    ------
    InputError
        If a column is missing, or an object is given two classes.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "labels.csv"
    ...     _ = file.write_text("object_id,class_name\\nSN1987A,SN\\n")
    ...     read_labels(file)
    {'SN1987A': 'SN'}
    """
    path = Path(path)
    table = _with_our_names(read_table(path, text=_TEXT), path)
    if "object_id" not in table:
        raise _no_column("object_id", table, path)
    if not set(CLASS_COLUMNS) & set(table.columns):
        got = ", ".join(table.columns)
        raise InputError("no column class_name or label", where=path, got=got)
    table, nameless = _with_text(table, path)
    if nameless:
        raise InputError("object_id is empty", where=nameless[0].source)
    labels: dict[str, str] = {}
    for object_id, rows in table.groupby("object_id", sort=False):
        name = _class_name(str(object_id), rows)
        if name:
            labels[str(object_id)] = name
    return labels


def _with_text(table: pd.DataFrame, path: Path) -> tuple[pd.DataFrame, tuple[Rejection, ...]]:
    """Return the rows that name an object, text empty where there is none, and the others."""
    table = table.assign(
        **{name: table[name].fillna("").astype(str) for name in _TEXT if name in table.columns}
    )
    empty = (table["object_id"] == "").to_numpy()
    places = [f"{path}, row {row + 1}" for row in np.flatnonzero(empty)]
    nameless = [
        Rejection.from_error(at, InputError("object_id is empty", where=at)) for at in places
    ]
    return table[~empty], tuple(nameless)


def _with_our_names(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return a table whose columns are called as they are here, whatever they were called."""
    ours = {str(name): plain(name) for name in table.columns if plain(name) in _OURS}
    twice = {new: old for old, new in ours.items() if list(ours.values()).count(new) > 1}
    for name in twice:
        raise duplicate_column_error(name, path)
    by_plain_name = {plain(name): str(name) for name in table.columns}
    for name, others in _ELSEWHERE.items():
        other = next((other for other in others if other in by_plain_name), None)
        if name not in ours.values() and other is not None and by_plain_name[other] not in ours:
            ours[by_plain_name[other]] = name
    return table.rename(columns=ours)


def _with_mjd(table: pd.DataFrame, path: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return a table with a column ``mjd``, from the column that states the times best."""
    if "mjd" in table.columns:
        return table, ()
    times = times_of(table, {plain(name): str(name) for name in table.columns}, path)
    remarks = times.remarks
    if times.from_jd:
        remarks = (*remarks, f"column {times.column!r}: JD turned into MJD = JD - 2400000.5")
    return table.assign(mjd=times.mjd).drop(columns=times.column), remarks


def _no_column(name: str, table: pd.DataFrame, path: Path) -> InputError:
    do = f"name it one of {', '.join(_ELSEWHERE[name][:6])}" if name in _ELSEWHERE else ""
    got = ", ".join(map(str, table.columns))
    return InputError(f"no column {name}", where=path, got=got, do=do)


def _class_name(object_id: str, rows: pd.DataFrame) -> str | None:
    column = next((name for name in CLASS_COLUMNS if name in rows.columns), None)
    names = sorted({name for name in rows[column] if name}) if column else []
    if len(names) > 1:
        raise InputError("an object of two classes", where=object_id, got=", ".join(names))
    return names[0] if names else None
