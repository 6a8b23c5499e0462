"""Archives as they are read: what was written, damage noticed, memory given back."""

import json

import numpy as np
import pytest

from fixtures.make_archives import same, sequence, write
from taonet.errors import InputError
from taonet.io.archive import VERSION, Archive
from taonet.tasks.simulate import Sample, simulate_archive


@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_reading_gives_back_what_was_written(tmp_path, dtype):
    sequences = [sequence(i, dtype=dtype) for i in range(7)]
    archive = write(tmp_path / "a", sequences)
    archive.verify()
    assert len(archive) == 7
    for i, one in enumerate(sequences):
        same(archive[i], one)
    assert archive.taxonomy.classes[:2] == ("SN", "CV")
    assert archive.bands == ("g", "r")


def test_handing_out_an_object_does_not_go_through_all_of_them(tmp_path):
    archive = write(tmp_path / "a", [sequence(i) for i in range(3)])
    assert archive.class_names is archive.class_names
    assert [archive[i].class_name for i in range(3)] == archive.class_names == ["SN", "CV", None]


@pytest.mark.parametrize("name", ["frames.npy", "epochs.parquet", "objects.parquet"])
@pytest.mark.parametrize("damage", ["flip", "cut", "remove"])
def test_damage_is_noticed(tmp_path, name, damage):
    write(tmp_path / "a", [sequence(i) for i in range(3)])
    file = tmp_path / "a" / name
    content = bytearray(file.read_bytes())
    if damage == "flip":
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    elif damage == "cut":
        file.write_bytes(content[: len(content) // 2])
    else:
        file.unlink()
    with pytest.raises(InputError):
        Archive(tmp_path / "a").verify()


def test_an_archive_of_a_newer_version_is_refused(tmp_path):
    write(tmp_path / "a", [sequence(1)])
    file = tmp_path / "a" / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "version": VERSION + 1}))
    with pytest.raises(InputError, match="newer version"):
        Archive(tmp_path / "a")


def test_memory_that_was_given_back_is_read_again(tmp_path):
    simulate_archive(Sample(survey="tiny", n_objects=2, seed=1), tmp_path / "a")
    archive = Archive(tmp_path / "a")
    first = archive[0]
    before = first.frames.copy()
    archive.release()
    np.testing.assert_array_equal(first.frames, before)
    np.testing.assert_array_equal(archive[0].frames, before)


def test_an_archive_of_before_scales_were_noted_has_that_of_its_survey(tmp_path):
    for survey, expected in (("ztf", 1.01), ("mine", np.nan)):
        path = write(tmp_path / survey, [sequence(1)]).path
        manifest = json.loads((path / "manifest.json").read_text())
        del manifest["pixel_scale_arcsec"]
        (path / "manifest.json").write_text(json.dumps({**manifest, "survey": survey}))
        np.testing.assert_equal(Archive(path)[0].pixel_scale_arcsec, expected)
        (path / "manifest.json").write_text(json.dumps({**manifest, "pixel_scale_arcsec": "x"}))
        with pytest.raises(InputError, match=r"the manifest is damaged.*pixel_scale_arcsec"):
            Archive(path)
