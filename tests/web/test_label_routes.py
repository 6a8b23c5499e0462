"""Labels by the API: given, listed, exported, taken back; and what is refused."""

import pytest


def give(page, object_id, label="SN", name="Ada"):
    return page.post("/api/labels", json={"object_id": object_id, "label": label, "name": name})


def test_a_label_is_given_found_exported_and_taken_back(page, session, first_id):
    assert give(page, first_id).status_code == 201
    (label,) = page.json("/api/labels")["labels"]
    assert (label["object_id"], label["label"], label["name"]) == (first_id, "SN", "Ada")
    assert label["time"].endswith("+00:00")
    assert f"{first_id},SN,Ada," in page.get("/api/labels.csv").text
    assert page.json("/api/objects?label=SN")["total"] == 1
    assert page.json("/api/objects?label=")["total"] == 5
    assert first_id not in [row["object_id"] for row in page.json("/api/queue")["rows"]]
    assert page.delete(f"/api/labels?object_id={first_id}&name=Bob").status_code == 404
    assert page.delete(f"/api/labels?object_id={first_id}&name=Ada").status_code == 200
    assert page.json("/api/labels")["total"] == 0
    assert page.json("/api/objects?label=SN")["total"] == 0
    assert len(session.labels.path.read_text().splitlines()) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"object_id": "nobody"},
        {"label": "SUPERNOVA"},
        {"label": "<script>"},
        {"name": ""},
        {"name": "a\nb"},
        {"name": "x" * 81},
        {"label": None},
        {"path": "/etc/passwd"},
    ],
)
def test_what_is_no_label_is_refused(page, session, first_id, wrong):
    new = {"object_id": first_id, "label": "SN", "name": "Ada", **wrong}
    answer = page.post("/api/labels", json=new)
    assert answer.status_code in (404, 422)
    assert set(answer.json()) == {"error", "do"}
    assert not session.labels.path.exists()


def test_a_body_that_is_no_json_is_refused(page):
    for body in (b"", b"{", b"[]", b"\xff\xfe", b'{"object_id": ' * 1000):
        answer = page.post("/api/labels", content=body)
        assert answer.status_code == 422
        assert set(answer.json()) == {"error", "do"}


def test_the_queue_is_as_long_as_was_said(page):
    assert len(page.json("/api/queue?limit=2")["rows"]) == 2
    assert page.get("/api/queue?limit=0").status_code == 422
