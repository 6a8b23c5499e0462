"""From answers to rows: what is said besides a class, whatever model answers."""

import numpy as np
import pytest

from taonet.io.object_facts import ObjectFacts
from taonet.io.prediction_columns import column_names
from taonet.io.prediction_rows import Answers, make_rows
from taonet.sky.taxonomy import Taxonomy

CLASSES = Taxonomy(name="three", classes=("SN", "CV", "NON"))
RESTLESS = Taxonomy(name="three", classes=("SN", "CV", "BZ"))
ODDS = np.array([[0.7, 0.2, 0.1], [0.1, 0.2, 0.7], [0.7, 0.2, 0.1], [np.nan, 0.2, 0.1]])
SEEN = np.array([False, False, True, False])


def facts(object_id="a"):
    return ObjectFacts(object_id=object_id, ra=10.0, dec=-5.0, class_name=None)


def rows(taxonomy=CLASSES, **answers):
    n = len(ODDS)
    known = Answers(
        n_epochs=np.arange(1, n + 1), mjd_last=np.arange(n) * 1.0, probabilities=ODDS, **answers
    )
    return make_rows(facts(), known, taxonomy=taxonomy)


def test_one_object_a_row():
    answers = Answers(
        n_epochs=np.array([7, 9]), mjd_last=np.array([1.0, 2.0]), probabilities=np.eye(3)[:2]
    )
    table = make_rows([facts("a"), facts("b")], answers, taxonomy=CLASSES)
    assert table["object_id"].tolist() == ["a", "b"]
    assert table["n_epochs"].tolist() == [7, 9]
    assert table["predicted_class"].tolist() == ["SN", "CV"]
    assert table[["class_name", "set", "typicality", "mjd_detected"]].isna().all(axis=None)

    assert table["detected"].all()
    assert not table["unlike"].any()


def test_columns_come_in_the_order_of_the_schema():
    assert list(rows(prior="SN=1").columns) == column_names(CLASSES, with_prior=True)
    assert list(rows().columns) == column_names(CLASSES)


def test_where_nothing_is_detected_nothing_changes():
    assert rows(detected=SEEN)["predicted_class"].tolist() == ["NON", "NON", "SN", None]
    assert rows(detected=SEEN)["p_SN"].tolist()[:3] == [0.7, 0.1, 0.7]


def test_without_such_a_class_there_is_none():
    table = rows(RESTLESS, detected=SEEN, sets=[("SN",)] * 4)
    assert table["predicted_class"].tolist() == [None, None, "SN", None]
    assert table["set"].tolist() == [("SN",)] * 4


def test_a_set_holds_what_does_not_change_where_nothing_is_detected():
    sets = [("SN",), ("SN", "NON"), ("SN",), None]
    table = rows(detected=SEEN, sets=sets)
    assert table["set"].tolist() == [("SN", "NON"), ("SN", "NON"), ("SN",), None]
    assert rows(detected=SEEN)["set"].tolist() == [None] * 4


@pytest.mark.filterwarnings("error")
def test_what_is_not_typical_is_unlike():
    typicality = np.array([0.049, 0.05, np.nan, 1.0])
    assert rows(typicality=typicality)["unlike"].tolist() == [True, False, False, False]
