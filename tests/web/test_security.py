"""Who gets through the guard: foreign names, foreign pages, tokens, headers, sizes."""

import pytest

from taonet.errors import InputError
from taonet.web.app import create_app
from taonet.web.security import COOKIE, HEADERS, Access, access_for, is_loopback
from web.conftest import CHANGE, Page

TOKEN = "a-token-of-enough-letters"
LABEL = {"object_id": "x", "label": "SN", "name": "Ada"}


def answer_of(page, **headers):
    return page.get("/api/session", headers=headers).status_code


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8765", 200),
        ("localhost:8765", 200),
        ("LOCALHOST", 200),
        ("[::1]:8765", 200),
        # a foreign name that resolves to this machine
        ("evil.example:8765", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost.evil.example:8765", 421),
        ("evil.example#127.0.0.1:8765", 421),
        ("", 421),
    ],
)
def test_only_names_of_this_machine_are_answered(page, host, status):
    answer = page.get("/api/session", headers={"Host": host})
    assert answer.status_code == status
    if status != 200:
        assert set(answer.json()) == {"error", "do"}


FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:9999"},
    {"Origin": "http://127.0.0.1:8765.evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_pages_of_other_sites_get_nothing_and_change_nothing(page, session, first_id, headers):
    assert answer_of(page, **headers) == 403
    new = {**LABEL, "object_id": first_id}
    assert page.post("/api/labels", json=new, headers=headers).status_code == 403
    gone = page.delete(f"/api/labels?object_id={first_id}&name=Ada", headers=headers)
    assert gone.status_code == 403
    assert page.post("/api/classify?name=x.fits", content=b"x", headers=headers).status_code == 403
    assert not session.labels.path.exists()
    # a link to the page from elsewhere is fine
    assert page.get("/", headers=headers).status_code == 200


def test_a_form_of_another_site_lacks_the_header(page, session, first_id):
    new = {**LABEL, "object_id": first_id}
    for method, path in (("POST", "/api/labels"), ("DELETE", "/api/labels"), ("PUT", "/api/x")):
        assert page.send(method, path, json=new).status_code == 403
    assert page.send("POST", "/api/classify?name=x.fits", content=b"x").status_code == 403
    assert not session.labels.path.exists()
    own = {"Origin": "http://127.0.0.1:8765", "Sec-Fetch-Site": "same-origin"}
    assert page.post("/api/labels", json=new, headers=own).status_code == 201
    # nor does a form's own kind of body pass
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        answer = page.post("/api/labels", content=b"{}", headers={"Content-Type": kind})
        assert answer.status_code == 422


@pytest.mark.parametrize(
    "path", ["/", "/api/session", "/api/nothing", "/nothing", "/api/openapi.json"]
)
def test_every_answer_has_the_headers(page, path):
    answer = page.get(path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    refused = page.get(path, headers={"Host": "evil.example"})
    assert {name: refused.headers[name] for name in HEADERS} == HEADERS


def test_the_page_of_files_fetches_nothing_from_elsewhere(page):
    for path in ("/docs", "/redoc"):
        assert page.get(path).status_code == 404


LOCAL = ["127.0.0.1", "localhost", "::1", "127.8.8.8"]
OPEN = ["0.0.0.0", "::", "192.168.1.5", "example.org", ""]


@pytest.mark.parametrize("host", OPEN)
def test_other_addresses_need_a_token(host):
    assert not is_loopback(host)
    with pytest.raises(InputError, match="others could reach the page"):
        access_for(host, "")
    assert access_for(host, TOKEN) == Access(hosts=frozenset(), token=TOKEN)


@pytest.mark.parametrize("host", LOCAL)
def test_this_machine_needs_none(host):
    assert is_loopback(host)
    assert access_for(host, "").token == ""
    assert access_for(host, "").hosts


@pytest.mark.parametrize(
    "token", ["short", "with a\nnew line, long enough", "nön-äscii-tokens-here"]
)
def test_weak_tokens_are_refused(token):
    with pytest.raises(InputError, match="the token is too weak"):
        access_for("127.0.0.1", token)


@pytest.fixture
def shared_page(session):
    return Page(create_app(session, access_for("0.0.0.0", TOKEN)))


def test_without_the_token_nothing_is_answered(shared_page, first_id):
    for path in ("/", "/api/session", f"/api/objects/{first_id}", "/static/index.html"):
        assert shared_page.get(path).status_code == 401
        wrong = shared_page.get(path, headers={"Authorization": "Bearer " + TOKEN[:-1]})
        assert wrong.status_code == 401
        assert shared_page.get(path, params={"token": "x"}).status_code == 401
        assert shared_page.get(path, headers={"Cookie": f"{COOKIE}=x"}).status_code == 401
    assert shared_page.post("/api/labels", json=LABEL).status_code == 401
    # the address alone changes nothing
    by_address = shared_page.post(f"/api/labels?token={TOKEN}", json=LABEL)
    assert by_address.status_code == 401


def test_the_token_becomes_a_cookie_and_leaves_the_address(shared_page):
    answer = shared_page.get(f"/?x=1&token={TOKEN}")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/?x=1"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    session = shared_page.get("/api/session", headers={"Cookie": cookie.partition(";")[0]})
    assert session.status_code == 200
    bearer = shared_page.get("/api/session", headers={"Authorization": f"Bearer {TOKEN}"})
    assert bearer.status_code == 200


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example/", "///evil.example"])
def test_the_token_leads_to_no_other_site(shared_page, path):
    answer = shared_page.get(f"http://127.0.0.1:8765{path}?token={TOKEN}")
    assert answer.headers["location"].startswith("/")
    assert answer.headers["location"][1:2] not in ("/", "\\")


def test_large_requests_are_refused_before_they_are_read(page, first_id):
    large = {**LABEL, "object_id": first_id, "name": "x" * 100_000}
    assert page.post("/api/labels", json=large).status_code == 413

    async def parts():
        yield b"{}"

    assert page.post("/api/labels", content=parts()).status_code == 411


def test_changes_need_the_header_with_a_token_too(shared_page):
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert shared_page.send("POST", "/api/labels", headers=bearer, json=LABEL).status_code == 403
    missing = shared_page.send("POST", "/api/labels", headers={**bearer, **CHANGE}, json=LABEL)
    assert missing.status_code == 404
