"""Tiny files in real layouts."""

import importlib.util
import sys
from pathlib import Path

import pytest

_SCRIPT = Path(__file__).parents[1] / "data" / "make_deep_tao.py"


@pytest.fixture(scope="session")
def deep_tao_maker():
    """The script tests/data/make_deep_tao.py as a module."""
    spec = importlib.util.spec_from_file_location("make_deep_tao", _SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_deep_tao"] = module  # its dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def deep_tao(deep_tao_maker, tmp_path_factory):
    """Truth by object id, of files written once; do not change them."""
    return deep_tao_maker.make_deep_tao(tmp_path_factory.mktemp("deep_tao"), seed=1, n_per_class=2)
