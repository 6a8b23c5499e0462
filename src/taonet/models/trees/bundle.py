"""Saved trees: a folder like that of a network, loaded without executing anything.

``model.onnx`` (the trees), ``config.json`` (what they read, their classes, where they come
from), ``README.md`` (the card). Nothing is pickled.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float, Int

from taonet.errors import InputError, TaoNetError
from taonet.io.atomic import atomic_folder
from taonet.models.bundle_folder import HEAD, TREES, VERSION, bundle_config, find_bundle
from taonet.models.domain import Domain
from taonet.models.model import Model, Reads, read_card
from taonet.models.trees.onnx import onnx_of
from taonet.models.trees.trees import (
    Trees,
    TreesConfig,
    complete_probabilities,
    config_of,
    kind_of,
    prepare_features,
)
from taonet.settings import settings_of
from taonet.sky.taxonomy import Taxonomy
from taonet.types import AnyPath, Count, NotNegative
from taonet.version import __version__

MODEL = "model.onnx"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class TreesBundle(Model):
    """Trees that were saved, with everything that is needed to use them.

    Parameters
    ----------
    feature_set : str
        The name of the set of features.
    feature_names : tuple of str
        The columns that the trees read, in order.
    config : ForestConfig or BoostedConfig
    labels : array (known,)
        Those that the trees were taught.
    class_mix : array (class,)
        The answer about an object without a feature.
    session : onnxruntime.InferenceSession
    name, taxonomy, facts, card
        See `taonet.models.model.Model`.
    """

    feature_set: str
    feature_names: tuple[str, ...]
    config: TreesConfig
    labels: Int[np.ndarray, " known"]
    class_mix: Float[np.ndarray, " class"]
    session: Any
    format: ClassVar[str] = TREES

    @property
    def reads(self) -> Reads:
        """What they read of an object."""
        bands = tuple(self.facts.get("bands") or ())
        return Reads(kind="light curves", bands=bands, features=self.feature_names)

    @property
    def domain(self) -> Domain:
        """What the light curves were like that they learnt from, as far as they state that."""
        return Domain.from_facts(self.facts, bands=self.reads.bands)

    @property
    def is_calibrated(self) -> bool:
        """Whether the probabilities were calibrated: those of trees are not."""
        return False

    def probabilities(
        self, features: Float[np.ndarray, "n feature"]
    ) -> Float[np.ndarray, "n class"]:
        """Return one probability a class, as `taonet.models.trees.trees.Trees` does."""
        return complete_probabilities(
            features, self._run_session, classes=self.labels, class_mix=self.class_mix
        )

    def _run_session(
        self, features: Float[np.ndarray, "n feature"]
    ) -> Float[np.ndarray, "n known"]:
        (probabilities,) = self.session.run(
            ["probabilities"], {"features": prepare_features(features, self.config)}
        )
        return np.asarray(probabilities, np.float64)


@dataclass(frozen=True, kw_only=True)
class FeatureColumns:
    """What trees read: the columns of a set of features, in order.

    Parameters
    ----------
    set_name : str
        Of `taonet.features.sets.SETS`.
    names : tuple of str
    """

    set_name: str
    names: tuple[str, ...]


def save_trees(
    trees: Trees,
    path: AnyPath,
    *,
    name: str,
    taxonomy: Taxonomy,
    features: FeatureColumns,
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
    path = Path(path)
    with atomic_folder(path, mark="config.json", overwrite=overwrite) as folder:
        content = onnx_of(trees, len(features.names))
        (folder / MODEL).write_bytes(content)
        config = {
            "format": TREES,
            "version": VERSION,
            "written_by": f"taonet {__version__}",
            "name": name,
            "kind": kind_of(trees.config),
            "settings": asdict(trees.config),
            "taxonomy": {"name": taxonomy.name, "classes": list(taxonomy.classes)},
            "feature_set": features.set_name,
            "feature_names": list(features.names),
            "classes": trees.classes.tolist(),
            "class_mix": trees.class_mix.tolist(),
            "model_sha256": hashlib.sha256(content).hexdigest(),
            "facts": dict(facts or {}),
        }
        (folder / "config.json").write_text(json.dumps(config, indent=1))
        (folder / "README.md").write_text(card)


def load_trees(name_or_path: AnyPath, *, threads: int = 1) -> TreesBundle:
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
        If it holds a network, is damaged, of a newer version, not what it claims, or a number in
        the trees is not finite.
    """
    path = find_bundle(name_or_path)
    parts = _parts(bundle_config(path, holding=TREES), path)
    session = _session(path / MODEL, parts.model_sha256, threads)
    _check_session(session, parts, path)
    return TreesBundle(
        name=parts.name,
        taxonomy=parts.taxonomy,
        feature_set=parts.feature_set,
        feature_names=parts.feature_names,
        config=config_of(parts.kind, parts.settings),
        labels=np.array(parts.classes, np.int64),
        class_mix=np.array(parts.class_mix, np.float64),
        session=session,
        facts=parts.facts,
        card=read_card(path),
    )


@dataclass(frozen=True, kw_only=True)
class TreesParts:
    """What is in the configuration of saved trees.

    Parameters
    ----------
    name, taxonomy, feature_set, feature_names, classes, class_mix, facts
        As in `TreesBundle`.
    kind, settings
        Of the trees: see `taonet.models.trees.trees.config_of`.
    model_sha256 : str
    """

    name: str
    kind: str
    settings: dict[str, Any]
    taxonomy: Taxonomy
    feature_set: str
    feature_names: tuple[str, ...]
    classes: tuple[Count, ...]
    class_mix: tuple[NotNegative, ...]
    model_sha256: str
    facts: dict[str, Any]

    def __post_init__(self) -> None:
        config_of(self.kind, self.settings)
        known = len(self.taxonomy.classes)
        labels = [*self.classes, known]
        if any(a >= b for a, b in pairwise(labels)) or not self.classes:
            raise InputError("labels that the taxonomy does not have", got=self.classes)
        if len(self.class_mix) != known or not math.isclose(sum(self.class_mix), 1, abs_tol=1e-6):
            got = f"{self.class_mix} for {known} classes"
            raise InputError("class_mix is not a share for each class", got=got)
        if len(set(self.feature_names)) != len(self.feature_names):
            raise InputError("a feature is named twice", got=self.feature_names)


def _parts(config: Mapping[str, Any], path: Path) -> TreesParts:
    try:
        entries = {key: value for key, value in config.items() if key not in HEAD}
        return settings_of(entries, TreesParts, where="config.json", as_stored=True)
    except TaoNetError as error:
        do = "get the bundle again, or write it with taonet"
        raise InputError("the bundle is damaged", where=path, got=error, do=do) from error


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
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime has a family of errors of its own
        raise InputError("the trees cannot be read", where=file, got=error) from error
    _check_finite(content, file)
    return session


def _check_finite(content: bytes, file: Path) -> None:
    import onnx

    for node in onnx.load_from_string(content).graph.node:
        for attribute in node.attribute:
            # an infinite threshold only asks whether a feature was measured
            good = ~np.isnan(attribute.floats)
            if attribute.name != "nodes_values":
                good &= np.isfinite(attribute.floats)
            if not good.all():
                got = f"in {attribute.name}"
                do = "get the bundle again; such trees cannot answer"
                raise InputError("numbers that are not finite", where=file, got=got, do=do)


def _check_session(session: Any, parts: TreesParts, path: Path) -> None:
    """Refuse trees whose inputs or outputs are not those of the configuration."""
    pairs = {
        "features": (session.get_inputs(), len(parts.feature_names)),
        "probabilities": (session.get_outputs(), len(parts.classes)),
    }
    for name, (ends, n_names) in pairs.items():
        if [end.name for end in ends] != [name]:
            got = f"{[end.name for end in ends]}, not {name}"
            raise InputError("the bundle is damaged", where=path, got=got)
        if ends[0].shape[-1] != n_names:
            got = f"{n_names} names for {ends[0].shape[-1]} {name}"
            raise InputError("the bundle is damaged", where=path, got=got)
