"""The process that reads uploads: whatever comes in, it answers, within its limits."""

import gzip
import io
import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from taonet.io.archive import Archive
from taonet.web import upload_worker
from taonet.web.upload_worker import UNPACKED, read_upload


def stamps(n=2):
    content = io.BytesIO()
    rng = np.random.default_rng(0)
    np.savez(
        content, stamps=rng.normal(100, 5, (n, 3, 1, 32, 32)), n_epochs=[3] * n,
        mjd=57000 + np.tile(np.arange(3.0), (n, 1)), object_id=[f"o{i}" for i in range(n)],
    )  # fmt: skip
    return content.getvalue()


def test_a_good_file_becomes_an_archive(tmp_path):
    (tmp_path / "upload.npz").write_bytes(stamps())
    answer = read_upload(tmp_path / "upload.npz", tmp_path / "archive")
    assert answer == upload_worker.WorkerAnswer()
    assert [one.object_id for one in Archive(tmp_path / "archive")] == ["o0", "o1"]


def fits_head(**cards):
    lines = [
        "SIMPLE  =                    T",
        *(f"{k:8}= {v:>20}" for k, v in cards.items()),
        "END",
    ]
    return "".join(line.ljust(80) for line in lines).ljust(2880).encode()


BAD = {
    "empty.fits": b"",
    "text.fits": b"hello",
    "cut.fits": fits_head(BITPIX=16, NAXIS=3, NAXIS1=64, NAXIS2=64, NAXIS3=100),
    "huge.fits": fits_head(BITPIX=-64, NAXIS=2, NAXIS1=10**9, NAXIS2=10**9),
    "minus.fits": fits_head(BITPIX=16, NAXIS=2, NAXIS1=-5, NAXIS2=64),
    "no_zip.npz": b"PK\x03\x04" + b"x" * 100,
    "avro.avro": b"Obj\x01" + b"\xff" * 200,
    "packed.fits.gz": gzip.compress(b"x" * 1000)[:-7],
    "packed.gz": b"\x1f\x8b\x08" + b"\xff" * 50,
    "page.html": b"<html><script>alert(1)</script>",
    "pickle.npz": b"\x80\x04\x95cos\nsystem\n(S'touch /tmp/x'\ntR.",
}


@pytest.mark.parametrize("name", list(BAD))
def test_a_bad_file_is_an_answer(tmp_path, name):
    (tmp_path / name).write_bytes(BAD[name])
    answer = read_upload(tmp_path / name, tmp_path / "archive")
    assert answer.error


def test_pickles_are_not_opened(tmp_path):
    class Attack:
        def __reduce__(self):
            return (open, (str(tmp_path / "written"), "w"))

    content = io.BytesIO()
    np.savez(content, stamps=np.array([Attack()], object), n_epochs=[1], mjd=[5e4], object_id=["a"])
    (tmp_path / "upload.npz").write_bytes(content.getvalue())
    assert read_upload(tmp_path / "upload.npz", tmp_path / "archive").error
    assert not (tmp_path / "written").exists()


def run_worker(file, archive, **limits):
    changes = "; ".join(f"w.{name} = {value}" for name, value in limits.items())
    code = f"import sys, taonet.web.upload_worker as w; {changes or 'pass'}; w.main(sys.argv[1:])"
    command = [sys.executable, "-c", code, str(file), str(archive)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_gzip_bomb_ends_the_worker_alone(tmp_path):
    bomb = io.BytesIO()
    with gzip.GzipFile(fileobj=bomb, mode="wb") as packed:
        packed.write(fits_head(BITPIX=8, NAXIS=0))
        for _ in range(300):
            packed.write(bytes(4 << 20))
    assert len(bomb.getvalue()) < 2 << 20
    (tmp_path / "upload.fits.gz").write_bytes(bomb.getvalue())
    ended = run_worker(tmp_path / "upload.fits.gz", tmp_path / "a", MOST_MEMORY=900 << 20)
    if ended.stdout:
        assert json.loads(ended.stdout)["error"]
    else:
        assert ended.returncode != 0


def test_a_zip_bomb_of_arrays_is_refused(tmp_path):
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        head, {"descr": "<f8", "fortran_order": False, "shape": (10**6, 1000, 1, 32, 32)}
    )
    with zipfile.ZipFile(tmp_path / "upload.npz", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("stamps.npy", head.getvalue() + bytes(1 << 20))
    ended = run_worker(tmp_path / "upload.npz", tmp_path / "archive")
    assert json.loads(ended.stdout)["error"]


def test_what_is_written_is_limited(tmp_path):
    (tmp_path / "upload.npz").write_bytes(stamps(40))
    ended = run_worker(tmp_path / "upload.npz", tmp_path / "archive", MOST_WRITTEN=100_000)
    assert json.loads(ended.stdout)["error"] == UNPACKED


def test_only_so_many_objects_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(upload_worker, "MOST_ITEMS", 3)
    (tmp_path / "upload.npz").write_bytes(stamps(6))
    read_upload(tmp_path / "upload.npz", tmp_path / "archive")
    assert len(Archive(tmp_path / "archive")) == 3
