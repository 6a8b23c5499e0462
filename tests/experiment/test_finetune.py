"""Fine-tuning: what comes from the bundle, what is refused, and the benchmark around it."""

import hashlib
import importlib
from dataclasses import replace
from typing import Literal

import pandas as pd
import pytest
import torch

from taonet.data.reading import Reading
from taonet.data.transforms import Scaling
from taonet.errors import ConfigError, InputError, LeakError
from taonet.experiment.recipe import override_recipe, read_recipe
from taonet.experiment.run import run_experiment
from taonet.io.archive import Archive
from taonet.models.bundle import Bundle, load_bundle, weights_digest
from taonet.models.network_config import TaoNetConfig
from taonet.models.taonet import TaoNet
from taonet.sky.taxonomy import HITS
from taonet.studies.hits import DESCRIPTIONS, FINETUNE, Shots, hits_benchmark, in_first_half
from taonet.tasks.simulate import Sample, simulate_archive


@pytest.fixture(scope="module")
def quick():
    recipe = read_recipe(FINETUNE)
    training = replace(recipe.training, steps=3, batch_size=8, checkpoint_every=2)
    prediction = replace(recipe.prediction, turns=1, bootstrap=20, epochs=(10,), examples=1)
    forest, boosted = replace(recipe.forest, trees=20), replace(recipe.boosted, rounds=3)
    return replace(recipe, training=training, prediction=prediction, forest=forest, boosted=boosted)


@pytest.fixture(scope="module")
def hits(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hits")
    simulate_archive(Sample(survey="hits", n_objects=24, seed=3), folder / "a")
    simulate_archive(Sample(survey="hits", n_objects=12, seed=4), folder / "b")
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
    recipe = override_recipe(quick, shots=2, seed=5)
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


@pytest.mark.slow
def test_a_blend_lies_between_where_it_started_and_what_was_learnt(hits, quick, novice, tmp_path):
    recipe = override_recipe(quick, shots=2, seed=5)
    found = []
    for blend in (0.0, 0.25, 1.0):
        training = replace(recipe.training, blend=blend)
        folder = tmp_path / str(blend)
        run = run_experiment(replace(recipe, training=training), hits[0], folder, start=novice)
        found.append(torch.cat([p.flatten() for p in load_bundle(run).network.parameters()]))
    start = torch.cat([p.flatten() for p in novice.network.parameters()])
    between = start.lerp(found[2], 0.25)
    for blended, expected in ((found[0], start), (found[1], between)):
        # bundles store half precision
        torch.testing.assert_close(blended, expected, rtol=2**-10, atol=1e-6)


def test_what_the_bundle_decides_cannot_be_asked_for(hits, novice, tmp_path):
    recipe = read_recipe(FINETUNE)
    recipe = replace(recipe, model=TaoNetConfig(hidden=3))
    with pytest.raises(ConfigError, match="comes from the bundle"):
        run_experiment(recipe, hits[0], tmp_path / "run", start=novice)


def test_other_classes_are_refused(world, quick, novice, tmp_path):
    with pytest.raises(InputError, match="other classes"):
        run_experiment(quick, Archive(world / "archive"), tmp_path / "run", start=novice)
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_the_benchmark_tests_each_draw_on_what_it_did_not_learn_from(hits, quick, novice):
    found = hits_benchmark(novice, quick, hits[0], shots=Shots(draws=2, per_class=2))
    assert set(found) == set(DESCRIPTIONS)
    for score in found.values():
        assert 0 <= score.macro_recall.low <= score.macro_recall.high <= 1
    assert len(found["shots_10"].by_run) == 2
    assert len(found["zero_shot"].by_run) == 1


def test_a_bundle_that_knows_real_sequences_is_not_benchmarked(hits, quick, novice):
    knows = replace(novice, facts={"survey": "hits", "trained_on_simulation": False})
    with pytest.raises(LeakError, match="has learnt from real sequences"):
        hits_benchmark(knows, quick, hits[0], shots=Shots(draws=1, per_class=2))


@pytest.mark.slow
def test_with_another_archive_all_of_it_is_tested(hits, quick, novice):
    found = hits_benchmark(novice, quick, hits[0], test=hits[1], shots=Shots(draws=2, per_class=2))
    assert {score.n_objects for score in found.values()} == {12}
    with pytest.raises(InputError, match="halves are of one archive"):
        hits_benchmark(novice, quick, hits[0], test=hits[1], half="first")


def test_the_first_half_has_even_ranks_of_the_hash_within_each_class():
    names, classes = [f"object {i}" for i in range(40)], ["A", "B", "A", "A"] * 10
    objects = pd.DataFrame({"object_id": names, "class_name": classes}, index=range(100, 140))
    expected = set()
    for wanted in ("A", "B"):
        own = [n for n, c in zip(names, classes, strict=True) if c == wanted]
        expected |= set(sorted(own, key=lambda n: hashlib.sha256(n.encode()).digest())[::2])
    assert set(objects["object_id"][in_first_half(objects)]) == expected
    shuffled = objects.sample(frac=1, random_state=1)
    assert set(shuffled["object_id"][in_first_half(shuffled)]) == expected


def test_the_real_halves_are_those_that_the_preset_was_tuned_on(shared_data):
    objects = pd.read_parquet(shared_data / "hits" / "objects.parquet")
    objects = objects.rename(columns={"label": "class_name"})
    first = objects[in_first_half(objects)]
    assert first["class_name"].value_counts().to_dict() == {
        "NON": 125, "RRL": 28, "SN": 23, "EB": 19,
    }  # fmt: skip
    ids = "".join(sorted(first["object_id"]))
    assert hashlib.sha256(ids.encode()).hexdigest()[:12] == "95d685dd45e7"


@pytest.mark.slow
def test_the_second_half_is_tested_with_shots_from_the_first(hits, quick, novice, monkeypatch):
    learnt = []
    # the module and its function share a name
    module = importlib.import_module("taonet.studies.hits")
    plain = module.train_network

    def noted(architecture, examples, **rest):
        learnt.append(examples.sequences.objects.iloc[examples.members])
        return plain(architecture, examples, **rest)

    monkeypatch.setattr(module, "train_network", noted)
    archive = hits[0]
    first = set(archive.objects["object_id"][in_first_half(archive.objects)])
    assert len(first) == 12
    halves: list[tuple[Literal["first", "second"], int]] = [("first", 4), ("second", 12)]
    for half, n_tested in halves:
        found = hits_benchmark(novice, quick, archive, half=half, shots=Shots(draws=1, per_class=2))
        assert found["zero_shot"].n_objects == n_tested
    assert len(learnt) == 4
    for objects in learnt:
        assert set(objects["object_id"]) < first
        assert len(objects) == 8
