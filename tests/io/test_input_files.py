"""Files of one kind, searched for in folders: sorted, each once, and the others named."""

import shutil
from pathlib import Path

import pytest

from fixtures.make_alerts import packet, write
from taonet.errors import InputError
from taonet.io.deep_tao.reader import object_id_of
from taonet.io.input_files import files_below, printable, remark_on_others, select_files
from taonet.io.kinds.deep_tao import DEEP_TAO
from taonet.io.sources import alerts_source


def of_class(truths, class_name):
    return next(truth for truth in truths.values() if truth.class_name == class_name)


def test_paths_are_found_sorted_and_once(deep_tao, tmp_path):
    folder = of_class(deep_tao, "SN").path.parents[1]
    paths = select_files(DEEP_TAO, [folder / "SN", folder]).files
    assert paths == tuple(sorted(truth.path for truth in deep_tao.values()))
    assert select_files(DEEP_TAO, [paths[3]]).files == (paths[3],)
    (tmp_path / ".x.fits").touch()
    (tmp_path / "notes.txt").touch()
    with pytest.raises(InputError, match=r"no FITS files \(\.fits, \.fits\.gz, \.fits\.fz\) here"):
        select_files(DEEP_TAO, [tmp_path])
    with pytest.raises(InputError, match="no such file or folder"):
        select_files(DEEP_TAO, [tmp_path / "none"])


def test_names_in_capitals_are_files_too(deep_tao, tmp_path):
    path = Path(shutil.copy(of_class(deep_tao, "SN").path, tmp_path / "X.FITS"))
    assert select_files(DEEP_TAO, [tmp_path]).files == (path,)
    assert object_id_of(path) == "X"


def test_folders_behind_links_are_read_once_and_circles_end(tmp_path):
    write(tmp_path / "real" / "a.avro", [packet(1)])
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "night").symlink_to(tmp_path / "real")
    (tmp_path / "real" / "again").symlink_to(tmp_path / "real")
    (found,) = alerts_source([tmp_path / "d"]).read(frozenset())
    assert found.sequence is not None
    assert len(found.sequence) == 1
    assert [path.name for path in files_below(tmp_path / "d")] == ["a.avro"]


def test_other_files_are_the_rest_of_the_folders(tmp_path):
    for name in ("b.txt", "a.fits", "sub/c.dat"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    inputs = select_files(DEEP_TAO, [tmp_path])
    assert set(inputs.files) | set(inputs.others) == set(files_below(tmp_path))
    assert inputs.files == (tmp_path / "a.fits",)
    said = remark_on_others(inputs.others, "FITS files")
    assert said == "2 files of the folder not read: no FITS files (b.txt, c.dat)"
    assert "(x, x, x, …)" in remark_on_others([tmp_path / "x"] * 4, "FITS files")
    assert remark_on_others([], "FITS files") == ""


def test_a_name_that_is_no_text_can_be_shown():
    assert printable("é.fits") == "é.fits"
    printable("\udcff.fits").encode("utf-8")
