"""Routes get the session and the objects of the application that they belong to."""

from starlette.requests import Request

from taonet.web.app import create_app
from taonet.web.dependencies import _session, _store


def test_each_application_has_its_own(session):
    app = create_app(session)
    request = Request({"type": "http", "app": app})
    assert _session(request) is session
    assert _store(request) is app.state.store
    other = Request({"type": "http", "app": create_app(session)})
    assert _store(other) is not app.state.store
