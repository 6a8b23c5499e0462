"""Checkpoints: everything needed to resume a training exactly."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import torch

from taonet.errors import InputError
from taonet.io.atomic import atomic_file

HOLDS: Final = {"step", "network", "average", "optimizer"}
"""What is in every checkpoint."""


def save_checkpoint(path: Path, state: Mapping[str, Any]) -> None:
    """Replace the checkpoint atomically: a killed process leaves the old one or the new one."""
    with atomic_file(path) as temporary:
        torch.save(dict(state), temporary)


def load_checkpoint(path: Path) -> dict[str, Any] | None:
    """Return the last checkpoint, wherever it was made, or None where there is none yet.

    Raises
    ------
    InputError
        If the file is no checkpoint; nothing in it is ever executed.
    """
    if not path.exists():
        return None
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a file that is no checkpoint can fail in every way
        raise _checkpoint_error(path) from error
    if not isinstance(state, dict) or not state.keys() >= HOLDS:
        raise _checkpoint_error(path)
    return state


def _checkpoint_error(path: Path) -> InputError:
    return InputError("not a checkpoint", where=path, do="remove it to start again")


def truncate_log(log: Path, step: int) -> None:
    """Cut the lines of a metrics file that came after a step."""
    lines = log.read_bytes().splitlines(keepends=True)[:step] if log.exists() else []
    with atomic_file(log) as temporary:
        temporary.write_bytes(b"".join(lines))
