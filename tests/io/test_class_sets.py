"""Sets of classes as text: JSON lists, and the names with blanks between that came before."""

import pytest

from taonet.errors import InputError
from taonet.io.class_sets import encode_set, parse_set

BLANKS = ("SN", "type II", "II", "type II P", 'a "b", [c]')


@pytest.mark.parametrize("members", [(), ("SN",), BLANKS, ("II", "type II P")])
def test_lists_are_read_as_they_were_written(members):
    text = encode_set(members)
    assert text is not None
    assert parse_set(text, BLANKS) == members


def test_a_missing_set_is_no_text():
    assert encode_set(None) is None


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("", ()),
        ("SN", ("SN",)),
        ("SN type II", ("SN", "type II")),
        ("type II type II P", ("type II", "type II P")),
        ("SN II", ("SN", "II")),
        ('a "b", [c]', ('a "b", [c]',)),
    ],
)
def test_names_with_blanks_between_are_found_again(text, members):
    assert parse_set(text, BLANKS) == members


def test_words_that_are_all_classes_need_no_order():
    assert parse_set("CV SN", ("SN", "CV")) == ("SN", "CV")


def test_what_can_be_read_in_two_ways_is_refused():
    with pytest.raises(InputError, match=r"column 'set': a set can be read in two ways .*'A B'"):
        parse_set("A B", ("A", "A B", "B"))
    assert parse_set('["A", "B"]', ("A", "A B", "B")) == ("A", "B")


@pytest.mark.parametrize("text", ["train", "SN XX", '["SN", "XX"]', "[SN]", '["SN", 1]', "[1"])
def test_other_words_are_refused(text):
    with pytest.raises(InputError, match="names a class that the table has not"):
        parse_set(text, ("SN", "CV"))
