"""What was opened, in general."""

from typing import Any

from fastapi import APIRouter

from taonet.reports.object_document import class_list
from taonet.version import __version__
from taonet.web.dependencies import TheSession
from taonet.web.uploads import MOST_SECONDS

session_router = APIRouter(tags=["session"])


@session_router.get("/session")
def get_session(session: TheSession) -> dict[str, Any]:
    """Say what was opened: classes with colours, number of objects, and what can be done."""
    return {
        "title": session.title,
        "survey": session.survey,
        "classes": class_list(session.classes),
        "n_objects": len(session.answers),
        "has_frames": bool(session.objects.columns["has_frames"].any()),
        "has_truth": any(name is not None for name in session.objects.columns["class_name"]),
        "models": list(session.tables),
        "can_classify": session.can_classify,
        "classify_seconds": MOST_SECONDS,
        "version": __version__,
    }
