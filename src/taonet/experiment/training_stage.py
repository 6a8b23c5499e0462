"""The stage that trains a network, and calibrates it where calibration objects are given."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Int

from taonet.data.reading import find_inputs
from taonet.data.splits import Split
from taonet.experiment.cost import record_cost
from taonet.experiment.plan import Experiment, run_digest
from taonet.experiment.trust_stage import collect_calibration_answers, fit_trust
from taonet.io.tally import Tally
from taonet.models.bundle import Bundle, load_bundle, save_bundle
from taonet.models.coverage import common_domain, coverage_of
from taonet.models.device import CPU, find_device
from taonet.models.domain import DOMAIN, Domain
from taonet.models.preparation import PreparedSequence, prepare_examples
from taonet.training.curve_pretraining import pretrain_network
from taonet.training.loop import TrainingConfig, train_network
from taonet.trust.prior import LEARNT_MIX, equal_shares
from taonet.version import __version__

PRETRAINING = "pretraining"
"""Folder of a run with what was learnt from light curves."""

DOMAIN_OBJECTS = 500
"""Objects that are looked at to state what a network learnt from."""


def train_round(
    experiment: Experiment,
    split: Split,
    name: str,
    train: Int[np.ndarray, " n"],
    say: Callable[[str], None],
) -> Bundle:
    """Train the network of a round, or load it; calibrate it where a part of the split is for that.

    Parameters
    ----------
    name : str
        Of the round; its folder in ``training`` holds what has been done so far.
    train : array
        Objects to learn from.
    say : function
        Called with one line per calibration.
    """
    folder = experiment.folder / "training" / name
    bundle = _train_bundle(experiment, train, folder)
    if "calibration" not in split.parts:
        return bundle
    place = folder / "calibrated"
    if not (place / "config.json").exists():
        members = split.members("calibration", experiment.archive.objects["object_id"].tolist())
        answers = collect_calibration_answers(
            bundle, _prepare_examples(experiment, bundle, members), Tally(place)
        )
        trust, notes = fit_trust(answers, bundle.taxonomy)
        say("\n".join([f"{name}: calibrated on {trust.objects} objects", *notes]))
        save_bundle(replace(bundle, trust=trust), place, card="")
    archive = experiment.archive
    facts = {
        **bundle.facts,
        "calibrated_on": archive.digest_of("calibration"),
        "calibrated_on_simulation": archive.is_simulated,
    }
    # what was calibrated is the network as it was trained, however bundles keep weights
    return replace(bundle, trust=load_bundle(place, device=CPU).trust, facts=facts)


def _prepare_examples(
    experiment: Experiment, bundle: Bundle, members: Int[np.ndarray, " n"]
) -> Iterator[PreparedSequence]:
    indices = experiment.track(members.tolist(), len(members), "calibrating")
    return prepare_examples(
        (experiment.archive[i] for i in indices),
        bundle.reading,
        frame_px=bundle.frame_px,
        encode=bundle.encode,
        precomputed=(find_inputs(experiment.sequences, i) for i in members.tolist()),
    )


def _train_bundle(experiment: Experiment, train: Int[np.ndarray, " n"], folder: Path) -> Bundle:
    recipe, archive = experiment.recipe, experiment.archive
    folder.mkdir(parents=True, exist_ok=True)
    start = _start_weights(experiment)
    with record_cost(folder / "cost.json", find_device(recipe.training.device)):
        network = train_network(
            experiment.architecture,
            experiment.training_set(train),
            config=_training_config(experiment),
            seed=recipe.seed,
            folder=folder,
            start=start,
            title=f"training {folder.name}",
            track=experiment.track,
        )
    return Bundle(
        name=recipe.name,
        network=network,
        taxonomy=experiment.taxonomy,
        reading=experiment.reading,
        frame_px=experiment.frame_px,
        encoder=experiment.encoder,
        facts={
            "survey": archive.survey,
            DOMAIN: training_domain(experiment, train).to_dict(),
            "trained_on_simulation": archive.is_simulated,
            "recipe_digest": recipe.digest,
            "data_digest": archive.digest,
            "learnt_from": archive.digest_of("train"),
            "run_digest": run_digest(recipe, archive, experiment.start),
            "started_from": None if experiment.start is None else experiment.start.name,
            "objects": len(train),
            LEARNT_MIX: _learnt_mix(experiment, train),
            "turns": recipe.prediction.turns,
            "weights": sum(p.numel() for p in network.parameters()),
            "version": __version__,
            "cost": json.loads((folder / "cost.json").read_text()),
            **_pretraining_facts(experiment),
        },
    )


def _start_weights(experiment: Experiment) -> dict[str, torch.Tensor] | None:
    """Return the weights to start from: those of a bundle, or pre-trained ones, if any."""
    if experiment.start is not None:
        return experiment.start.network.state_dict()
    recipe, folder = experiment.recipe, experiment.folder / PRETRAINING
    if not recipe.pretraining.survey:
        return None
    # it knows no object of the archive, so that all rounds share it
    folder.mkdir(parents=True, exist_ok=True)
    with record_cost(folder / "cost.json", find_device(recipe.training.device)):
        network = pretrain_network(
            experiment.architecture,
            experiment.curves(),
            settings=recipe.pretraining,
            config=recipe.training,
            seed=recipe.seed,
            folder=folder,
            track=experiment.track,
        )
    return network.state_dict()


def _training_config(experiment: Experiment) -> TrainingConfig:
    """Return how the network is trained; only with a bundle's weights are the new ones blended."""
    config = experiment.recipe.training
    return config if experiment.start is not None else replace(config, blend=1.0)


def _pretraining_facts(experiment: Experiment) -> dict[str, Any]:
    settings = experiment.recipe.pretraining
    if not settings.survey:
        return {}
    cost = json.loads((experiment.folder / PRETRAINING / "cost.json").read_text())
    return {"pretrained_on": {**settings.facts, "cost": cost}}


def training_domain(experiment: Experiment, train: Int[np.ndarray, " n"]) -> Domain:
    """Return what the objects are like that a network learns from; of many, a sample is looked at.

    Parameters
    ----------
    train : array
        Objects to learn from.
    """
    several = np.linspace(0, len(train) - 1, min(len(train), DOMAIN_OBJECTS)).astype(np.int64)
    objects = [
        coverage_of(experiment.archive[i], experiment.reading) for i in train[several].tolist()
    ]
    return common_domain(objects, reading=experiment.reading, frame_px=experiment.frame_px)


def _learnt_mix(experiment: Experiment, train: Int[np.ndarray, " n"]) -> dict[str, float]:
    """Return the class mix of the batches, which hold as many objects of each class that is met."""
    met = experiment.archive.objects["class_name"].iloc[train].unique().tolist()
    classes = experiment.taxonomy.classes
    return equal_shares([name for name in classes if name in met], classes)
