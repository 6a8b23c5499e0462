"""An archive is read again: the same sequences, with the classes that people gave them."""

import pytest

from fixtures.make_archives import same, sequence, write
from taonet.errors import InputError
from taonet.io.archive import Archive
from taonet.io.ingest import ingest
from taonet.io.kinds.archive import ARCHIVE
from taonet.io.sources import open_source
from taonet.web.labels import LabelFile


def test_labels_of_the_page_reach_an_archive_to_train_on(tmp_path):
    old = write(tmp_path / "old", [sequence(i, shape=(1, 12, 12)) for i in range(3)])
    labels = LabelFile(tmp_path / "labels.jsonl")
    labels.add("o1", "AGN", name="Ada")
    labels.add("o2", "SN", name="Ada")
    (tmp_path / "labels.csv").write_text(labels.to_csv())
    from taonet.io.fits_cutouts import read_labels

    source = open_source(ARCHIVE, tmp_path / "old")
    summary = ingest(source, tmp_path / "new", labels=read_labels(tmp_path / "labels.csv"))
    new = Archive(tmp_path / "new")
    assert new.class_names == ["SN", "AGN", "SN"]
    assert old.class_names == ["SN", "CV", None]
    assert new.survey == old.survey
    assert (summary.labels, summary.labels_used) == (2, 2)
    same(new[0], old[0])


def test_what_is_no_archive_is_refused(tmp_path):
    with pytest.raises(InputError, match="not an archive"):
        open_source(ARCHIVE, tmp_path)
    with pytest.raises(InputError, match="--survey"):
        open_source(ARCHIVE, tmp_path, survey="mine")
