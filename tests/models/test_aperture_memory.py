"""What is remembered of apertures: the moments that numpy computes of all epochs so far."""

import numpy as np
import torch

from taonet.models.aperture_memory import SCATTER_FLOOR, ApertureMemory

VALUES = torch.from_numpy(np.random.default_rng(0).normal(3, 2, (2, 7, 3))).float()


def test_numbers_are_the_moments_of_all_epochs_so_far():
    memory = ApertureMemory(3)
    known, _ = memory(VALUES, memory.start(2))
    assert known.shape == (2, 7, memory.numbers)
    values = VALUES.double().numpy()
    for k in range(1, 8):
        seen, last = values[:, :k], values[:, k - 1]
        changes = np.diff(seen, axis=1, prepend=seen[:, :1])
        mean = seen.mean(axis=1)
        expected = [
            last - mean,
            changes[:, -1],
            0.5 * np.log(seen.var(axis=1) + SCATTER_FLOOR**2),
            0.5 * np.log((changes**2).mean(axis=1) + SCATTER_FLOOR**2),
            seen.max(axis=1) - mean,
            mean - seen.min(axis=1),
        ]
        found = np.split(known[:, k - 1].numpy(), 6, axis=-1)
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one, other, atol=2e-3)


def test_blocks_join_where_they_are_cut():
    memory = ApertureMemory(3)
    whole, end = memory(VALUES, memory.start(2))
    first, state = memory(VALUES[:, :4], memory.start(2))
    second, last = memory(VALUES[:, 4:], state)
    torch.testing.assert_close(torch.cat([first, second], dim=1), whole)
    torch.testing.assert_close(last, end)


def test_what_never_changes_has_no_scatter_and_no_change():
    memory = ApertureMemory(1)
    known, _ = memory(torch.full((1, 5, 1), 2.0), memory.start(1))
    still = torch.tensor([0, 0, np.log(SCATTER_FLOOR), np.log(SCATTER_FLOOR), 0, 0]).float()
    torch.testing.assert_close(known[0, -1], still)
