import errno

import pytest

from taonet.errors import OutputError
from taonet.io.landing import landing_file, landing_folder


def test_a_file_lands_whole_or_not_at_all(tmp_path):
    path = tmp_path / "f.txt"
    with landing_file(path) as temporary:
        temporary.write_text("one")
        assert not path.exists()
    with pytest.raises(ValueError, match="stop"), landing_file(path) as temporary:
        temporary.write_text("two")
        raise ValueError("stop")
    assert path.read_text() == "one"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_lands_whole_or_not_at_all(tmp_path):
    path = tmp_path / "d"
    for content in ("one", "two"):
        with landing_folder(path, overwrite=True) as temporary:
            (temporary / "f").write_text(content)
    with pytest.raises(ValueError, match="stop"), landing_folder(path, overwrite=True):
        raise ValueError("stop")
    assert (path / "f").read_text() == "two"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("number", "message"), [(errno.ENOSPC, "no room"), (errno.EACCES, "not allowed")]
)
def test_a_full_disk_is_one_clear_line(tmp_path, number, message):
    with pytest.raises(OutputError, match=message), landing_file(tmp_path / "f"):
        raise OSError(number, "simulated")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(OutputError, match="no such folder"), landing_file(tmp_path / "no" / "f"):
        pass
