"""What verbs and their worker processes never import: each runs where the library cannot be had.

A finder that refuses torch, matplotlib or both comes first in every Python process that the test
starts, workers included; whatever imports them anyway ends with an error.
"""

import os
import pickle
import subprocess
import sys

import pytest

from fixtures.make_alerts import seen, write
from taonet.data.reading import Reading
from taonet.data.transforms import Scaling
from taonet.experiment.photometry_job import run_job
from taonet.experiment.stored_photometry import PhotometryJob
from taonet.io.archive import Archive
from taonet.tasks.simulate import Sample, simulate_archive

REFUSES = """
import os, sys

class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in os.environ["REFUSED"].split():
            raise AssertionError(f"{name} was imported")

sys.meta_path.insert(0, Refusing())
"""

HEAVY = "torch matplotlib"


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """Run a Python that refuses to import some libraries, with some arguments."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "sitecustomize.py").write_text(REFUSES)

    def run(*words, refused=HEAVY):
        path = os.pathsep.join([str(folder), *sys.path])
        environment = {**os.environ, "PYTHONPATH": path, "REFUSED": refused}
        return subprocess.run(
            [sys.executable, *map(str, words)],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("light") / "archive"
    simulate_archive(Sample(survey="tiny", n_objects=4, seed=3), folder)
    return folder


@pytest.fixture(scope="module")
def packets(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packets")
    write(folder / "p.avro", [seen(100 + k, jd=2459000.5 + 3 * k) for k in range(3)])
    return folder


WORKER = """
import sys
from importlib import import_module
from taonet.parallel import map_in_order

def load(name):
    import_module(name)

if __name__ == "__main__":
    list(map_in_order(load, ["wave", sys.argv[1]], workers=2))
"""


@pytest.mark.parametrize("name", HEAVY.split())
def test_refusals_reach_this_process_and_its_workers(python, tmp_path, name):
    script = tmp_path / "worker.py"
    script.write_text(WORKER)
    assert python(script, "chunk").returncode == 0
    for words in (("-c", f"import {name}"), (script, name)):
        done = python(*words)
        assert done.returncode != 0
        assert f"{name} was imported" in done.stderr


def test_importing_taonet_is_light(python):
    heavy = f"{HEAVY} numpy pandas scipy astropy sklearn pyarrow"
    done = python("-c", "import taonet", refused=heavy)
    assert done.returncode == 0, done.stderr


VERBS = {
    "photometry": ("photometry", "ARCHIVE", "--limit", "1", "-o", "c.csv"),
    "photometry by workers": ("photometry", "ARCHIVE", "--workers", "2", "-o", "c.parquet"),
    "features": ("photometry", "ARCHIVE", "--features", "modern", "-o", "f.parquet"),
    "ingest": ("ingest", "alerts", "PACKETS", "-o", "a"),
    "simulate": ("simulate", "tiny", "--objects", "2", "-o", "s"),
    "simulate by workers": ("simulate", "crts", "--objects", "2", "--workers", "2", "-o", "s"),
    "light curves": ("simulate", "crts", "--light-curves-only", "--objects", "2", "-o", "l.csv"),
}


@pytest.mark.parametrize("name", VERBS)
def test_verbs_without_networks_import_neither_torch_nor_matplotlib(
    python, archive, packets, tmp_path, name
):
    named = {"ARCHIVE": archive, "PACKETS": packets}
    words = [named.get(word, word) for word in VERBS[name]]
    words[-1] = tmp_path / words[-1]
    done = python("-m", "taonet", *words)
    assert done.returncode == 0, done.stderr
    assert words[-1].exists()


def test_figures_import_matplotlib_and_no_torch(python, archive, tmp_path):
    words = ("-m", "taonet", "photometry", archive, "--limit", 1,
             "--figures", tmp_path / "figures", "-o", tmp_path / "c.parquet")  # fmt: skip
    done = python(*words)
    assert "matplotlib was imported" in done.stderr
    done = python(*words, refused="torch")
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "figures").iterdir())


# what a worker of a training run does: it gets a job, measures and writes
JOB = """
import pickle, sys
from pathlib import Path
job = pickle.loads(Path(sys.argv[1]).read_bytes())
from taonet.experiment.photometry_job import run_job
assert run_job(job) == 4
"""


def test_the_photometry_of_a_training_run_imports_no_torch(python, archive, tmp_path):
    job = PhotometryJob(
        archive=archive,
        first=0,
        last=4,
        reading=Reading(scaling=Scaling(), bands=Archive(archive).bands, measured=True, deep_px=8),
        epochs=(3,),
        use_times=True,
        trees=True,
        output=tmp_path / "000000",
    )
    (tmp_path / "job").write_bytes(pickle.dumps(job))
    assert b"torch" not in pickle.dumps((run_job, job))
    done = python("-c", JOB, tmp_path / "job")
    assert done.returncode == 0, done.stderr
    written = {path.suffix for path in tmp_path.glob("000000.*")}
    assert written == {".npz", ".npy", ".parquet"}
