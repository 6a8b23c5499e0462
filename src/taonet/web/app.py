"""The application: a session, its routes, the guard before them, and the files of the page."""

from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.staticfiles import StaticFiles

from taonet.errors import MissingError, OutputError, TaoNetError
from taonet.version import __version__
from taonet.web.classify_routes import classify_router
from taonet.web.evidence_routes import evidence_router
from taonet.web.label_routes import label_router
from taonet.web.model_routes import model_router
from taonet.web.object_routes import object_router
from taonet.web.object_store import ObjectStore
from taonet.web.security import Access, Guard
from taonet.web.session import Session
from taonet.web.session_routes import session_router
from taonet.web.thumbnails import Thumbnails

STATIC: Final = Path(str(files("taonet.web"))) / "static"
"""The files of the page."""

ROUTERS: Final = (
    session_router,
    evidence_router,
    object_router,
    classify_router,
    label_router,
    model_router,
)
"""The longer addresses about an object come before that of the object itself."""

NOT_FOUND, UNREADABLE, NOT_WRITTEN, FAULT = 404, 422, 507, 500


def create_app(session: Session, access: Access | None = None) -> FastAPI:
    """Return the page of a session as an application.

    Parameters
    ----------
    session : Session
    access : Access, optional
        Who may talk to it; by default this machine alone, without a token.
    """
    app = FastAPI(
        title="TAO-Net",
        summary="Objects, answers and labels of one session; names as in the prediction table.",
        version=__version__,
        openapi_url="/api/openapi.json",
        # their pages fetch scripts from elsewhere
        docs_url=None,
        redoc_url=None,
    )
    app.state.session, app.state.store = session, ObjectStore(session)
    app.add_middleware(Guard, access=access or Access())
    for kind, handler in HANDLERS.items():
        app.add_exception_handler(kind, handler)
    app.state.thumbnails, app.state.comparisons = Thumbnails(), {}
    for router in ROUTERS:
        app.include_router(router, prefix="/api")
    app.mount("/static", StaticFiles(directory=STATIC))
    app.mount("/", StaticFiles(directory=STATIC, html=True))
    return app


def _tell_error(_request: Request, error: Exception) -> JSONResponse:
    """Answer with an error of ours: what, and what to do."""
    if not isinstance(error, TaoNetError):
        raise error
    status = UNREADABLE
    if isinstance(error, MissingError):
        status = NOT_FOUND
    elif isinstance(error, OutputError):
        status = NOT_WRITTEN
    what = error.what if error.got is None else f"{error.what} (got {error.got})"
    return JSONResponse({"error": what, "do": error.do}, status_code=status)


def _tell_status(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    what = str(error.detail)
    if error.status_code == NOT_FOUND:
        what = "there is nothing at this address"
    content = {"error": what, "do": "see /api/openapi.json for what there is"}
    return JSONResponse(content, status_code=error.status_code, headers=error.headers)


def _tell_parameters(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:]) or "the request"
    content = {"error": f"{where}: {first['msg']}", "do": "mend this parameter"}
    return JSONResponse(content, status_code=UNREADABLE)


def _tell_fault(_request: Request, _error: Exception) -> JSONResponse:
    content = {"error": "the server met a fault of its own", "do": "see what it printed"}
    return JSONResponse(content, status_code=FAULT)


HANDLERS: Final[dict[Any, Any]] = {
    TaoNetError: _tell_error,
    HTTPException: _tell_status,
    RequestValidationError: _tell_parameters,
    Exception: _tell_fault,
}
"""What each kind of error becomes: JSON of one sentence and what to do."""
