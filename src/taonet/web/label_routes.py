"""Labels that people give, and the queue of what is most worth one."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from taonet.errors import InputError, MissingError, nearest
from taonet.web.dependencies import TheSession
from taonet.web.label_queue import label_queue
from taonet.web.labels import LONGEST_NAME
from taonet.web.session import Session

label_router = APIRouter(tags=["labels"])

LONGEST_ID = 500


class NewLabel(BaseModel):
    """What a person says about an object."""

    model_config = ConfigDict(extra="forbid")

    object_id: Annotated[str, Field(max_length=LONGEST_ID)]
    label: Annotated[str, Field(description="A class of the session.", max_length=100)]
    name: Annotated[str, Field(description="Who says so.", max_length=LONGEST_NAME)]


@label_router.get("/labels")
def list_labels(session: TheSession) -> dict[str, Any]:
    """List what people said: of each person the last label about each object, oldest first."""
    labels = [asdict(one) for one in session.labels.current()]
    return {"total": len(labels), "labels": labels}


@label_router.post("/labels", status_code=201)
def add_label(session: TheSession, new: NewLabel) -> dict[str, Any]:
    """Note what a person says about an object."""
    _check_object(session, new.object_id)
    if new.label not in session.classes:
        do = nearest(new.label, session.classes)
        raise InputError("no class of this session", got=new.label, do=do)
    return asdict(session.labels.add(new.object_id, new.label, name=new.name))


@label_router.delete("/labels")
def take_label_back(
    session: TheSession,
    object_id: Annotated[str, Query(max_length=LONGEST_ID)],
    name: Annotated[str, Query(max_length=LONGEST_NAME)],
) -> dict[str, Any]:
    """Take a person's label of an object back; the file keeps that it was there."""
    _check_object(session, object_id)
    known = {(one.object_id, one.name) for one in session.labels.current()}
    if (object_id, name.strip()) not in known:
        raise MissingError("this person gave the object no label", got=name)
    return asdict(session.labels.add(object_id, None, name=name))


@label_router.get(
    "/labels.csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}}
)
def export_labels(session: TheSession) -> Response:
    """Return the last label of each object as a table that ``taonet ingest --labels`` reads."""
    return Response(
        session.labels.to_csv(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="labels.csv"'},
    )


@label_router.get("/queue")
def list_queue(
    session: TheSession, limit: Annotated[int, Query(ge=1, le=500)] = 20
) -> dict[str, Any]:
    """List objects without a label that are most worth one: uncertain, or untypical."""
    return {"rows": label_queue(session.objects.columns, limit)}


def _check_object(session: Session, object_id: str) -> None:
    if not session.has_object(object_id):
        raise MissingError("no object of this name", got=object_id)
