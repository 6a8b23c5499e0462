"""Saved trees: what a bundle knows of itself, and damage that is noticed."""

import hashlib
import json
import subprocess
import sys

import numpy as np
import pytest

from models.trees.made import FOREST, NAMES, saved
from taonet.errors import InputError, MissingError, OutputError
from taonet.models.bundle import load_bundle
from taonet.models.bundle_folder import VERSION
from taonet.models.trees.bundle import load_trees


def test_a_bundle_knows_what_it_is(grown, tmp_path):
    facts = {"survey": "made", "objects": 300}
    loaded = load_trees(saved(grown, tmp_path / "b", facts=facts))
    assert loaded.name == "t"
    assert loaded.taxonomy.classes == ("p", "q", "r")
    assert loaded.feature_names == NAMES
    assert loaded.config == FOREST
    assert loaded.facts == facts
    assert (tmp_path / "b" / "README.md").read_text() == "# card"
    with pytest.raises(OutputError, match="exists already"):
        saved(grown, tmp_path / "b")


def test_damage_is_noticed_and_networks_are_not_trees(grown, tmp_path):
    path = saved(grown, tmp_path / "b")
    with pytest.raises(InputError, match=r"holds trees.*not a network"):
        load_bundle(path)
    with pytest.raises(MissingError, match="no such bundle"):
        load_trees(tmp_path / "none")
    content = bytearray((path / "model.onnx").read_bytes())
    content[len(content) // 2] ^= 1
    (path / "model.onnx").write_bytes(content)
    with pytest.raises(InputError, match="not those the bundle claims"):
        load_trees(path)
    (path / "model.onnx").unlink()
    with pytest.raises(InputError, match="no trees"):
        load_trees(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": VERSION + 1}, "newer version"),
        ({"format": "other"}, "not a taonet bundle"),
        ({"format": "taonet-bundle"}, "holds a network"),
        ({"kind": "shrubs"}, "no such kind of trees"),
        ({"settings": {"height": 3}}, "damaged"),
        ({"feature_names": ["a", "b"]}, "damaged.*2 names for 4 features"),
        ({"feature_names": ["a", "a", "b", "c"]}, "a feature is named twice"),
        ({"feature_names": None}, "feature_names"),
        ({"feature_set": 3}, "feature_set"),
        ({"classes": None}, "damaged"),
        ({"classes": [0, 1]}, "2 names for 3 probabilities"),
        ({"classes": [0, 1, 7]}, "labels that the taxonomy does not have"),
        ({"class_mix": [0.5, 0.5]}, "not a share for each class"),
        ({"class_mix": [0.5, 0.5, float("nan")]}, "class_mix"),
        ({"taxonomy": {"name": "x", "classes": ["p"]}}, "labels that the taxonomy does not have"),
        ({"taxonomy": None}, "taxonomy"),
        ({"settings": {"trees": "many"}}, "trees"),
        ({"settings": None}, "settings"),
        ({"facts": None}, "facts"),
        ({"fact": {}}, "did you mean 'facts'"),
    ],
)
def test_configurations_that_make_no_sense_are_one_clear_line(grown, tmp_path, changes, message):
    file = saved(grown, tmp_path / "b") / "config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))
    with pytest.raises(InputError, match=message):
        load_trees(tmp_path / "b")


@pytest.mark.parametrize("key", ["name", "kind", "classes", "class_mix", "model_sha256", "facts"])
def test_a_configuration_that_lacks_a_part_is_one_clear_line(grown, tmp_path, key):
    file = saved(grown, tmp_path / "b") / "config.json"
    config = json.loads(file.read_text())
    del config[key]
    file.write_text(json.dumps(config))
    with pytest.raises(InputError, match=f"{key}: Field required"):
        load_trees(tmp_path / "b")


@pytest.mark.parametrize("attribute", ["target_weights", "nodes_values", "base_values"])
def test_trees_that_hold_a_number_that_is_not_finite_are_refused(grown, tmp_path, attribute):
    import onnx

    path = saved(grown, tmp_path / "b")
    model = onnx.load(str(path / "model.onnx"))
    (found,) = (one for one in model.graph.node[0].attribute if one.name == attribute)
    found.floats[0] = np.nan
    content = model.SerializeToString()
    (path / "model.onnx").write_bytes(content)
    config = json.loads((path / "config.json").read_text())
    config["model_sha256"] = hashlib.sha256(content).hexdigest()
    (path / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError, match=rf"not finite \(got in {attribute}\)"):
        load_trees(path)


def test_nothing_but_trees_is_needed_to_use_them(grown, tmp_path):
    saved(grown, tmp_path / "b")
    code = (
        "import sys\n"
        "from taonet.models.trees.bundle import load_trees\n"
        "assert not {'torch', 'onnx', 'onnxruntime', 'skl2onnx'} & set(sys.modules)\n"
        f"load_trees({str(tmp_path / 'b')!r})\n"
        "assert not {'torch', 'skl2onnx', 'pickle5'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
