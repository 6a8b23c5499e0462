import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from taonet.errors import InputError, MissingError, OutputError
from taonet.models.bundle import VERSION, load_bundle, save_bundle
from taonet.models.predict import predict
from taonet.trust import Temperature, Trust


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


def test_the_folder_of_a_run_stands_for_its_bundle(bundle, tmp_path):
    (tmp_path / "run").mkdir()
    save_bundle(bundle, tmp_path / "run" / "bundle", card="")
    assert load_bundle(tmp_path / "run").name == "test"


def test_damage_is_noticed_and_nothing_is_ever_unpickled(saved):
    weights = saved / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(InputError, match="not those the bundle claims"):
        load_bundle(saved)
    torch.save({"head.weight": np.zeros(3)}, weights)
    with pytest.raises(InputError):
        load_bundle(saved)
    weights.unlink()
    with pytest.raises(InputError, match="no weights"):
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


def test_names_and_places(bundle, saved, tmp_path):
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
