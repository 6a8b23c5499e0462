"""The part that remembers learns from vectors; padding and idle numbers change nothing."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from fixtures.elsewhere import stand_in_gpu
from taonet.studies.latent_network import LatentTraining, train_latent_network
from taonet.training.loop import TrainingConfig

QUICK = LatentTraining(
    hidden=8, width=8, fewest=4, most=8, learning=TrainingConfig(steps=40, batch_size=16)
)


def sequences(n=40, epochs=10, seed=0):
    """Vectors of two live numbers and an idle one: those of label 1 jump between frames."""
    rng = np.random.default_rng(seed)
    label = np.arange(n) % 2
    scatter = np.where(label, 2.0, 0.3)[:, None, None]
    live = rng.normal(size=(n, 1, 2)) + scatter * rng.normal(size=(n, epochs, 2))
    idle = 0.01 * rng.normal(size=(n, epochs, 1))
    vectors = np.concatenate([live, idle], axis=2).astype(np.float32)
    vectors[::3, 7:] = np.nan
    return vectors, label


@pytest.fixture(scope="module")
def trained():
    return train_latent_network(*sequences(), config=QUICK, seed=1)


@pytest.mark.parametrize("pairs", [False, True])
@pytest.mark.parametrize("recurrence", ["gru", "lstm", "mean"])
def test_what_jumps_is_told_from_what_is_steady(recurrence, pairs):
    config = replace(QUICK, recurrence=recurrence, pairs=pairs)
    network = train_latent_network(*sequences(), config=config, seed=1)
    vectors, label = sequences(seed=5)
    odds = network.log_odds(vectors)
    assert odds[label == 1].mean() > odds[label == 0].mean() + 0.5


def test_numbers_that_are_idle_in_training_are_not_read(trained):
    vectors, _ = sequences(seed=5)
    changed = vectors.copy()
    changed[..., 2] += 100
    assert trained.used.tolist() == [True, True, False]
    np.testing.assert_array_equal(trained.log_odds(changed), trained.log_odds(vectors))


def test_padding_and_other_objects_change_nothing(trained):
    vectors, _ = sequences(seed=5)
    longer = np.pad(vectors, ((0, 0), (0, 3), (0, 0)), constant_values=np.nan)
    expected = trained.log_odds(vectors)
    np.testing.assert_allclose(trained.log_odds(longer), expected, atol=1e-5)
    np.testing.assert_allclose(trained.log_odds(vectors[:1]), expected[:1], atol=1e-5)


def test_the_direction_of_time_does_not_matter(trained):
    vectors, _ = sequences(seed=5)
    whole = vectors[np.isfinite(vectors).all(axis=(1, 2))]
    turned = np.ascontiguousarray(whole[:, ::-1])
    np.testing.assert_allclose(trained.log_odds(turned), trained.log_odds(whole), atol=1e-6)


def test_the_answer_is_that_of_the_network_one_epoch_at_a_time(trained):
    vectors = sequences(seed=5)[0][1:2, :7]
    odds = []
    for turned in (vectors, vectors[:, ::-1]):
        state = trained.network.start(1)
        for k in range(turned.shape[1]):
            now = torch.from_numpy(np.ascontiguousarray(turned[:, k, :2]))
            logits, state = trained.network.step(now, torch.zeros(1), state)
        odds.append((logits[0, 1] - logits[0, 0]).item())
    assert trained.log_odds(vectors)[0] == pytest.approx(np.mean(odds), abs=1e-5)


def test_one_seed_gives_one_network(trained):
    vectors, _ = sequences(seed=5)
    again = train_latent_network(*sequences(), config=QUICK, seed=1)
    other = train_latent_network(*sequences(), config=QUICK, seed=2)
    np.testing.assert_array_equal(again.log_odds(vectors), trained.log_odds(vectors))
    assert not np.array_equal(other.log_odds(vectors), trained.log_odds(vectors))


def test_it_learns_the_same_on_another_device(trained):
    vectors, _ = sequences(seed=5)
    with stand_in_gpu():
        there = train_latent_network(*sequences(), config=QUICK.on("meta"), seed=1)
        assert there.network.device.type == "meta"
        odds = there.log_odds(vectors)
    np.testing.assert_allclose(odds, trained.log_odds(vectors), rtol=1e-5)
