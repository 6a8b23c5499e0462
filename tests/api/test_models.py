"""Loading by name, by folder and by run, and predicting in one call."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import taonet
from taonet.errors import MissingError


def test_models_are_found_by_name_by_folder_and_by_run(world):
    assert taonet.load("hits").name == "hits"
    run = taonet.load(world / "run")
    assert run.name == taonet.load(str(world / "run" / "bundle")).name
    with pytest.raises(MissingError, match="did you mean 'crts-sim'"):
        taonet.load("crts-sin")


def test_a_name_a_path_and_a_model_predict_alike():
    sequences = taonet.simulate("hits", 1, seed=7)
    model = taonet.load("hits")
    folder = Path(taonet.__file__).parent / "bundles" / "hits"
    tables = [taonet.predict(one, sequences) for one in ("hits", folder, model)]
    pd.testing.assert_frame_equal(tables[0], tables[1])
    pd.testing.assert_frame_equal(tables[0], tables[2])


def test_workers_change_nothing(tmp_path):
    archive = taonet.simulate("crts", 2, seed=5, output=tmp_path / "a")
    one, two = (taonet.predict("crts-sim", archive, workers=n) for n in (1, 2))
    pd.testing.assert_frame_equal(one, two)


UNGUARDED = """
import sys
import taonet
table = taonet.predict("hits-sim", sys.argv[-1], workers=2, final=True)
print(len(table))
"""


@pytest.mark.parametrize("way", ["script", "command", "input"])
def test_workers_need_no_main_guard(tmp_path, way):
    archive = taonet.simulate("hits", 2, seed=7, output=tmp_path / "a")
    script = tmp_path / "script.py"
    script.write_text(UNGUARDED)
    words = {"script": [str(script)], "command": ["-c", UNGUARDED], "input": ["-"]}[way]
    done = subprocess.run(
        [sys.executable, *words, str(archive.path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        input=UNGUARDED, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["2"]
