"""Archives as they are written: interrupted, refused, widened, and the same in the end."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from fixtures.make_archives import same, sequence, write
from taonet.errors import InputError, OutputError
from taonet.io.archive import Archive
from taonet.io.archive_writer import ArchiveWriter
from taonet.io.rejection import Rejection


def test_existing_output_is_refused_unless_told_otherwise(tmp_path):
    write(tmp_path / "a", [sequence(1)])
    with pytest.raises(OutputError, match="exists already"):
        write(tmp_path / "a", [sequence(2)])
    assert write(tmp_path / "a", [sequence(2)], overwrite=True)[0].object_id == "o2"


def test_frames_of_another_shape_and_repeated_ids_are_refused_and_nothing_is_lost(tmp_path):
    with ArchiveWriter(tmp_path / "a", survey="x", signature="s") as writer:
        writer.add(sequence(1), source="1")
        with pytest.raises(InputError, match="frames differ"):
            writer.add(sequence(2, shape=(1, 5, 6)), source="2")
        with pytest.raises(InputError, match="there already"):
            writer.add(sequence(1), source="3")
        writer.add(sequence(4), source="4")
        writer.finish()
    assert Archive(tmp_path / "a").objects["object_id"].tolist() == ["o1", "o4"]


def test_an_interrupted_write_goes_on_where_it_was_safe(tmp_path):
    writer = ArchiveWriter(tmp_path / "a", survey="x", signature="s")
    for i in range(3):
        writer.add(sequence(i), source=str(i))
    writer.flush()
    writer.add(sequence(3), source="3")
    writer.reject(Rejection(source="9", reason="broken"))
    writer._frames.flush()  # the pixels reached the disk, the journal did not
    writer.close()
    with ArchiveWriter(tmp_path / "a", survey="x", signature="s") as again:
        assert again.done == {"0", "1", "2"}
        for i in (3, 4):
            again.add(sequence(i), source=str(i))
        again.finish()
    archive = Archive(tmp_path / "a")
    archive.verify()
    for i in range(5):
        same(archive[i], sequence(i))
    assert not (tmp_path / "a.part").exists()


def test_an_interruption_keeps_what_was_written(tmp_path):
    with (
        pytest.raises(KeyboardInterrupt),
        ArchiveWriter(tmp_path / "a", survey="x", signature="s") as writer,
    ):
        writer.add(sequence(1), source="1")
        raise KeyboardInterrupt
    with ArchiveWriter(tmp_path / "a", survey="x", signature="s") as again:
        assert again.done == {"1"}


def test_where_an_interruption_fell_cannot_be_told_from_the_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr("taonet.io.archive_writer.ROW_GROUP", 5)
    sequences = [sequence(i) for i in range(9)]
    whole = write(tmp_path / "whole", sequences)
    with ArchiveWriter(tmp_path / "parts", survey="crts", signature="s") as writer:
        for one in sequences:
            writer.add(one, source=one.object_id)
            writer.flush()
        writer.finish()
    assert Archive(tmp_path / "parts").digest == whole.digest


def test_an_unfinished_archive_of_other_inputs_is_refused(tmp_path):
    ArchiveWriter(tmp_path / "a", survey="x", signature="one").close()
    with pytest.raises(OutputError, match="other inputs"):
        ArchiveWriter(tmp_path / "a", survey="x", signature="two")


def test_nothing_to_write_leaves_nothing(tmp_path):
    with pytest.raises(InputError, match="nothing to write"):
        write(tmp_path / "a", [])
    assert list(tmp_path.iterdir()) == []


FULL_DISK = """
import resource, sys
sys.path.insert(0, {tests!r})
from fixtures.make_archives import sequence
from pathlib import Path
from taonet.errors import OutputError
from taonet.io.rejection import Rejection
from taonet.io.archive_writer import ArchiveWriter
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    with ArchiveWriter(Path({path!r}), survey="x", signature="s") as writer:
        for i in range(200):
            writer.add(sequence(i, shape=(1, 64, 64)), source=str(i))
        writer.finish()
except OutputError as error:
    print(error)
"""


def test_a_full_disk_is_one_clear_line_and_leaves_nothing(tmp_path):
    from pathlib import Path

    code = FULL_DISK.format(tests=str(Path(__file__).parents[1]), path=str(tmp_path / "a"))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "no room left to write" in done.stdout
    assert list(tmp_path.iterdir()) == []


def typed(i, dtype, values=None, **more):
    frames = np.arange(4 * 36).reshape(4, 1, 6, 6) % 251 if values is None else values
    return sequence(i, dtype=dtype, **more), np.broadcast_to(frames, (4, 1, 6, 6)).astype(dtype)


def archive_of_types(path, objects, *, flush_after=None):
    with ArchiveWriter(path, survey="x", signature="s") as writer:
        for i, (one, frames) in enumerate(objects):
            writer.add(replace(one, frames=frames), source=one.object_id)
            if i == flush_after:
                writer.flush()
        writer.finish()
    return Archive(path)


@pytest.mark.parametrize(
    ("dtypes", "stored"),
    [
        (("u2", "f4"), "u2"),  # whole numbers fit
        (("f4", "u2", "i2", "u1"), "f4"),
        (("u1", "u2", "i2"), "u1"),
        ((">f4", "<f4"), "f4"),
        (("f8", "f4"), "f8"),
    ],
)
def test_pixels_of_another_type_are_kept_where_the_first_type_holds_them(dtypes, stored, tmp_path):
    objects = [typed(i, dtype) for i, dtype in enumerate(dtypes)]
    archive = archive_of_types(tmp_path / "a", objects)
    assert archive[0].frames.dtype == np.dtype(stored)
    for i, (_, frames) in enumerate(objects):
        assert np.array_equal(archive[i].frames, frames)


@pytest.mark.parametrize(
    ("first", "later", "stored"),
    [
        (("u2", 40000), ("f4", np.nan), "f4"),
        (("u1", 200), ("i2", -3), "i2"),
        (("u2", 40000), ("i2", -3), "i4"),
        (("f4", 0.1), ("i4", 2**24 + 1), "f8"),
        (("i2", 1), ("f8", 0.1), "f8"),
    ],
)
def test_an_archive_is_widened_where_its_type_does_not_hold_a_later_object(
    first, later, stored, tmp_path
):
    objects = [typed(0, *first), typed(1, "u1"), typed(2, *later), typed(3, *first)]
    archive = archive_of_types(tmp_path / "a", objects)
    archive.verify()
    assert archive[0].frames.dtype == np.dtype(stored)
    for i, (_, frames) in enumerate(objects):
        assert np.array_equal(archive[i].frames, frames, equal_nan=True)
    whole = archive.digest
    assert archive_of_types(tmp_path / "b", objects, flush_after=1).digest == whole


def test_pixels_that_no_type_holds_together_are_refused_and_harm_none(tmp_path):
    first, huge = typed(0, "f4", 0.1), typed(1, "i8", 2**60 + 1)
    with ArchiveWriter(tmp_path / "a", survey="x", signature="s") as writer:
        writer.add(replace(first[0], frames=first[1]), source="0")
        with pytest.raises(InputError, match="no type holds"):
            writer.add(replace(huge[0], frames=huge[1]), source="1")
        writer.add(sequence(2, dtype=np.float32), source="2")
        writer.finish()
    archive = Archive(tmp_path / "a")
    assert archive.objects["object_id"].tolist() == ["o0", "o2"]
    assert np.array_equal(archive[0].frames, first[1])


def test_a_kill_between_widened_frames_and_the_journal_does_no_harm(tmp_path, monkeypatch):
    first, later = typed(0, "u2", 40000), typed(1, "f4", 0.5)
    writer = ArchiveWriter(tmp_path / "a", survey="x", signature="s")
    writer.add(replace(first[0], frames=first[1]), source="0")
    writer.flush()
    with monkeypatch.context() as patched:
        patched.setattr(writer, "flush", lambda: None)
        patched.setattr(writer, "_write_journal", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            writer.add(replace(later[0], frames=later[1]), source="1")
    writer.close()
    with ArchiveWriter(tmp_path / "a", survey="x", signature="s") as again:
        assert again.done == {"0"}
        again.add(replace(later[0], frames=later[1]), source="1")
        again.finish()
    archive = Archive(tmp_path / "a")
    for i, (_, frames) in enumerate((first, later)):
        assert np.array_equal(archive[i].frames, frames)


def test_a_scale_of_all_objects_is_in_the_manifest_and_several_are_a_column(tmp_path):
    one = [replace(sequence(i), pixel_scale_arcsec=0.27) for i in range(3)]
    archive = write(tmp_path / "one", one)
    assert archive.manifest["pixel_scale_arcsec"] == 0.27
    assert archive.objects["pixel_scale_arcsec"].tolist() == [0.27] * 3
    mixed = [one[0], replace(one[1], pixel_scale_arcsec=0.3), sequence(2)]
    archive = write(tmp_path / "mixed", mixed)
    assert "pixel_scale_arcsec" not in archive.manifest
    assert [own.pixel_scale_arcsec for own in archive][:2] == [0.27, 0.3]
    assert np.isnan(archive[2].pixel_scale_arcsec)
    assert archive.pixel_scales == "0.27 to 0.3, not stated for 1 objects"


def test_a_scale_changes_no_hash_where_all_objects_share_it(tmp_path):
    unknown = write(tmp_path / "unknown", [sequence(1), sequence(2)])
    stated = [replace(sequence(i), pixel_scale_arcsec=1.0) for i in (1, 2)]
    assert write(tmp_path / "stated", stated).digest == unknown.digest
    assert unknown.manifest["pixel_scale_arcsec"] is None
    assert unknown.pixel_scales == "not stated"
