"""Grown trees as ONNX: single-precision features in, probabilities out.

Written out node by node, and not by skl2onnx, for three reasons: skl2onnx 1.20 marks where missing
features go in boosted trees in a way that onnx 1.23 refuses; it rounds their thresholds to the
nearest single-precision number, on the wrong side of some values; and it sums 1/700 in single
precision 700 times. For forests it is the oracle of the tests.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from jaxtyping import Bool, Float, Float32, Int, Shaped

from taonet.models.trees.trees import BoostedConfig, Trees

ML_VERSION: Final = 3
OPSET: Final = 17
IR_VERSION: Final = 8
"""Old enough for every runtime of the last years."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Tree:
    """One tree: a row a node, and a value a node for some targets (read at leaves only)."""

    leaf: Bool[np.ndarray, " node"]
    feature: Int[np.ndarray, " node"]
    threshold: Float32[np.ndarray, " node"]
    left: Int[np.ndarray, " node"]
    right: Int[np.ndarray, " node"]
    missing_left: Bool[np.ndarray, " node"]
    value: Float[np.ndarray, "node target"]
    targets: Int[np.ndarray, " target"]


def onnx_of(trees: Trees, n_features: int) -> bytes:
    """Return grown trees as an ONNX model.

    It reads ``features`` (object, feature) as `taonet.models.trees.trees.prepare_features` makes
    them and returns ``probabilities`` (object, known class), equal to those of scikit-learn but
    for rounding in the last sum.
    """
    from onnx import TensorProto, helper

    boosted = isinstance(trees.config, BoostedConfig)
    grown = _boosted_trees(trees.classifier) if boosted else _forest_trees(trees.classifier)
    node = helper.make_node(
        "TreeEnsembleRegressor",
        ["features"],
        ["probabilities"],
        domain="ai.onnx.ml",
        n_targets=len(trees.classes),
        # an average of shares is exact where a sum of 1/700 is not
        aggregate_function="SUM" if boosted else "AVERAGE",
        post_transform="SOFTMAX" if boosted else "NONE",
        base_values=_base_values(trees).tolist(),
    )
    _add_nodes(node, list(grown))
    graph = helper.make_graph(
        [node],
        "trees",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, [None, n_features])],
        [
            helper.make_tensor_value_info(
                "probabilities", TensorProto.FLOAT, [None, len(trees.classes)]
            )
        ],
    )
    versions = [helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", ML_VERSION)]
    model = helper.make_model(graph, opset_imports=versions, ir_version=IR_VERSION)
    return bytes(model.SerializeToString())


def _forest_trees(classifier: Any) -> Iterator[_Tree]:
    for grown in classifier.estimators_:
        tree = grown.tree_
        share = tree.value[:, 0] / tree.value[:, 0].sum(axis=1, keepdims=True)
        leaf = tree.children_left < 0
        yield _Tree(
            leaf=leaf,
            feature=np.where(leaf, 0, tree.feature).astype(np.int64),
            threshold=_round_down(np.where(leaf, 0, tree.threshold)),
            left=np.where(leaf, 0, tree.children_left).astype(np.int64),
            right=np.where(leaf, 0, tree.children_right).astype(np.int64),
            missing_left=np.zeros(len(leaf), bool),
            value=share,
            targets=np.arange(share.shape[1]),
        )


def _boosted_trees(classifier: Any) -> Iterator[_Tree]:
    for stage in classifier._predictors:
        for target, grown in enumerate(stage):
            nodes = grown.nodes
            leaf = nodes["is_leaf"].astype(bool)
            # of two classes there is one tree: the log-odds, half to each side
            two = len(stage) == 1
            value = np.outer(nodes["value"], [-0.5, 0.5] if two else [1.0])
            yield _Tree(
                leaf=leaf,
                feature=np.where(leaf, 0, nodes["feature_idx"]).astype(np.int64),
                threshold=_round_down(np.where(leaf, 0, nodes["num_threshold"])),
                left=nodes["left"].astype(np.int64),
                right=nodes["right"].astype(np.int64),
                missing_left=nodes["missing_go_to_left"].astype(bool),
                value=value,
                targets=np.array([0, 1] if two else [target], np.int64),
            )


def _base_values(trees: Trees) -> Float[np.ndarray, " known"]:
    if not isinstance(trees.config, BoostedConfig):
        return np.zeros(len(trees.classes))
    base = np.asarray(trees.classifier._baseline_prediction, np.float64).ravel()
    return base if len(base) > 1 else np.array([-0.5, 0.5]) * base


def _round_down(threshold: Float[np.ndarray, " node"]) -> Float32[np.ndarray, " node"]:
    """Return the largest single-precision numbers not above: ``x <= t`` stays what it was."""
    single = threshold.astype(np.float32)
    below = np.nextafter(single, np.float32(-np.inf))
    return np.asarray(np.where(single > threshold, below, single))


def _add_nodes(node: Any, grown: list[_Tree]) -> None:
    sizes = [len(tree.leaf) for tree in grown]
    columns = {
        f.name: np.concatenate([getattr(tree, f.name) for tree in grown])
        for f in fields(_Tree)
        if f.name not in ("value", "targets")
    }
    tree_id = np.repeat(np.arange(len(grown)), sizes)
    node_id = np.concatenate([np.arange(size) for size in sizes])
    modes = np.where(columns["leaf"], b"LEAF", b"BRANCH_LEQ")
    _add_attribute(node, "nodes_treeids", tree_id)
    _add_attribute(node, "nodes_nodeids", node_id)
    _add_attribute(node, "nodes_featureids", columns["feature"])
    _add_attribute(node, "nodes_values", columns["threshold"])
    _add_attribute(node, "nodes_truenodeids", columns["left"])
    _add_attribute(node, "nodes_falsenodeids", columns["right"])
    _add_attribute(
        node, "nodes_missing_value_tracks_true", columns["missing_left"].astype(np.int64)
    )
    _add_attribute(node, "nodes_modes", modes)
    _add_leaves(node, grown)


def _add_leaves(node: Any, grown: list[_Tree]) -> None:
    tree_id, node_id, target, weight = [], [], [], []
    for number, tree in enumerate(grown):
        which = np.flatnonzero(tree.leaf)
        tree_id.append(np.full(len(which) * len(tree.targets), number))
        node_id.append(np.repeat(which, len(tree.targets)))
        target.append(np.tile(tree.targets, len(which)))
        weight.append(tree.value[which].ravel().astype(np.float32))
    # what adds nothing need not be stored: most leaves of a forest are of one class
    nonzero = np.concatenate(weight) != 0
    _add_attribute(node, "target_treeids", np.concatenate(tree_id)[nonzero])
    _add_attribute(node, "target_nodeids", np.concatenate(node_id)[nonzero])
    _add_attribute(node, "target_ids", np.concatenate(target)[nonzero])
    _add_attribute(node, "target_weights", np.concatenate(weight)[nonzero])


def _add_attribute(node: Any, name: str, values: Shaped[np.ndarray, " n"]) -> None:
    from onnx import AttributeProto

    attribute = node.attribute.add()
    attribute.name = name
    if values.dtype.kind == "S":
        attribute.type = AttributeProto.STRINGS
        attribute.strings.extend(values.tolist())
    elif values.dtype.kind == "f":
        attribute.type = AttributeProto.FLOATS
        attribute.floats.extend(values.tolist())
    else:
        attribute.type = AttributeProto.INTS
        attribute.ints.extend(values.tolist())
