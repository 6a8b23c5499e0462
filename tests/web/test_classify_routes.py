"""Files by the API: dropped, answered, looked at; or too large, empty, and told so."""

from taonet.io.archive import Archive
from taonet.io.deep_tao.writer import write_deep_tao
from taonet.web import classify_routes
from taonet.web.app import create_app
from taonet.web.session import Choices, open_session
from web.conftest import Page
from web.test_upload_worker import BAD


def test_a_file_is_dropped_and_its_object_looked_at(page, things, first_id, tmp_path):
    file = tmp_path / "x.fits"
    write_deep_tao(file, Archive(things / "archive")[first_id])
    answer = page.post("/api/classify", params={"name": "<b>.fits"}, content=file.read_bytes())
    assert answer.status_code == 200
    (name,) = answer.json()["objects"]
    assert name == "uploaded 1: <b>"
    shown = page.json(f"/api/objects/{name}")
    assert shown["object_id"] == name
    assert shown["frames"]["height"] == 32
    assert not shown["simulated"]
    assert page.get(f"/api/objects/{name}/frames/science").status_code == 200
    assert page.post(f"/api/objects/{name}/evidence").status_code == 200
    # it is not one of those that were opened
    assert page.json("/api/objects")["total"] == 6


def test_bad_files_get_one_clear_sentence(page):
    for name in ("text.fits", "no_zip.npz", "avro.avro", "empty.fits"):
        answer = page.post("/api/classify", params={"name": name}, content=BAD[name])
        assert answer.status_code == 422, name
        assert set(answer.json()) == {"error", "do"}
        assert "Traceback" not in answer.text
    assert page.post("/api/classify", content=b"x").status_code == 422


def test_a_file_that_is_too_large_is_cut_off(page, monkeypatch):
    monkeypatch.setattr(classify_routes, "MOST_BYTES", 1 << 20)
    sent = []

    async def parts():
        for _ in range(64):
            sent.append(1)
            yield bytes(1 << 18)

    answer = page.post("/api/classify?name=x.fits", content=parts())
    assert answer.status_code == 413
    assert "more than 1 MiB" in answer.json()["error"]
    assert len(sent) < 10


def test_without_a_network_there_is_no_answer(things, tmp_path):
    alone = open_session(things / "answers.parquet", Choices(labels=tmp_path / "l"))
    answer = Page(create_app(alone)).post("/api/classify?name=x.fits", content=b"x")
    assert answer.status_code == 422
    assert "--bundle" in answer.json()["do"]
