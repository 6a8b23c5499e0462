"""Fine-tuning: what comes from the bundle, what is refused, and the benchmark around it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from taonet.data.batches import Reading
from taonet.data.transforms import Scaling
from taonet.errors import ConfigError, InputError
from taonet.experiment.config import read_recipe, varied
from taonet.experiment.hits_benchmark import DESCRIPTIONS, FINETUNE, hits_benchmark, in_first_half
from taonet.experiment.run import run_experiment
from taonet.experiment.simulated import simulate_archive
from taonet.io.archive import Archive
from taonet.models.bundle import Bundle, load_bundle, weights_digest
from taonet.models.taonet import TaoNet, TaoNetConfig
from taonet.sky.taxonomy import HITS


@pytest.fixture(scope="module")
def quick():
    recipe = read_recipe(FINETUNE)
    training = replace(recipe.training, steps=3, batch_size=8, checkpoint_every=2)
    prediction = replace(recipe.prediction, turns=1, bootstrap=20)
    return replace(recipe, training=training, prediction=prediction)


@pytest.fixture(scope="module")
def hits(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hits")
    simulate_archive("hits", folder / "a", n_objects=24, seed=3)
    simulate_archive("hits", folder / "b", n_objects=12, seed=4)
    return Archive(folder / "a"), Archive(folder / "b")


@pytest.fixture(scope="module")
def novice():
    """A bundle for HiTS that has learnt nothing."""
    torch.manual_seed(0)
    config = TaoNetConfig(
        zooms=(12,), zoom_px=6, stem=8, growth=4, layers=(1,), apertures=2, embedding=8, hidden=8,
        classes=4, use_times=False,
    )  # fmt: skip
    reading = Reading(scaling=Scaling(crop_px=21), mjd_max=57081.0)
    facts = {"survey": "hits", "trained_on_simulation": True}
    network = TaoNet(config).eval()
    return Bundle(
        name="novice", network=network, taxonomy=HITS, reading=reading, frame_px=21, facts=facts
    )


def test_few_shots_tune_the_network_of_the_bundle(hits, quick, novice, tmp_path):
    recipe = varied(quick, shots=2, seed=5)
    run = run_experiment(recipe, hits[0], tmp_path / "run", start=novice)
    tuned = load_bundle(run)
    assert tuned.facts["objects"] == 8
    assert tuned.facts["started_from"] == "novice"
    assert tuned.network.config == novice.network.config
    assert tuned.reading == novice.reading
    assert weights_digest(tuned) != weights_digest(novice)
    table = pd.read_parquet(run / "predictions" / "tao-net.parquet")
    assert table["object_id"].nunique() == 16
    moved = [
        (a - b).abs().max().item()
        for a, b in zip(tuned.network.parameters(), novice.network.parameters(), strict=True)
    ]
    assert 0 < max(moved) < 0.05


def test_a_blend_lies_between_where_it_started_and_what_was_learnt(hits, quick, novice, tmp_path):
    recipe = varied(quick, shots=2, seed=5)
    found = []
    for blend in (0.0, 0.25, 1.0):
        training = replace(recipe.training, blend=blend)
        folder = tmp_path / str(blend)
        run = run_experiment(replace(recipe, training=training), hits[0], folder, start=novice)
        found.append(torch.cat([p.flatten() for p in load_bundle(run).network.parameters()]))
    start = torch.cat([p.flatten() for p in novice.network.parameters()])
    torch.testing.assert_close(found[0], start)
    torch.testing.assert_close(found[1], start.lerp(found[2], 0.25))


def test_what_the_bundle_decides_cannot_be_asked_for(hits, novice, tmp_path):
    recipe = read_recipe(FINETUNE)
    recipe = replace(recipe, model=TaoNetConfig(hidden=3))
    with pytest.raises(ConfigError, match="comes from the bundle"):
        run_experiment(recipe, hits[0], tmp_path / "run", start=novice)


def test_other_classes_are_refused(world, quick, novice, tmp_path):
    with pytest.raises(InputError, match="other classes"):
        run_experiment(quick, Archive(world / "archive"), tmp_path / "run", start=novice)
    assert not (tmp_path / "run").exists()


def test_the_benchmark_tests_each_draw_on_what_it_did_not_learn_from(hits, quick, novice):
    found = hits_benchmark(novice, quick, hits[0], draws=2, shots=2)
    assert set(found) == set(DESCRIPTIONS)
    for score in found.values():
        assert 0 <= score.macro_recall.low <= score.macro_recall.high <= 1
    assert len(found["shots_10"].by_draw) == 2
    assert len(found["zero_shot"].by_draw) == 1


def test_with_another_archive_all_of_it_is_tested(hits, quick, novice):
    found = hits_benchmark(novice, quick, hits[0], test=hits[1], draws=2, shots=2)
    assert {score.n_objects for score in found.values()} == {12}


def test_halves_are_halves():
    share = np.mean([in_first_half(f"object {i}") for i in range(2000)])
    assert 0.45 < share < 0.55
