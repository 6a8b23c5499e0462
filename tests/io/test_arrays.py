import numpy as np
import pytest

from taonet.errors import InputError
from taonet.io.arrays import read_arrays
from taonet.sky.cutout import Quality


def arrays(**changes):
    rng = np.random.default_rng(0)
    given = {
        "stamps": rng.random((3, 5, 7, 7), np.float32),
        "mjd": 57000 + np.tile(np.arange(5.0), (3, 1)),
        "n_epochs": np.array([5, 3, 4], np.int16),
        "object_id": np.array(["a", "b", "c"]),
        "label": np.array(["SN", "NON", ""]),
    }
    return {name: value for name, value in {**given, **changes}.items() if value is not None}


def found_in(items):
    return {one.item: one.sequence or one.rejection for one in items}


def save(path, **changes):
    np.savez(path, **arrays(**changes))
    return path


def test_sequences_come_back_without_their_padding(tmp_path):
    found = found_in(read_arrays(save(tmp_path / "f.npz")))
    assert [len(found[k]) for k in "abc"] == [5, 3, 4]
    assert [found[k].class_name for k in "abc"] == ["SN", "NON", None]
    np.testing.assert_array_equal(found["b"].frames[:, 0], arrays()["stamps"][1, :3])


def test_channels_are_read(tmp_path):
    stamps = np.random.default_rng(1).random((3, 5, 3, 7, 7), np.float32)
    found = found_in(read_arrays(save(tmp_path / "f.npz", stamps=stamps)))
    assert found["a"].channels == ("science", "template", "difference")


def test_bad_objects_carry_their_reason_and_the_rest_goes_on(tmp_path):
    stamps = arrays()["stamps"]
    stamps[1] = np.nan
    path = save(tmp_path / "f.npz", stamps=stamps, n_epochs=np.array([0, 3, 4]))
    found = found_in(read_arrays(path))
    assert "no frames" in str(found["a"])
    assert "NaN" in str(found["b"])
    assert len(found["c"]) == 4


def test_a_zero_frame_inside_is_flagged(tmp_path):
    stamps = arrays()["stamps"]
    stamps[0, 2] = 0
    found = found_in(read_arrays(save(tmp_path / "f.npz", stamps=stamps)))
    assert found["a"].quality[2] == Quality.BLANK


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mjd": None}, "arrays are missing: mjd"),
        ({"stamps": np.zeros((3, 7, 7))}, "must be"),
        ({"mjd": np.zeros((3, 4))}, "mjd has the wrong shape"),
        ({"object_id": np.array([object()] * 3)}, "plain arrays"),
    ],
)
def test_files_of_another_kind_are_refused(tmp_path, changes, message):
    with pytest.raises(InputError, match=message):
        list(read_arrays(save(tmp_path / "f.npz", **changes)))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip", b"\x93NUMPY"])
def test_files_that_are_no_npz_are_refused(tmp_path, content):
    (tmp_path / "f.npz").write_bytes(content)
    with pytest.raises(InputError):
        list(read_arrays(tmp_path / "f.npz"))
