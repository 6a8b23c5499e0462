"""What ships: each bundle is small, tells what it is, loads and answers; also from a wheel."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from taonet.experiment.card import SECTIONS
from taonet.experiment.counterfactual_card import WHAT_IF
from taonet.models.bundle import load_bundle
from taonet.models.bundle_folder import NETWORK, SHIPPED, bundle_config, bundle_names
from taonet.models.predict import predict
from taonet.sky.sequence import ImageSequence
from taonet.tasks.models import bundle_lines, shipped_bundles

MOST_BYTES = 4_000_000
ROOT = Path(__file__).parents[2]
NAMED = [name for name in bundle_names() if bundle_config(SHIPPED / name)["format"] == NETWORK]


def check_bundle(path):
    """Hold a bundle to what everything that ships is held to."""
    assert sum(file.stat().st_size for file in path.iterdir()) <= MOST_BYTES
    card, config = (path / "README.md").read_text(), bundle_config(path)
    headings = re.findall(r"^## (.*)$", card, re.MULTILINE)
    assert [name for name in headings if name != WHAT_IF] == list(SECTIONS)
    for section in re.split(r"^## ", card, flags=re.MULTILINE)[1:]:
        assert len(section.split("\n", 1)[1].strip()) > 10, section
    assert config["weights_sha256"] in card
    assert "taonet train" in card
    assert re.search(r"MiB of memory", card)
    assert ("TRAINED ON SIMULATED" in card.upper()) == config["facts"]["trained_on_simulation"]
    bundle = load_bundle(path)
    (rows,) = predict(bundle, [tiny_sequence(bundle)])
    said = rows[[f"p_{name}" for name in bundle.taxonomy.classes]].to_numpy()
    assert len(rows) == 4
    np.testing.assert_allclose(said.sum(axis=1), 1, atol=1e-5)


def tiny_sequence(bundle):
    reading, px = bundle.reading, bundle.frame_px
    frames = np.random.default_rng(1).normal(1000, 20, (4, len(reading.channels), px, px))
    frames[:, :, px // 2, px // 2] += 500
    band = [(reading.bands or ("",))[0]] * 4
    mjd = 55000.0 + np.arange(4)
    return ImageSequence.from_frames("o", frames, mjd, band=band, channels=reading.channels)


@pytest.mark.parametrize("name", NAMED)
def test_what_ships_is_small_complete_and_answers(name):
    check_bundle(SHIPPED / name)


@pytest.mark.parametrize("name", bundle_names())
def test_all_that_ships_is_small(name):
    assert sum(file.stat().st_size for file in (SHIPPED / name).iterdir()) <= MOST_BYTES


def test_a_run_leaves_a_bundle_that_could_ship(world):
    check_bundle(world / "run" / "bundle")


def test_the_list_says_what_each_is(world, tmp_path):
    shutil.copytree(world / "run" / "bundle", tmp_path / "tiny-sim")
    found = shipped_bundles(tmp_path)
    assert list(found) == ["tiny-sim"]
    about = found["tiny-sim"]
    assert about["survey"] == "crts"
    assert about["trained_on"] == "simulation"
    assert about["objects"] == 24
    assert 0.01 < about["size_mb"] < 1
    table = pd.read_parquet(world / "run" / "predictions" / "tao-net.parquet")
    assert about["classes"] == [c[2:] for c in table.columns if c.startswith("p_")]
    scores = json.loads((world / "run" / "scores.json").read_text())["TAO-Net"]
    assert about["macro_f1"] == scores["macro_f1"]
    head, line = bundle_lines(found)
    assert head.startswith("name")
    assert f"{scores['macro_f1']['value']:.3f}" in line


@pytest.mark.slow
def test_a_wheel_carries_its_bundles_and_recipes_and_needs_no_network(world, tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(
        ROOT / "src" / "taonet",
        source / "src" / "taonet",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    shutil.copytree(world / "run" / "bundle", source / "src" / "taonet" / "bundles" / "tiny-sim")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-deps", "--no-index", "--no-cache-dir"]
    build = [*pip, "wheel", *offline, "--no-build-isolation", "-w", tmp_path, source]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    target = tmp_path / "target"
    subprocess.run([*pip, "install", *offline, "--target", target, wheel], check=True)
    # nothing answers there, so whatever asked the network would fail
    nowhere = dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9")
    environment = {**os.environ, **nowhere, "PYTHONPATH": str(target)}
    code = (
        "import taonet; print(taonet.__file__); b = taonet.load('tiny-sim'); "
        "print(b.name, len(b.taxonomy.classes))"
    )
    said = _python(["-c", code], environment, tmp_path)
    assert said[0].startswith(str(target))
    assert said[1] == "tiny 6"
    listed = json.loads(
        "\n".join(_python(["-m", "taonet", "models", "--json"], environment, tmp_path))
    )
    assert "tiny-sim" in listed
    recipes = "\n".join(_python(["-m", "taonet", "recipes", "--json"], environment, tmp_path))
    assert "tiny" in json.loads(recipes)


def _python(arguments, environment, folder):
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()
