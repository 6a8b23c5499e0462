"""Lists of objects, single objects, and their frames."""

from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from taonet.errors import MissingError
from taonet.reports.object_document import curve_points
from taonet.web.dependencies import TheSession, TheStore
from taonet.web.exports import MEDIA_TYPES, export_object
from taonet.web.object_query import ObjectQuery
from taonet.web.thumbnails import Thumbnails

object_router = APIRouter(tags=["objects"])

LISTED = (
    "object_id",
    "predicted_class",
    "probability",
    "entropy",
    "set_size",
    "typicality",
    "unlike",
    "detected",
    "n_epochs",
    "n_ignored",
    "class_name",
    "label",
    "ra",
    "dec",
    "has_frames",
)
"""What a list says of each object, beside its set of classes."""

KEEP = {"Cache-Control": "private, max-age=60"}
"""Frames and thumbnails stay what they are, but another archive may soon be served here."""


@object_router.get("/objects")
def list_objects(session: TheSession, query: Annotated[ObjectQuery, Query()]) -> dict[str, Any]:
    """List objects: search, filter, sort, and one page of them.

    Numbers are those of each object's last answer. ``probability`` is that of ``predicted_class``;
    ``entropy`` is 0 where one class is certain and 1 where all are equally probable.
    """
    selected = session.objects.select(query.filter, sort=query.sort, descending=query.descending)
    page = selected[query.offset : query.offset + query.limit]
    rows = session.objects.rows(page, LISTED)
    for number, row in zip(page.tolist(), rows, strict=True):
        row["set"] = session.answers.set_of(number)
    return {"total": len(selected), "offset": query.offset, "rows": rows}


# names may hold slashes, so that the longer addresses come first


@object_router.get(
    "/objects/{object_id:path}/frames/{channel}",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
def get_frames(store: TheStore, object_id: str, channel: str) -> Response:
    """Return the pixels of a channel: little-endian int16, (epoch, y, x).

    A pixel is ``value × scale + offset`` of the object's document; ``blank`` is no data.
    """
    packed = store.packed_frames(object_id)
    if channel not in packed.channels:
        do = f"known: {', '.join(packed.channels)}"
        raise MissingError("no such channel", got=channel, do=do)
    return Response(
        packed.channel_bytes(channel), media_type="application/octet-stream", headers=KEEP
    )


@object_router.get(
    "/objects/{object_id:path}/thumbnail.png",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}}},
)
def get_thumbnail(request: Request, session: TheSession, object_id: str) -> Response:
    """Return a small picture of an object: the frame in which it is brightest."""
    thumbnails: Thumbnails = request.app.state.thumbnails
    picture = thumbnails.find(object_id)
    if picture is None:
        sequence = session.sequence_of(object_id) if session.has_object(object_id) else None
        if sequence is None:
            raise MissingError("there are no cutouts of this object", got=object_id)
        picture = thumbnails.make(object_id, sequence)
    return Response(picture, media_type="image/png", headers=KEEP)


@object_router.get("/objects/{object_id:path}/export.{kind}", response_class=Response)
def get_export(
    store: TheStore, object_id: str, kind: Literal["json", "csv", "png", "gif"]
) -> Response:
    """Return an object as a file: its document, its rows of the table, a figure, a film."""
    name = quote(f"{object_id}.{kind}", safe="")
    disposition = f"attachment; filename*=UTF-8''{name}"
    return Response(
        export_object(store, object_id, kind),
        media_type=MEDIA_TYPES[kind],
        headers={"Content-Disposition": disposition},
    )


@object_router.get("/objects/{object_id:path}/light_curve", response_model=dict[str, Any])
def get_light_curve(store: TheStore, object_id: str) -> JSONResponse:
    """Return the points measured in an object's cutouts, by band; this may take seconds."""
    return JSONResponse(curve_points(store.curve(object_id)))


@object_router.get("/objects/{object_id:path}", response_model=dict[str, Any])
def get_object(store: TheStore, object_id: str) -> JSONResponse:
    """Return all that is known of one object: answers by epoch, epochs, sentences.

    ``light_curve`` is empty without cutouts, and null where it is measured on request: see
    ``/light_curve``. ``export.json`` has both in one document.
    """
    return JSONResponse(store.document(object_id))
