"""Bundles that were damaged, or edited by hand, end in one line when they are loaded."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest
import safetensors.numpy
import safetensors.torch
import torch

from taonet.errors import InputError
from taonet.models.bundle import TYPICALITY, load_bundle, save_bundle
from taonet.tasks.info import describe
from taonet.trust.trust import Temperature, Thresholds, Trust
from taonet.trust.typicality import Typicality

pytestmark = pytest.mark.parametrize("bundle", ["plain"], indirect=True)
TEMPERATURE = Temperature(epochs=(1, 5), values=(2.0, 1.5))


def typicality_of(network):
    rng = np.random.default_rng(1)
    return Typicality(
        centre=np.zeros(network.features),
        spread=np.ones(network.features),
        axes=np.eye(network.features)[:, :2],
        epochs=np.array([1, 4]),
        means=rng.normal(size=(2, 3, 3)),
        whitening=np.eye(3),
        shares=np.array([0.1, 1.0]),
        distances=np.array([[3.0, 0.0], [3.0, 0.0]]),
        objects=np.array([20, 20]),
    )


@pytest.fixture
def saved(bundle, tmp_path):
    sets = Thresholds(level=0.9, classes=bundle.taxonomy.classes, epochs=(1,), values=((0.1,) * 3,))
    trust = Trust(
        temperature=TEMPERATURE,
        thresholds=sets,
        objects=20,
        typicality=typicality_of(bundle.network),
    )
    save_bundle(replace(bundle, trust=trust), tmp_path / "b", card="")
    return tmp_path / "b"


def edit(folder, *keys, value):
    """Change one value of the configuration; without a value remove it."""
    file = folder / "config.json"
    config = within = json.loads(file.read_text())
    for key in keys[:-1]:
        within = within[key]
    if value == REMOVED:
        del within[keys[-1]]
    else:
        within[keys[-1]] = value
    file.write_text(json.dumps(config))


REMOVED = "(taken out)"

EDITS = [
    (("name",), REMOVED, "name: Field required"),
    (("name",), 3, "name: Input should be a valid string (got 3)"),
    (("taxonomy",), REMOVED, "taxonomy: Field required"),
    (("taxonomy",), None, "taxonomy"),
    (("taxonomy", "classes"), ["SN", "CV"], "classes of network and taxonomy do not match"),
    (("taxonomy", "classes"), ["SN", "CV", "SN"], "a class is named twice"),
    (("taxonomy", "classes"), "SN CV NON", "taxonomy.classes"),
    (("frame_px",), "16", "frame_px: Input should be a valid integer (got '16')"),
    (("frame_px",), 0, "frame_px"),
    (("frame_px",), 8, "frame_px is smaller than what is read"),
    (("frame_px",), REMOVED, "frame_px: Field required"),
    (("architecture", "chanels"), 1, "unknown key 'chanels' — did you mean 'channels'?"),
    (("architecture", "hidden"), "10", "architecture.hidden"),
    (("architecture", "hidden"), 11, "weights that do not fit its architecture"),
    (("architecture", "channels"), 2, "channels of network and reading do not match"),
    (("architecture", "bands"), 2, "bands of network and reading do not match"),
    (("architecture", "measured"), True, "measured of network and reading do not match"),
    (("architecture",), None, "architecture"),
    (("architecture",), REMOVED, "architecture: Field required"),
    (("reading",), {}, "reading.scaling: Field required"),
    (("reading", "scaling", "sky"), "blue", "reading.scaling.sky"),
    (("reading", "scaling", "crop"), 3, "unknown key 'crop'"),
    (("reading", "frames"), False, "frames of network and reading do not match"),
    (("facts",), None, "facts"),
    (("facts",), REMOVED, "facts: Field required"),
    (("facts", "turns"), "two", "facts.turns is not from 1 to 8 (got 'two')"),
    (("facts", "turns"), 0, "facts.turns"),
    (("trust",), {}, "trust.temperature: Field required"),
    (("trust", "temperature"), None, "trust.temperature"),
    (("trust", "temperature"), REMOVED, "trust.temperature: Field required"),
    (("trust", "temperature", "values"), [1.0], "1 values for 2 numbers of epochs"),
    (("trust", "temperature", "values"), [1.0, 0.0], "a temperature is not positive"),
    (("trust", "temperature", "values"), [1.0, float("nan")], "a temperature is not positive"),
    (("trust", "temperature", "epochs"), [5, 1], "numbers of epochs do not grow"),
    (("trust", "thresholds"), REMOVED, "trust.thresholds: Field required"),
    (("trust", "thresholds", "classes"), ["SN", "CV", "AGN"], "classes of thresholds and taxonomy"),
    (("trust", "thresholds", "values"), [[0.1, 0.2]], "not a threshold for each class"),
    (("trust", "objects"), -1, "trust.objects"),
    (("weights_sha256",), REMOVED, "weights_sha256: Field required"),
    (("weights_sha256",), "0" * 64, "not the file that the bundle claims"),
    (("trust", "typicality_sha256"), "0" * 64, "not the file that the bundle claims"),
    (("version",), "1", "version '1'"),
    (("version",), REMOVED, "version None"),
    (("format",), ["taonet-bundle"], "not a taonet bundle"),
    (("notes",), "mine", "unknown key 'notes'"),
]


@pytest.mark.parametrize(("keys", "value", "words"), EDITS, ids=lambda part: str(part)[:40])
def test_a_configuration_that_was_edited_is_one_line_that_names_the_key(saved, keys, value, words):
    edit(saved, *keys, value=value)
    with pytest.raises(InputError) as refused:
        load_bundle(saved)
    assert words in str(refused.value)
    assert str(saved) in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["", "[]", "null", '"text"', "{", "\xff\xfe"])
def test_a_configuration_that_is_no_configuration(saved, text):
    (saved / "config.json").write_bytes(text.encode("latin-1"))
    for read in (load_bundle, describe):
        with pytest.raises(InputError, match=r"cannot be read|not a taonet bundle"):
            read(saved)


def test_what_is_not_edited_still_loads(saved):
    trust = load_bundle(str(saved)).trust
    assert trust is not None
    assert trust.temperature == TEMPERATURE


def sign(folder, key, content, name):
    (folder / name).write_bytes(content)
    edit(folder, *key, value=hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_weights_that_are_not_finite_are_refused(saved, number):
    weights = safetensors.torch.load_file(saved / "model.safetensors")
    name = sorted(weights)[-1]
    weights[name].flatten()[0] = number
    sign(saved, ("weights_sha256",), safetensors.torch.save(weights), "model.safetensors")
    with pytest.raises(InputError, match=rf"weights that are not finite \(got 1 of \d+ in {name}"):
        load_bundle(saved)


@pytest.mark.parametrize("content", [b"\x80\x04N.", b"", b"\xff" * 100, None])
def test_weights_that_are_something_else_are_never_executed_and_one_line(saved, content):
    whole = (saved / "model.safetensors").read_bytes()
    cut = whole[:500] if content is None else content
    sign(saved, ("weights_sha256",), cut, "model.safetensors")
    with pytest.raises(InputError, match="the bundle is damaged"):
        load_bundle(saved)


def test_weights_of_another_network_are_one_line(saved):
    weights = {"other.weight": torch.zeros(3)}
    sign(saved, ("weights_sha256",), safetensors.torch.save(weights), "model.safetensors")
    with pytest.raises(InputError, match="do not fit its architecture") as refused:
        load_bundle(saved)
    assert len(str(refused.value)) < 700


def test_typicality_that_cannot_be_right_is_refused(saved):
    stored = safetensors.numpy.load((saved / TYPICALITY).read_bytes())
    spoilt = {
        "not finite": {"means": np.full_like(stored["means"], np.nan)},
        "does not fit": {"whitening": np.eye(4, dtype=np.float32)},
        "another shape": {"centre": stored["axes"]},
        "is not positive": {"spread": np.zeros_like(stored["spread"])},
        "do not grow": {"epochs": stored["epochs"][::-1].copy()},
    }
    for words, changes in spoilt.items():
        content = safetensors.numpy.save({**stored, **changes})
        sign(saved, ("trust", "typicality_sha256"), content, TYPICALITY)
        with pytest.raises(InputError, match=words):
            load_bundle(saved)
    del stored["shares"]
    sign(saved, ("trust", "typicality_sha256"), safetensors.numpy.save(stored), TYPICALITY)
    with pytest.raises(InputError, match=r"arrays are missing \(got shares\)"):
        load_bundle(saved)


def test_typicality_of_another_network_is_refused(saved):
    stored = safetensors.numpy.load((saved / TYPICALITY).read_bytes())
    fewer = {name: stored[name][:-1].copy() for name in ("centre", "spread", "axes")}
    content = safetensors.numpy.save({**stored, **fewer})
    sign(saved, ("trust", "typicality_sha256"), content, TYPICALITY)
    with pytest.raises(InputError, match=r"features for \d+ of the network"):
        load_bundle(saved)


def test_info_tells_what_there_is_and_refuses_the_rest_in_one_line(saved):
    edit(saved, "facts", value={})
    assert describe(saved)["survey"] == "not stated"
    for key in ("taxonomy", "reading"):
        edit(saved, key, value=None)
        with pytest.raises(InputError, match="the bundle is damaged"):
            describe(saved)
