"""Fresh objects of the same kind are unlike in one of twenty; objects between heaps all are."""

import numpy as np
import pandas as pd
import pytest

from taonet.errors import InputError
from taonet.training.fit_frame_typicality import fit_frame_typicality
from taonet.trust.typicality import UNLIKE_BELOW

EPOCHS = (1, 3, 10)


def drawn(n, seed):
    """Return rows after some numbers of epochs, and signatures in two heaps, ever narrower."""
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame(
        [(f"o{i:05d}", "AB"[i % 2], k) for i in range(n) for k in EPOCHS],
        columns=["object_id", "class_name", "n_epochs"],
    )
    heap = np.repeat(rng.integers(0, 2, n), len(EPOCHS))[:, None]
    spread = 1 / np.sqrt(rows["n_epochs"].to_numpy())[:, None]
    return rows, 8.0 * heap + spread * rng.normal(0, 1, (len(rows), 3))


def test_one_of_twenty_fresh_objects_is_unlike_after_any_number_of_epochs():
    typicality = fit_frame_typicality(*drawn(1500, seed=1))
    rows, signature = drawn(3000, seed=2)
    typical = typicality.evaluate(signature, rows["n_epochs"].to_numpy())
    for k in EPOCHS:
        unlike = (typical[rows["n_epochs"] == k] < UNLIKE_BELOW).mean()
        assert unlike == pytest.approx(0.05, abs=0.025)


def test_what_lies_between_heaps_is_unlike():
    typicality = fit_frame_typicality(*drawn(1500, seed=1))
    between = np.full((5, 3), 4.0)
    assert (typicality.evaluate(between, np.full(5, 10)) < 0.01).all()


def test_too_few_objects_are_refused():
    with pytest.raises(InputError, match="too few objects"):
        fit_frame_typicality(*drawn(30, seed=1))
