"""A reader of sequences whose probabilities are right by construction."""

import numpy as np
import pandas as pd

from taonet.evaluation.scored_rows import probabilities_of
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


def draw_archive(n, *, seed, typical=40, spread=0.4):
    """Return honest answers after every epoch, about objects of many lengths.

    All objects are watched for as long, some more often: what is known grows with the share of an
    object's epochs that were seen. So objects that end after k epochs are better known than those
    that go on, as in a survey.
    """
    rng = np.random.default_rng(seed)
    label = rng.permutation(n) % 3
    longest = np.clip(rng.lognormal(np.log(typical), spread, n), 5, 4 * typical).astype(int)
    owner = np.repeat(np.arange(n), longest)
    n_epochs = np.arange(len(owner)) - np.repeat(np.cumsum(longest) - longest, longest) + 1
    strength = np.array([SHARPNESS[name] for name in THREE.classes])
    # a Brownian walk with drift: the log-likelihoods are exact whatever its pace
    step = 25 / longest[owner]
    walk = rng.normal(0, np.sqrt(step)[:, None], (len(owner), 3))
    walk += np.eye(3)[label[owner]] * strength * step[:, None]
    walk, time = walk.cumsum(axis=0), step.cumsum()
    first = n_epochs == 1
    before = np.where(first[:, None], walk - np.diff(walk, axis=0, prepend=0), 0)[first]
    walk -= np.repeat(before, longest, axis=0)
    time = step * n_epochs
    evidence = walk * strength - time[:, None] * strength**2 / 2
    p = np.exp(evidence - evidence.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return pd.DataFrame(
        {
            "object_id": np.char.add("o", owner.astype(str)),
            "class_name": np.array(THREE.classes)[label[owner]],
            "n_epochs": n_epochs,
            "mjd_last": 100.0 + time,
            "p_A": p[:, 0], "p_B": p[:, 1], "p_C": p[:, 2],
        }
    )  # fmt: skip
