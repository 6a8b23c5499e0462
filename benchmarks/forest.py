"""How fast one object is classified by a forest: scikit-learn, and the same trees as ONNX.

    python benchmarks/forest.py

Forests of 700 trees on 30 made-up features of 3,000 objects of eight classes, as deep as real ones
grow. Both give the same probabilities, which is checked; one thread each. Trust the ratio, not the
times: machines differ.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from taonet.models.trees.bundle import FeatureColumns, load_trees, save_trees
from taonet.models.trees.trees import ForestConfig, Trees
from taonet.sky.taxonomy import Taxonomy

CLASSES = tuple("abcdefgh")
N_FEATURES = 30


def make_objects(n: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return features and labels of classes that overlap, as real ones do."""
    rng = np.random.default_rng(seed)
    label = rng.integers(len(CLASSES), size=n)
    centres = rng.normal(0, 0.5, (len(CLASSES), N_FEATURES))
    return centres[label] + rng.normal(0, 1, (n, N_FEATURES)), label


def milliseconds(ask: Callable[[np.ndarray], object], rows: np.ndarray, *, repeats: int) -> float:
    """Return the best of several passes over the rows, asked one by one, a row."""
    best = np.inf
    for _ in range(repeats):
        start = time.perf_counter()
        for i in range(len(rows)):
            ask(rows[i : i + 1])
        best = min(best, (time.perf_counter() - start) / len(rows))
    return 1e3 * best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trees", type=int, default=700)
    parser.add_argument("--objects", type=int, default=3000)
    parser.add_argument("--rows", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    features, label = make_objects(args.objects + 1000, seed=args.seed)
    trees = Trees(ForestConfig(trees=args.trees), n_classes=len(CLASSES), seed=args.seed)
    trees.fit(features[: args.objects], label[: args.objects])
    rows = features[args.objects :]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundle"
        save_trees(
            trees, path, name="benchmark", taxonomy=Taxonomy(name="made", classes=CLASSES),
            features=FeatureColumns(
                set_name="made", names=tuple(f"f{i}" for i in range(N_FEATURES))), card="",
        )  # fmt: skip
        loaded = load_trees(path)
        size = (path / "model.onnx").stat().st_size
    apart = np.abs(trees.probabilities(rows) - loaded.probabilities(rows)).max()
    assert apart < 1e-5
    asked = {
        "scikit-learn, predict_proba": trees.classifier.predict_proba,
        "our trees, grown": trees.probabilities,
        "our trees, saved (ONNX)": loaded.probabilities,
    }
    single = rows[: args.rows].astype(np.float32).astype(np.float64)
    times = {n: milliseconds(ask, single, repeats=args.repeats) for n, ask in asked.items()}
    slowest = times["scikit-learn, predict_proba"]
    print(f"{args.trees} trees, {size / 1e6:.0f} MB as ONNX; probabilities within {apart:.1e}")
    print(f"{'one object at a time':34}{'ms':>10}{'× scikit-learn':>18}")
    for name, each in times.items():
        print(f"{name:34}{each:10.3f}{slowest / each:18.1f}")


if __name__ == "__main__":
    main()
