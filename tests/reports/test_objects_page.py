"""The page of objects: self-contained, escaped, and it says what it leaves out."""

from pathlib import Path

from evaluation.made import FOUR, made_sequence, made_table
from reports.browser import WIDTHS, measure_page
from taonet.evaluation.object_order import choose_objects, last_answers
from taonet.evaluation.other_answers import other_answers
from taonet.reports.contents import Note, ObjectsContents, ShownObjects
from taonet.reports.object_cards import object_kinds
from taonet.reports.objects_page import write_objects_page

EVIL = "\"><script>alert('x')</script>&"
TABLE = made_table(30, epochs=4).assign(
    class_name=None, detected=True, snr=5.0, unlike=False, typicality=0.4, n_ignored=1
)


def page(path: Path, *, table=TABLE, most=9, title="Objects of mine", cutouts=True) -> str:
    last = last_answers([table], FOUR)
    chosen = choose_objects(last, FOUR, most=most)
    find = made_sequence if cutouts else lambda _name: None
    kinds = object_kinds(last, chosen, table, FOUR, find)
    objects = ShownObjects(title="Objects", kinds=kinds, most=most, has_cutouts=cutouts)
    contents = ObjectsContents(
        title=title,
        taxonomy=FOUR,
        objects=objects,
        others=other_answers(last, by="kind", order=FOUR.classes),
        notes=[Note(text=title, is_warning=True), Note(text="nothing is scored")],
        details={"predictions": "p.csv"},
    )
    write_objects_page(path, contents)
    return path.read_text()


def test_every_object_has_its_card_with_its_pictures(tmp_path):
    text = page(tmp_path / "o.html")
    assert text.count('<article class="card">') == 30
    assert text.count("data:image/png;base64,") == text.count('<svg class="areas"') == 30
    assert "30 objects: " in text and "left out" not in text
    assert "1 epoch was not read." in text and "epochs not read" in text
    assert "Like the objects that the model was calibrated on (typicality 0.400)." in text
    assert "<b>RRL</b> RR Lyrae star" in text
    assert "p.csv" in text


def test_what_is_left_out_is_said(tmp_path):
    text = page(tmp_path / "o.html", most=2, cutouts=False)
    assert text.count('<article class="card">') == 8
    assert "8 of them are shown below" in text
    assert text.count("are left out. The prediction table has them all.") == 4
    assert "data:image" not in text and "y points up" not in text


def test_names_are_shown_not_executed_and_nothing_is_fetched(tmp_path):
    table = TABLE.replace({"object_id": {"object 0000": EVIL}})
    text = page(tmp_path / "o.html", table=table, title=EVIL)
    assert "<script" not in text and "http" not in text.replace("www.w3.org", "")
    assert "&lt;script&gt;" in text


def test_the_page_is_as_wide_as_the_window(tmp_path):
    table = TABLE.replace({"object_id": {"object 0001": "a_very_long_name" * 12}})
    for dark in (True, False):
        found = measure_page(page(tmp_path / "o.html", table=table), tmp_path, dark=dark)
        assert [one["inner"] for one in found] == list(WIDTHS)
        for one in found:
            assert one["scroll"] <= one["inner"]
            assert one["cut"] == []
            assert one["paper"] == ("rgb(13, 17, 23)" if dark else "rgb(255, 255, 255)")
