"""Trees, and what is saved of them: the same answers, whatever is missing."""

import hashlib
import json
import subprocess
import sys
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

from taonet.errors import InputError, MissingError, OutputError
from taonet.features.published import PUBLISHED
from taonet.models.bundle import load_bundle
from taonet.models.bundle_folder import VERSION
from taonet.models.trees.bundle import FeatureColumns, load_trees, save_trees
from taonet.models.trees.onnx import onnx_of
from taonet.models.trees.selection import choose_config
from taonet.models.trees.trees import GRID, BoostedConfig, ForestConfig, Trees, measured_rows
from taonet.sky.taxonomy import Taxonomy
from taonet.trust.prior import Prior

FOREST = ForestConfig(trees=30)
BOOSTED = BoostedConfig(rounds=12)
BOTH = pytest.mark.parametrize("config", [FOREST, BOOSTED], ids=["forest", "boosted"])
NAMES = ("a", "b", "c", "d")


def a_set(n=300, classes=3, seed=0):
    rng = np.random.default_rng(seed)
    label = rng.integers(classes, size=n)
    features = rng.normal(0, 1, (n, len(NAMES))) * [1, 1e-6, 1e7, 1]
    features[:, 0] += 2 * label
    # values on a grid lie on thresholds, where rounding shows
    features[:, 3] = np.round(features[:, 3] + label, 1)
    return features, label


def with_gaps(features, seed=1):
    holed = features.copy()
    holed[np.random.default_rng(seed).random(features.shape) < 0.2] = np.nan
    holed[:7] = np.nan
    return holed


def saved(trees, path, **changes):
    given = {
        "name": "t",
        "taxonomy": Taxonomy(name="x", classes=tuple("pqrstu")[: trees.n_classes]),
        "features": FeatureColumns(set_name="made", names=tuple(NAMES)),
        "card": "# card",
        **changes,
    }
    save_trees(trees, path, **given)
    return path


@pytest.fixture
def grown():
    trees = Trees(FOREST, n_classes=3, seed=1)
    trees.fit(*a_set())
    return trees


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


def test_the_classifiers_are_those_of_scikit_learn():
    features, label = a_set()
    single = features.astype(np.float32)
    forest = RandomForestClassifier(30, class_weight="balanced_subsample", random_state=1)
    boosted = HistGradientBoostingClassifier(
        max_iter=12, learning_rate=0.06, max_leaf_nodes=15, min_samples_leaf=15,
        l2_regularization=5, max_features=0.4, class_weight="balanced", random_state=1,
    )  # fmt: skip
    for config, other in ((FOREST, forest), (BOOSTED, boosted)):
        trees = Trees(config, n_classes=3, seed=1)
        trees.fit(features, label)
        expected = other.fit(single, label).predict_proba(single)
        np.testing.assert_allclose(trees.probabilities(features), expected, atol=1e-12)


@BOTH
def test_answers_span_the_taxonomy_and_what_was_not_measured_gets_the_class_mix(config):
    features, label = a_set(classes=2)
    features[-40:] = np.nan
    trees = Trees(config, n_classes=4, seed=1)
    trees.fit(features, 1 + label)
    found = trees.probabilities(features)
    mix = np.bincount(1 + label, minlength=4) / len(label)
    np.testing.assert_allclose(found[-40:], np.tile(mix, (40, 1)))
    assert (found[:-40, [0, 3]] == 0).all()
    assert not measured_rows(features)[-40:].any()
    trees.fit(features, 1 + label, class_mix=np.array([0.1, 0.2, 0.3, 0.4]))
    np.testing.assert_allclose(trees.probabilities(features)[-1], [0.1, 0.2, 0.3, 0.4])


@BOTH
def test_the_same_seed_grows_the_same_trees(config):
    features, label = a_set()
    found = []
    for seed, threads in ((1, 1), (1, 2), (2, 1)):
        trees = Trees(config, n_classes=3, seed=seed, threads=threads)
        trees.fit(features, label)
        found.append(trees.probabilities(features))
    np.testing.assert_array_equal(found[0], found[1])
    assert not np.allclose(found[0], found[2])


def test_trees_of_nothing_are_refused():
    features, label = a_set()
    trees = Trees(FOREST, n_classes=3, seed=0)
    with pytest.raises(InputError, match="two classes at least"):
        trees.fit(features, np.zeros_like(label))
    with pytest.raises(InputError, match="0 objects"):
        trees.fit(np.full_like(features, np.nan), label)


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


def test_the_better_settings_are_chosen_and_copies_stay_together():
    features, label = a_set()
    poor = BoostedConfig(rounds=1, learning_rate=1e-6, leaves=2)
    choice = choose_config((poor, FOREST), features, label, seed=0)
    assert choice.config == FOREST
    assert choice.macro_f1[1] > choice.macro_f1[0]
    # labels that mean nothing look learnable only where copies are on both sides
    noise = np.random.default_rng(9).integers(2, size=100)
    doubled, twice = np.tile(features[:100], (2, 1)), np.tile(noise, 2)
    torn = choose_config((FOREST,), doubled, twice, seed=0)
    whole = choose_config((FOREST,), doubled, twice, groups=np.tile(np.arange(100), 2), seed=0)
    assert torn.macro_f1[0] > 0.7
    assert whole.macro_f1[0] < 0.65


def test_there_must_be_something_to_choose_from():
    features, label = a_set(classes=2)
    with pytest.raises(InputError, match="no settings"):
        choose_config((), features, label, seed=0)
    label[:] = 0
    label[0] = 1
    with pytest.raises(InputError, match="too few objects of a class"):
        choose_config(GRID, features, label, seed=0)
    assert len(GRID) == 4


@pytest.mark.parametrize("config", [ForestConfig(trees=60), BoostedConfig(rounds=40)])
def test_answers_speak_of_the_mix_that_trees_say_they_learnt(config):
    def objects(n, mix, seed):
        rng = np.random.default_rng(seed)
        label = rng.choice(3, n, p=mix)
        return np.diag([1.5, 1.2, 1.0])[label] + rng.normal(0, 1, (n, 3)), label

    uneven = (0.7, 0.2, 0.1)
    trees = Trees(config, n_classes=3, seed=1)
    trees.fit(*objects(3000, uneven, 0))
    even = isinstance(config, BoostedConfig)
    np.testing.assert_allclose(trees.learnt_mix, (1 / 3,) * 3 if even else uneven, atol=0.02)
    for mix in (trees.learnt_mix, (0.1, 0.3, 0.6)):
        features, label = objects(4000, mix, 1)
        given = dict(zip("ABC", mix, strict=True))
        prior = Prior.from_shares(given, tuple("ABC"), trees.learnt_mix.tolist())
        plain = trees.probabilities(features)
        said = prior.restate(plain)
        # what trees say is not calibrated, so that their means are near the mix only
        np.testing.assert_allclose(said.mean(axis=0), mix, atol=0.06)
        lost = [-np.log(np.maximum(p[np.arange(4000), label], 1e-3)).mean() for p in (said, plain)]
        assert lost[0] <= lost[1] - (0.1 if mix is not trees.learnt_mix else 0)
