"""Every recipe that ships is carried out: a few steps on what the preset `tiny` simulates.

Networks and their reading stay as the recipe has them; only work is saved: steps, batches, trees,
folds, resamples, and the drawing of figures. A recipe whose settings no longer fit the code, or
each other, fails here.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.conftest import untrained_encoder
from taonet.experiment import run as network_runs
from taonet.experiment.curves import run as curve_runs
from taonet.experiment.curves.recipe import read_curve_recipe
from taonet.experiment.curves.run import run_curves
from taonet.experiment.recipe import read_recipe
from taonet.experiment.run import run_experiment
from taonet.experiment.shipped_recipes import shipped_recipes
from taonet.io.archive import Archive
from taonet.io.archive_writer import ArchiveWriter
from taonet.io.lightcurves.tables import read_light_curves
from taonet.models.bundle import load_bundle
from taonet.models.bundle_folder import bundle_names
from taonet.models.encoder_folder import save_encoder
from taonet.models.predict import predict
from taonet.models.trees.bundle import load_trees
from taonet.models.trees.trees import GRID, BoostedConfig, ForestConfig
from taonet.reports import page
from taonet.simulation.objects import simulate
from taonet.simulation.presets.tiny import TINY
from taonet.sky.sequence import ImageSequence
from taonet.tasks.simulate import Sample, simulate_light_curves

LITTLE_WORK = (
    "threads=1",
    "training.steps=2",
    "training.batch_size=3",
    "split.folds=2",
    "split.test=0.5",
    "forest.trees=3",
    "boosted.rounds=2",
    "prediction.turns=1",
    "prediction.epochs=[3]",
    "prediction.bootstrap=10",
    "prediction.examples=1",
    "prediction.counterfactuals=2",
)
FEW_CURVES = ("pretraining.steps=2", "pretraining.curves=12")
N_OBJECTS, N_EPOCHS = 12, 11
LARGEST_PX = 64
"""What the largest zoom of a recipe needs; cutouts of `tiny` are half as wide."""

TUNING = "finetune"
TRIPLETS = "ztf-sim"
OF_CUTOUTS, OF_CURVES = (
    [name for name, one in shipped_recipes().items() if one["reads"] == kind]
    for kind in ("cutouts", "light curves")
)


@pytest.fixture(autouse=True)
def nothing_drawn(monkeypatch):
    """Leave out figures and the tables of the paper, which take longer than all the rest."""
    monkeypatch.setattr(
        page, "draw_figures", lambda _data: {"early": [], "trust": [], "scores": []}
    )
    monkeypatch.setattr(page, "draw_examples", lambda *_given: [])
    monkeypatch.setattr(network_runs, "write_paper_tables", lambda *_given, **_named: False)


def read_small(name):
    """Read a recipe with little work; what it learns from light curves first is little as well."""
    has_curves = read_recipe(name).pretraining.survey
    return read_recipe(name, LITTLE_WORK + (FEW_CURVES if has_curves else ()))


def first_epochs(sequence):
    return sequence.take(np.arange(min(len(sequence), N_EPOCHS)))


def triplets(sequence):
    """Return a sequence with the mean of its frames as template, and with two bands in turn."""
    science = sequence.pixels[:, 0]
    template = np.broadcast_to(science.mean(axis=0), science.shape)
    return ImageSequence.from_frames(
        sequence.object_id,
        np.stack([science, template, science - template], axis=1).astype(np.float32),
        sequence.mjd,
        band=["gr"[i % 2] for i in range(len(sequence))],
        channels=("science", "template", "difference"),
        class_name=sequence.class_name,
        zero_point_mag=sequence.zero_point_mag,
    )


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    """The same objects as one channel without a filter, and as triplets in two bands."""
    folder = tmp_path_factory.mktemp("archives")
    survey = replace(TINY, size_px=LARGEST_PX)
    simulated = [first_epochs(one) for one, _ in simulate(survey, N_OBJECTS, seed=5)]
    for name, change in (("single", lambda s: s), ("triplets", triplets)):
        with ArchiveWriter(
            folder / name, survey="crts", taxonomy=TINY.taxonomy, signature="1", simulated=True
        ) as writer:
            for sequence in simulated:
                writer.add(change(sequence), source=sequence.object_id)
            writer.finish()
    return {name: Archive(folder / name) for name in ("single", "triplets")}


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("encoders") / "untrained"
    save_encoder(untrained_encoder(), folder, card="")
    return str(folder)


@pytest.mark.parametrize("name", OF_CUTOUTS)
def test_a_recipe_for_cutouts_ends_with_a_network_that_predicts(
    name, archives, world, encoder, tmp_path
):
    recipe = read_small(name)
    recipe = replace(recipe, encoder=encoder) if recipe.encoder else recipe
    archive = archives["triplets" if name == TRIPLETS else "single"]
    start = load_bundle(world / "run") if name == TUNING else None
    run = run_experiment(recipe, archive, tmp_path / "run", start=start)
    bundle = load_bundle(run)
    expected = recipe.model if start is None else start.network.config
    config = bundle.network.config
    decided = {key: getattr(config, key) for key in ("channels", "classes", "bands")}
    assert replace(expected, **decided) == config
    answers = pd.concat(predict(bundle, [archive[0], archive[1]]), ignore_index=True)
    probabilities = answers.filter(like="p_").to_numpy()
    assert answers["object_id"].unique().tolist() == archive.objects["object_id"][:2].tolist()
    assert probabilities.shape[1] == len(archive.taxonomy.classes)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("name", bundle_names())
def test_a_network_like_each_that_ships_can_be_tuned(name, archives, tmp_path):
    archive = archives["triplets" if name == TRIPLETS else "single"]
    run = run_experiment(read_small(name), archive, tmp_path / "run")
    start = load_bundle(run)
    tuned = run_experiment(
        read_recipe(TUNING, LITTLE_WORK), archive, tmp_path / "tuned", start=start
    )
    assert load_bundle(tuned).network.config == start.network.config


@pytest.fixture(scope="module")
def curves(tmp_path_factory):
    table = tmp_path_factory.mktemp("curves") / "crts.parquet"
    simulate_light_curves(Sample(survey="crts", n_objects=32, seed=3), table)
    return table


@pytest.mark.parametrize("name", OF_CURVES)
def test_a_recipe_for_light_curves_ends_with_trees_that_predict(
    name, curves, tmp_path, monkeypatch
):
    monkeypatch.setattr(curve_runs, "GRID", tuple(replace(one, trees=3) for one in GRID[:2]))
    recipe = read_curve_recipe(name)
    recipe = replace(
        recipe,
        split=replace(recipe.split, folds=2, test=0.5),
        forest=ForestConfig(trees=3),
        boosted=BoostedConfig(rounds=2),
        bootstrap=10,
    )
    trees = load_trees(run_curves(recipe, curves, tmp_path / "run"))
    objects = read_light_curves(curves).curves[:3]
    answers = pd.concat(predict(trees, objects), ignore_index=True)
    assert trees.feature_set == recipe.features
    assert answers["object_id"].tolist() == [curve.object_id for curve in objects]
    np.testing.assert_allclose(answers.filter(like="p_").sum(axis=1), 1, atol=1e-6)
