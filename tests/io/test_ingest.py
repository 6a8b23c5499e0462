"""From files to an archive: order, memory, interruption."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from taonet.errors import InputError
from taonet.io.archive import Archive
from taonet.io.deep_tao.writer import write_deep_tao
from taonet.io.ingest import ingest
from taonet.io.sources import source_of
from taonet.sky.sequence import ImageSequence

INGEST = """
import resource, sys, time
from pathlib import Path
from taonet.io.ingest import ingest
from taonet.io.sources import source_of
def slowly(found, total, title):
    for one in found:
        yield one
        time.sleep({pause})
ingest(source_of(Path({source!r})), Path({output!r}), track=slowly)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def folder_of(path, n_objects, n_frames=100, size=64):
    """Many files of one long sequence: links to one file, since only names must differ."""
    frames = np.random.default_rng(0).integers(1800, 2000, (n_frames, 1, size, size))
    sequence = ImageSequence.from_frames(
        "first", frames.astype(np.uint16), 53500.0 + np.arange(n_frames), class_name="SN"
    )
    (path / "SN").mkdir(parents=True)
    write_deep_tao(path / "SN" / "first.fits", sequence)
    for i in range(n_objects - 1):
        os.link(path / "SN" / "first.fits", path / "SN" / f"o{i:04d}.fits")
    return path


def run_ingest(source, output, *, pause=0.0):
    code = INGEST.format(source=str(source), output=str(output), pause=pause)
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def peak_megabytes(source, output):
    out, _ = run_ingest(source, output).communicate()
    return int(out)


def test_memory_does_not_grow_with_the_number_of_objects(tmp_path):
    few = peak_megabytes(folder_of(tmp_path / "few", 30), tmp_path / "a")
    many = peak_megabytes(folder_of(tmp_path / "many", 150), tmp_path / "b")
    assert Archive(tmp_path / "b").manifest["frames"] == 15_000
    assert many < few + 25, f"{few} MB for 30 objects, {many} MB for 150"


@pytest.mark.slow
def test_memory_at_three_hundred_objects_of_a_hundred_frames(tmp_path):
    few = peak_megabytes(folder_of(tmp_path / "few", 30), tmp_path / "a")
    many = peak_megabytes(folder_of(tmp_path / "many", 300), tmp_path / "b")
    assert many < few + 25, f"{few} MB for 30 objects, {many} MB for 300"


def test_an_ingest_that_was_killed_goes_on_and_ends_the_same(tmp_path):
    source = folder_of(tmp_path / "data", 40, n_frames=60)
    ingest(source_of(source), tmp_path / "whole")
    process = run_ingest(source, tmp_path / "killed", pause=0.05)
    time.sleep(2.5)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    ingest(source_of(source), tmp_path / "killed")
    one, other = Archive(tmp_path / "whole"), Archive(tmp_path / "killed")
    assert one.manifest["sha256"]["frames.npy"] == other.manifest["sha256"]["frames.npy"]
    assert one.objects.equals(other.objects)


def test_a_whole_folder_with_every_trap_becomes_an_archive(deep_tao, tmp_path):
    data = next(iter(deep_tao.values())).path.parents[1]
    source = source_of(data)
    assert source.kind == "deep-tao"
    summary = ingest(source, tmp_path / "a")
    assert summary.items == source.count == summary.objects + summary.set_aside
    archive = Archive(tmp_path / "a")
    assert archive.survey == "crts"
    for i, truth in ((i, deep_tao[name]) for i, name in enumerate(archive.objects["object_id"])):
        assert archive[i].class_name == truth.class_name
        assert archive[i].field_id == truth.field_id
        np.testing.assert_array_equal(archive[i].frames, truth.frames)
        np.testing.assert_array_equal(~archive[i].usable, truth.blank)


def test_an_empty_folder_is_one_clear_line(tmp_path):
    with pytest.raises(InputError, match="no archive, alerts or FITS"):
        source_of(tmp_path)


def test_scales_are_those_of_the_user_else_of_the_survey(tmp_path):
    source = source_of(folder_of(tmp_path / "files", 2, n_frames=3, size=8))
    known = ingest(source, tmp_path / "known").path
    assert Archive(known).manifest["pixel_scale_arcsec"] == 2.5
    stated = ingest(source, tmp_path / "stated", pixel_scale_arcsec=1.25).path
    assert [own.pixel_scale_arcsec for own in Archive(stated)] == [1.25, 1.25]
    with pytest.raises(InputError, match="no pixel scale"):
        ingest(source, tmp_path / "wrong", pixel_scale_arcsec=-1.0)
