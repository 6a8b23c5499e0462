"""The growing file of frames: numpy reads it in the end, and a wider type changes no value."""

import numpy as np
import pytest

from taonet.io.archive_frames import HEADER_BYTES, FrameFile, create_frame_file, stated_type


@pytest.fixture
def path(tmp_path):
    create_frame_file(tmp_path / "frames.npy")
    return tmp_path / "frames.npy"


def some_frames(n, dtype="<u2"):
    rng = np.random.default_rng(n)
    return rng.integers(0, 60_000, (n, 1, 5, 4)).astype(dtype)


def test_numpy_reads_what_was_appended(path):
    parts = [some_frames(n) for n in (3, 1, 2)]
    file = FrameFile(path, length=0)
    for part in parts:
        file.append(part)
    file.write_header((6, 1, 5, 4), "<u2")
    file.close()
    assert file.is_closed
    np.testing.assert_array_equal(np.load(path), np.concatenate(parts))
    assert path.stat().st_size == HEADER_BYTES + 6 * 40


def test_what_lies_beyond_the_safe_length_is_cut_off(path):
    first, lost, later = (some_frames(n) for n in (2, 3, 1))
    file = FrameFile(path, length=0)
    file.append(first)
    file.append(lost)
    file.close()
    file = FrameFile(path, length=first.nbytes)
    file.append(later)
    file.write_header((3, 1, 5, 4), "<u2")
    file.close()
    np.testing.assert_array_equal(np.load(path), np.concatenate([first, later]))


def test_a_wider_type_keeps_every_value_and_states_itself(path, monkeypatch):
    monkeypatch.setattr("taonet.io.archive_frames.CHUNK_BYTES", 24)
    first, later = some_frames(3), some_frames(2, "<f4") + np.float32(0.5)
    file = FrameFile(path, length=0)
    file.append(first)
    assert stated_type(path) == ""
    assert file.widen(np.dtype("<u2"), np.dtype("<f4"))
    assert stated_type(path) == "<f4"
    file.append(later)
    file.write_header((5, 1, 5, 4), "<f4")
    file.close()
    assert stated_type(path) == ""
    np.testing.assert_array_equal(np.load(path), np.concatenate([first, later]))


def test_a_type_that_would_change_a_value_is_refused_and_nothing_is_lost(path, monkeypatch):
    monkeypatch.setattr("taonet.io.archive_frames.CHUNK_BYTES", 24)
    first = np.full((2, 1, 5, 4), 60_000, "<u2")
    file = FrameFile(path, length=0)
    file.append(first)
    assert not file.widen(np.dtype("<u2"), np.dtype("<i2"))
    file.append(first)
    file.write_header((4, 1, 5, 4), "<u2")
    file.close()
    assert (np.load(path) == 60_000).all()
    assert [one.name for one in path.parent.iterdir()] == [path.name]
