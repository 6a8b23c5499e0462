"""The stage that trains: what it notes of a network, and what it cost."""

import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from taonet.errors import ConfigError
from taonet.experiment import training_stage
from taonet.experiment.joined_archives import join_archives
from taonet.experiment.plan import plan_experiment, tuning_recipe
from taonet.experiment.recipe import read_recipe
from taonet.experiment.training_stage import _learnt_mix
from taonet.io.archive import Archive
from taonet.models.bundle import load_bundle
from taonet.models.taonet import TaoNet


def test_batches_hold_as_many_of_each_class_that_is_met():
    objects = pd.DataFrame({"class_name": ["A", "A", "A", "B", "C"]})
    archive = SimpleNamespace(objects=objects)
    taxonomy = SimpleNamespace(classes=("A", "B", "C"))
    # all that is read of an experiment here
    experiment: Any = SimpleNamespace(archive=archive, taxonomy=taxonomy)
    assert _learnt_mix(experiment, np.array([0, 1, 2, 3])) == {"A": 0.5, "B": 0.5, "C": 0.0}


def test_a_bundle_notes_what_its_network_learnt_from(world):
    bundle = load_bundle(world / "run")
    facts = bundle.facts
    assert facts["objects"] == 24
    assert facts["weights"] == sum(p.numel() for p in bundle.network.parameters())
    assert facts["learnt_mix"] == pytest.approx(dict.fromkeys(bundle.taxonomy.classes, 1 / 6))
    assert facts["cost"] == json.loads((world / "run/training/all/cost.json").read_text())
    assert facts["started_from"] is None
    assert "pretrained_on" not in facts


PRETRAINED = [
    "model.measured=true", "model.zooms=[]", "model.apertures=0", "model.deep_zooms=[8]",
    'pretraining.survey=["tiny"]', "pretraining.curves=12", "pretraining.steps=2",
    "training.blend=0.5",
]  # fmt: skip


def test_training_on_frames_starts_from_what_was_learnt_from_curves(world, tmp_path, monkeypatch):
    recipe = read_recipe("tiny", PRETRAINED)
    experiment = plan_experiment(recipe, join_archives(Archive(world / "archive")), tmp_path)
    calls = []

    def note(architecture, _examples, **given):
        calls.append(given)
        return TaoNet(architecture)

    # only the pre-training is carried out: photometry takes long
    monkeypatch.setattr(training_stage, "train_network", note)
    bundles = [
        training_stage._train_bundle(experiment, experiment.usable, tmp_path / "training" / name)
        for name in ("fold1", "all")
    ]
    assert len((tmp_path / "pretraining" / "metrics.jsonl").read_text().splitlines()) == 2
    one, other = (call["start"] for call in calls)
    assert one.keys() == TaoNet(experiment.architecture).state_dict().keys()
    assert all(torch.equal(one[name], other[name]) for name in one)
    # blending is for the weights of a bundle
    assert [call["config"].blend for call in calls] == [1.0, 1.0]
    assert calls[0]["config"].learning_rate == recipe.training.learning_rate
    facts = bundles[0].facts["pretrained_on"]
    assert (list(facts["surveys"]), facts["curves"]) == (["tiny"], 12)
    assert facts["cost"]["seconds"] > 0


def test_a_bundle_is_not_pre_trained_again(world):
    with pytest.raises(ConfigError, match="pretraining comes from the bundle"):
        tuning_recipe(
            read_recipe("finetune", ['pretraining.survey=["tiny"]']), load_bundle(world / "run")
        )  # fmt: skip


def test_what_cannot_be_pre_trained_is_refused_before_any_work(world, tmp_path):
    recipe = read_recipe("tiny", ['pretraining.survey=["tiny"]'])
    with pytest.raises(ConfigError, match="reads no fluxes to pre-train it on"):
        plan_experiment(recipe, join_archives(Archive(world / "archive")), tmp_path)
