"""Saved encoders: what comes back, and that damage ends in one line."""

import hashlib
import json
import tomllib
from pathlib import Path

import pytest
import safetensors.torch
import torch

from models.conftest import untrained_encoder
from taonet.errors import InputError, MissingError, OutputError, TaoNetError
from taonet.models import encoder_folder as module
from taonet.models.encoder_folder import (
    CONFIG,
    SHIPPED_ENCODERS,
    VERSION,
    WEIGHTS,
    TaughtEncoder,
    encoder_names,
    find_encoder,
    load_encoder,
    save_encoder,
)


@pytest.fixture
def saved(tmp_path):
    save_encoder(untrained_encoder(), tmp_path / "stars", card="# page")
    return tmp_path / "stars"


def change_config(folder, **changes):
    file = folder / CONFIG
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def replace_weights(folder, weights):
    """Put other weights into a folder, and state their hash."""
    content = weights if isinstance(weights, bytes) else safetensors.torch.save(weights)
    (folder / WEIGHTS).write_bytes(content)
    change_config(folder, weights_sha256=hashlib.sha256(content).hexdigest())


def test_an_encoder_that_was_saved_is_the_same(saved):
    encoder = untrained_encoder()
    loaded = load_encoder(saved)
    assert loaded.digest == encoder.digest
    assert loaded.network.config == encoder.network.config
    assert loaded.name == "untrained"
    assert not loaded.network.training
    assert (saved / "README.md").read_text() == "# page"
    save_encoder(loaded, saved, card="", overwrite=True)
    assert load_encoder(saved).digest == encoder.digest


def test_a_digest_is_of_what_was_learnt_and_of_nothing_else():
    encoder = untrained_encoder()
    again = TaughtEncoder(network=encoder.network, name="other", facts={"seed": 2})
    assert again.digest == encoder.digest
    assert untrained_encoder(seed=1).digest != encoder.digest


def test_what_is_there_already_is_kept(saved):
    with pytest.raises(OutputError, match="exists already"):
        save_encoder(untrained_encoder(), saved, card="")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"version": VERSION + 1}, "newer version"),
        ({"version": "1"}, "newer version"),
        ({"format": "taonet-bundle"}, "not an encoder of taonet"),
        ({"architecture": {"filters": 4}}, "weights that do not fit"),
        ({"architecture": {"filtres": 4}}, "filters"),
        ({"weights_sha256": "0" * 64}, "hash differs"),
        ({"surplus": 1}, "surplus"),
    ],
    ids=lambda one: one if isinstance(one, str) else next(iter(one)),
)
def test_configurations_that_make_no_sense_are_one_clear_line(saved, changes, words):
    change_config(saved, **changes)
    with pytest.raises(TaoNetError, match=words):
        load_encoder(saved)


def test_damaged_weights_are_noticed_and_nothing_is_ever_unpickled(saved):
    file = saved / WEIGHTS
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    with pytest.raises(InputError, match="hash differs"):
        load_encoder(saved)
    torch.save({"flux": torch.zeros(3)}, file)
    replace_weights(saved, file.read_bytes())
    with pytest.raises(InputError, match="is damaged"):
        load_encoder(saved)
    file.unlink()
    with pytest.raises(InputError, match="weights of the encoder are missing"):
        load_encoder(saved)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite_are_refused(saved, value):
    weights = untrained_encoder().network.state_dict()
    next(iter(weights.values())).view(-1)[0] = value
    replace_weights(saved, weights)
    with pytest.raises(InputError, match="not finite"):
        load_encoder(saved)


def test_a_configuration_that_is_no_json_is_one_clear_line(saved):
    (saved / CONFIG).write_text("{")
    with pytest.raises(InputError, match="cannot be read"):
        load_encoder(saved)


def test_shipped_encoders_are_found_by_name_and_the_nearest_is_told(saved, monkeypatch):
    monkeypatch.setattr(module, "SHIPPED_ENCODERS", saved.parent)
    names = encoder_names(saved.parent)
    monkeypatch.setattr(module, "encoder_names", lambda: names)
    assert names == ["stars"]
    assert find_encoder("stars") == saved
    with pytest.raises(MissingError, match="did you mean 'stars'"):
        find_encoder("starz")
    with pytest.raises(MissingError, match="no such encoder"):
        load_encoder(saved.parent / "nothing")


def test_the_wheel_carries_what_ships():
    root = Path(__file__).parents[2]
    settings = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["setuptools"]
    place = SHIPPED_ENCODERS.relative_to(root / "src" / "taonet")
    assert f"{place}/**/*" in settings["package-data"]["taonet"]
    assert all(load_encoder(name).name == name for name in encoder_names())
