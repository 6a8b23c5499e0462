"""Cards say what the table says of an object, and cutouts are asked for one at a time."""

import numpy as np

from evaluation.made import FOUR, made_sequence, made_table
from taonet.evaluation.object_order import choose_objects, last_answers
from taonet.reports.object_cards import draw_card, object_kinds

TABLE = made_table(12, epochs=3).assign(class_name=None, detected=True, snr=9.0, n_ignored=0)


def kinds_of(table, *, most=9, find=lambda _name: None):
    last = last_answers([table], FOUR)
    chosen = choose_objects(last, FOUR, most=most)
    return object_kinds(last, chosen, table, FOUR, find)


def test_a_card_holds_the_last_answer():
    rows = TABLE[TABLE["object_id"] == "object 0001"]
    card, last = draw_card(rows, FOUR), rows.iloc[-1]
    assert card.called is not None
    assert card.called.name == last["predicted_class"]
    assert card.confidence == last[f"p_{card.called.name}"]
    rest = {entry.name: p for entry, p in card.others}
    assert all(p == last[f"p_{name}"] >= 0.01 for name, p in rest.items())
    assert list(rest.values()) == sorted(rest.values(), reverse=True)
    assert card.called.name not in rest
    assert card.epochs == "3 epochs, the last of MJD 57072.00"
    assert card.ends == ("after 1", "after 3 epochs")
    assert card.position == "J2000 150.01667° +2.00000°"
    assert card.sentences == ("Detected (signal-to-noise 9.0).",)
    assert (card.true_class, card.cutouts, card.badges) == ("", None, ())


def test_what_is_not_known_is_left_out():
    rows = TABLE[:1].drop(columns=["ra", "dec", "mjd_last", "detected", "snr", "n_ignored"])
    card = draw_card(rows.assign(p_SN=np.nan, predicted_class=None), FOUR)
    assert (card.called, card.position, card.epochs) == (None, "", "1 epoch")
    assert np.isnan(card.confidence) and card.areas == "" and card.sentences == ()
    assert draw_card(TABLE[:1].assign(class_name="SN"), FOUR).true_class == "SN"


def test_kinds_count_all_objects_and_show_the_first():
    kinds = kinds_of(TABLE, most=2)
    counts = last_answers([TABLE], FOUR)["kind"].value_counts()
    assert {kind.entry.name: kind.n_objects for kind in kinds} == counts.to_dict()
    assert all(len(kind.names) == min(2, kind.n_objects) for kind in kinds)
    assert len({kind.anchor for kind in kinds}) == len(kinds)
    for kind in kinds:
        assert [card.object_id for card in kind.cards] == list(kind.names)


def test_cutouts_are_read_when_their_card_is():
    asked = []

    def find(name):
        asked.append(name)
        return made_sequence(name)

    first, *_ = kinds_of(TABLE, find=find)
    assert asked == []
    card = next(iter(first.cards))
    assert asked == [first.names[0]]
    assert card.cutouts.days == ("0", "1", "2")


def test_objects_without_an_answer_come_last():
    table = TABLE.assign(predicted_class=TABLE["predicted_class"].where(TABLE.index > 5))
    last = kinds_of(table)[-1]
    assert last.entry.name == "no class"
