"""What every test needs: run-time shape checks, one thread, and the shared real data."""

import importlib.util
import os
import sys
from pathlib import Path

import jaxtyping
import pytest
import torch

# one thread: on a shared machine a second one costs more in waiting than it brings
os.environ.setdefault("OMP_NUM_THREADS", "1")
torch.set_num_threads(1)
RECIPES = Path(__file__).parents[1] / "recipes"
_MAKER = Path(__file__).parent / "fixtures" / "make_deep_tao.py"

jaxtyping.install_import_hook("taonet", "typecheck.checker")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Check shapes in the tests of each room, and with CHECK_SHAPES=all in whole experiments, too.

    There a check of every call doubles the time and sees the same calls thousands of times.
    """
    whole = item.path.parent.name in ("api", "experiment", "tests")
    off = whole and os.environ.get("CHECK_SHAPES") != "all"
    jaxtyping.config.update("jaxtyping_disable", off)


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
    from taonet.experiment.recipe import read_recipe
    from taonet.experiment.run import run_experiment
    from taonet.io.archive import Archive
    from taonet.tasks.simulate import Sample, simulate_archive

    folder = tmp_path_factory.mktemp("world")
    simulate_archive(Sample(survey="tiny", n_objects=24, seed=3), folder / "archive")
    run_experiment(read_recipe(RECIPES / "tiny.toml"), Archive(folder / "archive"), folder / "run")
    return folder


@pytest.fixture(scope="session")
def deep_tao_maker():
    """The script tests/fixtures/make_deep_tao.py as a module."""
    spec = importlib.util.spec_from_file_location("make_deep_tao", _MAKER)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_deep_tao"] = module  # its dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def deep_tao(deep_tao_maker, tmp_path_factory):
    """Truth by object id, of files written once; do not change them."""
    return deep_tao_maker.make_deep_tao(tmp_path_factory.mktemp("deep_tao"), seed=1, n_per_class=2)
