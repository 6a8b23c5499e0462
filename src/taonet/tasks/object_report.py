"""Write one object of a prediction table as a page of its own."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from taonet.errors import InputError, MissingError, nearest
from taonet.io.archive import Archive
from taonet.io.atomic import refuse_existing
from taonet.io.paths import is_path
from taonet.io.prediction_table import prediction_table, read_predictions
from taonet.photometry.object_curve import measure_curve
from taonet.reports.object_document import object_document
from taonet.reports.object_view import ObjectView
from taonet.reports.packed_frames import PackedFrames, pack_frames
from taonet.sky.sequence import ImageSequence
from taonet.tasks.evaluate import open_archive
from taonet.types import AnyPath


def report_object(
    predictions: Any,
    data: AnyPath | Archive | None,
    output: AnyPath,
    *,
    object_id: str,
    overwrite: bool = False,
) -> None:
    """Write the page of one object, which needs no server and fetches nothing; or its document.

    Parameters
    ----------
    predictions : path or DataFrame, or a list of one of them
        The prediction table.
    data : Path or Archive, optional
        The archive with the object's cutouts; without it the page has the answers alone.
    output : Path
        The HTML file; a name that ends in ``.json`` gets what the page shows, as JSON.
    object_id : str

    Raises
    ------
    InputError
        If there is more than one table, or no such object.
    OutputError
        If the file exists and may not be replaced, or cannot be written.
    """
    output = Path(output)
    refuse_existing(output, overwrite=overwrite)
    archive = open_archive(data)
    sequence = None if archive is None else archive[object_id]
    view = view_object(predictions, sequence, object_id=object_id, archive=archive)
    view.save(output, overwrite=overwrite)


def view_object(
    predictions: Any,
    sequence: ImageSequence | None,
    *,
    object_id: str,
    archive: Archive | None = None,
) -> ObjectView:
    """Return the view of one object.

    Parameters
    ----------
    predictions : path or DataFrame, or a list of one of them
        The prediction table.
    sequence : ImageSequence or None
        Its cutouts; without them the view has the answers alone.
    archive : Archive, optional
        Where the cutouts are from.

    Raises
    ------
    InputError
        If there is more than one table, or no such object.
    """
    rows = _rows_about(object_id, _only_table(predictions))
    document, packed = object_parts(rows, sequence, archive=archive)
    return ObjectView(document=document, packed=packed)


def object_parts(
    rows: pd.DataFrame, sequence: ImageSequence | None, *, archive: Archive | None = None
) -> tuple[dict[str, Any], PackedFrames | None]:
    """Return the document of an object and its frames, as pages show them.

    Parameters
    ----------
    rows : DataFrame
        The rows of the prediction table about it.
    sequence : ImageSequence or None
        Its cutouts, in which its light curve is measured.
    archive : Archive, optional
        Where the cutouts are from: it names the survey.
    """
    packed = None if sequence is None else pack_frames(sequence)
    document = object_document(
        rows,
        sequence=sequence,
        packed=packed,
        curve=None if sequence is None else measure_curve(sequence),
        survey="" if archive is None else archive.survey,
        simulated=archive is not None and archive.is_simulated,
    )
    return document, packed


def _only_table(predictions: Any) -> pd.DataFrame:
    tables = predictions if isinstance(predictions, Sequence) else [predictions]
    if isinstance(predictions, str):
        tables = [predictions]
    if len(tables) != 1:
        do = "give the one table that the page is of"
        raise InputError("a page of one object is of one table", got=len(tables), do=do)
    table = tables[0]
    return read_predictions(table) if is_path(table) else prediction_table(table)


def _rows_about(object_id: str, table: pd.DataFrame) -> pd.DataFrame:
    names = table["object_id"].astype(str)
    rows = table[names == object_id].reset_index(drop=True)
    if not len(rows):
        do = nearest(object_id, names.drop_duplicates().head(1000).tolist())
        raise MissingError("the table has no such object", got=object_id, do=do)
    rows.attrs = table.attrs
    return rows
