"""Evidence by the API: what is asked for, and what has none."""

import numpy as np
import pytest

from taonet.models.evidence import explain_answer
from taonet.web.app import create_app
from taonet.web.session import Choices, open_session
from web.conftest import Page


def test_evidence_is_that_of_the_model(page, session, first_id):
    answer = page.post(f"/api/objects/{first_id}/evidence")
    assert answer.status_code == 200
    said = answer.json()
    evidence, occlusion = explain_answer(session.model, session.sequence_of(first_id))
    assert said["class_name"] == evidence.class_name
    assert [one["index"] for one in said["epochs"]] == evidence.epochs.tolist()
    change = [one["log_odds_change"] for one in said["epochs"]]
    np.testing.assert_allclose(change, evidence.log_odds_change)
    assert said["occlusion"]["epoch"] == said["strongest"] == evidence.strongest
    np.testing.assert_allclose(said["occlusion"]["values"], occlusion.log_odds_change)
    assert len(said["occlusion"]["y"]) == len(said["occlusion"]["values"]) + 1


def test_class_and_frame_can_be_chosen(page, first_id):
    asked = {"class_name": "CV", "epoch": 2}
    said = page.post(f"/api/objects/{first_id}/evidence", json=asked).json()
    assert said["class_name"] == "CV"
    assert said["occlusion"]["epoch"] == 2
    for wrong in ({"class_name": "XX"}, {"epoch": 10_000}, {"epoch": -1}, {"other": 1}):
        answer = page.post(f"/api/objects/{first_id}/evidence", json=wrong)
        assert answer.status_code == 422
        assert set(answer.json()) == {"error", "do"}


def test_without_cutouts_or_network_there_is_none(things, tmp_path, first_id, page):
    assert page.post("/api/objects/nobody/evidence").status_code == 404
    bare = open_session(things / "answers.parquet", Choices(labels=tmp_path / "l"))
    answer = Page(create_app(bare)).post(f"/api/objects/{first_id}/evidence")
    assert answer.status_code == 404
    assert "--data" in answer.json()["do"]
    choices = Choices(labels=tmp_path / "l", data=things / "archive")
    answer = Page(create_app(open_session(things / "answers.parquet", choices))).post(
        f"/api/objects/{first_id}/evidence"
    )
    assert answer.status_code == 422
    assert "--bundle" in answer.json()["do"]


@pytest.mark.parametrize("name", ["GET", "PUT"])
def test_other_methods_are_not_known(page, first_id, name):
    answer = page.send(name, f"/api/objects/{first_id}/evidence", headers={"X-TaoNet": "1"})
    assert answer.status_code in (404, 405)
