import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from models.conftest import untrained_encoder
from taonet.errors import InputError, MissingError, OutputError
from taonet.models.bundle import load_bundle, round_to_half, save_bundle, weights_digest
from taonet.models.bundle_folder import VERSION
from taonet.models.encoder_folder import WEIGHTS
from taonet.models.predict import predict
from taonet.trust.trust import Temperature, Trust


@pytest.fixture
def saved(bundle, tmp_path):
    save_bundle(bundle, tmp_path / "b", card="# card")
    return tmp_path / "b"


def test_a_bundle_that_was_saved_answers_as_before(bundle, saved, sequences):
    loaded = load_bundle(saved)
    assert loaded.reading == bundle.reading
    assert loaded.taxonomy == bundle.taxonomy
    assert loaded.network.config == bundle.network.config
    assert not loaded.network.training
    one, other = (pd.concat(predict(b, sequences)) for b in (bundle, loaded))
    pd.testing.assert_frame_equal(one, other)


TOLERANCE = 2e-3
"""How much half precision may change a probability."""


def test_half_precision_takes_half_the_space_and_answers_alike(bundle, sequences, tmp_path):
    before = pd.concat(predict(bundle, sequences)).filter(like="p_").to_numpy()
    save_bundle(bundle, tmp_path / "single", card="")
    weights = bundle.network.state_dict()
    assert any(not torch.equal(round_to_half(weights)[name], weights[name]) for name in weights)
    bundle.network.load_state_dict(round_to_half(weights))
    after = pd.concat(predict(bundle, sequences)).filter(like="p_").to_numpy()
    save_bundle(bundle, tmp_path / "half", card="")
    loaded = pd.concat(predict(load_bundle(tmp_path / "half"), sequences))
    np.testing.assert_allclose(after, before, atol=TOLERANCE)
    np.testing.assert_array_equal(loaded.filter(like="p_").to_numpy(), after)
    single, half = (
        (tmp_path / name / "model.safetensors").stat().st_size for name in ("single", "half")
    )
    assert half < 0.7 * single


def test_what_half_precision_cannot_hold_stays_as_it_is():
    weights = {"big": torch.tensor([1e6, 1 / 3]), "small": torch.tensor([1 / 3])}
    rounded = round_to_half(weights)
    assert torch.equal(rounded["big"], weights["big"])
    assert rounded["small"].item() == pytest.approx(1 / 3, rel=2**-11)
    assert rounded["small"].item() != weights["small"].item()


def test_the_folder_of_a_run_stands_for_its_bundle(bundle, tmp_path):
    (tmp_path / "run").mkdir()
    save_bundle(bundle, tmp_path / "run" / "bundle", card="")
    assert load_bundle(tmp_path / "run").name == "test"


def test_damage_is_noticed_and_nothing_is_ever_unpickled(saved):
    weights = saved / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(InputError, match="not the file that the bundle claims"):
        load_bundle(saved)
    torch.save({"head.weight": np.zeros(3)}, weights)
    with pytest.raises(InputError):
        load_bundle(saved)
    weights.unlink()
    with pytest.raises(InputError, match="is missing"):
        load_bundle(saved)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": VERSION + 1}, "newer version"),
        ({"format": "other"}, "not a taonet bundle"),
        ({"architecture": {"hidden": 3}}, "damaged"),
        ({"reading": {}}, "damaged"),
    ],
)
def test_configurations_that_make_no_sense_are_one_clear_line(saved, changes, message):
    file = saved / "config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))
    with pytest.raises(InputError, match=message):
        load_bundle(saved)


def test_names_and_places(bundle, saved):
    with pytest.raises(MissingError, match="no such bundle"):
        load_bundle("no-such-model")
    with pytest.raises(OutputError, match="exists already"):
        save_bundle(bundle, saved, card="")


def test_temperature_softens_but_never_changes_the_order(bundle, sequences):
    (sharp,) = predict(bundle, sequences[:1])
    trust = Trust(temperature=Temperature(epochs=(1,), values=(3.0,)), thresholds=None, objects=0)
    (soft,) = predict(replace(bundle, trust=trust), sequences[:1])
    one, other = (t.filter(like="p_").to_numpy() for t in (sharp, soft))
    assert (one.argmax(axis=1) == other.argmax(axis=1)).all()
    assert (other.max(axis=1) < one.max(axis=1)).all()


ENCODED = pytest.mark.parametrize("bundle", ["encoded"], indirect=True)


@ENCODED
def test_a_bundle_holds_its_encoder(bundle, saved):
    loaded = load_bundle(saved)
    assert loaded.encoder is not None
    assert loaded.encoder.digest == bundle.encoder.digest
    assert loaded.encoder.name == "untrained"
    assert not loaded.encoder.network.training
    assert weights_digest(loaded) == weights_digest(bundle)


@ENCODED
def test_another_encoder_is_another_model(bundle, sequences):
    other = replace(bundle, encoder=untrained_encoder(seed=1))
    assert weights_digest(other) != weights_digest(bundle)
    assert weights_digest(replace(bundle, encoder=None)) != weights_digest(bundle)
    one, two = (pd.concat(predict(b, sequences)).filter(like="p_") for b in (bundle, other))
    assert not np.allclose(one, two)


@ENCODED
def test_a_bundle_whose_encoder_is_damaged_or_missing_is_refused(saved):
    file, config = saved / WEIGHTS, json.loads((saved / "config.json").read_text())
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    with pytest.raises(InputError, match="hash differs"):
        load_bundle(saved)
    file.unlink()
    with pytest.raises(InputError, match="weights of the encoder are missing"):
        load_bundle(saved)
    (saved / "config.json").write_text(json.dumps({**config, "encoder": None}))
    with pytest.raises(InputError, match="encoder of bundle and reading"):
        load_bundle(saved)


@ENCODED
def test_without_its_encoder_a_network_says_what_it_needs(bundle, sequences):
    with pytest.raises(InputError, match="o0: the network needs its frame encoder"):
        list(predict(replace(bundle, encoder=None), sequences))
