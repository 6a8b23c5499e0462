"""Deep-TAO files as a source: one file an item, read or refused by itself."""

import shutil

import pytest

from taonet.errors import InputError
from taonet.io.deep_tao.source import deep_tao_source
from taonet.io.sources import source_of


def test_a_label_that_names_no_class_is_said_once(deep_tao, tmp_path):
    truth = next(truth for truth in deep_tao.values() if truth.class_name == "SN")
    file = shutil.copy(truth.path, tmp_path)
    (found,) = source_of(tmp_path / file).read(frozenset())
    assert found.sequence is not None
    assert found.sequence.class_name is None
    assert "the label in its header is raw_label" in found.remarks[0]
    (inside,) = source_of(truth.path).read(frozenset())
    assert inside.remarks == ()


def test_a_bad_file_costs_itself_and_items_that_are_done_are_skipped(deep_tao, tmp_path):
    good = [truth.path for truth in deep_tao.values()][:3]
    bad = tmp_path / "bad.fits"
    bad.write_text("hello")
    source = deep_tao_source([*good, bad])
    found = {one.item: one for one in source.read(frozenset())}
    assert (source.count, source.survey, len(found)) == (4, "crts", 4)
    assert [one.rejection is None for one in found.values()] == [True, True, True, False]
    rejection = found[str(bad)].rejection
    assert rejection is not None
    assert "not a FITS file" in rejection.reason
    left = [one.item for one in source.read(frozenset([str(good[0]), str(bad)]))]
    assert left == [str(good[1]), str(good[2])]


def test_the_signature_is_that_of_the_files_and_a_table_is_none(deep_tao, tmp_path):
    paths = [truth.path for truth in deep_tao.values()]
    assert deep_tao_source(paths[:2]).signature == deep_tao_source(paths[:2]).signature
    assert deep_tao_source(paths[:2]).signature != deep_tao_source(paths[:3]).signature
    (tmp_path / "t.csv").write_text("file,object_id,mjd\na.fits,x,58000\n")
    with pytest.raises(InputError, match="a table, not images"):
        deep_tao_source([*paths[:2], tmp_path / "t.csv"])
