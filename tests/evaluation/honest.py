"""A reader of sequences whose probabilities are right by construction."""

import numpy as np
import pandas as pd

from taonet.evaluation.predictions import probabilities_of
from taonet.sky.taxonomy import Taxonomy

THREE = Taxonomy(name="three", classes=("A", "B", "C"))
EPOCHS = (1, 2, 3, 5, 8, 12, 20, 30)
SHARPNESS = {"A": 1.0, "B": 0.6, "C": 0.3}


def draw(n, *, seed, mix=(1, 1, 1), sureness=1.0, prefix="o"):
    """Return answers of a reader that knows more with each epoch; classes differ in difficulty.

    With equal numbers of each class and ``sureness`` 1 its probabilities are honest.
    """
    rng = np.random.default_rng(seed)
    label = rng.choice(3, size=n, p=np.array(mix) / sum(mix))
    tables = []
    evidence = np.zeros((n, 3))
    seen = 0
    for k in EPOCHS:
        strength = np.array([SHARPNESS[name] for name in THREE.classes])
        step = k - seen
        # a Gaussian measurement whose mean is the class: the log-likelihoods are exact
        x = strength[label][:, None] * np.eye(3)[label] * step
        x = x + rng.normal(0, np.sqrt(step), (n, 3))
        evidence += x * strength - step * strength**2 / 2
        seen = k
        p = np.exp(sureness * (evidence - evidence.max(axis=1, keepdims=True)))
        p /= p.sum(axis=1, keepdims=True)
        tables.append(
            pd.DataFrame({
                "object_id": [f"{prefix}{i}" for i in range(n)],
                "class_name": np.array(THREE.classes)[label],
                "n_epochs": k, "mjd_last": 100.0 + 3 * k,
                "p_A": p[:, 0], "p_B": p[:, 1], "p_C": p[:, 2],
            })
        )  # fmt: skip
    return pd.concat(tables, ignore_index=True)


def with_sets(table, thresholds):
    said, n_epochs = probabilities_of(table, THREE), table["n_epochs"].to_numpy()
    return table.assign(set=thresholds.sets(said, n_epochs))
