"""Rejections: counted by kind, listed in full, and read back from their file."""

import json
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from taonet.errors import InputError
from taonet.io import rejection
from taonet.io.rejection import (
    Ledger,
    Rejection,
    count_kinds,
    first_reason,
    remark_lines,
    summarise_kinds,
)


def rejections():
    blank = InputError("every frame is blank", where="a", got="3 frames")
    cube = InputError("a cube, not one image", where="b.fits")
    return [
        Rejection.from_error("x", cube, part=True),
        Rejection.from_error("a", blank),
        Rejection.from_error("y", cube, part=True),
        Rejection(source="c", reason="c: empty"),
    ]


def test_an_error_is_kept_with_its_particulars_and_counted_without():
    part, item, *_ = rejections()
    assert (item.kind, item.reason) == (
        "every frame is blank",
        "a: every frame is blank (got 3 frames)",
    )
    # the source is said once
    assert str(item) == item.reason
    assert str(part) == "x: b.fits: a cube, not one image"


def test_a_ledger_counts_what_its_file_holds(tmp_path, monkeypatch):
    monkeypatch.setattr(rejection, "IN_MEMORY", 50)
    ledger = Ledger()
    for one in rejections():
        ledger.add(one)
    path = tmp_path / "set_aside.jsonl"
    ledger.write(path)
    assert (
        ledger.items == count_kinds(path, part=False) == {"every frame is blank": 1, "c: empty": 1}
    )
    assert ledger.parts == count_kinds(path, part=True) == {"a cube, not one image": 2}
    assert [Rejection(**json.loads(line)) for line in path.read_text().splitlines()] == rejections()
    # a whole item says more than a part of one that came before
    assert ledger.first == rejections()[1]
    assert first_reason(path) == str(rejections()[0])


def test_nothing_to_list_leaves_no_file(tmp_path):
    path = tmp_path / "set_aside.jsonl"
    path.write_text("of an earlier run")
    Ledger().write(path)
    assert not path.exists()
    path.touch()
    assert first_reason(path) == ""


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 9)), st.integers(1, 9))
def test_a_summary_names_the_most_frequent_and_counts_all(kinds, most):
    text = summarise_kinds(kinds, most=most)
    parts = [part.split(" × ") for part in text.split(", ")] if text else []
    assert sum(int(count) for count, _ in parts) == sum(kinds.values())
    by_name = {name: int(count) for count, name in parts if name != "other reasons"}
    assert len(by_name) == min(most, len(kinds))
    assert by_name.items() <= kinds.items()
    assert Counter(by_name.values()) == Counter(
        sorted(kinds.values())[-len(by_name) :] if by_name else []
    )


def test_a_remark_is_said_once_with_the_number_of_its_objects():
    assert remark_lines({"turned": 1, "padded": 3}) == ["note: turned", "note: padded (3 objects)"]
