"""The part of the network that remembers, trained on sequences of vectors instead of cutouts.

`taonet.models.taonet.TaoNet.read` takes embedded sequences. Here the vectors of an auto-encoder
stand where the sums under the learned apertures stand otherwise: they go to the running statistics
(`taonet.models.aperture_memory`), to the mix and to the recurrence, and no pixel is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

import numpy as np
import torch
from jaxtyping import Bool, Float, Float32, Int
from torch import Tensor
from torch.nn import functional as F

from taonet.models.device import find_device
from taonet.models.network_config import TaoNetConfig
from taonet.models.taonet import TaoNet
from taonet.training.checkpoint import update_average
from taonet.training.loop import TrainingConfig
from taonet.training.schedule import learning_rate
from taonet.types import Natural, NotNegative, Share

Sequences = Float32[np.ndarray, "object epoch number"]
"""Vectors in time order, NaN after the last of each object."""

IDLE = 0.1
"""Numbers that scatter by less over all training frames tell nothing apart.

An auto-encoder with a prior leaves what it does not need near zero with this little scatter.
"""

LEARNING: Final = TrainingConfig(steps=200, batch_size=64, averaging=0.98)


@dataclass(frozen=True, kw_only=True)
class LatentTraining:
    """Sizes of a network that reads vectors, and how it is trained.

    Parameters
    ----------
    recurrence : str
        A name of `taonet.models.recurrence.RECURRENCES`.
    pairs : bool
        Read the differences of any two numbers beside them, so that running scatters hold the
        covariances.
    hidden, width : int
        See `taonet.models.taonet.TaoNetConfig`.
    dropout : float
    learning : TrainingConfig
        Steps, batches, rates and averaging; what it says of images does not apply.
    noise : float
        Standard deviation of what is added to every number in training.
    fewest, most : int
        Frames of a sequence that are drawn for a batch.
    in_order : bool
        Whether they are shown in time order or, half of the time, in reverse: what spoils an image
        does not know the direction of time. Else in any order, so that order cannot matter.
    """

    recurrence: str = "gru"
    pairs: bool = False
    hidden: Natural = 32
    width: Natural = 32
    dropout: Share = 0.3
    learning: TrainingConfig = LEARNING
    noise: NotNegative = 0.1
    fewest: Natural = 12
    most: Natural = 40
    in_order: bool = True

    def on(self, device: str) -> "LatentTraining":
        """Return the same training on another device."""
        return replace(self, learning=replace(self.learning, device=device))


@dataclass(frozen=True, kw_only=True, eq=False)
class LatentNetwork:
    """A trained network, and which of the numbers it reads.

    Parameters
    ----------
    network : TaoNet
    used : array (number,)
    pairs : bool
    """

    network: TaoNet
    used: Bool[np.ndarray, " number"]
    pairs: bool

    @torch.no_grad()
    def log_odds(self, sequences: Sequences) -> Float[np.ndarray, " object"]:
        """Return the log-odds of label 1 after the last epoch, forwards and backwards averaged."""
        read = _select(sequences, self.used, pairs=self.pairs)
        length = _lengths(read)
        both = [
            read,
            np.stack([_turn(own, n) for own, n in zip(read, length.tolist(), strict=True)]),
        ]
        answers = [_last_answers(self.network, turned, length) for turned in both]
        return np.asarray(np.mean(answers, axis=0), np.float64)


def train_latent_network(
    sequences: Sequences, label: Int[np.ndarray, " object"], *, config: LatentTraining, seed: int
) -> LatentNetwork:
    """Train a network to tell label 1 from label 0.

    Parameters
    ----------
    sequences : array (object, epoch, number)
        NaN after the last epoch of each.
    label : array (object,)
        0 or 1.

    Returns
    -------
    LatentNetwork
        With averaged weights, in evaluation mode.
    """
    device = find_device(config.learning.device)
    torch.manual_seed(seed)
    learning = config.learning
    used = np.asarray(np.nanstd(sequences, axis=(0, 1)) > IDLE)
    read = _select(sequences, used, pairs=config.pairs)
    network = _build_network(read.shape[2], config).to(device)
    average = {name: value.clone() for name, value in network.state_dict().items()}
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=learning.weight_decay)
    network.train()
    for step, rows in enumerate(_draw_rows(len(read), learning, seed=seed)):
        rng = np.random.default_rng([seed, step])
        vectors, seen = _draw_frames(read[rows], config, rng)
        loss = _answer_loss(network, vectors, seen, torch.from_numpy(label[rows]).to(device))
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, learning)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), learning.clip_norm)
        optimizer.step()
        update_average(average, network, decay=min(learning.averaging, (1 + step) / (10 + step)))
    network.load_state_dict(average)
    return LatentNetwork(network=network.eval(), used=used, pairs=config.pairs)


def _build_network(numbers: int, config: LatentTraining) -> TaoNet:
    return TaoNet(
        TaoNetConfig(
            zooms=(),
            apertures=numbers,
            aperture_px=1,
            classes=2,
            use_times=False,
            recurrence=config.recurrence,
            hidden=config.hidden,
            width=config.width,
            dropout=config.dropout,
        )
    )


def _select(
    sequences: Sequences, used: Bool[np.ndarray, " number"], *, pairs: bool
) -> Float32[np.ndarray, "object epoch read"]:
    """Return the numbers that are read, and the differences of any two of them."""
    numbers = sequences[..., used]
    if not pairs:
        return np.asarray(numbers)
    two = list(combinations(range(numbers.shape[2]), 2))
    between = [numbers[..., i] - numbers[..., j] for i, j in two]
    return np.concatenate([numbers, np.stack(between, axis=2)], axis=2)


def _draw_rows(
    n: int, learning: TrainingConfig, *, seed: int
) -> Iterator[Int[np.ndarray, " some"]]:
    """Yield the objects of each batch: every object once before any comes again."""
    rng = np.random.default_rng([seed, 2**32])
    size = min(learning.batch_size, n)
    order = np.zeros(0, np.int64)
    for _ in range(learning.steps):
        if len(order) < size:
            order = np.concatenate([order, rng.permutation(n)])
        yield order[:size]
        order = order[size:]


def _draw_frames(
    sequences: Sequences, config: LatentTraining, rng: np.random.Generator
) -> tuple[Float32[np.ndarray, "object drawn number"], Bool[np.ndarray, "object drawn"]]:
    """Draw some frames of each object, with noise, and say which are no padding."""
    length = _lengths(sequences)
    n = int(rng.integers(config.fewest, config.most + 1))
    drawn = np.zeros((len(sequences), n, sequences.shape[2]), np.float32)
    for own, sequence, most in zip(drawn, sequences, length, strict=True):
        frames = rng.choice(most, min(n, most), replace=False)
        if config.in_order:
            frames = np.sort(frames)[:: rng.choice([1, -1])]
        own[: len(frames)] = sequence[frames]
    drawn += config.noise * rng.standard_normal(drawn.shape, dtype=np.float32)
    return drawn, np.arange(n) < np.minimum(length, n)[:, None]


def _answer_loss(
    network: TaoNet,
    vectors: Sequences,
    seen: Bool[np.ndarray, "object epoch"],
    label: Int[Tensor, " object"],
) -> Float[Tensor, ""]:
    """Return the cross-entropy; later epochs count more, as in `taonet.training.objective`."""
    logits = _answer(network, vectors)
    truth = label[:, None].expand(logits.shape[:2])
    entropy = F.cross_entropy(logits.flatten(0, 1), truth.flatten(), reduction="none")
    weight = torch.from_numpy(seen.cumsum(axis=1) * seen).float().to(logits.device)
    weight = weight / weight.sum(dim=1, keepdim=True)
    return (entropy.view_as(weight) * weight).sum() / len(label)


def _answer(network: TaoNet, vectors: Sequences) -> Float[Tensor, "object epoch class"]:
    padded = torch.from_numpy(np.nan_to_num(vectors)).to(network.device)
    return network.read(padded, padded.new_zeros(padded.shape[:2]))


def _last_answers(
    network: TaoNet, vectors: Sequences, length: Int[np.ndarray, " object"]
) -> Float[np.ndarray, " object"]:
    logits = _answer(network, vectors).cpu()
    logits = logits[torch.arange(len(vectors)), torch.from_numpy(length - 1)]
    odds: Tensor = logits[:, 1] - logits[:, 0]
    return np.asarray(odds.numpy(), np.float64)


def _turn(
    sequence: Float32[np.ndarray, "epoch number"], length: int
) -> Float32[np.ndarray, "epoch number"]:
    return np.concatenate([sequence[:length][::-1], sequence[length:]])


def _lengths(sequences: Sequences) -> Int[np.ndarray, " object"]:
    return np.asarray(np.isfinite(sequences[..., 0]).sum(axis=1), np.int64)
