"""The model, and two tables side by side."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.datastructures import State

from taonet.web.comparison import TableComparison, Verdict
from taonet.web.dependencies import TheSession
from taonet.web.model_page import model_document
from taonet.web.object_query import LONGEST_PAGE
from taonet.web.session import Session, find_table

model_router = APIRouter(tags=["model"])


@model_router.get("/model")
def get_model(request: Request, session: TheSession) -> dict[str, Any]:
    """Return the model's card as HTML, its scores, its reliability, and scores by epochs."""
    state = request.app.state
    if not hasattr(state, "model_document"):
        state.model_document = model_document(session)
    document: dict[str, Any] = state.model_document
    return document


@model_router.get("/compare")
def compare(
    request: Request,
    session: TheSession,
    other: Annotated[str, Query(max_length=200, description="One of the session's models.")],
    differ: Annotated[bool, Query(description="Only those that are called differently.")] = True,
    right: Annotated[Verdict, Query(description="Only those that this one called right.")] = "",
    search: Annotated[str, Query(max_length=200)] = "",
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = 50,
) -> dict[str, Any]:
    """List objects about which two tables differ, and who was right where that is known."""
    comparison = _comparison(request.app.state, session, other)
    selected = comparison.select(differ=differ, right=right, search=search)
    return {
        "first": next(iter(session.tables)),
        "second": other,
        "summary": comparison.summary(),
        "total": len(selected),
        "offset": offset,
        "rows": comparison.rows(selected[offset : offset + limit]),
    }


def _comparison(state: State, session: Session, other: str) -> TableComparison:
    """Return the comparison with a table, worked out once: of many objects it takes a second."""
    kept: dict[str, TableComparison] = state.comparisons
    if other not in kept:
        table, truth = find_table(session, other), session.objects.columns["class_name"]
        kept[other] = TableComparison(session.answers, table, truth)
    return kept[other]
