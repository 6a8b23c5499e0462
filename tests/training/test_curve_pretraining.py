"""Pre-training on curves: it learns, leaves alone what sees pictures, and outlives a kill."""

import json

import numpy as np
import pytest
import torch

from taonet.data.reading import Reading
from taonet.data.transforms import Scaling
from taonet.errors import ConfigError
from taonet.models.network_config import TaoNetConfig
from taonet.models.taonet import TaoNet
from taonet.settings import settings_of
from taonet.sky.taxonomy import CRTS, Taxonomy
from taonet.training.checkpoint import save_checkpoint
from taonet.training.curve_pretraining import Pretraining, curve_examples, pretrain_network
from taonet.training.loop import TrainingConfig

SMALL = TaoNetConfig(
    zooms=(12,),
    deep_zooms=(12,),
    zoom_px=6,
    stem=8,
    growth=8,
    layers=(1, 1),
    embedding=8,
    apertures=3,
    aperture_px=9,
    width=16,
    hidden=16,
    dropout=0.0,
    measured=True,
    nightly=True,
)
PICTURES = ("looks.", "deep_looks.", "apertures.", "calibrate.")
READING = Reading(scaling=Scaling(crop_px=12), measured=True, deep_px=12)
SETTINGS = Pretraining(survey=("tiny",), curves=60, steps=3)
CONFIG = TrainingConfig(batch_size=12, checkpoint_every=1, steadiness=0.1, frozen=("recurrence",))


@pytest.fixture(scope="module")
def curves():
    return curve_examples(SETTINGS, architecture=SMALL, reading=READING, taxonomy=CRTS, seed=1)


def pretrain(folder, examples, **changes):
    settings = Pretraining(**{"survey": ("tiny",), "curves": 60, "steps": 3, **changes})
    return pretrain_network(
        SMALL, examples, settings=settings, config=CONFIG, seed=3, folder=folder
    )  # fmt: skip


def losses(folder):
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    return [json.loads(line)["loss"] for line in lines]


def test_a_little_of_it_lowers_the_loss(tmp_path, curves):
    pretrain(tmp_path, curves, steps=40, learning_rate=2e-2)
    history = losses(tmp_path)
    assert len(history) == 40
    assert np.mean(history[-10:]) < 0.85 * np.mean(history[:5])


def test_what_sees_pictures_stays_as_it_was_drawn_and_the_rest_learns(tmp_path, curves):
    learnt = pretrain(tmp_path, curves).state_dict()
    torch.manual_seed(3)  # what training starts from
    start = {name: value.half().float() for name, value in TaoNet(SMALL).state_dict().items()}
    still = {name for name in start if torch.equal(learnt[name], start[name])}
    assert still == {name for name in start if name.startswith(PICTURES)}


def stop_after_saving(path, state):
    save_checkpoint(path, state)
    if state["step"] == 2:
        raise KeyboardInterrupt


def test_a_kill_ends_the_same(tmp_path, curves, monkeypatch):
    whole = pretrain(tmp_path / "whole", curves).state_dict()
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("taonet.training.checkpoint.save_checkpoint", stop_after_saving)
        pretrain(tmp_path / "killed", curves)
    # drawn anew, as after a kill
    again = curve_examples(SETTINGS, architecture=SMALL, reading=READING, taxonomy=CRTS, seed=1)
    resumed = pretrain(tmp_path / "killed", again).state_dict()
    assert losses(tmp_path / "killed") == losses(tmp_path / "whole")
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


def test_finished_pre_training_draws_nothing(tmp_path, curves):
    pretrain(tmp_path, curves)
    fresh = curve_examples(SETTINGS, architecture=SMALL, reading=READING, taxonomy=CRTS, seed=1)
    pretrain(tmp_path, fresh)
    assert "curves" not in vars(fresh)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"survey": ["crts-catalog"]}, "did you mean 'crts-catalogue'"),
        ({"survey": ["ztf"]}, "keeps detections in difference images only"),
        ({"surveys": ["crts"]}, "did you mean 'survey'"),
        ({"mix": "realistic"}, "mix"),
        ({"curves": 0}, "curves"),
    ],
)
def test_settings_that_make_no_sense_are_refused(given, words):
    with pytest.raises(ConfigError) as refused:
        settings_of(given, Pretraining, where="recipe")
    assert words in str(refused.value)


def test_a_network_that_reads_no_flux_is_refused():
    plain = TaoNetConfig()
    with pytest.raises(ConfigError, match=r"reads no fluxes .* set model\.measured"):
        curve_examples(SETTINGS, architecture=plain, reading=READING, taxonomy=CRTS, seed=1)


def test_classes_that_no_survey_draws_are_left_out_or_refused():
    def law(*classes):
        taxonomy = Taxonomy(name="mine", classes=classes)
        return curve_examples(
            SETTINGS, architecture=SMALL, reading=READING, taxonomy=taxonomy, seed=1
        ).law  # fmt: skip

    assert law("KN", "NON", "SN").classes == ("NON", "SN")
    with pytest.raises(ConfigError, match=r"too few classes .*got SN"):
        law("KN", "SN")


def test_the_facts_of_a_bundle_say_where_curves_came_from():
    facts = SETTINGS.facts
    assert list(facts["surveys"]) == ["tiny"] and facts["curves"] == 60
    json.dumps(facts)
