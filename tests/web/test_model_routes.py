"""The model and the comparison by the API."""

import pytest

from taonet.io.prediction_table import read_predictions, write_predictions
from taonet.web import model_routes
from taonet.web.app import create_app
from taonet.web.session import Choices, open_session
from web.conftest import Page


def test_the_model_is_worked_out_once(page, monkeypatch):
    first = page.json("/api/model")
    assert {"card", "scores", "reliability", "by_epochs"} <= set(first)
    monkeypatch.setattr(model_routes, "model_document", lambda _: pytest.fail("worked out again"))
    assert page.json("/api/model") == first


@pytest.fixture
def two(things, tmp_path):
    rows = read_predictions(things / "answers.parquet")
    turned = rows.assign(p_SN=rows["p_CV"], p_CV=rows["p_SN"]).drop(columns="predicted_class")
    write_predictions(turned, tmp_path / "turned.parquet")
    choices = Choices(compare=tmp_path / "turned.parquet", labels=tmp_path / "l.jsonl")
    return Page(create_app(open_session(things / "answers.parquet", choices)))


def test_two_tables_are_compared(two):
    assert two.json("/api/session")["models"] == ["answers", "turned"]
    every = two.json("/api/compare?other=turned&differ=false&limit=2")
    assert (every["first"], every["second"], every["total"]) == ("answers", "turned", 6)
    assert len(every["rows"]) == 2
    assert every["summary"]["n_shared"] == 6
    row = every["rows"][0]
    assert row["first"]["p"]["SN"] == row["second"]["p"]["CV"]
    assert row["difference"] == pytest.approx(
        abs(row["first"]["p"]["SN"] - row["first"]["p"]["CV"])
    )
    right = two.json("/api/compare?other=turned&differ=false&right=both")
    assert right["total"] == every["summary"]["both"]
    same = two.json("/api/compare?other=answers")
    assert same["total"] == same["summary"]["n_differ"] == 0


def test_a_model_that_is_not_there_is_named(two):
    answer = two.get("/api/compare?other=turnt")
    assert answer.status_code == 404
    assert answer.json()["do"] == "did you mean 'turned'?"
    assert two.get("/api/compare?other=turned&right=me").status_code == 422
