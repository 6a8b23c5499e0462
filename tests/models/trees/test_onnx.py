"""Trees as ONNX answer as grown ones, and forests are written as skl2onnx writes them."""

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.trees.made import BOOSTED, BOTH, a_set, saved, with_gaps
from taonet.features.published import PUBLISHED
from taonet.models.trees.bundle import FeatureColumns, load_trees
from taonet.models.trees.onnx import onnx_of
from taonet.models.trees.trees import Trees
from taonet.sky.taxonomy import Taxonomy


@BOTH
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("gaps", [False, True])
def test_saved_trees_answer_as_grown_ones(tmp_path, config, classes, gaps):
    (features, label), (unseen, _) = a_set(classes=classes), a_set(classes=classes, seed=5)
    if gaps:
        features, unseen = with_gaps(features), with_gaps(unseen, seed=2)
    trees = Trees(config, n_classes=4, seed=1)
    trees.fit(features, label)
    loaded = load_trees(saved(trees, tmp_path / "b"))
    for rows in (features, unseen):
        one, other = trees.probabilities(rows), loaded.probabilities(rows)
        np.testing.assert_allclose(one, other, atol=1e-6, rtol=0)
        np.testing.assert_allclose(other.sum(axis=1), 1, atol=1e-6)
        assert other.shape == (len(rows), 4)


def real_rows(shared_data):
    table = pd.read_parquet(shared_data / "crts_features" / "eight_classes_min10.parquet")
    label = np.unique(table["label"], return_inverse=True)[1].astype(np.int64)
    return table[list(PUBLISHED)].to_numpy(float), label, (table["split"] == "train").to_numpy()


@BOTH
def test_saved_trees_answer_as_grown_ones_on_real_features(shared_data, tmp_path, config):
    features, label, train = real_rows(shared_data)
    trees = Trees(config, n_classes=8, seed=1)
    trees.fit(features[train], label[train])
    loaded = load_trees(saved(
        trees, tmp_path / "b",
        features=FeatureColumns(set_name="published", names=tuple(PUBLISHED)),
        taxonomy=Taxonomy(name="crts", classes=tuple("abcdefgh")),
    ))  # fmt: skip
    for rows in (features, with_gaps(features)):
        one, other = trees.probabilities(rows), loaded.probabilities(rows)
        assert np.abs(one - other).max() < 1e-5
        assert (other.argmax(axis=1) == one.argmax(axis=1)).mean() > 0.999


@BOTH
def test_values_next_to_each_other_in_single_precision_stay_apart(tmp_path, config):
    # the thresholds between them are numbers of double precision only; half would be rounded up
    values = [np.float32(1.0)]
    for _ in range(5):
        values.append(np.nextafter(values[-1], np.float32(2)))
    features = np.tile(np.array(values, np.float64), 40)[:, None]
    label = np.tile(np.arange(6), 40)
    small = replace(config, leaf_objects=1, features=1.0) if config is BOOSTED else config
    trees = Trees(small, n_classes=6, seed=0)
    trees.fit(features, label)
    path = saved(trees, tmp_path / "b", features=FeatureColumns(set_name="made", names=("a",)))
    one, other = (t.probabilities(features) for t in (trees, load_trees(path)))
    np.testing.assert_allclose(one, other, atol=1e-6)
    if config is BOOSTED:
        np.testing.assert_array_equal(other.argmax(axis=1), label)


def test_forests_are_written_as_skl2onnx_writes_them(grown):
    onnxruntime = pytest.importorskip("onnxruntime")
    features = a_set(seed=4)[0].astype(np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from skl2onnx import to_onnx

        options = {id(grown.classifier): {"zipmap": False}}
        other = to_onnx(grown.classifier, features[:1], options=options).SerializeToString()
    ours, theirs = (
        onnxruntime.InferenceSession(content).run(["probabilities"], {name: features})[0]
        for content, name in ((onnx_of(grown, 4), "features"), (other, "X"))
    )
    np.testing.assert_allclose(ours, theirs, atol=1e-6)
