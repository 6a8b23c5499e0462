"""Prediction tables and sequences to score and draw, made up from a seed."""

import numpy as np
import pandas as pd
from scipy.special import softmax
from sklearn.metrics import precision_recall_curve

from taonet.evaluation.scored_rows import labels_of, probabilities_of
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy

FOUR = Taxonomy(name="four", classes=("SN", "RRL", "EB", "NON"))


def made_table(
    n: int = 60,
    *,
    seed: int = 0,
    epochs: int = 1,
    skill: float = 1.5,
    taxonomy: Taxonomy = FOUR,
    classes: int | None = None,
) -> pd.DataFrame:
    """Return answers that grow better with every epoch, about ``n`` objects of known class."""
    rng = np.random.default_rng(seed)
    n_classes = len(taxonomy.classes)
    truth = np.arange(n) % (classes or n_classes)
    evidence = rng.normal(size=(n, epochs, n_classes)).cumsum(axis=1)
    evidence += skill * np.arange(1, epochs + 1)[:, None] * np.eye(n_classes)[truth][:, None]
    evidence /= np.sqrt(np.arange(1, epochs + 1))[:, None]
    p = softmax(evidence, axis=2)
    names = np.array(taxonomy.classes)
    columns = {f"p_{name}": p[..., k].ravel() for k, name in enumerate(names)}
    return pd.DataFrame(
        {
            "object_id": np.repeat([f"object {i:04d}" for i in range(n)], epochs),
            "ra": np.repeat(150.0 + np.arange(n) / 60, epochs),
            "dec": 2.0,
            "class_name": np.repeat(names[truth], epochs),
            "n_epochs": np.tile(np.arange(1, epochs + 1), n),
            "mjd_last": 57070.0 + np.tile(np.arange(epochs), n),
            **columns,
            "predicted_class": names[p.argmax(axis=2).ravel()],
            "set": None,
        }
    )


def made_sequence(object_id: str, *, epochs: int = 6, px: int = 15, seed: int = 0) -> ImageSequence:
    """Return a point source that brightens over a noisy sky."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:px, :px] - px // 2
    star = np.exp(-(x**2 + y**2) / 4)
    frames = 1900 + 20 * rng.normal(size=(epochs, 1, px, px))
    frames[:, 0] += star * np.linspace(0, 800, epochs)[:, None, None]
    mjd = 57070.0 + np.arange(epochs)
    return ImageSequence.from_frames(object_id, frames.astype(np.float32), mjd, class_name="SN")


def truth_and_p(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the labels and probabilities of a table of the four classes."""
    return labels_of(table, FOUR), probabilities_of(table, FOUR)


def max_f1(positive: np.ndarray, p: np.ndarray, weight: np.ndarray | None = None) -> float:
    """Return the highest F1 on the curve of scikit-learn."""
    precision, recall, _ = precision_recall_curve(positive, p, sample_weight=weight)
    return float((2 * precision * recall / np.maximum(precision + recall, 1e-12)).max())
