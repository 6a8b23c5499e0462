"""The training loop: take a batch, forward, loss, backward, step, log."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Literal

import torch

from taonet.data.augment import Augmentation
from taonet.data.batches import Batch, ExampleSource, training_batches
from taonet.models.bundle import round_to_half
from taonet.models.device import AUTO, check_device, find_device
from taonet.models.network_config import TaoNetConfig
from taonet.models.taonet import TaoNet
from taonet.training.checkpoint import resume_training, save_training, update_average
from taonet.training.faults import divergence_error, loss_error
from taonet.training.objective import answer_loss, unsteadiness
from taonet.training.schedule import learning_rate
from taonet.types import Natural, NotNegative, Positive, Share, Track, no_progress

Part = Literal[
    "looks",
    "deep_looks",
    "apertures",
    "calibrate",
    "light_memory",
    "encoded_light_memory",
    "mix",
    "recurrence",
    "head",
]
"""The parts of a network that learn."""


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """How a network is trained.

    Parameters
    ----------
    steps : int
        Batches to learn from.
    batch_size : int
        Sequences in a batch.
    learning_rate : float
        Highest rate; it rises over the first tenth of the steps and falls to zero as a cosine.
    weight_decay : float
    clip_norm : float
        Longest gradient.
    averaging : float
        Decay of the running average of the weights; the average is what is stored.
    blend : float
        In fine-tuning: the share of the tuned weights in those that are stored; the rest are the
        weights it started from. Halfway is better than either end with few training objects
        (Wortsman et al. 2022, arXiv 2109.01903).
    frozen : tuple of str
        Parts of the network that do not learn, as far as it has them; ``looks`` are the CNNs.
    label_smoothing : float
    steadiness : float
        Weight of the loss term for unsteady apertures; see
        `taonet.training.objective.unsteadiness`. Networks without apertures do without it.
    checkpoint_every : int
        Steps between checkpoints.
    device : str
        Where the network runs, in training and afterwards: one of `taonet.models.device.DEVICES`.
        No part of a recipe's digest: a training can go on elsewhere.
    augmentation : Augmentation
    """

    steps: Natural = 600
    batch_size: Natural = 24
    learning_rate: Positive = 3e-3
    weight_decay: NotNegative = 0.05
    clip_norm: Positive = 1.0
    averaging: Share = 0.99
    blend: Share = 1.0
    frozen: tuple[Part, ...] = ()
    label_smoothing: Share = 0.0
    steadiness: NotNegative = 0.0
    checkpoint_every: Natural = 50
    device: str = AUTO
    augmentation: Augmentation = field(default_factory=Augmentation)

    def __post_init__(self) -> None:
        check_device(self.device, where="training.device")


def train_network(
    architecture: TaoNetConfig,
    examples: ExampleSource,
    *,
    config: TrainingConfig,
    seed: int,
    folder: Path,
    start: Mapping[str, torch.Tensor] | None = None,
    title: str = "training",
    track: Track = no_progress,
) -> TaoNet:
    """Train a network, or go on with a training that was interrupted.

    ``folder`` receives ``metrics.jsonl`` (one line a step) and ``checkpoint.pt``. Every step
    depends on the seed and its number alone, so a training that was killed and resumed ends
    with the same files as one that was not; on a GPU, but for the rounding of sums.

    Parameters
    ----------
    architecture : TaoNetConfig
    examples : ExampleSource
        What batches are drawn from.
    config : TrainingConfig
    seed : int
    folder : Path
    start : mapping, optional
        Weights to start from; drawn at random by default.
    title : str
        What progress is shown under.
    track : function
        Shows progress.

    Returns
    -------
    TaoNet
        With averaged weights, as a bundle stores them, in evaluation mode, where it was trained.

    Raises
    ------
    InputError
        If the input numbers of an object make the loss infinite or NaN; object and epoch are named.
    TaoNetError
        If the loss is infinite or NaN although all inputs are finite.
    """
    device = find_device(config.device)
    torch.manual_seed(seed)
    # drawn on the processor: the same first weights everywhere
    network = TaoNet(architecture).to(device)
    if start is not None:
        network.load_state_dict(start)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    _freeze(network, config.frozen)
    average = {name: value.clone() for name, value in network.state_dict().items()}
    learns = [weight for weight in network.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(learns, lr=config.learning_rate, weight_decay=config.weight_decay)
    done = resume_training(folder, network, average, optimizer)
    batches = training_batches(
        examples,
        batch_size=config.batch_size,
        augmentation=config.augmentation,
        seed=seed,
        first_step=done,
    )
    remaining = config.steps - done
    with (folder / "metrics.jsonl").open("a") as log:
        for step, batch in enumerate(
            track(islice(batches, remaining), remaining, title), start=done
        ):
            torch.manual_seed((seed << 32) + step)
            rate = learning_rate(step, config)
            loss = _learn(network, optimizer, batch.to(device), rate, config, step=step + 1)
            update_average(average, network, decay=min(config.averaging, (1 + step) / (10 + step)))
            log.write(json.dumps({"step": step + 1, "loss": loss, "learning_rate": rate}) + "\n")
            if (step + 1) % config.checkpoint_every == 0 or step + 1 == config.steps:
                log.flush()
                save_training(folder, step + 1, network, average, optimizer)
    if start is not None:
        average = {
            name: start[name].to(device).lerp(learnt, config.blend)
            for name, learnt in average.items()
        }
    network.load_state_dict(round_to_half(average))
    network.eval()
    return network


def _freeze(network: TaoNet, parts: tuple[Part, ...]) -> None:
    for name, part in network.named_children():
        part.requires_grad_(name not in parts)


def _learn(
    network: TaoNet,
    optimizer: torch.optim.Optimizer,
    batch: Batch,
    rate: float,
    config: TrainingConfig,
    *,
    step: int,
) -> float:
    for group in optimizer.param_groups:
        group["lr"] = rate
    network.train()
    optimizer.zero_grad()
    logits = network(batch)
    loss = answer_loss(logits, batch, label_smoothing=config.label_smoothing)
    if config.steadiness and network.config.apertures:
        loss = loss + config.steadiness * unsteadiness(network, batch)
    if not loss.isfinite():
        raise loss_error(batch, logits, step=step)
    loss.backward()  # type: ignore[no-untyped-call]
    # a gradient that is not finite must not reach the weights, and with them the checkpoint
    if not torch.nn.utils.clip_grad_norm_(network.parameters(), config.clip_norm).isfinite():
        raise divergence_error(step)
    optimizer.step()
    return loss.item()
