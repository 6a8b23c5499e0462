import errno
from pathlib import Path

import pytest

from taonet.errors import OutputError
from taonet.io.archive_writer import ArchiveWriter
from taonet.io.atomic import ARCHIVE_MARK, atomic_file, atomic_folder, refuse_existing


def test_a_file_lands_whole_or_not_at_all(tmp_path):
    path = tmp_path / "f.txt"
    with atomic_file(path) as temporary:
        temporary.write_text("one")
        assert not path.exists()
    with pytest.raises(ValueError, match="stop"), atomic_file(path) as temporary:
        temporary.write_text("two")
        raise ValueError("stop")
    assert path.read_text() == "one"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_lands_whole_or_not_at_all(tmp_path):
    path = tmp_path / "d"
    for content in ("one", "two"):
        with atomic_folder(path, mark="f", overwrite=True) as temporary:
            (temporary / "f").write_text(content)
    with pytest.raises(ValueError, match="stop"), atomic_folder(path, mark="f", overwrite=True):
        raise ValueError("stop")
    assert (path / "f").read_text() == "two"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("number", "message"), [(errno.ENOSPC, "no room"), (errno.EACCES, "not allowed")]
)
def test_a_full_disk_is_one_clear_line(tmp_path, number, message):
    with pytest.raises(OutputError, match=message), atomic_file(tmp_path / "f"):
        raise OSError(number, "simulated")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(OutputError, match="no such folder"), atomic_file(tmp_path / "no" / "f"):
        pass


def test_overwriting_replaces_like_by_like_only(tmp_path):
    precious = tmp_path / "cutouts"
    precious.mkdir()
    (precious / "a.fits").write_text("data")
    with pytest.raises(OutputError, match="something else is there"):
        refuse_existing(precious, overwrite=True, mark=ARCHIVE_MARK)
    with pytest.raises(OutputError, match="a folder is there"):
        refuse_existing(precious, overwrite=True)
    with pytest.raises(OutputError, match="something else"):
        refuse_existing(precious / "a.fits", overwrite=True, mark=ARCHIVE_MARK)
    (precious / ARCHIVE_MARK).write_text("frames")
    refuse_existing(precious, overwrite=True, mark=ARCHIVE_MARK)
    with pytest.raises(OutputError, match="within an archive"):
        refuse_existing(precious / "objects.parquet", overwrite=True)
    with pytest.raises(OutputError, match="not a name"):
        refuse_existing(Path(), overwrite=True, mark=ARCHIVE_MARK)


def test_an_unfinished_archive_is_cleared_only_if_it_is_one(tmp_path):
    (tmp_path / "a.part").mkdir()
    (tmp_path / "a.part" / "mine").write_text("data")
    with pytest.raises(OutputError, match="not an unfinished archive"):
        ArchiveWriter(tmp_path / "a", survey="x", signature="s", overwrite=True)
    assert (tmp_path / "a.part" / "mine").exists()
