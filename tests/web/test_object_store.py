"""Objects are worked out once, and the last few are kept."""

import pytest

from taonet.errors import MissingError
from taonet.reports.packed_frames import pack_frames
from taonet.web import object_store
from taonet.web.object_store import ObjectStore


def test_an_object_is_worked_out_once_and_forgotten_in_turn(session, monkeypatch):
    worked = []

    def pack(sequence):
        worked.append(sequence.object_id)
        return pack_frames(sequence)

    monkeypatch.setattr(object_store, "pack_frames", pack)
    store = ObjectStore(session, most=2)
    a, b, c = session.answers.object_id[:3]
    for name in (a, b, a, c, a):
        store.document(name)
        store.packed_frames(name)
    assert worked == [a, b, c]
    store.open(b)
    assert worked == [a, b, c, b]


def test_the_document_says_that_the_archive_is_simulated(session, first_id):
    shown = ObjectStore(session).document(first_id)
    assert shown["simulated"]
    assert "The object is simulated." in shown["sentences"]
    assert shown["survey"] == "crts"
    assert shown["light_curve"] is None
    measured = ObjectStore(session).document(first_id, measured=True)
    assert sum(map(len, measured["light_curve"].values())) == len(shown["epochs"])
    assert {**measured, "light_curve": None} == shown
    with pytest.raises(MissingError):
        ObjectStore(session).open("nobody")
