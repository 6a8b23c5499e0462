"""What routes are given: the session and the objects of the application."""

from typing import Annotated

from fastapi import Depends, Request

from taonet.web.object_store import ObjectStore
from taonet.web.session import Session


def _session(request: Request) -> Session:
    session: Session = request.app.state.session
    return session


def _store(request: Request) -> ObjectStore:
    store: ObjectStore = request.app.state.store
    return store


TheSession = Annotated[Session, Depends(_session)]
TheStore = Annotated[ObjectStore, Depends(_store)]
