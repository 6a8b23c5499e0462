"""What a piece of work costs, all tries together: time and memory, noted in a file."""

import json
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from taonet.experiment.stages import write_json
from taonet.models.device import describe_device


@contextmanager
def record_cost(path: Path, device: torch.device) -> Iterator[None]:
    """Add the time that passes and the memory that was needed to what earlier tries took.

    Parameters
    ----------
    path : Path
        A file of JSON: ``seconds``, ``peak_mib`` and ``device``.
    device : torch.device
        Where the work is done.
    """
    before = json.loads(path.read_text()) if path.exists() else {"seconds": 0.0, "peak_mib": 0.0}
    start = time.monotonic()
    try:
        yield
    finally:
        seconds = before["seconds"] + time.monotonic() - start
        peak = max(before["peak_mib"], peak_memory_mib())
        spent = {"seconds": round(seconds, 1), "peak_mib": round(peak, 1)}
        write_json(path, {**spent, "device": describe_device(device)})


def peak_memory_mib() -> float:
    """Return the most memory that this process has held so far."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # kilobytes, but bytes on macOS
    return most / (1 << 20 if sys.platform == "darwin" else 1 << 10)
