"""The queue: uncertain and untypical objects first, never those that have a label."""

import numpy as np

from taonet.web.label_queue import label_queue


def columns(**changes):
    n = 5
    return {
        "object_id": np.array(list("abcde"), object),
        "predicted_class": np.array(["SN"] * n, object),
        "probability": np.full(n, 0.5),
        "entropy": np.array([0.1, 0.95, 0.2, 0.99, 0.5]),
        "typicality": np.array([0.5, 0.5, 0.001, np.nan, 0.09]),
        "detected": np.ones(n, bool),
        "label": np.array([None] * n, object),
        **changes,
    }


def names(rows):
    return [row["object_id"] for row in rows]


def test_the_order_mixes_both_reasons():
    rows = label_queue(columns(), 10)
    assert names(rows) == ["c", "d", "b", "e", "a"] or names(rows) == ["d", "c", "b", "e", "a"]
    reasons = {row["object_id"]: row["reason"].partition(":")[0] for row in rows}
    assert reasons == dict.fromkeys("abde", "uncertain") | {"c": "untypical"}
    assert names(label_queue(columns(), 2)) == names(rows)[:2]


def test_a_label_takes_an_object_out_and_what_is_not_seen_comes_last():
    labelled = columns(label=np.array([None, "SN", None, None, None], object))
    assert "b" not in names(label_queue(labelled, 10))
    unseen = columns(detected=np.array([True, True, False, True, True]))
    assert names(label_queue(unseen, 10))[-1] == "c"


def test_nothing_known_is_worth_nothing():
    nothing = columns(entropy=np.full(5, np.nan), typicality=np.full(5, np.nan))
    assert [row["worth"] for row in label_queue(nothing, 10)] == [0.0] * 5
