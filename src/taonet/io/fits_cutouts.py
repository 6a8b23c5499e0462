"""One's own FITS cutouts: a table says which file shows which object at which time."""

import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float, Shaped

from taonet.errors import InputError
from taonet.io.column_names import plain
from taonet.io.fits_scan import images_of, scan_fits
from taonet.io.tables import read_table
from taonet.io.text_tables import column_twice
from taonet.sky.position import mean_position
from taonet.sky.sequence import ImageSequence

REQUIRED = ("file", "object_id", "mjd")
CLASS_COLUMNS = ("class_name", "label")
CHANNEL_FILES = {"science": "file", "template": "template_file", "difference": "difference_file"}
"""Channels, and the columns that name their files."""

_TEXT = ("object_id", "exposure_id", "band", *CLASS_COLUMNS, *CHANNEL_FILES.values())
_OURS = (*_TEXT, "mjd", "ra", "dec", "zero_point_mag", "seeing_fwhm_px")


def read_fits_cutouts(
    table_path: Path, directory: Path
) -> Iterator[tuple[str, ImageSequence | InputError]]:
    """Yield each object's id with its sequence, or with the reason why it cannot be read.

    Parameters
    ----------
    table_path : Path
        A csv, ecsv, parquet or VOTable with a row an epoch: ``file, object_id, mjd``; optional
        ``band, ra, dec`` (degrees), ``class_name`` or ``label``, ``zero_point_mag``,
        ``seeing_fwhm_px``, ``exposure_id``; ``template_file`` and ``difference_file`` add
        channels. The first two-dimensional image of a file is the epoch's cutout.
    directory : Path
        Where file names that are not absolute begin.

    Raises
    ------
    InputError
        If the table itself is not of this kind.
    """
    table = _read(table_path, REQUIRED)
    for object_id, rows in table.groupby("object_id", sort=False):
        try:
            yield str(object_id), _sequence(str(object_id), rows, directory)
        except InputError as error:
            yield str(object_id), error


def read_labels(path: Path) -> dict[str, str]:
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
    table = _read(path, ("object_id",))
    if not set(CLASS_COLUMNS) & set(table.columns):
        got = ", ".join(table.columns)
        raise InputError("no column class_name or label", where=path, got=got)
    labels: dict[str, str] = {}
    for object_id, rows in table.groupby("object_id", sort=False):
        name = _class_name(str(object_id), rows)
        if name:
            labels[str(object_id)] = name
    return labels


def _read(path: Path, required: tuple[str, ...]) -> pd.DataFrame:
    table = _with_our_names(read_table(path, text=_TEXT), path)
    missing = [name for name in required if name not in table.columns]
    if missing:
        got = ", ".join(map(str, table.columns))
        raise InputError(f"no column {', '.join(missing)}", where=path, got=got)
    for name in _TEXT:
        if name in table.columns:
            table[name] = table[name].fillna("").astype(str)
    empty = np.flatnonzero((table["object_id"] == "").to_numpy())
    if len(empty):
        raise InputError("object_id is empty", where=path, got=f"row {empty[0] + 1}")
    return table


def _with_our_names(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return a table whose columns are called as they are here, if they differ in case alone."""
    ours = {str(name): plain(name) for name in table.columns if plain(name) in _OURS}
    twice = {new: old for old, new in ours.items() if list(ours.values()).count(new) > 1}
    for name in twice:
        raise column_twice(name, path)
    return table.rename(columns=ours)


def _sequence(object_id: str, rows: pd.DataFrame, directory: Path) -> ImageSequence:
    files = {name: column for name, column in CHANNEL_FILES.items() if column in rows.columns}
    frames = [
        [_image(directory / _named(file, column)) for file in rows[column]]
        for column in files.values()
    ]
    shapes = {image.shape: None for channel in frames for image in channel}
    if len(shapes) > 1:
        got = ", ".join(f"{y} × {x}" for y, x in shapes)
        raise InputError("cutouts of several shapes", where=object_id, got=got)
    class_name = _class_name(object_id, rows)
    ra, dec, _ = mean_position(*(_numbers(object_id, rows, name) for name in ("ra", "dec")))
    sequence = ImageSequence.from_frames(
        object_id,
        np.stack([np.stack(channel) for channel in frames], axis=1),
        _numbers(object_id, rows, "mjd"),
        band=rows["band"].tolist() if "band" in rows else (),
        exposure_id=rows["exposure_id"].tolist() if "exposure_id" in rows else (),
        seeing_fwhm_px=_numbers(object_id, rows, "seeing_fwhm_px"),
        zero_point_mag=_numbers(object_id, rows, "zero_point_mag"),
        ra=ra,
        dec=dec,
        class_name=class_name,
        raw_label=class_name or "",
        channels=tuple(files),
    )
    if not sequence.usable.any():
        got = f"{len(sequence)} frames"
        raise InputError("every frame is blank", where=object_id, got=got)
    return sequence


def _named(file: str, column: str) -> str:
    if not file:
        raise InputError(f"{column} is empty", do="name a FITS file for every epoch")
    return file


def _numbers(object_id: str, rows: pd.DataFrame, name: str) -> Float[np.ndarray, " epoch"]:
    if name not in rows.columns:
        return np.full(len(rows), np.nan)
    try:
        return rows[name].to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} is not a number", where=object_id, got=error) from error


def _class_name(object_id: str, rows: pd.DataFrame) -> str | None:
    column = next((name for name in CLASS_COLUMNS if name in rows.columns), None)
    names = sorted({name for name in rows[column] if name}) if column else []
    if len(names) > 1:
        raise InputError("an object of two classes", where=object_id, got=", ".join(names))
    return names[0] if names else None


def _image(path: Path) -> Shaped[np.ndarray, "y x"]:
    runs = scan_fits(path)
    for run in runs:
        if run.kind == "IMAGE" and len(run.shape) == 2 and np.prod(run.shape):
            return np.asarray(images_of(run)[0])
    if any(run.header.get("ZIMAGE") for run in runs):
        return _compressed_image(path)
    raise InputError("no two-dimensional image", where=path)


def _compressed_image(path: Path) -> Shaped[np.ndarray, "y x"]:
    """Let astropy read a tile-compressed image, which our scanner does not know."""
    from astropy.io import fits

    try:
        with warnings.catch_warnings(), fits.open(path, memmap=False) as hdus:
            warnings.simplefilter("ignore")
            found = [hdu.data for hdu in hdus if hdu.is_image and np.ndim(hdu.data) == 2]
    except Exception as error:  # astropy's readers raise whatever their codecs do
        raise InputError("a compressed image that cannot be read", where=path, got=error) from error
    if not found:
        raise InputError("no two-dimensional image", where=path)
    return np.asarray(found[0].astype(found[0].dtype.newbyteorder("=")))
