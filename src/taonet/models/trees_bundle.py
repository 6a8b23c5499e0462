"""Saved trees: a folder like that of a network, loaded without executing anything.

``model.onnx`` (the trees), ``config.json`` (what they read, what they tell apart, where they come
from), ``README.md`` (the card). Nothing is pickled.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from taonet.errors import InputError
from taonet.io.landing import landing_folder
from taonet.models.bundle_folder import TREES, VERSION, bundle_config, find_bundle
from taonet.models.trees import Trees, TreesConfig, config_of, kind_of, prepared, spread
from taonet.models.trees_onnx import onnx_of
from taonet.sky.taxonomy import Taxonomy
from taonet.version import __version__

MODEL = "model.onnx"


@dataclass(frozen=True, kw_only=True, eq=False)
class TreesBundle:
    """Trees that were saved, with everything that is needed to use them.

    Parameters
    ----------
    name : str
    taxonomy : Taxonomy
    feature_set : str
        The name of the set of features.
    feature_names : tuple of str
        The columns that the trees read, in order.
    config : ForestConfig or BoostedConfig
    classes : array (known,)
        Labels that the trees were taught.
    class_mix : array (class,)
        The answer about an object without a feature.
    facts : mapping
        Where they come from: hashes of recipe, data and split, scores.
    session : onnxruntime.InferenceSession
    """

    name: str
    taxonomy: Taxonomy
    feature_set: str
    feature_names: tuple[str, ...]
    config: TreesConfig
    classes: Int[np.ndarray, " known"]
    class_mix: Float[np.ndarray, " class"]
    session: Any = field(repr=False)
    facts: Mapping[str, Any] = field(default_factory=dict)

    def probabilities(
        self, features: Float[np.ndarray, "n feature"]
    ) -> Float[np.ndarray, "n class"]:
        """Return one probability a class, as `taonet.models.trees.Trees` does."""
        return spread(features, self._ask, classes=self.classes, class_mix=self.class_mix)

    def _ask(self, features: Float[np.ndarray, "n feature"]) -> Float[np.ndarray, "n known"]:
        (found,) = self.session.run(
            ["probabilities"], {"features": prepared(features, self.config)}
        )
        return np.asarray(found, np.float64)


def save_trees(
    trees: Trees,
    path: Path,
    *,
    name: str,
    taxonomy: Taxonomy,
    feature_set: str,
    feature_names: Sequence[str],
    card: str,
    facts: Mapping[str, Any] | None = None,
    overwrite: bool = False,
) -> None:
    """Write grown trees as a bundle, all or nothing.

    Parameters
    ----------
    trees : Trees
        After `Trees.fit`.
    card : str
        The model card, in Markdown.

    Raises
    ------
    OutputError
        If the folder exists or cannot be written.
    """
    with landing_folder(path, mark="config.json", overwrite=overwrite) as folder:
        content = onnx_of(trees, len(feature_names))
        (folder / MODEL).write_bytes(content)
        config = {
            "format": TREES,
            "version": VERSION,
            "written_by": f"taonet {__version__}",
            "name": name,
            "kind": kind_of(trees.config),
            "settings": asdict(trees.config),
            "taxonomy": {"name": taxonomy.name, "classes": list(taxonomy.classes)},
            "feature_set": feature_set,
            "feature_names": list(feature_names),
            "classes": trees.classes.tolist(),
            "class_mix": trees.class_mix.tolist(),
            "model_sha256": hashlib.sha256(content).hexdigest(),
            "facts": dict(facts or {}),
        }
        (folder / "config.json").write_text(json.dumps(config, indent=1))
        (folder / "README.md").write_text(card)


def load_trees(name_or_path: str | Path, *, threads: int = 1) -> TreesBundle:
    """Load saved trees by the name of a shipped bundle or by the path of its folder.

    Parameters
    ----------
    threads : int
        One is fastest for single objects.

    Raises
    ------
    MissingError
        If there is none.
    InputError
        If it holds a network, is damaged, of a newer version, or not what it claims.
    """
    path = find_bundle(name_or_path)
    config = bundle_config(path, holding=TREES)
    try:
        session = _session(path / MODEL, config["model_sha256"], threads)
        return TreesBundle(
            name=config["name"],
            taxonomy=Taxonomy(
                name=config["taxonomy"]["name"], classes=tuple(config["taxonomy"]["classes"])
            ),
            feature_set=config["feature_set"],
            feature_names=_names_read(config["feature_names"], session),
            config=config_of(config["kind"], config["settings"]),
            classes=np.array(config["classes"], np.int64),
            class_mix=np.array(config["class_mix"], np.float64),
            session=session,
            facts=config["facts"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("the bundle is damaged", where=path, got=error) from error


def _session(file: Path, claimed: str, threads: int) -> Any:
    if not file.is_file():
        raise InputError("the bundle has no trees", where=file)
    content = file.read_bytes()
    if hashlib.sha256(content).hexdigest() != claimed:
        raise InputError("the trees are not those the bundle claims", where=file)
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime has a family of errors of its own
        raise InputError("the trees cannot be read", where=file, got=error) from error


def _names_read(names: Sequence[str], session: Any) -> tuple[str, ...]:
    _, wanted = session.get_inputs()[0].shape
    if wanted != len(names):
        raise ValueError(f"{len(names)} names for {wanted} features")
    return tuple(names)
