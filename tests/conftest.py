"""What every test needs: run-time shape checks, one thread, and the shared real data."""

import os
from pathlib import Path

import pytest
import torch
from jaxtyping import install_import_hook

# one thread: on a shared machine a second one costs more in waiting than it brings
os.environ.setdefault("OMP_NUM_THREADS", "1")
torch.set_num_threads(1)
RECIPES = Path(__file__).parents[1] / "recipes"

install_import_hook("taonet", "typecheck.checker")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder with the real data that may not live in the repository; skips where it is absent."""
    beside = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("TAONET_SHARED_DATA", beside))
    if not folder.is_dir():
        pytest.skip(f"real data not found at {folder}; set TAONET_SHARED_DATA to its folder")
    return folder


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    """A small simulated archive and a run trained on it."""
    from taonet.experiment.config import read_recipe
    from taonet.experiment.run import run_experiment
    from taonet.experiment.simulated import simulate_archive
    from taonet.io.archive import Archive

    folder = tmp_path_factory.mktemp("world")
    simulate_archive("tiny", folder / "archive", n_objects=24, seed=3)
    run_experiment(read_recipe(RECIPES / "tiny.toml"), Archive(folder / "archive"), folder / "run")
    return folder
