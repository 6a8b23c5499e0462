"""Sequences in memory as a source like any other."""

import pytest

import taonet
from taonet.errors import InputError
from taonet.io.archive import Archive
from taonet.io.ingest import ingest
from taonet.io.memory import memory_source


@pytest.fixture(scope="module")
def sequences():
    return taonet.simulate("tiny", 3, seed=8)


def test_items_are_named_by_their_objects_and_can_be_skipped(sequences):
    source = memory_source(sequences)
    assert source.count == 3
    assert source.simulated
    names = [one.object_id for one in sequences]
    assert [result.item for result in source.read(frozenset())] == names
    assert [result.item for result in source.read(frozenset(names[:2]))] == names[2:]


def test_a_generator_has_no_number_and_is_read_as_it_comes(sequences):
    source = memory_source(one for one in sequences)
    assert source.count is None
    assert not source.simulated
    assert next(source.read(frozenset())).sequence is sequences[0]


def test_an_archive_of_them_is_that_of_the_simulation(sequences, tmp_path):
    theirs = taonet.simulate("tiny", 3, seed=8, output=tmp_path / "theirs")
    for number, given in enumerate((sequences, (one for one in sequences))):
        ingest(memory_source(given), tmp_path / str(number))
        ours = Archive(tmp_path / str(number))
        assert [one.object_id for one in ours] == [one.object_id for one in theirs]
        assert all((a.frames == b.frames).all() for a, b in zip(ours, theirs, strict=True))
    assert Archive(tmp_path / "0").is_simulated
    assert Archive(tmp_path / "0").survey == theirs.survey
    assert len(Archive(ingest(memory_source(iter(sequences)), tmp_path / "2", limit=2).path)) == 2


def test_anything_else_is_refused_when_it_is_met(sequences):
    results = memory_source([sequences[0], 3]).read(frozenset())
    next(results)
    with pytest.raises(InputError, match="an object of type int"):
        next(results)
