"""The tally of a piece of work: everything that came in is counted, and the reasons are given."""

import pytest

from taonet.errors import InputError
from taonet.io.tally import Tally

BLANK, CUBE = "every frame is blank", "a cube, not one image"


def test_what_was_set_aside_is_counted_listed_and_said(tmp_path):
    tally = Tally(output=tmp_path / "p.parquet")
    assert list(tally.count_objects(iter("abc"))) == ["a", "b", "c"]
    tally.reject("x", InputError(BLANK, where="x"))
    tally.reject("a", InputError(CUBE, where="a.fits"), part=True)
    tally.reject("b", InputError(CUBE, where="b.fits"), part=True)
    tally.remarks["frames turned"] += 2
    assert (tally.objects, tally.set_aside_count) == (3, 1)
    tally.write_list()
    assert len(tally.list_path.read_text().splitlines()) == 3
    assert str(tally).splitlines() == [
        f"3 objects -> {tally.output}; 1 of 4 set aside (1 × {BLANK}); "
        f"2 single frames or packets set aside (2 × {CUBE}); all listed in {tally.list_path}",
        "note: frames turned (2 objects)",
    ]


def test_a_clean_piece_of_work_says_no_more_than_that_and_lists_nothing(tmp_path):
    tally = Tally(output=tmp_path / "p.csv", objects=2)
    tally.require_objects("nothing was measured")
    tally.write_list()
    assert str(tally) == f"2 objects -> {tmp_path / 'p.csv'}"
    assert list(tmp_path.iterdir()) == []


def test_objects_are_counted_as_they_are_taken(tmp_path):
    tally = Tally(output=tmp_path / "p")
    taken = tally.count_objects(iter("abc"))
    next(taken)
    assert tally.objects == 1


def test_where_nothing_is_left_the_reasons_are_given(tmp_path):
    tally = Tally(output=tmp_path / "p")
    with pytest.raises(InputError, match=r"nothing was measured \(got no objects\)"):
        tally.require_objects("nothing was measured")
    tally.reject("x", InputError(BLANK, where="x", got="9 frames"))
    # of one kind the first in full, of several their numbers
    with pytest.raises(InputError, match=rf"got x: {BLANK} \(got 9 frames\)"):
        tally.require_objects("nothing was measured")
    tally.reject("y", InputError(BLANK, where="y"))
    tally.reject("z", InputError(CUBE, where="z"), part=True)
    with pytest.raises(InputError, match=rf"got 2 × {BLANK}, 1 × {CUBE}"):
        tally.require_objects("nothing was measured")
