"""Lists of objects, single objects, and their frames."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response

from taonet.errors import MissingError
from taonet.web.dependencies import TheSession, TheStore
from taonet.web.object_query import ObjectQuery

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

KEEP = {"Cache-Control": "private, max-age=3600"}
"""Frames and thumbnails of a session stay what they are."""


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


@object_router.get("/objects/{object_id:path}", response_model=dict[str, Any])
def get_object(store: TheStore, object_id: str) -> JSONResponse:
    """Return all that is known of one object: answers by epoch, epochs, light curve, sentences."""
    return JSONResponse(store.document(object_id))
