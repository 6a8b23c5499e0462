"""The application as a whole: files, errors as JSON, and what its description says."""

import pytest

from taonet.web.app import STATIC, create_app
from taonet.web.object_store import ObjectStore
from web.conftest import Page

SECRET = "root:"


@pytest.mark.parametrize(
    "path",
    [
        "/../../../../../../etc/passwd",
        "/static/../../../../../../../etc/passwd",
        "/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/static/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/static//etc/passwd",
        "//etc/passwd",
        "/..%5c..%5cetc%5cpasswd",
        "/static/%00",
        "/app.py",
        "/../app.py",
        "/api/objects/..%2f..%2f..%2fetc%2fpasswd",
        "/api/objects/%2fetc%2fpasswd/frames/science",
        "/api/objects/../../etc/passwd/thumbnail.png",
        "/api/objects/%2fetc%2fpasswd/export.json",
        "/api/objects/%2fetc%2fpasswd/export.csv",
        "/api/compare?other=../../../etc/passwd",
        "/api/compare?other=/etc/passwd",
    ],
)
def test_no_path_of_a_visitor_is_opened(page, path):
    answer = page.get(path)
    assert answer.status_code in (404, 405)
    assert SECRET not in answer.text
    assert "FastAPI" not in answer.text


def test_a_channel_is_a_name_not_a_path(page, first_id):
    for channel in ("..%2f..%2fetc%2fpasswd", "nothing"):
        answer = page.get(f"/api/objects/{first_id}/frames/{channel}")
        assert answer.status_code == 404
    assert "science" in answer.json()["do"]


def test_the_page_itself_is_served(page):
    answer = page.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert (STATIC / "index.html").is_file()
    assert page.get("/static/index.html").text == answer.text


def test_errors_are_one_sentence_and_what_to_do(page, first_id):
    for path in ("/api/nothing", "/nothing", "/api/objects/nobody", "/api/objects?limit=x"):
        answer = page.get(path)
        assert answer.status_code in (404, 422)
        assert set(answer.json()) == {"error", "do"}
    assert page.post("/api/session").status_code == 405
    wrong = page.post("/api/labels", json={"object_id": first_id})
    assert wrong.status_code == 422
    assert "label" in wrong.json()["error"]


def test_a_fault_of_ours_tells_the_visitor_nothing_of_it(session, first_id, monkeypatch):
    def fail(*_given):
        raise RuntimeError("/secret/place")

    monkeypatch.setattr(ObjectStore, "document", fail)
    answer = Page(create_app(session)).get(f"/api/objects/{first_id}")
    assert answer.status_code == 500
    assert set(answer.json()) == {"error", "do"}
    assert "secret" not in answer.text


def test_the_api_describes_itself(page):
    paths = page.json("/api/openapi.json")["paths"]
    assert {
        "/api/session",
        "/api/objects",
        "/api/objects/{object_id}",
        "/api/objects/{object_id}/frames/{channel}",
        "/api/objects/{object_id}/light_curve",
        "/api/objects/{object_id}/thumbnail.png",
        "/api/objects/{object_id}/evidence",
        "/api/objects/{object_id}/export.{kind}",
        "/api/classify",
        "/api/compare",
        "/api/model",
        "/api/labels",
        "/api/labels.csv",
        "/api/queue",
    } == set(paths)
    for path, methods in paths.items():
        for method, described in methods.items():
            assert described["description"], (method, path)
    names = {one["name"] for one in paths["/api/objects"]["get"]["parameters"]}
    assert {"search", "predicted_class", "min_probability", "max_typicality", "sort"} <= names
