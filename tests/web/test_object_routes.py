"""Lists, objects and frames as the page gets them: exactly what table and archive hold."""

import numpy as np
import pandas as pd
import pytest

from taonet.io.archive import Archive
from taonet.io.prediction_table import read_predictions, write_predictions
from taonet.web.app import create_app
from taonet.web.session import Choices, open_session
from web.conftest import Page, table_of


def test_a_list_shows_exactly_the_numbers_of_the_table(page, things):
    listed = page.json("/api/objects?sort=typicality&limit=3&offset=1")
    assert listed["total"] == 6
    assert [len(listed["rows"]), listed["offset"]] == [3, 1]
    last = read_predictions(things / "answers.parquet").groupby("object_id").tail(1)
    last = last.set_index("object_id")
    for row in listed["rows"]:
        own = last.loc[row["object_id"]]
        assert row["predicted_class"] == own["predicted_class"]
        assert row["probability"] == own[f"p_{own['predicted_class']}"]
        assert row["set"] == list(own["set"])
        assert row["set_size"] == len(own["set"])
        assert row["n_epochs"] == own["n_epochs"]
        assert row["ra"] == own["ra"]
        assert row["detected"] == own["detected"]
        assert row["label"] is None


def test_an_object_shows_exactly_the_numbers_of_the_table(page, things, first_id):
    shown = page.json(f"/api/objects/{first_id}")
    rows = read_predictions(things / "answers.parquet")
    rows = rows[rows["object_id"] == first_id]
    assert len(shown["answers"]) == len(rows)
    for answer, row in zip(shown["answers"], rows.to_dict("records"), strict=True):
        for name, p in answer["p"].items():
            assert p == row[f"p_{name}"]
        assert sum(answer["p"].values()) == pytest.approx(1, abs=1e-6)
        assert answer["set"] == list(row["set"])
        for name in ("n_epochs", "mjd_last", "predicted_class", "detected", "snr", "n_ignored"):
            assert answer[name] == (None if pd.isna(row[name]) else row[name])


def test_frames_are_the_pixels_of_the_archive(page, things, first_id):
    sequence = Archive(things / "archive")[first_id]
    how = page.json(f"/api/objects/{first_id}")["frames"]
    answer = page.get(f"/api/objects/{first_id}/frames/science")
    assert answer.headers["content-type"] == "application/octet-stream"
    values = np.frombuffer(answer.content, "<i2").reshape(-1, how["height"], how["width"])
    assert len(values) == len(sequence)
    pixels = values.astype(float) * how["scale"] + how["offset"]
    pixels[values == how["blank"]] = np.nan
    np.testing.assert_allclose(pixels, sequence.pixels[:, 0], atol=how["scale"] / 2)


def test_the_light_curve_has_an_address_of_its_own(page, first_id):
    shown = page.json(f"/api/objects/{first_id}")
    assert shown["light_curve"] is None
    curve = page.json(f"/api/objects/{first_id}/light_curve")
    points = sorted((p["index"], p["mjd"]) for own in curve.values() for p in own)
    assert points == [(epoch["index"], epoch["mjd"]) for epoch in shown["epochs"]]
    assert page.json(f"/api/objects/{first_id}/export.json") == {**shown, "light_curve": curve}


def test_a_thumbnail_is_a_picture(page, first_id):
    answer = page.get(f"/api/objects/{first_id}/thumbnail.png")
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    assert page.get(f"/api/objects/{first_id}/thumbnail.png").content == answer.content
    assert page.get("/api/objects/nobody/thumbnail.png").status_code == 404


@pytest.mark.parametrize("kind", ["json", "csv", "png", "gif"])
def test_exports_come_as_files(page, first_id, kind):
    answer = page.get(f"/api/objects/{first_id}/export.{kind}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert page.get(f"/api/objects/{first_id}/export.exe").status_code == 422


STRANGE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "a/b/../c",
    "100% Å \u202e&?#",
    "=cmd|' /C calc'!A0",
    'x"; filename="y.html',
]


@pytest.fixture
def strange_page(tmp_path):
    rows = [table_of(1, rows_each=2, object_id=name) for name in STRANGE]
    write_predictions(pd.concat(rows, ignore_index=True), tmp_path / "p.parquet")
    return Page(create_app(open_session(tmp_path / "p.parquet")))


@pytest.mark.parametrize("name", STRANGE)
def test_names_of_objects_are_text_wherever_they_appear(strange_page, name):
    from urllib.parse import quote

    listed = strange_page.get("/api/objects", params={"search": name})
    assert [row["object_id"] for row in listed.json()["rows"]] == [name]
    answers = [listed, strange_page.get(f"/api/objects/{quote(name, safe='')}")]
    assert answers[1].json()["object_id"] == name
    answers.append(strange_page.get(f"/api/objects/{quote(name, safe='')}/export.json"))
    answers.append(strange_page.get(f"/api/objects/{quote(name + '?', safe='')}"))
    for answer in answers:
        assert answer.headers["content-type"] == "application/json"
        assert "set-cookie" not in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert answers[-1].status_code == 404
    new = {"object_id": name, "label": "SN", "name": "<b>Ada</b>"}
    assert strange_page.post("/api/labels", json=new).status_code == 201
    table = strange_page.get("/api/labels.csv")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in table.headers["content-disposition"]


def test_frames_and_pictures_of_what_has_none(things, tmp_path, first_id):
    alone = open_session(things / "answers.parquet", Choices(labels=tmp_path / "l.jsonl"))
    alone_page = Page(create_app(alone))
    shown = alone_page.json(f"/api/objects/{first_id}")
    assert shown["frames"] is None
    assert shown["epochs"] == []
    assert shown["light_curve"] == {}
    for what in ("frames/science", "light_curve", "thumbnail.png", "export.gif"):
        answer = alone_page.get(f"/api/objects/{first_id}/{what}")
        assert answer.status_code == 404
        assert "no cutouts" in answer.json()["error"]
    assert alone_page.get(f"/api/objects/{first_id}/export.png").status_code == 200
