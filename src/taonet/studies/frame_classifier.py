"""Can a small network distinguish single simulated frames from real ones?"""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, Float32, Int, Shaped
from torch import Tensor, nn

from taonet.evaluation.realism import Separability, auc_interval
from taonet.sky.sequence import ImageSequence

Frames = Shaped[np.ndarray, "_ y x"]
"""The usable frames of one object."""

STEPS = 500
BATCH = 64
FOLDS = 2
SOFT_ADU = 10.0
"""Frames are shown as arcsinh of counts above their median in these units."""


def measure_frame_separability(
    real: Sequence[ImageSequence], simulated: Sequence[ImageSequence], *, seed: int
) -> Separability:
    """Train a small CNN to distinguish real from simulated frames; score frames of other objects.

    The network sees the pixels above the frame's median and, beside them, the median itself, so
    sky, noise, light and their shapes all count. As many objects of each kind are used as the
    smaller has, with one frame of each a step, so that long sequences are not learnt by heart.
    """
    rng = np.random.default_rng(seed)
    n = min(len(real), len(simulated))
    kinds = [[kind[i] for i in rng.permutation(len(kind))[:n]] for kind in (real, simulated)]
    frames = [sequence.pixels[sequence.usable, 0] for kind in kinds for sequence in kind]
    label = np.repeat([0, 1], n)
    fold = np.tile(np.arange(n) % FOLDS, 2)
    chance = np.empty(2 * n)
    for part in range(FOLDS):
        network = _train_network(frames, label, np.flatnonzero(fold != part), rng, seed)
        for i in np.flatnonzero(fold == part):
            chance[i] = _predict_probability(network, frames[i])
    low, high = auc_interval(label, chance, rng)
    return Separability(auc=_auc(label, chance), low=low, high=high, n=n, by_column={})


def _auc(label: Int[np.ndarray, " object"], chance: Float[np.ndarray, " object"]) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(label, chance))


def scale_frames(frames: Float[np.ndarray, "frame y x"]) -> Float32[np.ndarray, "frame two y x"]:
    """Return frames as the network sees them: light above the median, and the median."""
    filled = np.nan_to_num(frames.astype(np.float64))
    level = np.median(filled, axis=(1, 2), keepdims=True)
    light = np.arcsinh((filled - level) / SOFT_ADU)
    sky = np.broadcast_to(np.log(np.maximum(level, 1)) - 5, light.shape)
    return np.stack([light, sky], axis=1).astype(np.float32)


def _build_network() -> nn.Module:
    def stage(channels: int, wider: int) -> list[nn.Module]:
        return [nn.Conv2d(channels, wider, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]

    return nn.Sequential(
        *stage(2, 16), *stage(16, 32), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(128, 1)
    )


def _train_network(
    objects: Sequence[Frames],
    label: Int[np.ndarray, " object"],
    train: Int[np.ndarray, " some"],
    rng: np.random.Generator,
    seed: int,
) -> nn.Module:
    torch.manual_seed(seed)
    network = _build_network()
    optimiser = torch.optim.AdamW(network.parameters(), 3e-3, weight_decay=0.01)
    for _ in range(STEPS):
        indices = rng.choice(train, BATCH)
        frames = [_draw_frame(objects[i], rng) for i in indices]
        images = torch.from_numpy(scale_frames(np.stack(frames)))
        targets = torch.from_numpy(label[indices].astype(np.float32))
        loss = nn.functional.binary_cross_entropy_with_logits(network(images)[:, 0], targets)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return network.eval()


def _draw_frame(frames: Frames, rng: np.random.Generator) -> Float[np.ndarray, "y x"]:
    frame = frames[rng.integers(len(frames))].astype(np.float64)
    return np.asarray(np.rot90(frame, int(rng.integers(4))))


def _predict_probability(network: nn.Module, frames: Frames) -> float:
    # one frame decides: how well many frames decide together is another question
    frame = frames[len(frames) // 2 : len(frames) // 2 + 1].astype(np.float64)
    with torch.no_grad():
        logit: Tensor = network(torch.from_numpy(scale_frames(frame)))[:, 0]
    return float(logit[0])
