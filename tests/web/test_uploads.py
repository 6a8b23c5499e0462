"""Uploads: under names of ours, read elsewhere, classified here, and forgotten in turn."""

import time

import numpy as np
import pytest

from taonet.errors import InputError
from taonet.io.archive import Archive
from taonet.io.deep_tao.writer import write_deep_tao
from taonet.io.prediction_table import read_predictions
from taonet.web import uploads
from taonet.web.upload_worker import UNPACKED
from taonet.web.uploads import classify_upload, plain_stem, upload_folder
from web.test_upload_worker import stamps


@pytest.mark.parametrize(
    "name",
    ["a.fits", "../../etc/passwd", "/etc/passwd.fits.gz", "..\\x.npz", "a\0b.avro", "", "x" * 400],
)
def test_nothing_of_a_name_becomes_a_path(name):
    with upload_folder(name) as file:
        assert file.parent.is_dir()
        assert file.parent.name.startswith("taonet-upload-")
        assert file.name.removeprefix("upload") in ("", *uploads.ENDINGS)
    assert not file.parent.exists()


def test_the_name_that_is_shown_is_plain():
    assert plain_stem("CSS071204:100029+071116.fits") == "CSS071204:100029+071116"
    assert plain_stem("/a/b\\c.FITS.GZ") == "c"
    assert plain_stem("\x1b[31m..fits") == "[31m"
    assert len(plain_stem("x" * 400 + ".npz")) == 100


def test_a_file_is_answered_as_the_command_answers(session, things, first_id):
    sequence = Archive(things / "archive")[first_id]
    with upload_folder("my star.fits") as file:
        write_deep_tao(file, sequence)
        result = classify_upload(session, file, "my star.fits")
    assert result.objects == ["uploaded 1: my star"]
    assert result.rejected == []
    rows = session.rows_of("uploaded 1: my star")
    expected = read_predictions(things / "answers.parquet")
    expected = expected[expected["object_id"] == first_id]
    names = [f"p_{name}" for name in session.classes]
    # files of this kind hold whole numbers of 16 bits, and times of five decimals
    np.testing.assert_allclose(rows[names].to_numpy(), expected[names].to_numpy(), atol=0.02)
    shown = session.sequence_of("uploaded 1: my star")
    assert len(shown) == len(sequence)
    assert not isinstance(shown.frames, np.memmap)


def test_several_objects_come_from_one_file_and_the_oldest_are_forgotten(session, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_KEPT", 3)
    for _ in range(2):
        with upload_folder("x.npz") as file:
            file.write_bytes(stamps(2))
            result = classify_upload(session, file, "x.npz")
    assert result.objects == ["uploaded 3: o0", "uploaded 4: o1"]
    assert list(session.uploads) == ["uploaded 2: o1", *result.objects]
    assert list(session.uploaded_answers) == list(session.uploads)
    assert not session.has_object("uploaded 1: o0")


def test_what_cannot_be_used_is_listed_by_the_visitors_name(session):
    with upload_folder("small.npz") as file:
        content = np.random.default_rng(0).normal(100, 5, (1, 3, 1, 8, 8))
        np.savez(
            file, stamps=content, n_epochs=[3], mjd=57000 + np.arange(3.0)[None], object_id=["a"]
        )
        result = classify_upload(session, file, "small.npz")
    assert result.objects == []
    assert result.rejected == [{"name": "a", "reason": "the cutouts are too small for this model"}]


def test_errors_do_not_tell_where_files_are_stored(session):
    for name, content in (("x.fits", b"SIMPLE  = no"), ("x", b"hello"), ("x.npz", b"PK\x03\x04")):
        with upload_folder(name) as file:
            file.write_bytes(content)
            with pytest.raises(InputError) as refused:
                classify_upload(session, file, name)
            assert "taonet-upload" not in str(refused.value)


def test_a_file_that_takes_too_long_is_given_up(session, monkeypatch):
    start = time.monotonic()
    with upload_folder("x.npz") as file:
        file.write_bytes(stamps(1))
        monkeypatch.setattr(uploads, "_command", lambda *_: ["/bin/sleep", "60"])
        with pytest.raises(InputError, match="took too long"):
            classify_upload(session, file, "x.npz", most_seconds=0.2)
    assert time.monotonic() - start < 30
    # the next one does not wait for it
    assert not uploads._reading.locked()


def test_a_file_that_waits_for_others_too_long_is_given_up(session):
    with upload_folder("x.npz") as file, uploads._reading:
        file.write_bytes(stamps(1))
        with pytest.raises(InputError, match="other files are being read"):
            classify_upload(session, file, "x.npz", most_seconds=0.1)


def test_what_is_not_classified_in_time_is_told(session, monkeypatch):
    clock = iter([0.0, 1.0, 2.0, 99.0])
    monkeypatch.setattr(uploads, "monotonic", lambda: next(clock))
    with upload_folder("x.npz") as file:
        file.write_bytes(stamps(2))
        result = classify_upload(session, file, "x.npz", most_seconds=50.0)
    assert len(result.objects) == 1
    (late,) = result.rejected
    assert late["name"] == "o1"
    assert "the time was up" in late["reason"]


def test_a_worker_that_the_system_ended_is_told(session, monkeypatch):
    with upload_folder("x.npz") as file:
        file.write_bytes(stamps(1))
        monkeypatch.setattr(uploads, "_command", lambda *_: ["/bin/false"])
        with pytest.raises(InputError, match=UNPACKED):
            classify_upload(session, file, "x.npz")


def test_too_many_pixels_are_refused(session, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_PIXELS", 1000)
    with upload_folder("x.npz") as file:
        file.write_bytes(stamps(1))
        with pytest.raises(InputError, match="too many pixels"):
            classify_upload(session, file, "x.npz")


def test_trees_read_no_cutouts(session):
    session.__dict__["model"] = object.__new__(_Trees)
    with upload_folder("x.npz") as file, pytest.raises(InputError, match="reads light curves"):
        classify_upload(session, file, "x.npz")


class _Trees:
    """In place of a model that is no network."""
