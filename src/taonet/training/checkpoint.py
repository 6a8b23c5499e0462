"""Checkpoints: everything needed to resume a training exactly."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import torch
from torch import nn

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


@torch.no_grad()
def update_average(average: dict[str, torch.Tensor], network: nn.Module, *, decay: float) -> None:
    """Move the averaged weights towards those of the network, in place."""
    for name, value in network.state_dict().items():
        average[name].lerp_(value, 1 - decay)


def save_training(
    folder: Path,
    step: int,
    network: nn.Module,
    average: dict[str, torch.Tensor],
    optimizer: torch.optim.Optimizer,
) -> None:
    """Write the checkpoint of a training after a step."""
    state = {
        "step": step,
        "network": network.state_dict(),
        "average": average,
        "optimizer": optimizer.state_dict(),
    }
    save_checkpoint(folder / "checkpoint.pt", state)


def resume_training(
    folder: Path,
    network: nn.Module,
    average: dict[str, torch.Tensor],
    optimizer: torch.optim.Optimizer,
) -> int:
    """Put a training back where it was interrupted, and return how many steps are done.

    Raises
    ------
    InputError
        If the checkpoint is one of another network.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "checkpoint.pt"
    state = load_checkpoint(file)
    if state is None:
        truncate_log(folder / "metrics.jsonl", 0)
        return 0
    try:
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        average.update(
            {name: state["average"][name].to(old.device) for name, old in average.items()}
        )
        done = int(state["step"])
    except (RuntimeError, ValueError, TypeError, KeyError, AttributeError) as error:
        do = "remove it to start again"
        raise InputError("a checkpoint of another network", where=file, do=do) from error
    truncate_log(folder / "metrics.jsonl", done)
    return done
