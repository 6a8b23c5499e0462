"""A list whose objects have names, too."""

import pytest

import taonet
from taonet.errors import MissingError
from taonet.io.object_list import ObjectList


@pytest.fixture(scope="module")
def sequences():
    return taonet.simulate("hits", 3, seed=11)


def test_it_is_a_list(sequences):
    assert isinstance(sequences, list)
    assert type(sequences[:2]) is list
    assert sequences[-1] is sequences[2]
    assert ObjectList() == []
    assert repr(ObjectList()) == "<0 sequences>"


def test_objects_are_reached_by_name(sequences):
    for one in sequences:
        assert sequences[one.object_id] is one
    with pytest.raises(MissingError, match="no object of this name"):
        sequences["nova"]
    with pytest.raises(MissingError):
        ObjectList()["nova"]


def test_the_table_of_objects_has_their_facts(sequences):
    table = sequences.objects
    for (_, row), one in zip(table.iterrows(), sequences, strict=True):
        assert row["object_id"] == one.object_id
        assert row["n_epochs"] == len(one)
        assert (row["mjd_first"], row["mjd_last"]) == (one.mjd[0], one.mjd[-1])
        assert row["class_name"] == one.class_name


def test_it_shows_itself_in_one_line_and_in_a_notebook(sequences):
    assert repr(sequences).startswith("<3 simulated sequences: ")
    assert len(repr(sequences)) < 80
    html = sequences._repr_html_()
    assert all(one.object_id in html for one in sequences)
    lost = ObjectList(sequences[:1], set_aside=[{"source": "x", "reason": "empty"}])
    assert "1 set aside" in repr(lost)
    many = ObjectList(list(sequences) * 10)
    assert "18 more objects" in many._repr_html_()
