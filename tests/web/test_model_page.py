"""The model's page: whose scores they are, and reliability by hand."""

import json

import numpy as np
import pytest

from taonet.evaluation.scores import score
from taonet.io.prediction_table import read_predictions
from taonet.sky.taxonomy import CRTS
from taonet.web.answer_table import AnswerTable
from taonet.web.model_page import SHOWN, STATED, model_document, plain_tree, reliability
from taonet.web.session import Choices, open_session
from web.conftest import table_of


def test_scores_are_those_of_the_objects_shown(session, things):
    page = model_document(session)
    assert page["scores_of"] == SHOWN
    rows = read_predictions(things / "answers.parquet")
    expected = score(rows, CRTS, n_bootstrap=200, seed=0).to_dict()
    assert page["scores"]["macro_f1"] == plain_tree(expected["macro_f1"])
    assert page["scores"]["confusion"] == expected["confusion"]
    assert page["by_epochs"][0]["n_epochs"] == 1
    json.dumps(page, allow_nan=False)


def test_the_card_is_shown_without_what_could_run(session):
    card = model_document(session)["card"]
    assert "<h1>Small</h1>" in card
    assert "<strong>b</strong>" in card
    assert "<script" not in card
    assert "href" not in card


def test_a_run_states_its_own_scores(session, tmp_path):
    (tmp_path / "scores.json").write_text(json.dumps({"ANSWERS": {"macro_f1": {"value": 0.5}}}))
    session.run = tmp_path
    page = model_document(session)
    assert page["scores_of"] == STATED["run"]
    assert page["scores"] == {"macro_f1": {"value": 0.5}}
    (tmp_path / "scores.json").write_text("damaged")
    assert model_document(session)["scores_of"] == SHOWN


def test_without_any_truth_the_model_speaks_for_itself(things, tmp_path):
    from taonet.io.prediction_table import write_predictions

    rows = read_predictions(things / "answers.parquet").assign(class_name=None)
    write_predictions(rows, tmp_path / "p.parquet")
    blind = open_session(tmp_path / "p.parquet", Choices(bundle="hits"))
    page = model_document(blind)
    assert page["scores_of"] == STATED["card"]
    assert page["reliability"] == page["by_epochs"] == []
    alone = open_session(tmp_path / "p.parquet")
    page = model_document(alone)
    assert (page["scores"], page["scores_of"], page["card"]) == (None, None, "")


def test_reliability_is_counted_by_hand():
    table = AnswerTable.of_frame(table_of(400))
    truth = table.columns["class_name"]
    bins = reliability(table, truth)
    assert sum(one["n"] for one in bins) == 400
    top = table.probabilities.max(axis=1)
    right = table.predicted_class == truth
    last = top >= 0.9
    assert bins[-1]["low"] == pytest.approx(0.9)
    assert bins[-1]["right"] == pytest.approx(right[last].mean())
    assert bins[-1]["confidence"] == pytest.approx(top[last].mean())
    assert reliability(table, np.full(400, None, object)) == []
