"""One object as a file: its document, its rows of the table, a figure, a film."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Final

from taonet.errors import MissingError
from taonet.io.prediction_table import write_predictions
from taonet.reports.answer_figures import answers_figure, table_taxonomy
from taonet.reports.example_figures import sequence_figure
from taonet.reports.film import sequence_film
from taonet.reports.object_page import document_json
from taonet.web.object_store import ObjectStore

MEDIA_TYPES: Final = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "png": "image/png",
    "gif": "image/gif",
}

_drawing: Final = Lock()
"""matplotlib keeps its settings for all threads together."""


def export_object(store: ObjectStore, object_id: str, kind: str) -> bytes:
    """Return an object as a file.

    Parameters
    ----------
    kind : str
        A key of `MEDIA_TYPES`.

    Raises
    ------
    MissingError
        If there is no such object, or there are no cutouts to draw.
    """
    return _EXPORTS[kind](store, object_id)


def _json(store: ObjectStore, object_id: str) -> bytes:
    return document_json(store.document(object_id, measured=True)).encode()


def _csv(store: ObjectStore, object_id: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.csv"
        write_predictions(store.session.rows_of(object_id), file)
        return file.read_bytes()


def _png(store: ObjectStore, object_id: str) -> bytes:
    sequence, rows = store.session.sequence_of(object_id), store.session.rows_of(object_id)
    with _drawing:
        if sequence is None:
            return answers_figure(rows)._repr_png_()
        return sequence_figure(sequence, rows, table_taxonomy(rows))._repr_png_()


def _gif(store: ObjectStore, object_id: str) -> bytes:
    sequence, rows = store.session.sequence_of(object_id), store.session.rows_of(object_id)
    if sequence is None:
        do = "open the archive as well: taonet serve PREDICTIONS --data ARCHIVE"
        raise MissingError("there are no cutouts of this object", got=object_id, do=do)
    with _drawing, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "film.gif"
        answers = rows if "mjd_last" in rows else None
        sequence_film(sequence, rows=answers).save(file)
        return file.read_bytes()


_EXPORTS: Final[dict[str, Callable[[ObjectStore, str], bytes]]] = {
    "json": _json,
    "csv": _csv,
    "png": _png,
    "gif": _gif,
}
