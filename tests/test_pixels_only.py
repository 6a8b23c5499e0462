"""A network that reads pixels only needs neither photometry nor light-curve features.

A finder that refuses `taonet.photometry` and `taonet.features` comes first in every Python process
that the test starts, workers included. Archive and bundle are made before, in the test's own.
"""

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch

from taonet.data.reading import Reading
from taonet.data.transforms import Scaling
from taonet.io.archive import Archive
from taonet.io.prediction_table import read_predictions
from taonet.models.bundle import Bundle, load_bundle, save_bundle
from taonet.models.encoder_folder import TaughtEncoder
from taonet.models.frame_encoder import FrameEncoder, FrameEncoderConfig
from taonet.models.network_config import TaoNetConfig
from taonet.models.taonet import TaoNet
from taonet.tasks.predict import predict_files
from taonet.tasks.simulate import Sample, simulate_archive

REFUSES = """
import sys

class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name in ("taonet.photometry", "taonet.features"):
            raise ImportError(f"{name} is out of reach")

sys.meta_path.insert(0, Refusing())
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """Run a Python without photometry and features, with some arguments."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "sitecustomize.py").write_text(REFUSES)

    def run(*words):
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *sys.path])}
        return subprocess.run(
            [sys.executable, *map(str, words)],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pixels") / "archive"
    simulate_archive(Sample(survey="tiny", n_objects=24, seed=3), folder)
    return folder


def save_network(archive, folder, *, measured=False, encoded=False):
    """Save an untrained network that reads single frames, measured and encoded or not."""
    opened = Archive(archive)
    torch.manual_seed(0)
    config = TaoNetConfig(
        classes=len(opened.taxonomy.classes), zooms=(16,), zoom_px=8, stem=8, growth=8,
        layers=(1, 1), embedding=8, apertures=0, hidden=8, measured=measured, encoded=encoded,
    )  # fmt: skip
    bundle = Bundle(
        name=folder.name,
        network=TaoNet(config).eval(),
        taxonomy=opened.taxonomy,
        reading=Reading(scaling=Scaling(crop_px=16), measured=measured, encoded=encoded),
        frame_px=16,
        encoder=untrained_encoder() if encoded else None,
        facts={"survey": "tiny", "trained_on_simulation": True},
    )
    save_bundle(bundle, folder, card="# untrained")
    return folder


def untrained_encoder():
    torch.manual_seed(1)
    return TaughtEncoder(network=FrameEncoder(FrameEncoderConfig()).eval(), name="untrained")


@pytest.fixture(scope="module", params=["frames", "encoded"])
def pixels(archive, request):
    folder = archive.with_name(request.param)
    return save_network(archive, folder, encoded=request.param == "encoded")


@pytest.fixture(scope="module")
def answers(archive, pixels):
    """Return what the network answers where everything can be imported."""
    table = pixels.with_name(f"{pixels.name}.parquet")
    predict_files(pixels, [archive], table)
    return read_predictions(table)


@pytest.mark.parametrize(
    "name", ["taonet.photometry", "taonet.photometry.lightcurves", "taonet.features.tables"]
)
def test_photometry_and_features_are_out_of_reach(python, name):
    done = python("-c", f"import {name}")
    assert done.returncode != 0
    assert "is out of reach" in done.stderr


def test_a_network_that_measures_ends_there(python, archive, tmp_path):
    bundle = save_network(archive, tmp_path / "measured", measured=True)
    done = python("-m", "taonet", "predict", bundle, archive, "-o", tmp_path / "t.parquet")
    assert done.returncode != 0
    assert "taonet.photometry is out of reach" in done.stderr


def test_the_command_answers_as_ever(python, archive, pixels, answers, tmp_path):
    table = tmp_path / "t.parquet"
    words = ("predict", pixels, archive, "-o", table, "--workers", 2)
    done = python("-m", "taonet", *words)
    assert done.returncode == 0, done.stderr
    pd.testing.assert_frame_equal(read_predictions(table), answers)


def test_the_page_starts_without_them(python):
    done = python("-c", "import taonet.web.object_store, taonet.web.app")
    assert done.returncode == 0, done.stderr


NOTEBOOK = """
import sys
import taonet
bundle, archive, table = sys.argv[1:]
model = taonet.load(bundle)
answers = model.predict(archive)
assert answers.equals(taonet.predict(model, archive))
answers.to_parquet(table)
"""


def test_a_notebook_has_the_same_answers(python, archive, pixels, answers, tmp_path):
    done = python("-c", NOTEBOOK, pixels, archive, tmp_path / "t.parquet")
    assert done.returncode == 0, done.stderr
    pd.testing.assert_frame_equal(read_predictions(tmp_path / "t.parquet"), answers)


# 24 objects are enough here; every start of a process costs seconds
CALIBRATE = """
import sys
from taonet.training import fit_frame_typicality, fit_sets, fit_temperature, fit_typicality
fit_temperature.LEAST_OBJECTS = fit_sets.LEAST_OBJECTS = 3
fit_typicality.LEAST_OF_A_CLASS = 2
fit_frame_typicality.LEAST_POINTS = 5
from taonet.cli import main

def run(*words):
    sys.argv = ["taonet", *words]
    try:
        main()
    except SystemExit as end:
        assert not end.code, words

bundle, archive, calibrated = sys.argv[1:]
run("calibrate", bundle, archive, "-o", calibrated)
tables = ["calibrated.csv", "plain.csv"]
run("predict", calibrated, archive, "-o", tables[0])
run("predict", bundle, archive, "-o", tables[1])
run("evaluate", *tables, "--data", archive)
"""


def test_it_is_calibrated_and_scored(python, archive, pixels, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = python("-c", CALIBRATE, pixels, archive, tmp_path / "b")
    assert done.returncode == 0, done.stderr
    assert "macro F1" in done.stdout
    assert {path.name for path in tmp_path.iterdir()} >= {"calibrated.csv", "plain.csv"}
    trust = load_bundle(tmp_path / "b").trust
    assert trust is not None
    assert trust.thresholds is not None
    assert trust.frame_typicality is not None


EXPLAIN = """
import sys
import numpy as np
import taonet
from taonet.io.archive import Archive
from taonet.models.evidence import explain_answer
evidence, occlusion = explain_answer(taonet.load(sys.argv[1]), Archive(sys.argv[2])[0])
np.savez(sys.argv[3], evidence.log_odds_change, occlusion.log_odds_change)
"""


def test_it_says_what_an_answer_rests_on(python, archive, pixels, tmp_path):
    done = python("-c", EXPLAIN, pixels, archive, tmp_path / "changes.npz")
    assert done.returncode == 0, done.stderr
    changes = np.load(tmp_path / "changes.npz")
    assert all(np.isfinite(changes[name]).all() for name in changes.files)


def test_it_is_trained_beside_no_trees(python, archive, tmp_path):
    words = ("train", "tiny", "--data", archive, "-o", tmp_path / "run")
    done = python("-m", "taonet", *words, "--set", "prediction.trees=false")
    assert done.returncode == 0, done.stderr
    assert load_bundle(tmp_path / "run").reading.measured is False
