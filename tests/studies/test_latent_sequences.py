"""Networks and a forest are scored on latents in the same folds, beside the published score."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from taonet.errors import InputError
from taonet.studies import latent_sequences
from taonet.studies.latent_network import LatentTraining
from taonet.studies.latent_sequences import (
    FOREST,
    TOGETHER,
    Latents,
    latent_benchmark,
    read_latents,
    score_lines,
    simple_statistics,
    weighted_auc,
)
from taonet.training.loop import TrainingConfig

QUICK = {
    "gru": LatentTraining(
        hidden=8, width=8, fewest=4, most=8, learning=TrainingConfig(steps=15, batch_size=16)
    )
}


def a_folder(path, n=60, epochs=8):
    """Write latents in the layout of the real ones: artefacts jump between frames."""
    rng = np.random.default_rng(0)
    label = np.arange(n) % 2
    scatter = np.where(label, 2.0, 0.3)[:, None, None]
    vectors = rng.normal(size=(n, 1, 3)) + scatter * rng.normal(size=(n, epochs, 3))
    vectors[::4, 5:] = np.nan
    np.savez(path / "latents.npz", latents=vectors.astype(np.float16))
    table = {
        "oid": np.arange(n, dtype=np.int64) + 10**14,
        "artefact_2025": label,
        "label": np.where(label, "ARTEFACT", "AGN"),
    }
    pd.DataFrame(table).to_parquet(path / "objects.parquet")
    return path


def test_networks_and_a_forest_are_scored_in_the_same_folds(tmp_path):
    latents = read_latents(a_folder(tmp_path))
    found = latent_benchmark(latents, seeds=(1, 2), members=1, networks=QUICK, n_bootstrap=50)
    assert list(found) == ["gru", TOGETHER, FOREST]
    assert found[FOREST].auc.value > 0.95
    assert found[FOREST].minus_forest.to_dict() == {"value": 0, "low": 0, "high": 0}
    assert found["gru"] == found[TOGETHER]
    assert found["gru"].auc.value == pytest.approx(np.mean(found["gru"].by_seed))
    plain = {name: own.to_dict() for name, own in found.items()}
    assert json.loads(json.dumps(plain)) == plain
    text = score_lines(found)
    assert text.startswith("60 objects")
    assert text.count("[") == 3 * 3 + 2


def test_no_object_is_scored_by_what_learnt_from_it(tmp_path, monkeypatch):
    latents = read_latents(a_folder(tmp_path))
    learnt_from: dict[int, int] = {}

    class Memory:
        def __init__(self, sequences):
            self.seen = {own.tobytes() for own in sequences}

        def log_odds(self, sequences):
            return np.array([float(own.tobytes() in self.seen) for own in sequences])

    def remember(sequences, _label, *, seed, **_):
        learnt_from.setdefault(seed, 0)
        learnt_from[seed] += 1
        return Memory(sequences)

    monkeypatch.setattr(latent_sequences, "train_latent_network", remember)
    found = latent_benchmark(latents, seeds=(3,), members=2, networks=QUICK, n_bootstrap=5)
    assert learnt_from == {3000: 5, 3001: 5}
    assert found["gru"].auc.value == 0.5


def test_the_area_is_that_of_scikit_learn_with_weights():
    rng = np.random.default_rng(1)
    label, score = rng.integers(2, size=80), rng.integers(9, size=80) / 9
    weight = rng.exponential(size=(3, 80))
    expected = [roc_auc_score(label, score, sample_weight=own) for own in weight]
    np.testing.assert_allclose(weighted_auc(label, score, weight), np.array(expected, float))


def test_statistics_are_those_of_the_frames_there_are():
    sequence = np.array([[[1.0], [3.0], [2.0], [np.nan]], [[5.0], [np.nan], [np.nan], [np.nan]]])
    mean, scatter, low, high, change = simple_statistics(sequence.astype(np.float32)).T
    np.testing.assert_allclose(mean, [2, 5])
    np.testing.assert_allclose(scatter, [float(np.std([1, 2, 3])), 0], rtol=1e-6)
    np.testing.assert_allclose((low, high), [[1, 5], [3, 5]])
    np.testing.assert_allclose(change, [np.sqrt(2.5), 0], rtol=1e-6)


def test_what_is_no_folder_of_latents_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        read_latents(tmp_path / "nothing")
    with pytest.raises(InputError, match="no such file"):
        read_latents(tmp_path)
    a_folder(tmp_path)
    np.savez(tmp_path / "latents.npz", other=np.zeros(3))
    with pytest.raises(InputError, match="not a file of latents"):
        read_latents(tmp_path)
    pd.DataFrame({"oid": [1]}).to_parquet(tmp_path / "objects.parquet")
    with pytest.raises(InputError, match="not a table of these objects"):
        read_latents(tmp_path)


@pytest.mark.parametrize("fault", ["few", "gap"])
def test_latents_check_themselves(tmp_path, fault):
    good = read_latents(a_folder(tmp_path))
    label, sequences = good.label.copy(), good.sequences.copy()
    if fault == "few":
        label[:] = 0
    else:
        sequences[3, 2] = np.nan
    with pytest.raises(InputError, match="at least" if fault == "few" else "gap"):
        Latents(objects=good.objects, sequences=sequences, label=label)


@pytest.mark.slow
def test_the_published_score_is_passed(shared_data):
    latents = read_latents(shared_data / "snad_ztf_sequences")
    found = latent_benchmark(latents, seeds=(1,), members=1, n_bootstrap=100)
    assert found[TOGETHER].n_objects == 1079
    assert found[TOGETHER].auc.value > latent_sequences.PUBLISHED
