"""One's own FITS cutouts: a table says which file shows which object at which time."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from taonet.errors import InputError
from taonet.io.fits_epochs import object_in_files
from taonet.io.items import Found
from taonet.io.rejection import Rejection
from taonet.io.tables import read_table

REQUIRED = ("file", "object_id", "mjd")
CLASS_COLUMNS = ("class_name", "label")
CHANNEL_FILES = {"science": "file", "template": "template_file", "difference": "difference_file"}
"""Channels, and the columns that name their files."""

_TEXT = ("object_id", "exposure_id", "band", "hdu", *CLASS_COLUMNS, *CHANNEL_FILES.values())


def read_fits_cutouts(table_path: Path, directory: Path) -> Iterator[Found]:
    """Yield what the files of each object are, epochs that cannot be used set aside.

    By its WCS, where a header has one, a frame is turned to the orientation of the object's first
    and the place that ``ra`` and ``dec`` name is put at its centre; see `taonet.io.fits_placing`.

    Parameters
    ----------
    table_path : Path
        A csv, ecsv, parquet or VOTable with a row an epoch: ``file, object_id, mjd``; optional
        ``band, ra, dec`` (degrees), ``class_name`` or ``label``, ``zero_point_mag``,
        ``seeing_fwhm_px``, ``exposure_id``; ``template_file`` and ``difference_file`` add
        channels; ``hdu`` (name or number), or a file's name such as ``file.fits[SCI]``, says which
        image of a file is meant, see `taonet.io.fits_image.read_image`.
    directory : Path
        Where file names that are not absolute begin.

    Raises
    ------
    InputError
        If the table itself is not of this kind.
    """
    table = _read(table_path, REQUIRED)
    files = {name: column for name, column in CHANNEL_FILES.items() if column in table.columns}
    for object_id, rows in table.groupby("object_id", sort=False):
        name = str(object_id)
        try:
            class_name = _class_name(name, rows)
        except InputError as error:
            yield Found(item=name, rejection=Rejection.of(name, error))
            continue
        yield object_in_files(name, rows, directory, files=files, class_name=class_name)


def count_fits_cutouts(table_path: Path) -> int:
    """Return the number of objects in a table of cutouts.

    Raises
    ------
    InputError
        If it is none.
    """
    return int(_read(table_path, REQUIRED)["object_id"].nunique())


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
    table = read_table(path) if path.suffix != ".csv" else _read_csv(path)
    missing = [name for name in required if name not in table.columns]
    if missing:
        got = ", ".join(map(str, table.columns))
        raise InputError(f"no column {', '.join(missing)}", where=path, got=got)
    for name in _TEXT:
        if name in table.columns:
            table[name] = [_text(value) for value in table[name]]
    empty = np.flatnonzero((table["object_id"] == "").to_numpy())
    if len(empty):
        raise InputError("object_id is empty", where=path, got=f"row {empty[0] + 1}")
    return table


def _read_csv(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise InputError("no such file", where=path)
    try:
        # As text: a name such as 00123 must keep its zeros.
        return pd.read_csv(path, dtype=dict.fromkeys(_TEXT, str))
    except (OSError, ValueError) as error:
        raise InputError("not a readable .csv table", where=path, got=error) from error


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return "" if value is None or value is pd.NA or value != value else str(value).strip()


def _class_name(object_id: str, rows: pd.DataFrame) -> str | None:
    column = next((name for name in CLASS_COLUMNS if name in rows.columns), None)
    names = sorted({name for name in rows[column] if name}) if column else []
    if len(names) > 1:
        raise InputError("an object of two classes", where=object_id, got=", ".join(names))
    return names[0] if names else None
