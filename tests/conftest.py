"""What every test needs: run-time shape checks, one thread, and the shared real data."""

import os
from pathlib import Path

import pytest
import torch
from jaxtyping import install_import_hook

# one thread: on a shared machine a second one costs more in waiting than it brings
os.environ.setdefault("OMP_NUM_THREADS", "1")
torch.set_num_threads(1)
install_import_hook("taonet", "typecheck.checker")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder with the real data that may not live in the repository; skips where it is absent."""
    beside = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("TAONET_SHARED_DATA", beside))
    if not folder.is_dir():
        pytest.skip(f"real data not found at {folder}; set TAONET_SHARED_DATA to its folder")
    return folder
