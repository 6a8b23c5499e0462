"""Teaching the frame encoder: deterministic, resumable, and logged step by step."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import nn

from taonet.models.device import AUTO, find_device
from taonet.models.frame_encoder import FrameEncoder, FrameEncoderConfig
from taonet.training.checkpoint import resume_training, save_training, update_average
from taonet.training.encoder_objective import EncoderObjective, encoder_loss
from taonet.training.faults import divergence_error
from taonet.training.planted_stars import Planting, TaughtBatch, draw_taught_batch
from taonet.training.schedule import learning_rate
from taonet.training.taught_frames import TaughtFrames
from taonet.types import Natural, NotNegative, Positive, Share, Track, no_progress


@dataclass(frozen=True, kw_only=True)
class EncoderTraining:
    """How the frame encoder is taught.

    Parameters
    ----------
    steps : int
    learning_rate : float
        Highest rate; it rises over the first steps and falls to zero as a cosine.
    weight_decay, clip_norm : float
    averaging : float
        Decay of the running average of the weights; the average is what is stored.
    checkpoint_every : int
    planting, objective
        See the settings' own classes.
    """

    steps: Natural = 6000
    learning_rate: Positive = 3e-3
    weight_decay: NotNegative = 0.01
    clip_norm: Positive = 1.0
    averaging: Share = 0.998
    checkpoint_every: Natural = 100
    planting: Planting = field(default_factory=Planting)
    objective: EncoderObjective = field(default_factory=EncoderObjective)


def train_encoder(
    architecture: FrameEncoderConfig,
    taught: TaughtFrames,
    *,
    config: EncoderTraining,
    seed: int,
    folder: Path,
    device: str = AUTO,
    track: Track = no_progress,
) -> FrameEncoder:
    """Teach an encoder, or go on where that was interrupted.

    ``folder`` receives ``metrics.jsonl`` (one line a step) and ``checkpoint.pt``. Every step
    depends on the seed and its number alone.

    Returns
    -------
    FrameEncoder
        With averaged weights, in evaluation mode.

    Raises
    ------
    TaoNetError
        If the gradient is infinite or NaN.
    """
    place = find_device(device)
    torch.manual_seed(seed)
    encoder = FrameEncoder(architecture).to(place)
    encoder.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = {name: value.clone() for name, value in encoder.state_dict().items()}
    optimizer = torch.optim.AdamW(
        encoder.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
    )
    done = resume_training(folder, encoder, average, optimizer)
    with (folder / "metrics.jsonl").open("a") as log:
        remaining = config.steps - done
        for step in track(iter(range(done, config.steps)), remaining, "teaching"):
            rng = np.random.default_rng([seed, step])
            batch = draw_taught_batch(taught, config.planting, rng)
            parts = _learn(encoder, optimizer, batch, step=step, config=config)
            update_average(average, encoder, decay=min(config.averaging, (1 + step) / (10 + step)))
            log.write(json.dumps({"step": step + 1, **parts}) + "\n")
            if (step + 1) % config.checkpoint_every == 0 or step + 1 == config.steps:
                log.flush()
                save_training(folder, step + 1, encoder, average, optimizer)
    encoder.load_state_dict(average)
    return encoder.eval()


def _learn(
    encoder: FrameEncoder,
    optimizer: torch.optim.Optimizer,
    batch: TaughtBatch,
    *,
    step: int,
    config: EncoderTraining,
) -> dict[str, float]:
    """Take one step, and return the parts of the loss."""
    batch = TaughtBatch(*(values.to(encoder.device) for values in batch))
    for group in optimizer.param_groups:
        group["lr"] = learning_rate(step, config)
    optimizer.zero_grad()
    encoding = encoder(batch.frames, batch.means, batch.conditions)
    loss, parts = encoder_loss(encoding, batch, config.objective)
    loss.backward()  # type: ignore[no-untyped-call]
    # a gradient that is not finite must not reach the weights, and with them the checkpoint
    if not nn.utils.clip_grad_norm_(encoder.parameters(), config.clip_norm).isfinite():
        raise divergence_error(step + 1)
    optimizer.step()
    return parts
